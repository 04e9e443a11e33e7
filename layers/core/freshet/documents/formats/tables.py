"""Rows of cells to table blocks: titles above a table, its header in each block, empty columns dropped.

For formats that are nothing but rows. Blocks are bounded, so an endless sheet passes through in pieces.
What does not belong here: where the rows come from, what a cell's value looks like.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from freshet.documents.blocks import Block, Progress
from freshet.errors import NoText

Row = dict[int, str]  # cells by column, in any order; empty ones may be missing

_MAX_BLOCK = 30_000  # characters; the child process cuts blocks at 50,000
_MAX_HEADER = 3_000
_MAX_TITLES = 4  # rows; more is a list
_NUMBER = re.compile(r"[-+(]?[^\w\s]?\s*(?:\d[\d.,\s]*|\.\d+)(?:[eE][-+]?\d+)?\s*[%)]?[^\w\s]?")
_YEAR = re.compile(r"(?:19|20)\d\d")


def sheet_blocks(sheets: Iterable[tuple[str, Iterable[Block]]], total: int) -> Iterator[Block | Progress]:
    """A workbook's blocks: each sheet that has any under its name. Raises NoText if none has."""
    found = False
    for number, (name, blocks) in enumerate(sheets, 1):
        titled = False
        for block in blocks:
            if not titled:
                yield Block(name, "heading", number, level=1)
            found = titled = True
            yield block
        yield Progress(number, total)
    if not found:
        raise NoText("The workbook has no cells with text. Check the original and upload it again.")


def table_blocks(rows: Iterable[Row], page: int | None = None) -> Iterator[Block]:
    """The blocks of a sheet; an empty row is a gap.

    A row of names begins a table, and so does another one after a gap, if it stands under a title or fills
    other columns. A title is what stands alone in its row above a row of names.
    """
    table = _Table(page)
    gap, above = True, False  # whether a gap came before this row and the titles above it
    for raw in rows:
        row = _filled(raw)
        if not row:
            gap, above = True, False
            yield from table.take_titles()
        elif gap and len(row) == 1 and len(table.titles) < _MAX_TITLES:
            table.titles.append(row)
            above = True
        elif gap and _names(row) and (above or row.keys() != table.header.keys()):
            yield from table.close()
            table.header, gap, above = row, False, False
        else:
            yield from table.take_titles()
            yield from table.add(row)
            gap = above = False
    yield from table.take_titles()
    yield from table.close()


@dataclass(slots=True)
class _Table:
    page: int | None
    header: Row = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    titles: list[Row] = field(default_factory=list)  # not yet known whether of this table or of the next
    size: int = 0
    shown: bool = False  # the header, in an earlier block

    def add(self, row: Row) -> Iterator[Block]:
        self.rows.append(row)
        self.size += sum(map(len, row.values())) + 3 * len(row)
        if self.size > _MAX_BLOCK:
            yield from self._flush()

    def take_titles(self) -> Iterator[Block]:
        """What looked like titles are rows like others."""
        titles, self.titles = self.titles, []
        for row in titles:
            yield from self.add(row)

    def close(self) -> Iterator[Block]:
        """Ends the table; the titles that came since are text, and stand above the next one."""
        yield from self._flush(last=True)
        if self.titles:
            yield Block("\n".join(text for row in self.titles for text in row.values()), page=self.page)
        self.titles, self.header, self.shown = [], {}, False

    def _flush(self, *, last: bool = False) -> Iterator[Block]:
        rows, self.rows, self.size = self.rows, [], 0
        if not self.header and all(len(row) == 1 for row in rows):
            if rows:
                yield Block("\n".join(text for row in rows for text in row.values()), page=self.page)
        elif rows or (last and self.header and not self.shown):
            self.shown = True
            yield self._block(rows)

    def _block(self, rows: list[Row]) -> Block:
        columns = sorted({column for row in (self.header, *rows) for column in row})
        if len(columns) * len(rows) > _MAX_BLOCK:  # cells strewn about: keeping to columns would be all bars
            columns = []
        lines = [_line(row, columns) for row in (self.header, *rows) if row]
        header = lines[0] if self.header and rows and len(lines[0]) <= _MAX_HEADER else ""
        return Block("\n".join(lines), "table", self.page, header=header)


def _filled(row: Row) -> Row:
    cells = {column: " ".join(text.split()) for column, text in sorted(row.items())}
    return {column: text for column, text in cells.items() if text}


def _names(row: Row) -> bool:
    """Whether a row names columns: several cells, none a number, years aside."""
    return len(row) > 1 and not any(
        _NUMBER.fullmatch(text) and not _YEAR.fullmatch(text) for text in row.values()
    )


def _line(row: Row, columns: list[int]) -> str:
    return " | ".join(row.get(column, "") for column in columns or row)
