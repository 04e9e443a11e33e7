"""PDF: pages, paragraphs, headings, refusals."""

from itertools import pairwise
from pathlib import Path

import pytest
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from freshet import errors
from freshet.documents.blocks import Progress
from freshet.documents.formats import read

from .conftest import Read
from .pdfs import drawn, story

CHINESE = "人工智能是计算机科学的一个分支，它企图了解智能的实质，并生产出一种新的机器。" * 5
ENGLISH = "The quick brown fox jumps over the lazy dog while nobody watches it at all. " * 8


def two_lines(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "first page")
    canvas.showPage()
    canvas.drawString(72, 700, "second page")


def test_wrapped_lines_become_paragraphs_in_english_and_chinese(blocks: Read) -> None:
    found = blocks(story((ENGLISH, "BodyText"), (CHINESE, "Han"), ("短句。", "Han")), "a.pdf")
    assert [b.text for b in found] == [ENGLISH.strip(), CHINESE, "短句。"]
    assert {b.page for b in found} == {1}


def test_pages_count_from_one(blocks: Read) -> None:
    assert [(b.text, b.page) for b in blocks(drawn(two_lines), "a.pdf")] == [
        ("first page", 1),
        ("second page", 2),
    ]


def test_outline_entries_are_headings_where_the_page_shows_them(blocks: Read) -> None:
    def draw(canvas: Canvas) -> None:
        for level, title in ((0, "1 Start"), (1, "Details"), (1, "Not on the page")):
            canvas.bookmarkPage(title, fit="XYZ", top=720 - 40 * level)
            canvas.addOutlineEntry(title, title, level)
        for y, text in ((700, "1 Start"), (680, "Text of it."), (660, "Details"), (640, "More text.")):
            canvas.drawString(72, y, text)

    found = blocks(drawn(draw), "a.pdf")
    assert [(b.kind, b.text, b.level) for b in found] == [
        ("heading", "1 Start", 1),
        ("text", "Text of it.", 0),
        ("heading", "Details", 2),
        ("text", "More text.", 0),
    ]


def test_progress_comes_along_the_way(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(120):
            canvas.drawString(72, 700, f"page {number}")
            canvas.showPage()

    path = tmp_path / "long.pdf"
    path.write_bytes(drawn(draw))
    progress = [found for found in read(path, "long.pdf") if isinstance(found, Progress)]
    assert progress[-1] == Progress(120, 120)
    steps = [0, *(each.pages_done for each in progress)]
    assert max(later - earlier for earlier, later in pairwise(steps)) <= 50


def test_a_user_password_is_encrypted_and_an_owner_password_no_obstacle(blocks: Read) -> None:
    with pytest.raises(errors.Encrypted, match="password"):
        blocks(drawn(two_lines, encrypt=pdfencrypt.StandardEncryption("user", "owner")), "a.pdf")
    found = blocks(drawn(two_lines, encrypt=pdfencrypt.StandardEncryption("", "owner", canPrint=0)), "a.pdf")
    assert found[0].text == "first page"


def test_pages_without_text_are_no_text(blocks: Read) -> None:
    with pytest.raises(errors.NoText, match="OCR"):
        blocks(drawn(lambda canvas: canvas.rect(10, 10, 100, 100, fill=1)), "a.pdf")


@pytest.mark.parametrize("cut", [100, 600])
def test_a_cut_off_file_is_damaged(blocks: Read, cut: int) -> None:
    with pytest.raises(errors.Damaged):
        blocks(drawn(two_lines)[:cut], "a.pdf")
