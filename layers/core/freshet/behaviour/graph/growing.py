"""Growing patterns in columns: where a pattern occurs, and what comes after it in how many sequences.

What belongs here: arithmetic on places. What does not: which pattern is grown next (`patterns`).
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from freshet.behaviour.graph.columns import Columns

if TYPE_CHECKING:
    from freshet.behaviour.graph.columns import Numbers

_Step = tuple[int, "Numbers", "Numbers"]  # a kind; begins and ends of the pattern up to it

_KIND = 40  # steps that are looked at in the time that handling a kind takes


class Growing:
    """Steps of kinds that at least `least` sequences have; kinds are numbered in the order of their labels.

    `labels` are those of the kinds, `supports` in how many sequences each is; `looked` is how many steps were
    looked at so far.
    """

    def __init__(self, steps: Columns, labels: Sequence[str], least: int, max_gap: int | None) -> None:
        import numpy as np

        self.steps = steps
        self.looked = 0
        self._least = least
        self._reach = None if max_gap is None else max_gap + 1  # places from a step to the next
        cells, first, cell_of = np.unique(
            steps.traces * len(labels) + steps.labels, return_index=True, return_inverse=True
        )
        counts = np.bincount(steps.labels[first], minlength=len(labels))
        kept = sorted(np.flatnonzero(counts >= least).tolist(), key=lambda label: labels[label])
        self.labels = [labels[label] for label in kept]
        self.supports: list[int] = counts[kept].tolist() if kept else []
        self._kinds = np.full(len(labels), len(kept))  # the last number: of what is too rare
        self._kinds[kept] = np.arange(len(kept))
        self._kinds = self._kinds[steps.labels]
        self._cells = cell_of
        self._mark = np.zeros(len(cells), np.int64)
        self._last: list[_Step] = []  # of the pattern looked at last: the next one often begins alike
        by_kind = np.argsort(self._kinds, kind="stable")
        self._places = np.split(by_kind, np.cumsum(np.bincount(self._kinds, minlength=len(kept) + 1))[:-1])

    def occurrences(self, kinds: Sequence[int]) -> tuple["Numbers", "Numbers"]:
        """Every place where the pattern may end, ascending, and the latest where that occurrence begins."""
        steps = [step for step, _ in takewhile(_same, zip(self._last, kinds, strict=False))]
        for kind in kinds[len(steps) :]:
            begins = ends = self._places[kind]
            if steps:
                _, begins, last = steps[-1]
                before, fits = self._before(last, ends)
                begins, ends = begins[before[fits]], ends[fits]
            steps.append((kind, begins, ends))
        self._last = steps
        return steps[-1][1:]

    def grown(self, kinds: Sequence[int]) -> list[tuple[int, int]]:
        """Kinds that come after the pattern in enough sequences, and in how many."""
        import numpy as np

        _, ends = self.occurrences(kinds)
        after = self._after(ends)
        cells = self._cells[after]
        numbers = np.arange(len(cells))
        self._mark[cells] = numbers  # the last one of each cell stays: each is counted once
        once = after[self._mark[cells] == numbers]
        counts = np.bincount(self._kinds[once], minlength=len(self.labels) + 1)[:-1]
        frequent = np.flatnonzero(counts >= self._least)
        self.looked += len(ends) + len(after) + _KIND * len(frequent)
        return list(zip(frequent.tolist(), counts[frequent].tolist(), strict=True))

    def shortest(self, kinds: Sequence[int]) -> tuple["Numbers", "Numbers"]:
        """Of each sequence that has the pattern the occurrence that takes the least time: begins and ends."""
        import numpy as np

        begins, ends = self.occurrences(kinds)
        took = self.steps.starts[ends] - self.steps.starts[begins]
        order = np.lexsort((ends, took, self.steps.traces[ends]))
        first = order[np.flatnonzero(np.diff(self.steps.traces[ends[order]], prepend=-1))]
        return begins[first], ends[first]

    def course(self, kinds: Sequence[int], begin: int, end: int) -> list[int]:
        """The places of one occurrence that begins and ends there."""
        import numpy as np

        course = [end]
        reached = [np.array([begin])]
        for kind in kinds[1:-1]:
            places = self._places[kind]
            places = places[(places > begin) & (places < end)]
            reached.append(places[self._before(reached[-1], places)[1]])
        for places in reversed(reached[: len(kinds) - 1]):
            course.append(int(places[np.searchsorted(places, course[-1]) - 1]))
        return course[::-1]

    def _before(self, ends: "Numbers", places: "Numbers") -> tuple["Numbers", "Numbers"]:
        """For each place the number of the last end before it, and whether it may go on from there."""
        import numpy as np

        before = np.searchsorted(ends, places) - 1
        if not len(ends):
            return before, np.zeros(len(places), np.bool_)
        last = ends[before]
        fits = (before >= 0) & (self.steps.traces[last] == self.steps.traces[places])
        if self._reach is not None:
            fits &= places - last <= self._reach
        return before, fits

    def _after(self, ends: "Numbers") -> "Numbers":
        """The places that a next step may be at, each once."""
        import numpy as np

        stops = self.steps.stops[ends]
        if self._reach is not None:
            stops = np.minimum(stops, ends + self._reach + 1)
        firsts = np.maximum(ends + 1, np.concatenate(([0], stops[:-1])))
        lengths = np.maximum(stops - firsts, 0)
        skipped = np.repeat(firsts - np.cumsum(lengths) + lengths, lengths)
        places: Numbers = np.arange(len(skipped)) + skipped
        return places


def _same(pair: tuple[_Step, int]) -> bool:
    step, kind = pair
    return step[0] == kind
