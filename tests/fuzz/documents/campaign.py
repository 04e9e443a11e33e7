"""Thousands of mutated documents, each through a reader of the product's, several at a time.

The files are made in this process and read by others, so that the memory of those is the product's alone.
"""

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from tests.fuzz.documents.mutants import Mutant, Mutants
from tests.fuzz.documents.reading import TIMEOUT_S, Outcome, read
from tests.fuzz.documents.seeds import SHARED, all_seeds

READERS = 2  # processes, with a document at a time in each
COUNT = 10_000
_AHEAD = 2 * READERS  # files that wait to be read
_GROWTH_MB = 48.0  # what a process that has thousands of documents read may grow by, after the first ones
_WARM = 100  # documents
_STATES = ("ready", "no_text", "damaged", "unsupported_format", "encrypted", "empty", "over_limit")


@dataclass
class Found:
    """What became of all of them."""

    states: dict[str, Counter[str]] = field(default_factory=dict)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[float, str] = (0.0, "")
    unforeseen: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)
    parent_mb: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, mutant: Mutant, outcome: Outcome) -> None:
        what = f"{mutant.number}: {mutant.how} as {mutant.filename!r}"
        state = outcome.state if outcome.explained else "unexplained"
        self.states.setdefault(mutant.format, Counter())[state] += 1
        self.slowest = max(self.slowest, (outcome.seconds, what))
        self.largest = max(self.largest, (outcome.peak_mb, what))
        self.parent_mb.append(outcome.parent_mb)
        if outcome.unforeseen:
            self.unforeseen[f"{outcome.unforeseen}"] += 1
        if not outcome.explained:
            self.unexplained.append(f"{what}: {outcome.state}")

    @property
    def growth_mb(self) -> float:
        """From when all was imported to the highest of the end."""
        begun, ended = self.parent_mb[:_WARM], self.parent_mb[-_WARM:]
        return max(ended) - max(begun)


def run(count: int | None, seed: int, only: int | None = None) -> list[str]:
    """What must not be; prints what became of all of them."""
    if not SHARED.is_dir():
        print(f"no material at {SHARED}: only the repository's own files are mutated")  # noqa: T201
    mutants = Mutants(all_seeds(), seed)
    numbers = range(count or COUNT) if only is None else [only]
    found = read_all(mutants.of(number) for number in numbers)
    print(_table(found))  # noqa: T201  # a command's output
    for what, times in found.unforeseen.most_common():
        print(f"damaged, in a way that its format does not foresee, {times} times: {what}")  # noqa: T201
    if found.growth_mb > _GROWTH_MB:
        found.unexplained.append(f"the process that has them read grew by {found.growth_mb:.0f} MB")
    return found.unexplained


def read_all(mutants: Iterable[Mutant]) -> Found:
    """Has them read, several at a time."""
    found, begun = Found(), time.monotonic()
    context = multiprocessing.get_context("spawn")
    with TemporaryDirectory() as folder, ProcessPoolExecutor(READERS, context) as pool:
        reading: dict[Future[Outcome], Mutant] = {}
        for mutant in mutants:
            path = Path(folder) / str(mutant.number)
            path.write_bytes(mutant.data)
            reading[pool.submit(read, str(path), mutant.filename)] = mutant
            if len(reading) >= READERS + _AHEAD:
                _take(reading, Path(folder), found)
        while reading:
            _take(reading, Path(folder), found)
    found.seconds = time.monotonic() - begun
    return found


def _take(reading: dict[Future[Outcome], Mutant], folder: Path, found: Found) -> None:
    """What has been read, off the list; the file of one that nobody can explain is kept."""
    for done in wait(reading, return_when=FIRST_COMPLETED).done:
        mutant, outcome = reading.pop(done), done.result()
        found.add(mutant, outcome)
        path = folder / str(mutant.number)
        if not outcome.explained:
            kept = path.rename(Path(mkdtemp(prefix="freshet-fuzz-")) / path.name)
            found.unexplained[-1] += f" (kept as {kept})"
        else:
            path.unlink()


def _table(found: Found) -> str:
    states = [*_STATES, "unexplained"]
    head = ["format", "files", *states]
    rows = [[kind, str(tally.total()), *(str(tally[one]) for one in states)] for kind, tally in _all(found)]
    lines = [head, ["---"] * len(head), *rows]
    count = sum(tally.total() for tally in found.states.values())
    facts = (
        f"{count} files in {found.seconds:.0f} s: {count / found.seconds:.0f} a second, {READERS} at a time; "
        f"limit of time {TIMEOUT_S:.0f} s",
        f"slowest: {found.slowest[0]:.1f} s, {found.slowest[1]}",
        f"most memory of a reader: {found.largest[0]:.0f} MB, {found.largest[1]}",
        f"most memory of a process that has them read: {max(found.parent_mb):.0f} MB; "
        f"grown by {found.growth_mb:.0f} MB from its first {_WARM} files to its last",
    )
    return "\n".join([*(f"| {' | '.join(line)} |" for line in lines), "", *facts])


def _all(found: Found) -> Iterator[tuple[str, Counter[str]]]:
    yield from found.states.items()
    yield "all", sum(found.states.values(), Counter())
