"""A long PDF as people have them: chapters in English and Chinese by turns, an outline, full pages."""

from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from infra.local.demo.make import CHINESE_FONT
from tests.bench.text import Writer

_CHAPTER = 10  # pages
_PARAGRAPHS = 4  # on a page
_WORDS, _CHARACTERS = 100, 210  # in a paragraph: 400 words a page, or 840 characters, about as much
_SIZE, _LEADING, _MARGIN = 10.5, 15, 72  # points
_WIDTH = A4[0] - 2 * _MARGIN
_LINE = int(_WIDTH / _SIZE)  # characters of a Chinese line


def draw(path: Path, pages: int, *, seed: int = 1) -> None:
    """Draws the book; each page is a section that its outline names."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE_FONT))
    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    writer = Writer(seed)
    for number in range(pages):
        chapter, section = divmod(number, _CHAPTER)
        _page(canvas, writer, chapter + 1, section + 1)
    canvas.save()


def _page(canvas: Canvas, writer: Writer, chapter: int, section: int) -> None:
    english = chapter % 2 == 1
    font = "Helvetica" if english else CHINESE_FONT
    text = canvas.beginText(_MARGIN, A4[1] - _MARGIN)
    text.setFont(font, _SIZE, _LEADING)
    if section == 1:
        _heading(canvas, text, f"Chapter {chapter}" if english else f"第{chapter}章", f"{chapter}", 0)
    title = writer.english(3).rstrip(".") if english else writer.chinese(8).rstrip("。")
    _heading(canvas, text, f"{chapter}.{section} {title}", f"{chapter}.{section}", 1)
    for _ in range(_PARAGRAPHS):
        for line in _english_lines(writer) if english else _chinese_lines(writer):
            text.textLine(line)
        text.textLine("")
    canvas.drawText(text)
    canvas.showPage()


def _heading(canvas: Canvas, text: Any, title: str, key: str, level: int) -> None:
    canvas.bookmarkHorizontal(key, 0, text.getY() + _SIZE)
    canvas.addOutlineEntry(title, key, level)
    text.textLine(title)
    text.textLine("")


def _english_lines(writer: Writer) -> list[str]:
    return list(simpleSplit(writer.english(_WORDS), "Helvetica", _SIZE, _WIDTH))


def _chinese_lines(writer: Writer) -> list[str]:
    paragraph = writer.chinese(_CHARACTERS)
    return [paragraph[start : start + _LINE] for start in range(0, len(paragraph), _LINE)]
