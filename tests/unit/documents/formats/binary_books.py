"""Builds the smallest binary workbooks that are ones: .xls (BIFF8 in an OLE container) and .xlsb."""

import struct
from collections.abc import Sequence

from .packages import relations, zipped

Cell = str | float | bool
DATE_STYLE = 1  # index of a cell format that shows dates
_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls(name: str, rows: Sequence[Sequence[Cell]], *, dates: bool = False, locked: bool = False) -> bytes:
    """A workbook of one sheet; `dates` lets its numbers be days, `locked` marks it as encrypted."""
    style = DATE_STYLE if dates else 0
    cells = b"".join(
        _xls_cell(row, column, style, value)
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
    )
    sheet = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + _biff(0x0A)
    start = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0))
    start += _biff(0x2F, b"\1\0" + bytes(4)) if locked else b""
    start += _biff(0x42, b"\xb0\x04") + b"".join(
        _biff(0xE0, struct.pack("<HH16x", 0, number)) for number in (0, 14)
    )
    title = struct.pack("<BBBB", 0, 0, len(name), 1) + name.encode("utf-16-le")
    offset = len(start) + 4 + 4 + len(title) + 4
    return _ole("Workbook", start + _biff(0x85, struct.pack("<I", offset) + title) + _biff(0x0A) + sheet)


def _xls_cell(row: int, column: int, style: int, value: Cell) -> bytes:
    place = struct.pack("<HHH", row, column, style)
    if isinstance(value, str):
        return _biff(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    if isinstance(value, bool):
        return _biff(0x205, place + bytes([value, 0]))
    return _biff(0x203, place + struct.pack("<d", value))


def _biff(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _ole(name: str, stream: bytes) -> bytes:
    """A container of one stream: its table of sectors, its directory, the stream."""
    stream = stream.ljust(4096, b"\0")  # shorter ones are kept elsewhere
    count = -(-len(stream) // _SECTOR)
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    header += bytes(10) + struct.pack("<IIIIIIIII", 1, 1, 0, 4096, _END, 0, _END, 0, 0)
    header += struct.pack("<I", _FREE) * 108
    table = [_FAT, _END, *range(3, count + 2), _END]
    fat = struct.pack("<128I", *table, *[_FREE] * (128 - len(table)))
    entries = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _FREE, 2, len(stream)) + bytes(256)
    return header + fat + entries + stream.ljust(count * _SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    tree = struct.pack("<HBBIII", len(encoded) + 2, kind, 1, _FREE, _FREE, child)
    return encoded.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<IQ", start, size)


def xlsb(name: str, rows: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet, its numbers plain."""
    lines = b"".join(
        _brt(0, struct.pack("<I", row) + bytes(13))
        + b"".join(_xlsb_cell(column, value) for column, value in enumerate(line))
        for row, line in enumerate(rows)
    )
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    book = struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name)
    return zipped(
        {
            "xl/workbook.bin": _brt(156, book) + _brt(144) + _brt(132),
            "xl/_rels/workbook.bin.rels": relations({"rId1": ("worksheet", "worksheets/sheet1.bin")}),
            "xl/worksheets/sheet1.bin": _brt(148, size) + _brt(145) + lines + _brt(146),
        }
    )


def _xlsb_cell(column: int, value: Cell) -> bytes:
    place = struct.pack("<II", column, 0)
    if isinstance(value, str):
        return _brt(6, place + _wide(value))
    return (
        _brt(4, place + bytes([value]))
        if isinstance(value, bool)
        else _brt(5, place + struct.pack("<d", value))
    )


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _brt(kind: int, data: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = bytes([len(data) & 0x7F | 0x80, len(data) >> 7]) if len(data) > 0x7F else bytes([len(data)])
    return number + size + data
