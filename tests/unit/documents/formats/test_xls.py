"""Spreadsheets that calamine reads. Its own formats are its business; this is what is made of its values."""

import pytest

from freshet import errors

from .binary_books import Cell, xls, xlsb
from .conftest import Read
from .packages import zipped

XMLNS = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
MIME = "application/vnd.oasis.opendocument.spreadsheet"


def ods(rows: str) -> bytes:
    content = (
        f"<office:document-content {XMLNS}><office:body><office:spreadsheet>"
        f'<table:table table:name="茶">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped({"mimetype": MIME, "content.xml": content, "META-INF/manifest.xml": manifest})


def row(*cells: tuple[str, str]) -> str:
    names = {"float": "value", "date": "date-value", "boolean": "boolean-value"}
    inner = "".join(
        f'<table:table-cell office:value-type="{kind}" office:{names[kind]}="{value}"/>'
        if kind in names
        else f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        for kind, value in cells
    )
    return f"<table:table-row>{inner}</table:table-row>"


def test_values_are_written_as_people_write_them(blocks: Read) -> None:
    names = row(("string", "名称"), ("string", "数"), ("string", "日"), ("string", "真"))
    values = row(("string", "a"), ("float", "3.0"), ("date", "2023-06-30"), ("boolean", "true"))
    heading, table = blocks(ods(names + values), "a.ods")
    assert (heading.text, heading.kind, heading.page) == ("茶", "heading", 1)
    assert (table.text, table.header) == (
        "名称 | 数 | 日 | 真\na | 3 | 2023-06-30 | TRUE",
        "名称 | 数 | 日 | 真",
    )


ROWS: list[list[Cell]] = [["名称", "数", "真"], ["茶", 3.0, True], ["café", 0.25, False]]
TABLE = "名称 | 数 | 真\n茶 | 3 | TRUE\ncafé | 0.25 | FALSE"


@pytest.mark.parametrize(("data", "filename"), [(xls("表", ROWS), "a.xls"), (xlsb("表", ROWS), "a.xlsb")])
def test_binary_workbooks_are_read(blocks: Read, data: bytes, filename: str) -> None:
    heading, table = blocks(data, filename)
    assert (heading.text, heading.kind, heading.page) == ("表", "heading", 1)
    assert (table.text, table.header, table.page) == (TABLE, "名称 | 数 | 真", 1)


def test_numbers_with_the_format_of_a_date_are_dates(blocks: Read) -> None:
    assert blocks(xls("a", [["day", "at"], [45107.0, 45107.75]], dates=True), "a.xls")[1].text.endswith(
        "2023-06-30 | 2023-06-30 18:00:00"
    )


def test_protected_workbooks_say_so(blocks: Read) -> None:
    with pytest.raises(errors.Encrypted):
        blocks(xls("a", ROWS, locked=True), "a.xls")
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    with pytest.raises(errors.Encrypted):
        blocks(
            zipped({"mimetype": MIME, "content.xml": b"\x93\x01", "META-INF/manifest.xml": manifest}), "a.ods"
        )


def test_empty_and_broken_files_say_so(blocks: Read) -> None:
    with pytest.raises(errors.NoText):
        blocks(ods(""), "a.ods")
    with pytest.raises(errors.Damaged):
        blocks(zipped({"mimetype": MIME, "content.xml": "<broken"}), "a.ods")
    with pytest.raises(errors.Damaged):  # calamine would never end
        blocks(ods(row(("float", "1"), ("float", "2")).replace("</table:table-row>", "</tab")), "a.ods")
    with pytest.raises(errors.NoText):
        blocks(xls("a", []), "a.xls")
    with pytest.raises(errors.Damaged):
        blocks(xls("a", ROWS)[:1200], "a.xls")
    with pytest.raises(errors.Damaged):
        blocks(zipped({"xl/workbook.bin": b"\xff\xff\xff"}), "a.xlsb")
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "Workbook\0".encode("utf-16-le")
    with pytest.raises(errors.Damaged):
        blocks(ole, "a.xls")
