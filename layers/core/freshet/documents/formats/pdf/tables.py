"""PDF: ruled tables, the words of a page sorted into the cells of its grids.

A grid that doesn't read like a table (a frame, a chart, columns without lines between their rows) is left to
the lines of text: when in doubt, no table. What does not belong here: finding grids (`pdf_grids`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from freshet.documents.blocks import Block
from freshet.documents.formats.pdf.geometry import area
from freshet.documents.formats.pdf.grids import Grid, Slot, grids
from freshet.documents.formats.pdf.hyphens import MARKS, Hyphens
from freshet.documents.formats.pdf.lines import CJK, PageText, Value, Word
from freshet.documents.formats.pdf.rules import Rules

_MAX_CELL = 1_000  # characters; more is a text in a frame
_MAX_HEAD = 3  # rows
_MAX_NAME = 80  # characters of a header's cell
_FILLED = 0.2  # of a table's cells at least; a chart's grid has a label here and there
_FEW = 2  # rows; so small a table has no gaps in its first row, a diagram may have some
_CROSSING = 0.05  # of the words at most; lines that run through more are no table's
_GAP = 1.0  # points between the letters on either side of a border
_NUMBER = re.compile(r"[-+(]?[^\w\s]?\s*\d[\d.,\s]*[%)]?[^\w\s]?")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Table:
    """A table's blocks, its titles first, and where in the page's text it stands."""

    start: int
    blocks: list[Block]


@dataclass(slots=True)
class _Sorted:
    """Words by the cell they stand in, in the text's order, and how many of them a border runs through."""

    cells: dict[Slot, list[Word]] = field(default_factory=dict)
    crossing: int = 0


def tables(text: PageText, values: list[Value], rules: Rules, page: int, hyphens: Hyphens) -> list[Table]:
    """The page's tables; what they hold is taken out of the text and out of the values."""
    found: list[Table] = []
    for grid in sorted(grids(rules), key=lambda grid: area(grid.box)):  # a table in a frame before the frame
        words = [*text.words(near=grid.box), *(Word(v.start, v.start, v.text, v.box) for v in values)]
        sorting = _sort(text, grid, sorted(words, key=lambda word: (word.start, word.end)))
        if _is_table(grid, sorting):
            inside = [word for cell in sorting.cells.values() for word in cell]
            blocks = list(_blocks(grid, sorting, page, hyphens))
            found.append(Table(min(word.start for word in inside), blocks))
            text.take(inside)
            shown = {(word.start, word.box) for word in inside if word.start == word.end}
            values[:] = [value for value in values if (value.start, value.box) not in shown]
    return found


def _sort(text: PageText, grid: Grid, words: list[Word]) -> _Sorted:
    sorting = _Sorted()
    for whole in words:
        pieces = [whole] if _ends_where_it_starts(grid, whole) else list(_split(text, grid, whole))
        for word in pieces:
            cell = grid.cell(word.box[0] + _GAP, _height(word))
            if cell is not None:
                sorting.cells.setdefault(cell, []).append(word)
                sorting.crossing += not _ends_where_it_starts(grid, word)
    return sorting


def _ends_where_it_starts(grid: Grid, word: Word) -> bool:
    if word.start == word.end:  # a value has its field's box, however short it is
        return True
    height = _height(word)
    return grid.cell(word.box[0] + _GAP, height) == grid.cell(word.box[2] - _GAP, height)


def _split(text: PageText, grid: Grid, word: Word) -> Iterator[Word]:
    """The pieces of what pdfium took for one word, though there is a gap and in it a border."""
    start, last = word.start, text.box(word.start)
    for at in range(word.start + 1, word.end):
        box = text.box(at)
        apart = box[0] - last[2] >= _GAP
        if apart and grid.cell(box[0] + _GAP, _height(word)) != grid.cell(last[2] - _GAP, _height(word)):
            yield text.word(start, at)
            start = at
        last = box
    yield text.word(start, word.end) if start > word.start else word


def _is_table(grid: Grid, sorting: _Sorted) -> bool:
    cells = sorting.cells
    rows = [
        row for row in ([cells[slot] for slot in slots if slot in cells] for slots in _slots(grid)) if row
    ]
    full = rows and len(rows[0]) == len({grid.cells[0, column] for column in range(grid.columns)})
    return bool(
        sum(len(row) > 1 for row in rows) > 1
        and (full or len(rows) > _FEW)
        and len(cells) >= _FILLED * len(set(grid.cells.values()))
        and sorting.crossing <= _CROSSING * sum(map(len, cells.values()))
        and all(sum(len(word.text) for word in cell) <= _MAX_CELL for cell in cells.values())
        and not any(map(_stacked, rows))
    )


def _slots(grid: Grid) -> list[list[Slot]]:
    return [[(row, column) for column in range(grid.columns)] for row in range(grid.rows)]


def _stacked(row: list[list[Word]]) -> bool:
    """Whether a row is several, with no lines between them: numbers over numbers, lists beside each other."""
    lines = [_lines(cell) for cell in row]
    heights = [len(cell) for cell in lines]
    numbers = [
        len(cell)
        for cell in lines
        if len(cell) > 1 and all(_NUMBER.fullmatch(_joined([line])) for line in cell)
    ]
    return len(set(numbers)) < len(numbers) or (
        len(row) > 1 and set(heights) == {heights[0]} and heights[0] > 2
    )


def _lines(cell: list[Word]) -> list[list[Word]]:
    """A cell's words by the line they stand on."""
    lines = [[cell[0]]]
    for word in cell[1:]:
        last = lines[-1][-1]
        if abs(_height(word) - _height(last)) > (last.box[3] - last.box[1]) / 2:
            lines.append([])
        lines[-1].append(word)
    return lines


def _joined(lines: list[list[Word]]) -> str:
    """A cell's lines as one."""
    text = ""
    for line in lines:
        wrapped = " ".join(word.text for word in line)
        if text and not text.endswith(MARKS) and not (CJK.match(text[-1]) and CJK.match(wrapped)):
            text += " "
        text += wrapped
    return " ".join(text.split())


def _height(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2


def _blocks(grid: Grid, sorting: _Sorted, page: int, hyphens: Hyphens) -> Iterator[Block]:
    """What stands across the whole width above the table is its title, and text of its own."""
    texts = {slot: hyphens.resolve(_joined(_lines(cell))) for slot, cell in sorting.cells.items()}
    rows = [slots for slots in _slots(grid) if any(slot in texts for slot in slots)]
    while _is_wide(grid, rows[0]):
        yield Block(texts[rows.pop(0)[0]], page=page)
    columns = {slot[1] for slots in rows if not _is_wide(grid, slots) for slot in slots if slot in texts}
    lines = [
        texts[slots[0]]
        if _is_wide(grid, slots)
        else " | ".join(texts.get(slot, "") for slot in slots if slot[1] in columns)
        for slots in rows
    ]
    deep = _header_depth(grid, rows, texts, columns)
    yield Block("\n".join(lines), "table", page, header="\n".join(lines[:deep]) if deep < len(lines) else "")


def _is_wide(grid: Grid, slots: list[Slot]) -> bool:
    return len({grid.cells[slot] for slot in slots}) == 1


def _header_depth(grid: Grid, rows: list[list[Slot]], texts: dict[Slot, str], columns: set[int]) -> int:
    """How many rows name the columns: as many as the first row's cells reach down, if they read like names.

    Names are no numbers, years aside, and no long texts, and are missing in the corner only.
    """
    top = rows[0][0][0]
    head = [slots for slots in rows if any(grid.cells[slot][0] == top for slot in slots)]
    named = {slot[1] for slots in head for slot in slots if grid.cells[slot] in texts}
    names = [texts[slot] for slots in head for slot in slots if slot in texts]
    good = all(
        len(name) <= _MAX_NAME and (_YEAR.fullmatch(name) or not _NUMBER.fullmatch(name)) for name in names
    )
    return len(head) if good and columns <= {*named, min(columns)} and len(head) <= _MAX_HEAD else 0
