"""Traces: sessions as rows of numbers, which graphs, patterns and causes are counted from.

What belongs here: the values. What does not: where they come from (`material`), what is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from freshet.behaviour.requests import By, Of


@dataclass(frozen=True, slots=True)
class Trace:
    """One session of one user, oldest step first; the members are as long as each other.

    `labels` and `objects` are places in the lists of the `Traced` that it belongs to; `starts` are seconds
    since 1970 in UTC, `ids` those of events or behaviours. Of two at the same time the order is the log's.
    """

    user_id: str
    labels: Sequence[int]
    objects: Sequence[int]
    starts: Sequence[float]
    ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Traced:
    """What a scope comes to. `covered` is the share of its steps that are in: 1 unless there are too many, or
    some have no tag that would be their label."""

    of: Of
    by: By
    labels: Sequence[str]
    objects: Sequence[str]
    traces: Sequence[Trace]
    covered: float = 1.0

    @property
    def steps(self) -> int:
        """How many there are in all traces."""
        return sum(len(trace.ids) for trace in self.traces)
