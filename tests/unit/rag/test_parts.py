from itertools import pairwise

import pytest

from freshet.documents.blocks import SEPARATOR, Block
from freshet.documents.chunk import Chunk, chunk_blocks
from freshet.llm.tokens import estimate_tokens
from freshet.rag.parts import MOST_CHUNKS, PART_TOKENS, chosen, evenly, joined, parts_of
from freshet.stores.vectors import Hit

ENGLISH = "".join(f"Rule {n} says that hall {n} opens at {n % 24} on day {n}. " for n in range(60)).strip()
CHINESE = "".join(f"第{n}条规定，第{n}号车间于第{n}日{n % 24}点开放。" for n in range(60))


def hit(chunk: Chunk) -> Hit:
    """A chunk as the index gives it back."""
    payload = {
        "text": chunk.text,
        "heading": list(chunk.heading),
        "start": chunk.start,
        "end": chunk.end,
        "marks": [[mark.start, mark.page, list(mark.heading)] for mark in chunk.marks],
    }
    return Hit(f"c{chunk.position}", "d", 1, chunk.position, 0, payload)


def hits(*blocks: Block) -> list[Hit]:
    return [hit(chunk) for chunk in chunk_blocks(blocks)]


@pytest.mark.parametrize("paragraph", [ENGLISH, CHINESE])
def test_chunks_become_the_text_again_without_their_overlap(paragraph: str) -> None:
    chunks = hits(Block(paragraph), Block("The end."))
    assert any(after.payload["start"] < before.payload["end"] for before, after in pairwise(chunks))
    (part,) = parts_of(chunks)
    assert "".join(part.text.split()) == "".join(f"{paragraph}{SEPARATOR}The end.".split())


def test_headings_are_marked_by_their_level() -> None:
    (part,) = parts_of(
        hits(
            Block("Leave", "heading", level=1),
            Block("Leave is granted.", page=1),
            Block("Sick leave", "heading", level=2),
            Block("Sick leave\nneeds a note.", page=2),
        )
    )
    assert part.heading == ("Leave",)
    assert part.text.splitlines() == [
        *("# Leave", "", "Leave is granted.", "", "## Sick leave", "", "Sick leave", "needs a note.")
    ]


def test_a_table_has_its_header_once_in_each_part() -> None:
    rows = [f"item {n} | {n * 7} | a description of item number {n} in some words" for n in range(1_500)]
    header = "name | price | about"
    chunks = hits(Block("\n".join([header, *rows]), "table", header=header))
    assert len(chunks) > 20
    parts = parts_of(chunks)
    assert len(parts) > 1
    assert [part.text.count(header) for part in parts] == [1] * len(parts)
    assert [row for part in parts for row in part.text.splitlines() if row != header] == rows


def test_parts_are_about_equal_and_not_too_large() -> None:
    chunks = hits(*[Block(f"{n} {ENGLISH}") for n in range(30)])
    parts = parts_of(chunks)
    sizes = [estimate_tokens(part.text) for part in parts]
    assert len(parts) > 1
    assert sum(part.chunks for part in parts) == len(chunks)
    assert max(sizes) < PART_TOKENS * 1.05
    assert min(sizes) > max(sizes) * 0.8


def test_a_part_ends_with_a_chapter_where_one_is_near() -> None:
    chapters = [
        [Block(f"Chapter {n}", "heading", level=1), *[Block(f"{ENGLISH}") for _ in range(5)]]
        for n in range(4)
    ]
    parts = parts_of(hits(*[block for chapter in chapters for block in chapter]))
    assert len(parts) > 1
    assert all(part.text.startswith("# Chapter") for part in parts)


def test_left_out_chunks_leave_a_sign() -> None:
    chunks = hits(*[Block(ENGLISH) for _ in range(3)])
    (part,) = parts_of([chunks[0], chunks[2]])
    assert part.text == f"{chunks[0].payload['text']}\n\n[…]\n\n{chunks[2].payload['text']}"


@pytest.mark.parametrize("total", [1, 30, MOST_CHUNKS])
def test_all_of_a_document_is_fetched(total: int) -> None:
    assert chosen(total) == list(range(total))


@pytest.mark.parametrize("total", [MOST_CHUNKS + 1, MOST_CHUNKS + 29, 2 * MOST_CHUNKS, 50_000])
def test_of_a_very_long_one_stretches_from_its_beginning_to_its_end(total: int) -> None:
    positions = chosen(total)
    assert MOST_CHUNKS * 0.98 < len(positions) <= MOST_CHUNKS
    assert positions == sorted(set(positions))
    assert (positions[0], positions[-1]) == (0, total - 1)
    gaps = [after - before for before, after in pairwise(positions)]
    assert max(gaps) < total / 100


@pytest.mark.parametrize("count", [50, 51, 99, 1_000])
def test_what_is_too_much_is_thinned_out_evenly(count: int) -> None:
    kept = evenly(range(count), 50)
    assert len(set(kept)) == 50
    assert (kept[0], kept[-1]) == (0, count - 1)
    gaps = [after - before for before, after in pairwise(kept)]
    assert max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize("words", [10, 3_000, 20_000])
@pytest.mark.parametrize("count", [2, 3, 40])
def test_notes_become_fewer_whatever_their_length(count: int, words: int) -> None:
    notes = [f"{n} " + "word " * words for n in range(count)]
    parts = joined(notes)
    assert len(parts) <= max(1, count // 2)
    assert "\n\n".join(part.text for part in parts) == "\n\n".join(note.strip() for note in notes)
