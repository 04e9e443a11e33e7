"""Traces as columns: all their steps one after the other, as numpy arrays, so that counting takes no loop.

What belongs here: the columns that both graphs and patterns count in. What does not: what is counted.
"""

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from freshet.behaviour.graph.trace import Traced

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.int64]]
    Seconds = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The steps of all traces.

    A member a step: `labels`, `starts` (seconds), `traces` (the number of its trace) and `stops` (the place
    after the last step of its trace). A member a trace: `users`, numbered from 0.
    """

    labels: "Numbers"
    starts: "Seconds"
    traces: "Numbers"
    stops: "Numbers"
    users: "Numbers"


def columns(traced: Traced) -> Columns:
    """The steps of what was traced, in the order of the traces."""
    import numpy as np

    traces = traced.traces
    lengths = np.fromiter((len(trace.ids) for trace in traces), np.int64, len(traces))
    steps = int(lengths.sum())
    numbers: dict[str, int] = {}
    users = [numbers.setdefault(trace.user_id, len(numbers)) for trace in traces]
    labels = chain.from_iterable(trace.labels for trace in traces)
    starts = chain.from_iterable(trace.starts for trace in traces)
    return Columns(
        labels=np.fromiter(labels, np.int64, steps),
        starts=np.fromiter(starts, np.float64, steps),
        traces=np.repeat(np.arange(len(traces)), lengths),
        stops=np.repeat(np.cumsum(lengths), lengths),
        users=np.array(users, np.int64),
    )
