"""CSV and TSV: rows with the lines where they begin.

The delimiter is the one under which most rows are as wide as the header. A quote that is never closed costs
its own line alone: the ones after it are read again. What does not belong here: what the columns are
(`columns`).
"""

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from freshet.behaviour.intake.outcome import Broken, Entry
from freshet.behaviour.intake.source import MAX_LINE, Source

_DELIMITERS = ",;\t|，；"
_SAMPLE_ROWS = 100
_ENDLESS = 50  # lines in one row: somebody forgot to close a quote
_TOO_LONG = f"the line has more than {MAX_LINE:,} characters"
_Row = tuple[int, list[str]]  # the number of its first line, its cells

_OPEN = "a quote is opened and not closed, or closed too late"


def table(source: Source, delimiter: str | None = None) -> tuple[list[str], Iterator[Entry | Broken]]:
    """The names in the header, and the rows below it. `delimiter` is what the sender says it is."""
    lines = _Lines(source.lines())
    said = _said(source.head)
    if said:
        next(lines)
    rows = _rows(lines, said or _delimiter(source.head, delimiter))
    header = next(rows, None)
    if header is None or isinstance(header, Broken):
        return [], iter(() if header is None else (header,))
    names = _names(header[1])
    return names, _below(rows, tuple(names))


def _below(rows: Iterator[_Row | Broken], names: tuple[str, ...]) -> Iterator[Entry | Broken]:
    width = len(names)
    for row in rows:
        if isinstance(row, Broken):
            yield row
            continue
        line, cells = row
        if len(cells) == width or (len(cells) > width and not any(cells[width:])):
            yield Entry(line, names, cells)
        else:
            yield Broken(line, f"it has {len(cells)} fields, the header has {width}")


def _names(cells: Sequence[str]) -> list[str]:
    """Each column by a name of its own, whether the header gives it one or not."""
    names = [cell.replace("\ufeff", "").strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    seen: Counter[str] = Counter()
    unique = []
    for at, name in enumerate(names, 1):
        own = name or f"column_{at}"
        seen[own] += 1
        unique.append(own if seen[own] == 1 else f"{own}_{seen[own]}")
    return unique


class _Endless(Exception):
    """A row that goes on for too long; the message is a reason for a client."""


class _Lines:
    """Lines, counted, of which those since `begin` can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._pulled: list[str] = []
        self.number = 0

    def begin(self) -> int:
        """A row begins; the number of its first line."""
        self._pulled.clear()
        return self.number + 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        self._pulled.append(line)
        if len(line) > MAX_LINE:
            raise _Endless(_TOO_LONG)
        if len(self._pulled) > _ENDLESS:
            raise _Endless(_OPEN)
        return line

    def reread(self) -> None:
        """All but the first line of this row come again."""
        again = self._pulled[1:]
        self._again.extendleft(reversed(again))
        self.number -= len(again)

    @property
    def several(self) -> bool:
        """Whether this row has more than one line."""
        return len(self._pulled) > 1


def _rows(lines: _Lines, delimiter: str) -> Iterator[_Row | Broken]:
    """Rows without their names. Ones without anything in them are left out."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    width = 0
    while True:
        line = lines.begin()
        try:
            cells = next(reader, None)
        except (csv.Error, _Endless) as error:
            yield Broken(line, str(error) if isinstance(error, _Endless) else _OPEN)
            lines.reread()
            reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
            continue
        if cells is None:
            return
        width = width or len(cells)
        if lines.several and len(cells) != width:
            yield Broken(line, _OPEN)
            lines.reread()
        elif any(cells):
            yield line, cells


def _said(head: str) -> str:
    """The delimiter that Excel's first line `sep=;` names, "" without one."""
    first = head[:20].splitlines()[0]
    return first[4] if first[:4].lower() == "sep=" and len(first) == 5 else ""


def _delimiter(head: str, said: str | None) -> str:
    """Which one parts the header into most names, among those that part the rows likewise."""
    best = (0.0, 1, said or ",")
    for delimiter in dict.fromkeys((said or ",") + _DELIMITERS):
        widths = _widths(head, delimiter)
        if widths and widths[0] > 1:
            share = round(widths.count(widths[0]) / len(widths), 1)
            best = max(best, (share, widths[0], delimiter), key=lambda one: one[:2])
    return best[2]


def _widths(head: str, delimiter: str) -> list[int]:
    """The numbers of fields in the first rows, the last one aside, which may be cut."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, skipinitialspace=True)
    widths: list[int] = []
    with suppress(csv.Error):
        widths.extend(len(row) for row in islice(reader, _SAMPLE_ROWS) if row)
    return widths[:-1] if len(widths) > 2 else widths
