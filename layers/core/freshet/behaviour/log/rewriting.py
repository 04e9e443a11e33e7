"""Rows into segments: each new row goes where its time belongs, so segments follow on each other in time.

A segment that gets rows is written anew, in equal parts if it grew too long; the others stay. Rows that are
all later than the log begin a segment of their own once the last one has half of what it may have: so every
segment but the last is half full at least, and what is added at the end rewrites little.

What belongs here: which rows go where, and which were there before. What does not: the head (`log`).
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.log.heads import Head, Segment
from freshet.behaviour.log.segments import Segments

LONGEST = 8_000  # rows of a segment: 120 KB, packed and unpacked in some 50 ms
_when = attrgetter("at.seconds")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The segments of the log's next version, and how many rows are new in it.

    `written` are those that it has, and this version has not; `replaced` the other way round.
    """

    segments: list[Segment]
    kept: int
    written: list[str]
    replaced: list[str]


async def rewritten(store: Segments, owner: str, head: Head, rows: Sequence[Behaviour]) -> Rewritten:
    """Writes the segments that the rows belong into; the rows differ, and the head stays as it is.

    Rows of the same time keep the order in which they came. Raises NotFound if a segment is gone.
    """
    parts: list[list[Segment]] = [[segment] for segment in head.segments]
    parts.append([])
    kept = 0
    for place, share in shares(head.segments, rows).items():
        before, known = await _before(store, owner, head, place, share[0].at.seconds)
        fresh = [row for row in share if row.id not in known]
        if fresh:
            merged = sorted([*before, *fresh], key=_when)
            parts[place] = [await store.write(owner, head, some) for some in _cut(merged)]
            kept += len(fresh)
    segments = [segment for part in parts for segment in part]
    old, new = {segment.id for segment in head.segments}, {segment.id for segment in segments}
    return Rewritten(segments, kept, sorted(new - old), sorted(old - new))


def shares(segments: Sequence[Segment], rows: Sequence[Behaviour]) -> dict[int, list[Behaviour]]:
    """The rows by the place of the segment that they go into, oldest first; one place more is a new one's."""
    firsts = [segment.first.seconds for segment in segments]
    found: dict[int, list[Behaviour]] = {}
    for row in sorted(rows, key=_when):
        found.setdefault(max(bisect_right(firsts, row.at.seconds) - 1, 0), []).append(row)
    end = len(segments) - 1
    if (
        end in found
        and segments[end].rows >= LONGEST // 2
        and _when(found[end][0]) > segments[end].last.seconds
    ):
        found[end + 1] = found.pop(end)
    return found


async def _before(
    store: Segments, owner: str, head: Head, place: int, since: float
) -> tuple[list[Behaviour], set[str]]:
    """The rows of the segment at `place`, and the ids of all that a row from `since` on may be the same as.

    Of many rows at the same time, segments before it may have some.
    """
    if place == len(head.segments):
        return [], set()
    first = place
    while first and head.segments[first - 1].last.seconds >= since:
        first -= 1
    known: set[str] = set()
    rows: list[Behaviour] = []
    for segment in head.segments[first : place + 1]:
        (rows,) = await store.read(owner, head.user_id, [segment])
        known.update(row.id for row in rows)
    return rows, known


def _cut(rows: Sequence[Behaviour]) -> Iterator[Sequence[Behaviour]]:
    """In equal parts, none of them too long."""
    parts = -(-len(rows) // LONGEST)
    size = -(-len(rows) // parts)
    return (rows[start : start + size] for start in range(0, len(rows), size))
