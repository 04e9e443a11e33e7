"""PDF: which ruled grids are tables, and what their cells hold."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from reportlab.lib.colors import black
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table

from freshet.documents.blocks import Block

from .conftest import Read
from .pdfs import HAN, boxed, drawn, flowing, paragraph

ROWS = [["Name", "City", "Age"], ["Alice", "Berlin", "33"], ["Bob", "Paris", "44"]]
TEXT = "Name | City | Age\nAlice | Berlin | 33\nBob | Paris | 44"
DIGITS = [["12345", "67890"], ["11111", "22222"]]
LATIN = "Helvetica"
GRID = ("GRID", (0, 0), (-1, -1), 1, black)
INNER = ("INNERGRID", (0, 0), (-1, -1), 1, black)
BOX = ("BOX", (0, 0), (-1, -1), 1, black)


def tables(found: list[Block]) -> list[Block]:
    return [block for block in found if block.kind == "table"]


def words(found: list[Block]) -> Counter[str]:
    return Counter(word for block in found for word in block.text.replace("|", " ").split())


def test_a_ruled_table_is_one_block_with_its_header_between_the_text_around_it(blocks: Read) -> None:
    pdf = flowing(paragraph("Before it."), Table(ROWS, style=[GRID]), paragraph("After it."))
    assert [(b.kind, b.text, b.header, b.page) for b in blocks(pdf, "a.pdf")] == [
        ("text", "Before it.", "", 1),
        ("table", TEXT, "Name | City | Age", 1),
        ("text", "After it.", "", 1),
    ]


def test_wrapped_cells_are_one_line_in_english_and_chinese(blocks: Read) -> None:
    meaning = "The quick brown fox jumps over the lazy dog and comes back."
    chinese = "人工智能是计算机科学的一个分支，它企图了解智能的实质。"
    rows = [
        ["Term", paragraph("说明", "Han")],
        [paragraph("one long term that wraps"), paragraph(chinese, "Han")],
        [paragraph(meaning), paragraph("短句。", "Han")],
    ]
    (table,) = tables(blocks(flowing(Table(rows, colWidths=[90, 120], style=[GRID])), "a.pdf"))
    assert table.text == f"Term | 说明\none long term that wraps | {chinese}\n{meaning} | 短句。"


@pytest.mark.parametrize(
    ("font", "rows"), [(HAN, [["姓名姓", "城市市"], ["张三丰", "北京市"]]), (LATIN, DIGITS)]
)
def test_cells_that_all_but_touch_stay_apart(blocks: Read, font: str, rows: list[list[str]]) -> None:
    style = [GRID, ("FONT", (0, 0), (-1, -1), font, 10), ("LEFTPADDING", (0, 0), (-1, -1), 0.7)]
    width = stringWidth(rows[0][0], font, 10) + 1.4
    (found,) = blocks(flowing(paragraph("", "Han"), Table(rows, colWidths=[width] * 2, style=style)), "a.pdf")
    assert found.text == "\n".join(" | ".join(row) for row in rows)


def test_merged_cells_stand_where_they_begin_and_deepen_the_header(blocks: Read) -> None:
    rows = [["Region", "Year", ""], ["", "2023", "2024"], ["North", "10", "20"], ["South", "", "30"]]
    merged = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0))]
    (table,) = tables(blocks(flowing(Table(rows, style=[GRID, *merged])), "a.pdf"))
    assert table.text == "Region | Year | \n | 2023 | 2024\nNorth | 10 | 20\nSouth |  | 30"
    assert table.header == "Region | Year | \n | 2023 | 2024"


def test_a_row_across_the_whole_table_is_its_title(blocks: Read) -> None:
    rows = [["People by city", "", ""], *ROWS]
    found = blocks(flowing(Table(rows, style=[GRID, ("SPAN", (0, 0), (-1, 0))])), "a.pdf")
    assert [(b.kind, b.text) for b in found] == [("text", "People by city"), ("table", TEXT)]


def test_numbers_alone_are_no_header(blocks: Read) -> None:
    (table,) = blocks(flowing(Table([["1", "2"], ["3", "4"], ["5", "6"]], style=[GRID])), "a.pdf")
    assert (table.text, table.header) == ("1 | 2\n3 | 4\n5 | 6", "")


def test_each_page_of_a_long_table_has_the_header_once(blocks: Read) -> None:
    rows = [["Number", "Word"], *([str(number), f"word{number}"] for number in range(70))]
    found = blocks(flowing(Table(rows, style=[GRID], repeatRows=1)), "a.pdf")
    assert [(b.kind, b.page, b.header, b.text.count("Number | Word")) for b in found] == [
        ("table", page, "Number | Word", 1) for page in (1, 2)
    ]
    assert sum(len(b.text.splitlines()) - 1 for b in found) == 70


def thin_boxes(canvas: Canvas) -> None:
    for down, row in enumerate(ROWS):
        for across, text in enumerate(row):
            canvas.drawString(104 + 80 * across, 706 - 20 * down, text)
    for edge in range(4):
        canvas.rect(100, 720 - 20 * edge, 240, 0.5, fill=1, stroke=0)
        canvas.rect(100 + 80 * edge, 660, 0.5, 60, fill=1, stroke=0)


def one_path(canvas: Canvas) -> None:
    path = canvas.beginPath()
    for down, row in enumerate(ROWS):
        for across, text in enumerate(row):
            path.rect(100 + 80 * across, 700 - 20 * down, 80, 20)
            canvas.drawString(104 + 80 * across, 706 - 20 * down, text)
    canvas.drawPath(path)


def in_a_form_object(canvas: Canvas) -> None:
    canvas.translate(60, -100)
    canvas.scale(0.7, 0.9)
    canvas.beginForm("table")
    boxed(canvas, ROWS)
    canvas.endForm()
    canvas.doForm("table")


def on_a_turned_page(canvas: Canvas) -> None:
    canvas.setPageRotation(90)
    canvas.rotate(90)
    canvas.translate(0, -800)
    boxed(canvas, ROWS)


@pytest.mark.parametrize("draw", [thin_boxes, one_path, in_a_form_object, on_a_turned_page])
def test_a_table_is_found_however_its_lines_are_drawn(blocks: Read, draw: Callable[[Canvas], Any]) -> None:
    (table,) = blocks(drawn(draw), "a.pdf")
    assert (table.kind, table.text) == ("table", TEXT)


def test_a_table_without_outer_lines_is_found(blocks: Read) -> None:
    (table,) = blocks(flowing(Table(ROWS, style=[INNER])), "a.pdf")
    assert (table.kind, table.text) == ("table", TEXT)


def test_a_small_table_may_have_gaps_below_its_header(blocks: Read) -> None:
    (table,) = blocks(flowing(Table([ROWS[0], ["Alice", "", "33"]], style=[GRID])), "a.pdf")
    assert (table.kind, table.text) == ("table", "Name | City | Age\nAlice |  | 33")


def test_a_table_in_a_frame_is_found_and_the_frame_is_none(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(20, 20, 550, 800)
        canvas.drawString(72, 780, "A framed page.")
        boxed(canvas, ROWS)

    assert [b.text for b in blocks(drawn(draw), "a.pdf")] == ["A framed page.", TEXT]


def chart(canvas: Canvas) -> None:
    for step in range(11):
        canvas.line(100, 100 + 30 * step, 400, 100 + 30 * step)
        canvas.line(100 + 30 * step, 100, 100 + 30 * step, 400)
        canvas.drawRightString(95, 97 + 30 * step, str(10 * step))
    for x, y in ((135, 280), (225, 280), (135, 220), (225, 220), (285, 160), (315, 160)):
        canvas.drawString(x, y + 5, str(x))


def two_column_page(canvas: Canvas) -> None:
    canvas.rect(50, 60, 500, 740)
    canvas.line(300, 60, 300, 800)
    canvas.line(50, 780, 550, 780)
    canvas.drawString(60, 785, "The Daily News")
    canvas.drawString(310, 785, "Friday")
    for line in range(40):
        canvas.drawString(60, 760 - 16 * line, f"Left column with its line number {line}")
    for line in range(30):
        canvas.drawString(310, 760 - 16 * line, f"Right column with its line number {line}")


def boxes_and_lines(canvas: Canvas) -> None:
    for down in range(3):
        for across in range(2):
            canvas.rect(100 + 200 * across, 700 - 100 * down, 80, 30)
            canvas.drawString(110 + 200 * across, 718 - 100 * down, f"Step {down}.{across}")
        canvas.line(180, 715 - 100 * down, 300, 715 - 100 * down)
    for down in range(2):
        canvas.line(140, 700 - 100 * down, 140, 630 - 100 * down)


def two_rows_with_gaps(canvas: Canvas) -> None:
    boxed(canvas, [["Source", "", "Sink"], ["", "Filter", "Sink again"]])


NO_TABLES = [chart, two_column_page, boxes_and_lines, two_rows_with_gaps]


@pytest.mark.parametrize("draw", NO_TABLES)
def test_other_things_with_lines_are_no_tables(blocks: Read, draw: Callable[[Canvas], Any]) -> None:
    assert not tables(blocks(drawn(draw), "a.pdf"))


@pytest.mark.parametrize(
    "style",
    [
        [],
        [BOX],
        [("LINEBELOW", (0, 0), (-1, -1), 1, black)],
        [BOX, ("LINEBELOW", (0, 0), (-1, 0), 1, black), ("LINEAFTER", (0, 0), (-1, -1), 1, black)],
    ],
    ids=["no lines", "box", "lines across", "rows not parted"],
)
def test_tables_without_all_their_lines_stay_lines_of_text(blocks: Read, style: list[Any]) -> None:
    found = blocks(flowing(Table([*ROWS, ["Eve", "Rome", "55"]], style=style)), "a.pdf")
    assert not tables(found)
    assert words(found) == Counter(" ".join(" ".join(row) for row in [*ROWS, ["Eve", "Rome", "55"]]).split())


def plain_text(data: bytes, folder: Path) -> str:
    path = folder / "plain.pdf"
    path.write_bytes(data)
    with pypdfium2.PdfDocument(path) as document:
        return str(document[0].get_textpage().get_text_range())


@pytest.mark.parametrize("draw", [*NO_TABLES, thin_boxes, in_a_form_object, on_a_turned_page])
def test_no_word_is_lost_or_doubled(blocks: Read, tmp_path: Path, draw: Callable[[Canvas], Any]) -> None:
    data = drawn(draw)
    plain = plain_text(data, tmp_path)
    assert words(blocks(data, "a.pdf")) == Counter(plain.split())


def test_a_map_of_a_hundred_thousand_lines_is_read_in_one_pass(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(100_000):
            x, y = number * 7 % 500, number * 11 % 700
            canvas.line(x, y, x + number % 2 * 60, y + (number + 1) % 2 * 60)
        canvas.drawString(100, 750, "A map.")

    data = drawn(draw)
    begun = time.process_time()
    (found,) = blocks(data, "a.pdf")
    assert found.text == "A map."
    assert time.process_time() - begun < 10  # a fraction of a second; lines by lines would be hours
