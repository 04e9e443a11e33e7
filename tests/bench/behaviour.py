"""Event graph and patterns of one user's long log: sessions, what follows what, the best frequent patterns.

From rows in memory to the answers, as a graph's request counts them; reading the log is not in it. The
reference is the same by plain loops: pairs counted step by step, and PrefixSpan as its authors describe it,
in depth, which is told beforehand how frequent the patterns have to be. It has to find the same. Each runs in
a process of its own, by turns.
"""

import asyncio
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.graph.collecting import Collected
from freshet.behaviour.graph.follows import directly_follows
from freshet.behaviour.graph.patterns import frequent_patterns
from freshet.behaviour.graph.steps import GAP_S, steps_of_rows
from tests.bench.table import Row

ROWS, ACTIONS, OBJECTS = 50_000, 40, 400
SESSION_ROWS, DAY_S = 40, 86_400
ROUNDS = 3
LIMIT, LENGTHS = 50, (3, 5)  # the best patterns, of so many steps
START = 1_772_323_200.0  # 2026-03-01, midnight in Greenwich

Pairs = Counter[tuple[str, str]]
Supports = Counter[tuple[str, ...]]


@dataclass(frozen=True)
class _Counted:
    """What was counted, in how many seconds; what the process had in memory before and at most, in MB."""

    pairs: Pairs
    patterns: Supports
    least: int
    seconds: float
    before_mb: int
    peak_mb: int


async def measure() -> list[Row]:
    """Seconds and memory, beside those of plain loops."""
    return await asyncio.to_thread(_measure)


def _measure() -> list[Row]:
    spawn = get_context("spawn")
    ours, theirs = [], []
    with ProcessPoolExecutor(1, spawn) as one, ProcessPoolExecutor(1, spawn) as other:
        for _ in range(ROUNDS):
            ours.append(one.submit(_counted).result())
            theirs.append(other.submit(_walked, ours[-1].least).result())
    assert all(_same(counted, walked) for counted, walked in zip(ours, theirs, strict=True))
    seconds, plain = (statistics.median(one.seconds for one in those) for those in (ours, theirs))
    memory = f"{ours[-1].peak_mb} MB at most, {ours[0].before_mb} of them the rows and the modules"
    return [
        Row(
            f"event graph and {LIMIT} best patterns of {ROWS:,} rows of one user",
            f"{seconds:.2f} s, plain loops {plain:.1f} s",
            f"{plain / seconds:.1f} × as fast as plain loops",
            "≤ 5 s",
        ),
        Row("memory of that", memory, "", "≤ 300 MB"),
    ]


def _same(counted: _Counted, walked: _Counted) -> bool:
    best = {items for items, support in walked.patterns.items() if support > walked.least}
    return (
        counted.pairs == walked.pairs
        and counted.patterns.items() <= walked.patterns.items()
        and best <= counted.patterns.keys()
    )


def _counted() -> _Counted:
    rows = _rows()
    before, begun = _megabytes("VmRSS"), time.perf_counter()
    collected = Collected()
    collected.add("user_0001", steps_of_rows(rows))
    traced = collected.traced("behaviors", "object", lambda _, what: what)
    graph = directly_follows(traced, limit=OBJECTS**2)
    shortest, longest = LENGTHS
    found = frequent_patterns(traced, min_length=shortest, max_length=longest, limit=LIMIT)
    seconds = time.perf_counter() - begun
    assert not found.truncated
    names = [node.label for node in graph.nodes]
    return _Counted(
        Counter({(names[edge.source], names[edge.target]): edge.count for edge in graph.edges}),
        Counter({tuple(pattern.items): pattern.support for pattern in found.patterns}),
        min(pattern.support for pattern in found.patterns),
        seconds,
        before,
        _megabytes("VmHWM"),
    )


def _walked(least: int) -> _Counted:
    rows = _rows()
    before, begun = _megabytes("VmRSS"), time.perf_counter()
    sessions = list(_sessions(rows))
    pairs = Counter(pair for session in sessions for pair in pairwise(session))
    places = [(number, 0) for number in range(len(sessions))]
    patterns = Counter(dict(_grown(sessions, places, (), least)))
    seconds = time.perf_counter() - begun
    return _Counted(pairs, patterns, least, seconds, before, _megabytes("VmHWM"))


def _sessions(rows: Sequence[Behaviour]) -> Iterator[list[str]]:
    session = [rows[0].object]
    for before, row in pairwise(rows):
        silence = row.at.seconds - before.at.seconds - (before.duration or 0)
        if silence > GAP_S or before.at.seconds // DAY_S != row.at.seconds // DAY_S:
            yield session
            session = []
        session.append(row.object)
    yield session


def _grown(
    sessions: Sequence[Sequence[str]], places: Sequence[tuple[int, int]], items: tuple[str, ...], least: int
) -> Iterator[tuple[tuple[str, ...], int]]:
    """PrefixSpan over pseudo-projections: where each session goes on after its first occurrence."""
    after: dict[str, list[tuple[int, int]]] = {}
    for number, place in places:
        seen = set()
        for step in range(place, len(sessions[number])):
            if (item := sessions[number][step]) not in seen:
                seen.add(item)
                after.setdefault(item, []).append((number, step + 1))
    for item, following in after.items():
        if len(following) >= least:
            if len(items) + 1 >= LENGTHS[0]:
                yield (*items, item), len(following)
            if len(items) + 1 < LENGTHS[1]:
                yield from _grown(sessions, following, (*items, item), least)


def _rows() -> list[Behaviour]:
    """A log with habits: what comes next depends on what came before, and some things are far more common."""
    drawn = random.Random(8)
    things = [f"应用 {number}" if number % 2 else f"app {number}" for number in range(OBJECTS)]
    ranks = [1 / (rank + 2) for rank in range(OBJECTS)]
    habits = {thing: drawn.choices(things, ranks, k=4) for thing in things}
    rows: list[Behaviour] = []
    day, at, thing, begun = 0, START, things[0], 0
    while len(rows) < ROWS:
        if drawn.randrange(2 * SESSION_ROWS) < (len(rows) - begun) // SESSION_ROWS + 1:
            begun = len(rows)
            at += drawn.uniform(1, 3) * 3_600
        if at > START + day * DAY_S + 80_000:  # the last session of a day does not reach midnight
            day += 1
            at = START + day * DAY_S + 7 * 3_600
        thing = drawn.choice(habits[thing]) if drawn.random() < 0.6 else drawn.choices(things, ranks)[0]
        lasted = float(drawn.randrange(5, 90))
        rows.append(
            Behaviour("user_0001", Moment(at), f"action {drawn.randrange(ACTIONS)}", thing, "app", lasted)
        )
        at += lasted + drawn.randrange(1, 60)
    return rows


def _megabytes(what: str) -> int:
    """Of this process alone: what `getrusage` tells may be its parent's."""
    found = re.search(rf"^{what}:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) // 1024
