"""Collecting: the steps of many users as compact traces, of which no more are held than a graph may have.

What belongs here: bounds and names. What does not: where steps come from (`material`).
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from freshet.behaviour.graph.steps import Step
from freshet.behaviour.graph.trace import Trace, Traced
from freshet.behaviour.requests import By, Of

MAX_STEPS = 300_000  # of a graph: some 40 MB, and a second of counting


Naming = Callable[[str, str], str | None]  # a step's label by its kind and object; None: it is left out


class Collected:
    """The steps of all users that were added; `kinds` and `objects` are all that occur in them.

    Where there are more than `most`, users are treated alike: of each the newest steps are kept, and as many
    of one user as of the next, if they have as many. There have to be fewer users than that.
    """

    def __init__(self, most: int = MAX_STEPS) -> None:
        self._most = self._share = most
        self._traces: list[Trace] = []
        self._held = self._found = 0
        self._kinds: dict[str, int] = {}
        self._objects: dict[str, int] = {}

    @property
    def kinds(self) -> Sequence[str]:
        """By their number."""
        return list(self._kinds)

    @property
    def objects(self) -> Sequence[str]:
        """By their number."""
        return list(self._objects)

    def __bool__(self) -> bool:
        return self._found > 0

    def add(self, user_id: str, sequences: Iterable[Sequence[Step]]) -> None:
        """All sequences of a user, oldest first."""
        for steps in sequences:
            kinds = [self._kinds.setdefault(step.kind, len(self._kinds)) for step in steps]
            objects = [self._objects.setdefault(step.object, len(self._objects)) for step in steps]
            starts = array("d", [step.start for step in steps])
            trace = Trace(
                user_id, array("q", kinds), array("q", objects), starts, [step.id for step in steps]
            )
            self._traces.append(trace)
            self._held += len(steps)
            self._found += len(steps)
        # A share only sinks when users are added: what is left out on the way would be in the end, too.
        if self._held > 2 * self._most:
            self._trim()

    def traced(self, of: Of, by: By, naming: Naming, read: float = 1.0) -> Traced:
        """Traces with their labels; `read` is which share of all there is was added."""
        self._trim()
        objects = self.objects
        named = _Named(naming, self.kinds, objects)
        traces = [trace for old in self._traces if (trace := named.trace(old)).ids]
        kept = sum(len(trace.ids) for trace in traces)
        covered = round(read * kept / self._found, 6) if self._found else 1.0
        return Traced(of, by, named.labels, objects, traces, covered)

    def _trim(self) -> None:
        # Whoever was cut before looks as if there were no more: those who are added later get no more either.
        if self._found > self._most:
            self._share = min(self._share, fair_share(self._traces, self._most))
            self._traces = newest(self._traces, self._share)
            self._held = sum(len(trace.ids) for trace in self._traces)


class _Named:
    """Labels, numbered as they are met."""

    def __init__(self, naming: Naming, kinds: Sequence[str], objects: Sequence[str]) -> None:
        self._naming, self._kinds, self._objects = naming, kinds, objects
        self._numbers: dict[str, int] = {}
        self._known: dict[tuple[int, int], int | None] = {}

    @property
    def labels(self) -> Sequence[str]:
        """By their number."""
        return list(self._numbers)

    def trace(self, old: Trace) -> Trace:
        """The trace with labels in place of kinds, without steps that have none."""
        labels = [self._label(pair) for pair in zip(old.labels, old.objects, strict=True)]
        kept = [place for place, label in enumerate(labels) if label is not None]
        return Trace(
            user_id=old.user_id,
            labels=array("q", [label for label in labels if label is not None]),
            objects=array("q", [old.objects[place] for place in kept]),
            starts=array("d", [old.starts[place] for place in kept]),
            ids=[old.ids[place] for place in kept],
        )

    def _label(self, pair: tuple[int, int]) -> int | None:
        if pair not in self._known:
            label = self._naming(self._kinds[pair[0]], self._objects[pair[1]])
            self._known[pair] = None if label is None else self._numbers.setdefault(label, len(self._numbers))
        return self._known[pair]


def fair_share(traces: Sequence[Trace], most: int) -> int:
    """How many steps each user may have, so that all together have at most `most`."""
    counts: Counter[str] = Counter()
    for trace in traces:
        counts[trace.user_id] += len(trace.ids)
    return _share(sorted(counts.values()), most)


def newest(traces: Sequence[Trace], share: int) -> list[Trace]:
    """At most so many steps of each user; the traces are in the order of time by user."""
    left = {trace.user_id: share for trace in traces}
    kept = []
    for trace in reversed(traces):
        if room := min(left[trace.user_id], len(trace.ids)):
            kept.append(_newest(trace, room))
            left[trace.user_id] -= room
    return kept[::-1]


def _share(counts: Sequence[int], most: int) -> int:
    """The same of users who have so many; `counts` ascend."""
    for rank, count in enumerate(counts):
        share = most // (len(counts) - rank)
        if count > share:
            return share
        most -= count
    return counts[-1] if counts else 0


def _newest(trace: Trace, room: int) -> Trace:
    if room == len(trace.ids):
        return trace
    return Trace(
        trace.user_id,
        trace.labels[-room:],
        trace.objects[-room:],
        trace.starts[-room:],
        trace.ids[-room:],
    )
