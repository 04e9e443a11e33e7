"""PDF: text page by page, lines joined to paragraphs, headings from the outline.

pdfium finds characters and lines; what is a paragraph is decided here from where the lines lie. Pages are
closed as they are read, so memory stays flat. What does not belong here: OCR; layout beyond paragraphs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.hyphens import MARKS, Hyphens

_PROGRESS_EVERY = 10  # pages
_OUTLINE_LIMIT = 20_000  # entries; more is an attack or a generated index
_LINE_END = re.compile(r"\r\n|\r|\n")
_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
_ITEM = re.compile(
    r"(?:[•‣▪●○■□◆–—*·]|-|[（(]?(?:\d{1,3}|[a-zA-Z]|[一二三四五六七八九十]{1,3})[).）、])\s*\S"
)
_ENDS = re.compile(r"[.!?。！？:：;；][\"'”’)）」』]*$")
_NUMBER = re.compile(
    r"(?:第.{1,4}[章节節部篇]|chapter|section|part|appendix|[\d.]+|[ivxlc]+\.)", re.IGNORECASE
)


def read(path: Path) -> Iterator[Block | Progress]:
    """The document's blocks and, every few pages, its progress."""
    document = _open(path)
    outline = _outline(document)
    total, found, broken = len(document), False, 0
    hyphens = Hyphens()
    for number in range(total):
        try:
            lines = _lines(document, number)
        except pdfium.PdfiumError:
            lines, broken = [], broken + 1
        hyphens.learn("\n".join(line.text for line in lines))
        for block in _blocks(lines, number + 1, outline.get(number, []), hyphens):
            found = True
            yield block
        if (number + 1) % _PROGRESS_EVERY == 0 or number + 1 == total:
            yield Progress(number + 1, total)
    if not found and (broken or _shattered(document)):
        raise _damaged()
    if not found:
        raise errors.NoText(
            "The PDF has no text, at most pictures of it. Run text recognition (OCR) on it and upload that."
        )


def _open(path: Path) -> Any:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code in {pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY}:
            raise errors.Encrypted(
                "The PDF opens only with a password. Remove it and upload again."
            ) from error
        raise _damaged() from error
    if len(document) == 0:
        raise _damaged()
    return document


def _shattered(document: Any) -> bool:
    """Whether a document without text is one that pdfium had to guess together, and that shows nothing."""
    if pdfium_c.FPDF_DocumentHasValidCrossReferenceTable(document):
        return False
    return not any(pdfium_c.FPDFPage_CountObjects(document[at]) for at in range(min(len(document), 20)))


def _damaged() -> errors.Damaged:
    return errors.Damaged("The PDF can't be opened, it is broken or cut off. Export or download it again.")


@dataclass(slots=True)
class _Line:
    """A line as pdfium sees it, with its box in points; `level` is set where it is a heading."""

    text: str
    left: float
    right: float
    bottom: float
    height: float
    level: int = 0

    @property
    def advance(self) -> float:
        """The mean width of a character."""
        return max(self.right - self.left, 1.0) / len(self.text)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An outline entry: its normalised title, its level from 1, and where on the page it points."""

    title: str
    level: int
    top: float | None


def _outline(document: Any) -> dict[int, list[_Entry]]:
    """The outline's entries by page index."""
    entries: dict[int, list[_Entry]] = {}
    for count, bookmark in enumerate(document.get_toc()):
        if count >= _OUTLINE_LIMIT:
            break
        destination = bookmark.get_dest()
        page = destination.get_index() if destination else None
        title = _normal(bookmark.get_title())
        if page is not None and title:
            mode, view = destination.get_view()
            top = view[1] if mode == pdfium_c.PDFDEST_VIEW_XYZ and len(view) > 1 else None
            entries.setdefault(page, []).append(_Entry(title, bookmark.level + 1, top))
    return entries


def _lines(document: Any, number: int) -> list[_Line]:
    page = document[number]
    try:
        textpage = page.get_textpage()
        try:
            return list(_placed(textpage))
        finally:
            textpage.close()
    finally:
        page.close()


def _placed(textpage: Any) -> Iterator[_Line]:
    """The page's lines in reading order with the boxes of their first and last characters."""
    text = textpage.get_text_range()
    start = 0
    for end, after in [*((m.start(), m.end()) for m in _LINE_END.finditer(text)), (len(text), len(text))]:
        line = text[start:end].strip(" \t\xa0\u3000")
        if line:
            first = text.index(line, start)
            left, bottom, right, top = _box(textpage, first)
            far = _box(textpage, first + len(line.rstrip("".join(MARKS))) - 1)
            yield _Line(line, min(left, far[0]), max(right, far[2]), bottom, max(top - bottom, 0.1))
        start = after


def _box(textpage: Any, index: int) -> tuple[float, float, float, float]:
    """A character's box by its index in the text: left, bottom, right, top."""
    at = pdfium_c.FPDFText_GetCharIndexFromTextIndex(textpage, max(index, 0))
    try:
        box: tuple[float, float, float, float] = textpage.get_charbox(max(at, 0), loose=True)
    except pdfium.PdfiumError:
        return (0.0, 0.0, 0.0, 0.0)
    return box


def _blocks(lines: list[_Line], page: int, entries: list[_Entry], hyphens: Hyphens) -> Iterator[Block]:
    for entry in entries:
        _mark(lines, entry)
    drops = [a.bottom - b.bottom for a, b in pairwise(lines) if a.bottom - b.bottom > a.height / 2]
    pitch = sorted(drops)[len(drops) // 2] if drops else 0.0
    group: list[_Line] = []
    for line in lines:
        if group and _parted(group, line, pitch):
            yield _block(group, page, hyphens)
            group = []
        group.append(line)
    if group:
        yield _block(group, page, hyphens)


def _mark(lines: list[_Line], entry: _Entry) -> None:
    """Makes the line that shows an outline entry a heading; lines of a title in several lines are merged."""
    best: tuple[float, int, int] | None = None
    for at in range(len(lines)):
        text = ""
        for end in range(at + 1, min(at + 4, len(lines)) + 1):
            text += _normal(lines[end - 1].text)
            if len(text) > len(entry.title) + 24:
                break
            if _shows(text, entry.title) and not lines[at].level:
                top = lines[at].bottom + lines[at].height
                distance = -lines[at].height if entry.top is None else abs(top - entry.top)
                best = min(best or (distance, at, end), (distance, at, end))
    if best is not None:
        _, at, end = best
        lines[at].text = _joined(lines[at:end])
        lines[at].level = entry.level
        del lines[at + 1 : end]


def _shows(text: str, title: str) -> bool:
    """Whether a line is a title, give or take the number that one of both carries."""
    if text == title:
        return True
    long, short = (text, title) if len(text) > len(title) else (title, text)
    return bool(short) and long.endswith(short) and bool(_NUMBER.fullmatch(long[: -len(short)]))


def _normal(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _parted(group: list[_Line], line: _Line, pitch: float) -> bool:
    """Whether a line begins a new paragraph."""
    last = group[-1]
    if line.level or last.level:
        return True
    drop = last.bottom - line.bottom
    if abs(drop) < last.height * 0.3:  # beside each other: cells of a row, a superscript
        return False
    if drop < 0 or drop > max(pitch, last.height) * 1.35:
        return not _goes_on(last, line)
    if abs(line.height - last.height) > max(line.height, last.height) * 0.15:
        return True
    if _ITEM.match(line.text):
        return True
    indented = line.left - last.left > 1.5 * line.advance and len(group) > 1
    return bool(_ENDS.search(last.text)) and (indented or not _fills(group, last, line))


def _goes_on(last: _Line, line: _Line) -> bool:
    """Whether a sentence runs on over a gap: the next column, a figure in between."""
    if last.text.endswith(MARKS):
        return True
    same = abs(last.height - line.height) <= 0.1 * last.height
    return same and not _ENDS.search(last.text) and line.text[0].islower() and len(last.text) > 20


def _fills(group: list[_Line], last: _Line, line: _Line) -> bool:
    """Whether `last` was broken for want of room: the next word would not have fitted on it."""
    edge = max(other.right for other in (*group[-4:], line))
    word = 2 if _CJK.match(line.text) else len(line.text.split(maxsplit=1)[0]) + 1
    return edge - last.right < word * line.advance * 1.2


def _block(group: list[_Line], page: int, hyphens: Hyphens) -> Block:
    text = hyphens.resolve(_joined(group))
    if group[0].level:
        return Block(text, "heading", page, level=group[0].level)
    return Block(text, "list" if _ITEM.match(text) else "text", page)


def _joined(group: list[_Line]) -> str:
    """The lines as one text: wrapped lines run on, deliberate line ends stay."""
    text = group[0].text
    for at in range(1, len(group)):
        last, line = group[at - 1], group[at]
        if text.endswith(MARKS):
            text += line.text
        elif abs(last.bottom - line.bottom) < last.height * 0.3:  # raised marks part a line into several
            text += ("" if line.text[0] in ",.;:)" else " ") + line.text
        elif not _fills(group[max(0, at - 4) : at], last, line) and not line.level:
            text += "\n" + line.text
        elif _CJK.match(text[-1]) and _CJK.match(line.text[0]):
            text += line.text
        else:
            text += " " + line.text
    return text
