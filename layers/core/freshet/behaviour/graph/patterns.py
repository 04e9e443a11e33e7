"""Frequent patterns: kinds of steps that come in the same order in many sequences.

PrefixSpan: a pattern is grown at its end, over the places that its occurrences leave to come after it (J. Pei
et al., "PrefixSpan: mining sequential patterns efficiently by prefix-projected pattern growth", ICDE 2001).
With bounded gaps all places that an occurrence may end at are kept, not the first alone (as in J. Pei, J. Han
and W. Wang, "Constraint-based sequential pattern mining: the pattern-growth methods", 2007). The most
frequent pattern is grown first: none that grows out of it is more frequent, so the best are known without
the others.

What belongs here: which patterns are found, in which order. What does not: what a step is (`material`), the
arithmetic (`growing`).
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import combinations, islice
from math import ceil

from pydantic import BaseModel, ConfigDict, Field

from freshet.behaviour.graph.columns import columns
from freshet.behaviour.graph.growing import Growing
from freshet.behaviour.graph.trace import Traced
from freshet.behaviour.requests import By, Of
from freshet.errors import Invalid

# What a search may cost before it is content with less; then as much again.
_LOOKS = 100_000_000  # steps that are looked at: three seconds
_GROWN = 20_000  # patterns that are grown: a second, however few steps they have
_WAITING = 200_000  # patterns that wait to be grown: 30 MB
_LEAST = 2  # sequences, where a share is asked for: what one sequence has is no pattern

_Kinds = tuple[int, ...]


class Pattern(BaseModel):
    """Kinds in their order. `support` is how many sequences have it, `share` which part of all that is."""

    model_config = ConfigDict(frozen=True)

    items: list[str]
    support: int
    share: float
    users: int
    example: list[str] = Field(description="ids of the steps of one occurrence, the one that took least time")
    median_duration_seconds: float = Field(description="of each sequence's shortest, from start to start")


class Patterns(BaseModel):
    """The best patterns, by support, then by length. `truncated` says that there may be others as good."""

    model_config = ConfigDict(frozen=True)

    of: Of
    by: By
    covered: float = Field(description="share of the steps that were looked at")
    sequences: int
    least_support: int = Field(description="sequences that a pattern had to be in")
    truncated: bool
    patterns: list[Pattern]


def frequent_patterns(
    traced: Traced,
    *,
    min_support: float = 0.05,
    min_length: int = 2,
    max_length: int = 5,
    max_gap: int | None = None,
    limit: int = 50,
    closed: bool = False,
) -> Patterns:
    """The `limit` best patterns; the parameters are those of `PatternScope`. Work for a thread.

    `closed` leaves out those that are part of another one in exactly the same sequences: they say nothing
    that the longer one does not. Raises Invalid for a `min_length` above `max_length`.
    """
    if min_length > max_length:
        raise Invalid(f"min_length ({min_length}) is above max_length ({max_length}).")
    least = _least(min_support, len(traced.traces))
    growing = Growing(columns(traced), traced.labels, least, max_gap)
    search = _Search(growing, min_length, max_length)
    found: list[_Kinds] = []
    while (wanted := limit - len(found)) and (level := search.level(wanted)):
        found += islice(_closed(growing, level) if closed else level, wanted)
    return Patterns(
        of=traced.of,
        by=traced.by,
        covered=traced.covered,
        sequences=len(traced.traces),
        least_support=least,
        truncated=search.truncated,
        patterns=[_pattern(traced, growing, kinds) for kinds in found],
    )


def _least(min_support: float, sequences: int) -> int:
    if min_support >= 1:
        return ceil(min_support)
    return max(_LEAST, ceil(min_support * sequences - 1e-9))  # 0.07 of 100 is 7, not 7.000000000000001


class _Search:
    """The patterns, the most frequent first, of those the longest, then in the order of their labels."""

    def __init__(self, growing: Growing, min_length: int, max_length: int) -> None:
        self.truncated = False
        self._growing = growing
        self._lengths = range(min_length, max_length + 1)
        self._grown = 0
        self._waiting: list[tuple[int, int, _Kinds]] = []
        for kind, support in enumerate(growing.supports):
            self._push(support, (kind,))

    def level(self, wanted: int) -> list[_Kinds]:
        """All patterns of the highest support that is left; empty when there are none.

        So many of the greatest length as are wanted are enough: others of this support are not looked for.
        """
        found: list[_Kinds] = []
        support = longest = 0
        while self._waiting and longest != wanted:
            if found and self._waiting[0][0] != support:
                break
            support, _, kinds = heappop(self._waiting)
            if len(kinds) in self._lengths:
                found.append(kinds)
            if len(kinds) == self._lengths[-1]:
                longest += 1
            else:
                self._grow(kinds)
        return sorted(found, key=lambda kinds: (-len(kinds), kinds))

    def _grow(self, kinds: _Kinds) -> None:
        if not self._spent(1):
            for kind, support in self._after(kinds):
                self._push(support, (*kinds, kind))
        else:
            self.truncated = True
            if len(kinds) < self._lengths[0]:
                self._dive(kinds)

    def _dive(self, kinds: _Kinds) -> None:
        """Grows what is too short by what is most frequent each time: better than to find nothing."""
        support = 0
        while len(kinds) < self._lengths[0]:
            after = [] if self._spent(2) else self._after(kinds)
            if not after:
                return
            kind, support = max(after, key=lambda found: found[1])
            kinds = (*kinds, kind)
        self._push(support, kinds)

    def _after(self, kinds: _Kinds) -> list[tuple[int, int]]:
        self._grown += 1
        return self._growing.grown(kinds)

    def _push(self, support: int, kinds: _Kinds) -> None:
        heappush(self._waiting, (-support, -len(kinds), kinds))

    def _spent(self, times: int) -> bool:
        return (
            self._grown >= times * _GROWN
            or self._growing.looked >= times * _LOOKS
            or len(self._waiting) >= times * _WAITING
        )


def _closed(growing: Growing, level: list[_Kinds]) -> Iterator[_Kinds]:
    """The patterns that none of the others contains in the same sequences; all have one support."""
    import numpy as np

    parts: dict[bytes, set[_Kinds]] = {}
    for kinds in level:  # the longest first
        _, ends = growing.occurrences(kinds)
        known = parts.setdefault(np.unique(growing.steps.traces[ends]).tobytes(), set())
        if kinds not in known:
            known.update(*(combinations(kinds, length) for length in range(1, len(kinds))))
            yield kinds


def _pattern(traced: Traced, growing: Growing, kinds: _Kinds) -> Pattern:
    import numpy as np

    steps = growing.steps
    begins, ends = growing.shortest(kinds)
    traces, took = steps.traces[ends], steps.starts[ends] - steps.starts[begins]
    shown = int(np.argmin(took))
    trace = traced.traces[traces[shown]]
    first = int(steps.stops[ends[shown]]) - len(trace.ids)
    course = growing.course(kinds, int(begins[shown]), int(ends[shown]))
    return Pattern(
        items=[growing.labels[kind] for kind in kinds],
        support=len(traces),
        share=round(len(traces) / len(traced.traces), 6),
        users=len(np.unique(steps.users[traces])),
        example=[trace.ids[place - first] for place in course],
        median_duration_seconds=round(float(np.median(took)), 3),
    )
