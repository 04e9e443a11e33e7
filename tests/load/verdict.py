"""What a load has shown: rows for the table, and what is not as it must be.

The bounds stand here. A leak is told from noise by what an answer weighs: whoever keeps but one answer's
frames keeps 40 KB a stream.
"""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.table import Row
from tests.load.crowd import PACE_MS, Tally
from tests.load.records import Kept
from tests.load.watching import Bearer

GAP_MS = 2 * PACE_MS  # of 99 in 100 tokens, where a load counts as held
FIRST_MS = 1000.0
GROWTH_KB = 2.0  # a stream that has ended


Shown = tuple[list[Row], list[str]]  # a table, and what is wrong


@dataclass(frozen=True)
class Load:
    """One load: what came of it, and who bore it."""

    name: str
    seconds: float
    tally: Tally
    bearers: Sequence[Bearer]
    alone_s: Sequence[float]  # gaps of the upstream alone, as many streams
    kept: Kept | None = None


def in_time(tally: Tally) -> bool:
    """Whether a load was held: each answer whole, and nearly every token in time."""
    first_ms, gap_ms = _ms(tally.first_s, 99), _ms(tally.gaps_s, 99)
    return not tally.errors and gap_ms <= GAP_MS and first_ms <= FIRST_MS


def shown(load: Load) -> Shown:
    """The figures of a load, and what is wrong with it."""
    return [*rows(load)], [*wrong_with(load)]


def rows(load: Load) -> Iterator[Row]:
    """The figures of a load."""
    tally, name = load.tally, load.name
    answers = f"{tally.streams:,} streams, {tally.tokens:,} tokens, {len(tally.errors)} errors"
    yield Row(f"{name}: answers", answers, "", "no error")
    first = f"p50 {_ms(tally.first_s, 50):.0f} ms, p99 {_ms(tally.first_s, 99):.0f} ms"
    yield Row(f"{name}: time to first token", first, "", "")
    yield gaps(name, tally.gaps_s, load.alone_s)
    for bearer in load.bearers:
        yield from _of(bearer, load)
    if load.kept:
        yield _kept(name, load.kept)


def gaps(name: str, found: Sequence[float], alone: Sequence[float]) -> Row:
    """Gaps between tokens, beside those of the upstream alone."""
    shown = (
        f"p50 {_ms(found, 50):.0f} ms, p99 {_ms(found, 99):.0f} ms, max {max(found, default=0) * 1000:.0f} ms"
    )
    reference = f"{_ms(found, 99) - _ms(alone, 99):+.0f} ms at p99 to the upstream alone"
    return Row(f"{name}: gap between tokens, one every {PACE_MS} ms", shown, reference, f"p99 ≤ {GAP_MS} ms")


def wrong_with(load: Load) -> Iterator[str]:
    """What is not as it must be, a line each."""
    if load.tally.errors:
        yield f"{load.name}: {len(load.tally.errors)} errors, the first: {load.tally.errors[0]}"
    for bearer in load.bearers:
        if not bearer.more.within(bearer.bound):
            yield f"{load.name}: {bearer.name} keeps {bearer.more}, {bearer.bound} at most"
        if bearer.memory.slope() > bearer.growth_kb:
            yield f"{load.name}: {bearer.name} grows by {bearer.memory.slope():.0f} KB a minute"
    if load.kept:
        yield from (f"{load.name}: {wrong}" for wrong in load.kept.wrong)
        others = {status: count for status, count in load.kept.statuses.items() if status != "done"}
        if others or load.kept.statuses["done"] < load.tally.streams or not load.kept.journals:
            statuses, reasons = dict(load.kept.statuses), dict(load.kept.reasons)
            yield f"{load.name}: runs are {statuses}, of {load.tally.streams} streams; {reasons}"


def _of(bearer: Bearer, load: Load) -> Iterator[Row]:
    name, tally, memory = f"{load.name}: {bearer.name}", load.tally, bearer.memory
    cpu = f"{bearer.cpu_s * 1e6 / max(1, tally.tokens):.0f} µs a token"
    yield Row(f"{name}, CPU", cpu, f"{bearer.cpu_s / load.seconds:.2f} of a core", "")
    slope = memory.slope()
    a_stream = slope * load.seconds / 60 / max(1, tally.streams)
    sizes = [size / 1024 for _, size in memory.samples]
    grown = f"{sizes[0]:.1f} → {sizes[-1]:.1f} MB, {max(sizes):.1f} at most"
    growth = f"{slope:+.0f} KB a minute, {a_stream:+.2f} KB a stream, over the second half"
    yield Row(f"{name}, memory", grown, growth, f"≤ {bearer.growth_kb:.0f} KB a minute")
    more, bound = bearer.more, bearer.bound
    left = f"{more.threads:+d} threads, {more.files:+d} files and sockets"
    reach = f"≤ {bound.threads} and {bound.files}"
    if bearer.tasks:
        left, reach = f"{more.tasks:+d} tasks, {left}", f"≤ {bound.tasks}, {reach.removeprefix('≤ ')}"
    yield Row(f"{name}, left when all is over", left, "", reach)


def _kept(name: str, kept: Kept) -> Row:
    statuses = ", ".join(f"{count:,} {status}" for status, count in kept.statuses.items())
    journals = f"{kept.journals - len(kept.wrong)} of {kept.journals} journals whole"
    return Row(f"{name}: what is kept of the runs", f"{statuses}; {journals}", "", "all done, all whole")


def _ms(seconds: Sequence[float], percent: int) -> float:
    if len(seconds) < 2:
        return 0.0
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000
