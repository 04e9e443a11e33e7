"""The child process: what a parser yields is made fit to travel."""

from freshet.documents.blocks import Block
from freshet.documents.reading_child import _pieces


def test_a_long_table_repeats_its_header_and_keeps_its_rows_whole() -> None:
    rows = [f"row {number} | some text" for number in range(10_000)]
    pieces = _pieces(Block("\n".join(["A | B", *rows]), "table", 3, header="A | B"))
    assert len(pieces) > 3
    assert all(piece.text.startswith("A | B\n") and piece.header == "A | B" for piece in pieces)
    assert [line for piece in pieces for line in piece.text.split("\n")[1:]] == rows


def test_a_header_may_begin_with_an_empty_cell() -> None:
    table = Block(" | A\nx | 1", "table", header=" | A")
    assert _pieces(table) == [table]


def test_control_characters_become_blanks() -> None:
    assert _pieces(Block("a\x0cb\x00c", "table", header="a\x0cb")) == [Block("a b c", "table", header="a b")]


def test_a_long_text_is_cut_between_words() -> None:
    pieces = _pieces(Block("word " * 30_000))
    assert sum(piece.text.count("word") for piece in pieces) == 30_000
    assert {word for piece in pieces for word in piece.text.split()} == {"word"}
