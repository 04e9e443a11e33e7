"""Spreadsheets in binary and OpenDocument formats (.xls, .xlsb, .ods), read by calamine.

Each sheet is a heading and its rows. calamine gives values, not what their formats show: numbers come plain,
dates in ISO 8601. It aborts the process where a sheet's grid is larger than memory, which the child is there
for. What does not belong here: .xlsx (`xlsx`), tables (`tables`).
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.ooxml import open_package
from freshet.documents.formats.tables import Row, sheet_blocks, table_blocks
from freshet.documents.formats.xlsx_numbers import general

_MANIFEST = "META-INF/manifest.xml"
# The start of a workbook in BIFF8 or BIFF5 with the record that names its encryption (FILEPASS).
_LOCKED = re.compile(
    rb"\x09\x08(?:\x10\x00\x00\x06\x05\x00.{12}|\x08\x00\x00\x05\x05\x00.{4})(?:\x86\x00\x00\x00)?\x2f\x00",
    re.DOTALL,
)


def read(path: Path) -> Iterator[Block | Progress]:
    """The sheets' blocks, hidden sheets included; a sheet's `page` is its place in the workbook."""
    _refuse_broken(path)
    try:
        yield from _sheets(CalamineWorkbook.from_path(path))
    except PasswordError as error:
        raise _encrypted() from error
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # calamine's own mistakes, which are no Exception
            raise _damaged() from error
        raise


def _refuse_broken(path: Path) -> None:
    """Raises what calamine doesn't tell: passwords, and XML in which it would read on for ever."""
    if not zipfile.is_zipfile(path):
        if _LOCKED.search(path.read_bytes()):
            raise _encrypted()
    else:
        with open_package(path) as package:
            if _MANIFEST in package.names and package.count(_MANIFEST, b"encryption-data"):
                raise _encrypted()
            if "content.xml" in package.names:
                with package.stream("content.xml") as stream:
                    expat.ParserCreate().ParseFile(stream)


def _encrypted() -> errors.Encrypted:
    return errors.Encrypted("The workbook is protected by a password. Save it without one and upload that.")


def _damaged() -> errors.Damaged:
    return errors.Damaged(
        "The workbook's inner structure is broken. Open it in Excel, save it again and upload that."
    )


def _sheets(book: CalamineWorkbook) -> Iterator[Block | Progress]:
    sheets = (
        (name, table_blocks(map(_row, book.get_sheet_by_name(name).iter_rows()), number))
        for number, name in enumerate(book.sheet_names, 1)
    )
    yield from sheet_blocks(sheets, len(book.sheet_names))


def _row(values: list[Any]) -> Row:
    return {column: _shown(value) for column, value in enumerate(values) if value != ""}


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return general(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds")
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
