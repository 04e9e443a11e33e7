"""Series: traces as columns, in the order of time, and which steps may be cause and effect of each other.

What belongs here: the columns, and where causes and effects have to be together. What does not: counting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from freshet.behaviour.causal.graph import Within
from freshet.behaviour.graph.trace import Traced

if TYPE_CHECKING:
    from freshet.behaviour.graph.columns import Numbers

LEAST = 5  # times that a kind has to be there, and that a cause has to be followed by its effect
_MOST_KINDS = 100
_LOOKED_UP = 20_000_000  # steps times kinds: ten seconds of work
_FEWEST_KINDS = 20  # however many steps
_MANY = 4  # kinds at an object, and objects of a kind: devices that each raise many alarms


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """All steps, unit by unit and in the order of time; times are whole milliseconds from 0.

    A unit is where causes and effects are together: a user's steps, or those with an object. A member a step:
    `kinds` (a place in `labels`, -1 for kinds that are not looked at), `users`, `units`, `times`, `ends` (of
    its unit, or of its session, in `moments`), `origin` (its place in the traces, for `ids`).
    """

    labels: Sequence[str]
    kinds: "Numbers"
    users: "Numbers"
    units: "Numbers"
    times: "Numbers"
    ends: "Numbers"
    origin: "Numbers"
    span: int
    ids: Sequence[str]
    within: Within | None
    left_out: int  # kinds that would have been looked at, if there were fewer

    def moments(self, times: "Numbers") -> "Numbers":
        """Times as points of one line on which no two units meet."""
        return self.units * self.span + times


def series(traced: Traced, *, within: Within | None, max_lag_s: float) -> Series:
    """The series of what was traced; without `within`, where it has to be is told by the log itself."""
    import numpy as np

    traces = traced.traces
    sizes = np.fromiter((len(trace.ids) for trace in traces), np.int64, len(traces))
    labels, objects = (
        np.fromiter(chain.from_iterable(columns), np.int64, traced.steps)
        for columns in ((trace.labels for trace in traces), (trace.objects for trace in traces))
    )
    starts = np.fromiter(chain.from_iterable(trace.starts for trace in traces), np.float64, traced.steps)
    times = np.round((starts - np.min(starts, initial=np.inf)) * 1000).astype(np.int64)
    numbers: dict[str, int] = {}
    users = np.repeat([numbers.setdefault(trace.user_id, len(numbers)) for trace in traces], sizes)
    within = within or _within(traced, labels, objects)
    units = users.astype(np.int64)
    if within == "object":
        units = np.unique(users * len(traced.objects) + objects, return_inverse=True)[1].astype(np.int64)
    span = int(np.max(times, initial=0)) + int(max_lag_s * 1000) + 2 * 86_400_000
    ends = (units + 1) * span - 1
    if within == "session":
        last = np.array([max(trace.starts) for trace in traces if trace.ids])
        last = np.round((np.repeat(last, sizes[sizes > 0]) - np.min(starts, initial=np.inf)) * 1000)
        ends = units * span + last.astype(np.int64)
    kinds, kept, left_out = _kinds(traced, labels)
    order = np.lexsort((times, units))
    return Series(
        labels=[traced.labels[label] for label in kept],
        kinds=kinds[order],
        users=users[order],
        units=units[order],
        times=times[order],
        ends=ends[order],
        origin=order,
        span=span,
        ids=list(chain.from_iterable(trace.ids for trace in traces)),
        within=within,
        left_out=left_out,
    )


def _within(traced: Traced, labels: "Numbers", objects: "Numbers") -> Within | None:
    """`object` where actions recur over many objects, each of which has many of them: as alarms do."""
    import numpy as np

    if traced.by != "action" or not traced.steps:
        return None
    pairs = np.unique(np.stack([labels, objects]), axis=1)
    of_object = np.bincount(pairs[1], minlength=len(traced.objects))[objects].mean()
    of_label = np.bincount(pairs[0], minlength=len(traced.labels))[labels].mean()
    return "object" if min(of_object, of_label) >= _MANY else None


def _kinds(traced: Traced, labels: "Numbers") -> tuple["Numbers", list[int], int]:
    """Of each step its kind, the labels that are kinds, and how many more could have been."""
    import numpy as np

    counts = np.bincount(labels, minlength=len(traced.labels)).tolist()
    most = min(_MOST_KINDS, max(_FEWEST_KINDS, _LOOKED_UP // max(1, traced.steps)))
    enough = [label for label, count in enumerate(counts) if count >= LEAST]
    enough.sort(key=lambda label: (-counts[label], traced.labels[label]))
    kept = enough[:most]
    kind_of = np.full(len(traced.labels), -1, np.int64)
    kind_of[kept] = np.arange(len(kept))
    return kind_of[labels], kept, len(enough) - len(kept)
