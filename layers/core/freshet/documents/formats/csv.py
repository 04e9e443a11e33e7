"""CSV and TSV: rows to table blocks; encoding and delimiter are told from the content.

csv.Sniffer guesses by character counts and fails on prose, quotes and single columns; here every delimiter is
tried, and the one wins under which most rows have the same number of fields. What does not belong here:
encodings (`freshet.encodings`), which row is a header (`tables`).
"""

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.tables import Row, table_blocks
from freshet.documents.formats.text import blank, load
from freshet.encodings import decode

_DELIMITERS = ",;\t|，；"
_SAMPLE = 65_536  # characters
_SAMPLE_ROWS = 200
_ENDLESS = 50  # lines in one field: somebody forgot to close a quote

_MAX_COLUMNS = 100_000  # what has more is no table
_QUOTED_FOR_EXCEL = re.compile(r'="([^"]*)"')

csv.field_size_limit(sys.maxsize)


def read(path: Path) -> Iterator[Block | Progress]:
    """The file as one table."""
    text = decode(load(path)).replace("\x00", "")
    text, delimiter = _declared(text)
    delimiter = delimiter or _delimiter(text[:_SAMPLE])
    found = False
    for block in table_blocks(_rows(text, delimiter)):
        found = True
        yield block
    if not found:
        raise blank()
    yield Progress(1, 1)


def _declared(text: str) -> tuple[str, str]:
    """The text and the delimiter that Excel's first line `sep=;` names, "" without one."""
    first = text[:20].partition("\n")[0]
    if first[:4].lower() == "sep=" and len(first) == 5:
        return text[len(first) + 1 :], first[4]
    return text, ""


def _delimiter(sample: str) -> str:
    """The delimiter that parts most rows into the same number of fields; more fields decide a draw."""
    best = (0.0, 0, ",")
    for delimiter in _DELIMITERS:
        widths = _widths(sample, delimiter)
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
        if width > 1:
            best = max(best, (round(count / widths.total(), 1), width, delimiter), key=lambda one: one[:2])
    return best[2]


def _widths(sample: str, delimiter: str) -> Counter[int]:
    """How many rows have how many fields, up to the first quote that stands where none may."""
    widths: Counter[int] = Counter()
    try:
        for row in islice(_fields(sample, delimiter, strict=True), _SAMPLE_ROWS):
            widths[len(row)] += bool(row)
    except csv.Error:
        widths[0] += 1
    return widths


def _fields(text: str, delimiter: str, *, strict: bool = False, quotes: bool = True) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    return csv.reader(lines, delimiter=delimiter, quoting=quoting, skipinitialspace=True, strict=strict)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """The rows; where a quote is never closed, quotes are characters like others."""
    open_quote = '"' in text and any(
        field.count("\n") > _ENDLESS for row in _fields(text, delimiter) for field in row if "\n" in field
    )
    for row in _fields(text, delimiter, quotes=not open_quote):
        if len(row) > _MAX_COLUMNS:
            yield {0: delimiter.join(row)}
        else:
            yield {column: _plain(field) for column, field in enumerate(row) if field}


def _plain(field: str) -> str:
    """A field without the formula that keeps the zeros of ="007" in Excel."""
    formula = _QUOTED_FOR_EXCEL.fullmatch(field) if field[0] == "=" else None
    return formula[1] if formula else field
