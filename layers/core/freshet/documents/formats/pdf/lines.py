"""PDF: a page's text as pdfium orders it, in lines and words, each with the box it fills on the upright page.

What is put in between comes as `Value`s: what a form's fields hold is no part of a page's own text. What does
not belong here: what lines and words make (`pdf_paragraphs`, `pdf_tables`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

from freshet.documents.formats.pdf.geometry import Box, bounds, overlap, upright
from freshet.documents.formats.pdf.hyphens import MARKS

CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
_LINE = re.compile(r"[^\s](?:[^\r\n]*[^\s])?")
_WORD = re.compile(r"[_.…]{3,}|(?:(?![_.…]{3})\S)+")  # lines to write on stand apart from what is before them
_SIGNS = re.compile(r"[\W_]+")
_BLANKS = " \t\xa0\u3000"
_MARKS = "".join(MARKS)


@dataclass(slots=True)
class Line:
    """A line with its box; `level` is set where it is a heading, `filled` where there are values in it."""

    text: str
    left: float
    right: float
    bottom: float
    height: float
    level: int = 0
    start: int = 0  # in the page's text
    filled: bool = False

    @property
    def advance(self) -> float:
        """The mean width of a character."""
        return max(self.right - self.left, 1.0) / len(self.text)


@dataclass(frozen=True, slots=True)
class Word:
    """What stands between blanks, from `start` to `end` in the page's text."""

    start: int
    end: int
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Value:
    """Text to put in at `start` in the page's text: `text` in a line, `alone` where it is one of its own."""

    start: int
    text: str
    alone: str
    box: Box
    inline: bool = True


class PageText:
    """The text of an open page."""

    def __init__(self, page: Any, textpage: Any) -> None:
        self.text: str = textpage.get_text_range()
        self._textpage = textpage.raw
        self._turn = upright(page)
        self._rect = pdfium_c.FS_RECTF()
        # pdfium leaves characters out of the text, in order: with as many left, none is.
        self._whole = textpage.count_chars() == len(self.text)

    def box(self, index: int) -> Box:
        """A character's box by its index in the text."""
        if not self._whole:
            index = max(pdfium_c.FPDFText_GetCharIndexFromTextIndex(self._textpage, index), 0)
        rect = self._rect
        if not pdfium_c.FPDFText_GetLooseCharBox(self._textpage, index, rect):
            return (0.0, 0.0, 0.0, 0.0)
        return bounds((rect.left, rect.bottom, rect.right, rect.top), self._turn)

    def span(self, start: int, end: int) -> Box:
        """The box from a piece of a line's first character to its last, as high as the first."""
        left, bottom, right, top = self.box(start)
        far = self.box(start + max(len(self.text[start:end].rstrip(_MARKS)), 1) - 1)
        return min(left, far[0]), bottom, max(right, far[2]), top

    def words(self, near: Box | None = None) -> list[Word]:
        """The words in the text's order, or only those of lines that reach into a box."""
        return [
            self.word(*match.span())
            for start, end in self._spans()
            if near is None or overlap(self.span(start, end), near)
            for match in _WORD.finditer(self.text, start, end)
        ]

    def word(self, start: int, end: int) -> Word:
        """What stands between two indices."""
        return Word(start, end, self.text[start:end], self.span(start, end))

    def take(self, words: list[Word]) -> None:
        """Takes words out of the lines; indices stay as they are."""
        pieces, done = [], 0
        for word in sorted(words, key=lambda word: word.start):
            pieces += [self.text[done : word.start], "\n" * (word.end - word.start)]
            done = word.end
        self.text = "".join((*pieces, self.text[done:]))

    def lines(self, values: list[Value]) -> list[Line]:
        """The lines in the text's order, with the values where they belong."""
        waiting = sorted(values, key=lambda value: value.start)
        lines = list(self._lines(waiting))
        lines += [_line(value.alone, value.box, value.start, filled=True) for value in waiting]
        return sorted(lines, key=lambda line: line.start) if waiting else lines

    def _lines(self, waiting: list[Value]) -> Iterator[Line]:
        for start, end in self._spans():
            text, box = self.text[start:end], self.span(start, end)
            inside = [value for value in waiting if value.inline and start <= value.start <= end]
            for value in reversed(inside):
                waiting.remove(value)
                text = _with(text, value.start - start, value.text)
                box = min(box[0], value.box[0]), box[1], max(box[2], value.box[2]), box[3]
            yield _line(text, box, start, filled=bool(inside))

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Where lines begin and end, blanks around them left out."""
        return (match.span() for match in _LINE.finditer(self.text))


def normal(text: str) -> str:
    """Text by which to tell whether two are the same: letters and digits only, in one case."""
    return _SIGNS.sub("", text.casefold())


def _line(text: str, box: Box, start: int, *, filled: bool) -> Line:
    left, bottom, right, top = box
    return Line(text, left, right, bottom, max(top - bottom, 0.1), start=start, filled=filled)


def _with(line: str, at: int, value: str) -> str:
    """A line with a value put in, a blank on either side."""
    parts = line[:at].rstrip(_BLANKS), value, line[at:].lstrip(_BLANKS)
    return " ".join(part for part in parts if part)
