"""Chunks: exact spans, nothing lost, bounded size, headings and headers in place."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.documents.blocks import SEPARATOR, Block, Kind
from freshet.documents.chunk import Chunk, Chunker, chunk_blocks, weigh
from freshet.documents.sentences import sentences

words = st.text(alphabet="abcdefgABC字词句。！，. ?!;1", min_size=1, max_size=12).filter(str.strip)
lines = st.lists(words, min_size=1, max_size=30).map(" ".join)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    kind: Kind = draw(st.sampled_from(["heading", "text", "text", "list", "code", "table"]))
    page = draw(st.one_of(st.none(), st.integers(1, 9)))
    if kind == "heading":
        return Block(draw(words).strip(), kind, page, level=draw(st.integers(1, 4)))
    if kind == "text":
        return Block(draw(lines).strip(), kind, page)
    rows = draw(st.lists(lines, min_size=1, max_size=12))
    header = rows[0] if kind == "table" and len(rows) > 1 else ""
    return Block("\n".join(rows), kind, page, header=header)


documents = st.lists(blocks(), min_size=1, max_size=25)
sizes = st.sampled_from([20, 60, 400])


def text_of(document: list[Block]) -> str:
    return SEPARATOR.join(block.text for block in document)


def header_of(chunk: Chunk, text: str) -> str:
    """What a chunk repeats in front of its span."""
    span = text[chunk.start : chunk.end]
    assert chunk.text.endswith(span)
    return chunk.text.removesuffix(span)


@settings(max_examples=100, deadline=None)
@given(documents, sizes, st.sampled_from([0, 5]))
def test_spans_are_exact_and_in_order(document: list[Block], size: int, overlap: int) -> None:
    text = text_of(document)
    chunks = list(chunk_blocks(document, size=size, overlap=overlap))
    headers = {block.header + "\n" for block in document if block.header}
    assert all(header_of(chunk, text) in {"", *headers} for chunk in chunks)
    assert [chunk.position for chunk in chunks] == list(range(len(chunks)))
    for before, after in itertools.pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end


@settings(max_examples=100, deadline=None)
@given(documents, sizes)
def test_nothing_is_lost_and_nothing_doubled_without_overlap(document: list[Block], size: int) -> None:
    text = text_of(document)
    chunks = list(chunk_blocks(document, size=size, overlap=0))
    edges = [0, *(edge for chunk in chunks for edge in (chunk.start, chunk.end)), len(text)]
    assert edges == sorted(edges)
    gaps = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    assert not "".join(gaps).strip()


@settings(max_examples=100, deadline=None)
@given(documents, sizes, st.sampled_from([0, 5]))
def test_no_chunk_is_empty_or_too_large(document: list[Block], size: int, overlap: int) -> None:
    for chunk in chunk_blocks(document, size=size, overlap=overlap):
        assert chunk.text.strip()
        assert weigh(chunk.text) <= size * 4


def test_a_first_row_too_long_for_a_chunk_leaves_room_for_the_header_in_its_parts() -> None:
    header = "1 1。 111。 111。。 11111。。。"
    table = Block(f"{header}\n1 1 1 1 1 1 1 11111111。。。。 111。。。。。。", "table", header=header)
    assert all(weigh(chunk.text) <= 80 for chunk in chunk_blocks([table], size=20, overlap=0))


def test_a_long_table_is_cut_between_rows_and_repeats_its_header() -> None:
    rows = [f"row {number} | 值 {number}" for number in range(200)]
    table = Block("\n".join(["name | 值", *rows]), "table", header="name | 值")
    chunks = list(chunk_blocks([Block("Before."), table, Block("After.")], size=80))
    assert len(chunks) > 5
    assert [line for chunk in chunks for line in chunk.text.split("\n") if line.startswith("row")] == rows
    assert all("name | 值" in chunk.text for chunk in chunks)
    assert chunks[0].text.startswith("Before.\n\nname | 值\nrow 0")
    assert chunks[1].text.startswith("name | 值\nrow")


def test_the_heading_path_is_what_all_of_a_chunk_stands_under() -> None:
    document = [
        Block("Book", "heading", level=1),
        Block("Intro. " * 40),
        Block("One", "heading", level=2),
        Block("First. " * 40),
        Block("Deep", "heading", level=3),
        Block("Second. " * 40),
        Block("Two", "heading", level=2),
        Block("Third. " * 40),
    ]
    chunks = list(chunk_blocks(document, size=100))
    assert [chunk.heading for chunk in chunks] == [
        ("Book",),
        ("Book", "One"),
        ("Book", "One", "Deep"),
        ("Book", "Two"),
    ]
    assert [chunk.text.split("\n")[0] for chunk in chunks] == ["Book", "One", "Deep", "Two"]


def test_short_sections_share_a_chunk_but_top_headings_part() -> None:
    document = []
    for level, title in [(1, "A"), (2, "A1"), (2, "A2"), (1, "B")]:
        document += [Block(title, "heading", level=level), Block(f"About {title}.")]
    assert [(chunk.heading, chunk.text.count("About")) for chunk in chunk_blocks(document)] == [
        (("A",), 3),
        (("B",), 1),
    ]


def test_a_heading_goes_with_what_follows_it() -> None:
    document = [Block("x" * 250), Block("Heading", "heading", level=3), Block("y" * 300)]
    chunks = list(chunk_blocks(document, size=100))
    assert [chunk.text[:7] for chunk in chunks] == ["x" * 7, "Heading"]


def test_chunks_begin_on_their_page() -> None:
    document = [Block("a" * 300, page=1), Block("b" * 300, page=2)]
    assert [chunk.page for chunk in chunk_blocks(document, size=100)] == [1, 2]


def test_overlap_repeats_whole_sentences_of_the_same_paragraph() -> None:
    sentence = [f"Sentence number {number} is here." for number in range(40)]
    chunks = list(chunk_blocks([Block(" ".join(sentence))], size=100, overlap=20))
    for before, after in itertools.pairwise(chunks):
        assert after.text.startswith(before.text[after.start - before.start :])
        assert 0 < before.end - after.start <= 80


def test_chunks_come_as_blocks_come() -> None:
    chunker = Chunker(size=50, overlap=0)
    assert chunker.add(Block("a" * 150)) == []
    [first] = chunker.add(Block("b" * 150))
    assert first.text == "a" * 150
    assert [chunk.text for chunk in chunker.close()] == ["b" * 150]
    assert chunker.close() == []


@pytest.mark.parametrize(
    "parts",
    [
        ["他来了。", "“真的吗？”", "她问。"],
        [
            "Dr. Smith paid 3.50 dollars. ",
            "He left at 5 p.m. for the U.S. army; it was late. ",
            "Then he slept.",
        ],
        ["See Fig. 3 and cf. No. 7. ", "Done! ", "(Really?) ", "Yes."],
        ["第一行\n", "第二行\n", "第三行"],
    ],
)
def test_sentences_end_where_readers_end_them(parts: list[str]) -> None:
    assert list(sentences("".join(parts))) == parts


@given(lines)
def test_sentences_lose_nothing(text: str) -> None:
    assert "".join(sentences(text)) == text
