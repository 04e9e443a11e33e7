from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from freshet import wiring
from freshet.documents.blocks import Block
from freshet.documents.chunk import Chunk, chunk_blocks
from freshet.rag.neighbours import CHUNKS, merged
from freshet.rag.passage import Passage, Query
from tests.unit.rag.conftest import Put

ENGLISH = " ".join(f"Sentence number {number} speaks of the river and its banks." for number in range(60))
CHINESE = "".join(f"第{number}句话讲的是河流和它的两岸。" for number in range(300))
ROWS = "\n".join(["City | River", *(f"City {number} | River {number}" for number in range(200))])
MIXED = [
    Block("Rivers", "heading", page=1, level=1),
    Block(ENGLISH, page=1),
    Block("Lakes", "heading", page=2, level=2),
    Block("Short.", page=2),
    Block(ROWS, "table", page=3, header="City | River"),
    Block(CHINESE, page=4),
]


def passages(blocks: Sequence[Block], document_id: str = "d") -> list[Passage]:
    return [_passage(chunk, document_id) for chunk in chunk_blocks(blocks)]


def _passage(chunk: Chunk, document_id: str) -> Passage:
    return Passage(
        document_id,
        f"{document_id}-{chunk.position}",
        "a.md",
        chunk.text,
        chunk.page,
        chunk.heading,
        chunk.start,
        chunk.end,
        1.0 / (1 + chunk.position),
        tuple((mark.start, mark.page, mark.heading) for mark in chunk.marks),
        chunk.position,
    )


def document(blocks: Sequence[Block]) -> str:
    return "\n\n".join(block.text for block in blocks)


@pytest.mark.parametrize("blocks", [[Block(ENGLISH)], [Block(CHINESE)], MIXED])
def test_neighbours_are_joined_as_the_document_has_them(blocks: Sequence[Block]) -> None:
    found, whole = passages(blocks), document(blocks)
    assert len(found) > 2
    for first, second in pairwise(found):
        (joined,) = merged([second, first], 5)
        assert (joined.start, joined.end) == (first.start, second.end)
        body = joined.text[joined.repeated :]
        held = whole[joined.start : joined.end]
        assert len(body) == len(held)
        assert body.split() == held.split()
        made_up = {place - joined.repeated for place in joined.joints}
        assert all(a == b or n in made_up for n, (a, b) in enumerate(zip(body, held, strict=True)))


def test_a_joined_passage_is_known_by_its_best_chunk_and_knows_its_places() -> None:
    found = passages(MIXED)
    at = next(n for n, one in enumerate(found) if one.page == 1 and found[n + 1].page != 1)
    (joined,) = merged([found[at + 1], found[at]], 5)
    assert (joined.chunk_id, joined.score) == (found[at + 1].chunk_id, found[at + 1].score)
    assert joined.page == 1
    assert joined.heading == ("Rivers",)
    for place in (found[at].start, found[at].end - 1, found[at + 1].end - 1):
        owner = found[at] if place < found[at].end else found[at + 1]
        assert joined.place(place) == owner.place(place)


def test_what_is_freed_by_merging_goes_to_the_next() -> None:
    found, other = passages([Block(ENGLISH)]), passages([Block("Elsewhere.")], "e")
    assert [one.document_id for one in merged([found[0], found[1], *other], 2)] == ["d", "e"]
    assert [one.chunk_id for one in merged([found[0], *other, found[2]], 2)] == ["d-0", "e-0"]
    assert merged([found[0], *other, found[1]], 2)[0].end == found[1].end


def test_only_neighbours_of_one_document_are_merged_and_not_without_end() -> None:
    found = passages([Block(CHINESE)])
    assert len(merged([found[0], found[2]], 5)) == 2
    assert len(merged([found[0], replace(found[1], document_id="other")], 5)) == 2
    assert len(merged([replace(one, position=None) for one in found[:2]], 5)) == 2
    long = merged(found, 50)
    assert len(long[0].text) > 2 * len(found[0].text)
    assert len(long) == -(-len(found) // CHUNKS)


def test_nothing_found_is_nothing_merged() -> None:
    assert merged([], 5) == []


async def test_a_search_joins_what_stands_together(put: Put, owner: str) -> None:
    document_id = await put(ENGLISH)
    chunks, _ = await wiring.library().chunks(owner, document_id, limit=50, cursor=0)
    assert len(chunks) > 1
    (found,) = await wiring.retriever().search(owner, Query("river banks sentence", limit=3))
    assert (found.start, found.end, found.text) == (0, len(ENGLISH), ENGLISH)
