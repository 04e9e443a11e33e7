"""Excel workbooks: each sheet a heading and its rows, numbers and dates as they are shown; text boxes.

Sheets are read as a stream, cell by cell: two cells at the far ends of a sheet are two cells, and a sheet of
any length takes little memory. That, number formats and text boxes are why it is not done by calamine, which
builds the whole grid (see `xls` for what it does read). Left out: headers and footers, pictures.
What does not belong here: the container (`ooxml`), number formats (`xlsx_numbers`), comments
(`xlsx_comments`), tables (`tables`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.parsers import expat

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.drawings import shapes_text
from freshet.documents.formats.ooxml import Element, Package, attribute, child, inside, local, open_package
from freshet.documents.formats.tables import Row, sheet_blocks, table_blocks
from freshet.documents.formats.xlsx_comments import comment_blocks, people
from freshet.documents.formats.xlsx_numbers import built_in, shown

_PIECE = 1 << 16  # bytes fed to the parser at a time
_MAX_STRINGS = 64_000_000  # characters of shared strings, which are kept in memory
_COLUMN = re.compile(r"[A-Z]{1,3}")


def read(path: Path) -> Iterator[Block | Progress]:
    """The sheets' blocks, hidden sheets included; a sheet's `page` is its place in the workbook."""
    with open_package(path) as package:
        main = package.main() or "xl/workbook.xml"
        if main not in package.names:
            raise errors.Damaged("The file has no workbook inside. Open it in Excel and save it again.")
        book = _Book.load(package, main)
        sheets = (
            (name, _sheet(package, book, part, number)) for number, (name, part) in enumerate(book.sheets, 1)
        )
        yield from sheet_blocks(sheets, len(book.sheets))


def _sheet(package: Package, book: "_Book", part: str, number: int) -> Iterator[Block]:
    if part.rpartition("/")[0].endswith("worksheets") or "chartsheet" not in part:
        yield from table_blocks(_rows(package, book, part), number)
    for drawing in package.related(part).get("drawing", []):
        yield from shapes_text(package, drawing, number)
    yield from comment_blocks(package, part, number, book.people)


@dataclass(frozen=True, slots=True)
class _Book:
    sheets: list[tuple[str, str]]  # names and parts
    strings: list[str]
    formats: list[str]  # by a cell's style
    since_1904: bool
    people: dict[str, str]  # who writes comments, by id

    @classmethod
    def load(cls, package: Package, main: str) -> "_Book":
        root, relations, related = package.tree(main), package.relations(main), package.related(main)
        sheets = []
        for sheet in inside(root, "sheets"):
            reference = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
            if reference in relations:
                sheets.append((attribute(sheet, "name") or "", relations[reference][1]))
        if not sheets:
            raise errors.Damaged("The workbook has no sheets. Open it in Excel and save it again.")
        return cls(
            sheets,
            [text for part in related.get("sharedStrings", []) for text in _strings(package, part)],
            [code for part in related.get("styles", []) for code in _formats(package.tree(part))],
            attribute(child(root, "workbookPr"), "date1904") in {"1", "true"},
            people(package, main),
        )

    def cell(self, kind: str, style: int, value: str) -> str:
        """What a cell shows."""
        if kind == "s":
            at = int(value) if value.isdecimal() else -1
            return self.strings[at] if 0 <= at < len(self.strings) else ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind not in {"n", ""} or not value:
            return value
        try:
            code = self.formats[style] if 0 <= style < len(self.formats) else ""
            return shown(float(value), code, since_1904=self.since_1904)
        except (ValueError, OverflowError):
            return value


def _strings(package: Package, part: str) -> Iterator[str]:
    size = 0
    for item in package.children(part, "sst"):
        text = _rich(item)
        size += len(text)
        if size > _MAX_STRINGS:
            raise errors.OverLimit("The workbook holds more text than can be indexed. Split it into parts.")
        yield text


def _rich(item: Element) -> str:
    """A string of one or several runs; how it is pronounced (rPh) is not part of it."""
    runs = (run if local(run) == "t" else child(run, "t") for run in item if local(run) in {"t", "r"})
    return "".join(run.text or "" for run in runs if run is not None)


def _formats(root: Element) -> list[str]:
    own = {
        attribute(entry, "numFmtId"): attribute(entry, "formatCode") or ""
        for entry in inside(root, "numFmts")
    }
    codes = []
    for style in inside(root, "cellXfs"):
        number = attribute(style, "numFmtId") or "0"
        codes.append(own.get(number) or (built_in(int(number)) if number.isdecimal() else ""))
    return codes


def _rows(package: Package, book: _Book, part: str) -> Iterator[Row]:
    """A sheet's rows, an empty one for every gap."""
    reader = _Reader(book)
    with package.stream(part) as stream:
        while piece := stream.read(_PIECE):
            yield from reader.feed(piece)
        yield from reader.feed(b"", last=True)


@dataclass(slots=True)
class _Reader:
    """Turns a sheet's XML into rows as it comes in. Expat itself: a tree would cost three times as much."""

    book: _Book
    parser: Any = None
    rows: list[Row] = field(default_factory=list)
    row: Row = field(default_factory=dict)
    number: int = 0  # of the row
    column: int = -1
    kind: str = ""
    style: int = 0
    pieces: list[str] | None = None  # a value's text, while inside one
    value: list[str] = field(default_factory=list)
    phonetic: bool = False

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def feed(self, piece: bytes, *, last: bool = False) -> list[Row]:
        """The rows that a piece of the sheet completes."""
        self.rows = []
        self.parser.Parse(piece, last)
        return self.rows

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if name == "c":
            self._cell(attributes)
        elif name in {"v", "t"} and not self.phonetic:
            self.pieces = []
        elif name == "row":
            number = attributes.get("r", "")
            at = int(number) if number.isdecimal() else self.number + 1
            if at > self.number + 1:
                self.rows.append({})
            self.number, self.row, self.column = at, {}, -1
        elif name == "rPh":
            self.phonetic = True

    def _cell(self, attributes: dict[str, str]) -> None:
        letters = _COLUMN.match(attributes.get("r", ""))
        self.column = _index(letters[0]) if letters else self.column + 1
        self.kind, style = attributes.get("t", ""), attributes.get("s", "")
        self.style = int(style) if style.isdecimal() else 0
        self.value = []

    def _text(self, text: str) -> None:
        if self.pieces is not None:
            self.pieces.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if name in {"v", "t"} and self.pieces is not None:
            self.value.append("".join(self.pieces))
            self.pieces = None
        elif name == "c" and self.value:
            text = self.book.cell(self.kind, self.style, "".join(self.value))
            if text:
                self.row[self.column] = text
        elif name == "row":
            self.rows.append(self.row)
        elif name == "rPh":
            self.phonetic = False


@lru_cache(maxsize=20_000)  # all there are
def _index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
