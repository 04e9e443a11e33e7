"""Neighbours: chunks that were found and stand next to each other become one passage.

An answer that runs over a chunk's end is then read as it was written, the overlap of two chunks is not
paid for twice, and the places that it frees go to the passages that follow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from freshet.documents.chunk import common_path
from freshet.rag.passage import Passage, Query, Retriever

CHUNKS = 3  # in a passage: some 1,200 tokens; more of one place crowds out others in a prompt
_WIDER = 2  # times as many as are wanted are looked at: few results lose more than half of them to merging


class MergingRetriever:
    """A `Retriever` that merges the neighbours among what another one finds."""

    def __init__(self, inner: Retriever) -> None:
        self._inner = inner

    async def search(self, owner: str, query: Query) -> list[Passage]:
        """See `Retriever`; a merged passage has the score and the chunk id of its best chunk."""
        found = await self._inner.search(owner, replace(query, limit=_WIDER * query.limit))
        return merged(found, query.limit)


def merged(passages: Iterable[Passage], limit: int) -> list[Passage]:
    """The first `limit` passages, best first, each with the neighbours that were found before the rest."""
    groups: list[list[Passage]] = []
    for passage in passages:
        beside = [group for group in groups if _adjoins(group, passage)]
        if not beside and len(groups) == limit:
            break
        if not beside:
            groups.append([passage])
            continue
        better, *other = beside
        better.append(passage)
        if other and len(better) + len(other[0]) <= CHUNKS:
            better += other[0]
            groups.remove(other[0])
    return [_joined(group) for group in groups]


def _adjoins(group: Sequence[Passage], passage: Passage) -> bool:
    if passage.position is None or group[0].document_id != passage.document_id or len(group) == CHUNKS:
        return False
    held = [one.position for one in group if one.position is not None]
    return passage.position in {min(held) - 1, max(held) + 1} if held else False


def _joined(group: Sequence[Passage]) -> Passage:
    best = group[0]
    first, *rest = sorted(group, key=lambda one: one.start)
    text, end, marks = first.text, first.end, first.marks
    joints: tuple[int, ...] = ()
    for passage in rest:
        if passage.start > end:
            joints += tuple(range(len(text), len(text) + passage.start - end))
        text += _after(passage, end)
        marks += tuple(mark for mark in passage.marks if mark[0] >= end)
        end = passage.end
    if not rest:
        return best
    heading = common_path([one.heading for one in group])
    joined = replace(best, text=text, end=end, marks=marks, heading=heading, joints=joints)
    return replace(joined, start=first.start, page=first.page)


def _after(passage: Passage, end: int) -> str:
    """What the passage adds to a text that ends at `end`.

    Between chunks only white space is left out; line ends make up for it, so that places still count.
    """
    span = passage.text[passage.repeated :]
    return "\n" * (passage.start - end) + span[max(end - passage.start, 0) :]
