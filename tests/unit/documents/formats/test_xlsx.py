"""Excel: cells as they are shown, tables with their headers, sheets of any size and shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet import errors
from freshet.documents.formats.xlsx_numbers import general, shown

from .conftest import Read
from .packages import XMLNS, office, relations

STYLES = (
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/></cellXfs>'
    "</styleSheet>"
)


def cell(place: str, value: object, kind: str = "", style: int = 0) -> str:
    if isinstance(value, str) and not kind:
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}" t="{kind or "n"}" s="{style}"><v>{value}</v></c>'


def row(number: int, *cells: object) -> str:
    inner = "".join(
        one if isinstance(one, str) and one.startswith("<c ") else cell(f"{chr(65 + at)}{number}", one)
        for at, one in enumerate(cells)
        if one is not None
    )
    return f'<row r="{number}">{inner}</row>'


def sheet(*rows: str) -> str:
    return f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>"


def book(*sheets: str, properties: str = "", **parts: str) -> bytes:
    """A workbook; `parts` by name, with "__" for "/"."""
    numbers = range(1, len(sheets) + 1)
    entries = "".join(
        f'<sheet name="表{number}" sheetId="{number}" r:id="rId{number}"/>' for number in numbers
    )
    targets = {f"rId{number}": ("worksheet", f"worksheets/sheet{number}.xml") for number in numbers}
    targets |= {"rId98": ("sharedStrings", "sharedStrings.xml"), "rId99": ("styles", "styles.xml")}
    return office(
        "spreadsheetml.sheet",
        "xl/workbook.xml",
        {
            "xl/workbook.xml": f"<workbook {XMLNS}>{properties}<sheets>{entries}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": relations(targets),
            "xl/styles.xml": STYLES,
            **{f"xl/worksheets/sheet{number}.xml": content for number, content in enumerate(sheets, 1)},
            **{name.replace("__", "/"): content for name, content in parts.items()},
        },
    )


def test_sheets_are_headings_and_pages(blocks: Read) -> None:
    data = book(sheet(row(1, "名称", "数量"), row(2, "茶", 3)), sheet(), sheet(row(1, "alone")))
    assert [(b.kind, b.text, b.page, b.header) for b in blocks(data, "a.xlsx")] == [
        ("heading", "表1", 1, ""),
        ("table", "名称 | 数量\n茶 | 3", 1, "名称 | 数量"),
        ("heading", "表3", 3, ""),
        ("text", "alone", 3, ""),
    ]


def test_cells_are_read_as_they_are_shown(blocks: Read) -> None:
    strings = (
        "<sst><si><r><t>rich </t></r><r><t>text</t></r></si>"
        "<si><t>東京</t><rPh><t>トウキョウ</t></rPh></si></sst>"
    )
    cells = [
        cell("A1", 0, "s"),
        cell("B1", 1, "s"),
        cell("C1", 45107, style=1),
        cell("D1", 0.155, style=2),
        cell("E1", 45107, style=3),
        cell("F1", 1, "b"),
        cell("G1", "#N/A", "e"),
        '<c r="H1" t="str"><f>A1</f><v>formula</v></c>',
        '<c r="I1"><f>1+1</f></c>',
    ]
    found = blocks(book(sheet(row(1, *cells)), **{"xl__sharedStrings.xml": strings}), "a.xlsx")
    assert found[1].text == "rich text | 東京 | 2023-06-30 | 15.50% | 2023-06 | TRUE | #N/A | formula"


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (0.1 + 0.2, "", "0.3"),
        (12345678901234, "", "12345678901234"),
        (0.5, "0%", "50%"),
        (-3, '"¥"#,##0;[Red]-"¥"#,##0', "-¥3"),
        (1999, "[$€-407]#,##0", "€1,999"),
        (1.5, "0.0##", "1.5"),
        (2, "0.##", "2"),
        (7, '0"份2024"', "7份2024"),
        (12_300_000, "0.0,,", "12.3"),
        (0.75, "h:mm", "18:00"),
        (45107.75, "yyyy/m/d h:mm", "2023-06-30 18:00"),
        (45107, "mmm-yy", "2023-06"),
        (45107, "d-mmm", "2023-06-30"),
        (45107, 'yyyy"年"', "2023"),
        (1.5, "[h]:mm", "36:00"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (-5, "yyyy-mm-dd", "-5"),
        (3, "General", "3"),
        (3, "@", "3"),
        (0.25, "# ?/?", "0.25"),
    ],
)
def test_number_formats(value: float, code: str, expected: str) -> None:
    assert shown(value, code) == expected


def test_dates_may_count_from_1904(blocks: Read) -> None:
    data = book(sheet(row(1, cell("A1", 0, style=1))), properties='<workbookPr date1904="1"/>')
    assert blocks(data, "a.xlsx")[1].text == "1904-01-01"


@given(st.floats(allow_nan=False, allow_infinity=False), st.text('#0?,.%;[]$-"\\ymdhs/@e+年 ', max_size=12))
def test_no_format_breaks_on_any_number(value: float, code: str) -> None:
    try:
        assert isinstance(shown(value, code), str)
    except OverflowError:
        pytest.fail("a number too large for its format")


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_stay_whole(value: int) -> None:
    assert general(float(value)) == str(value)


def test_titles_and_empty_columns_do_not_hide_the_header(blocks: Read) -> None:
    data = book(
        sheet(
            row(1, "Price list"),
            row(3, None, "Code", None, "Price"),
            row(4, None, "a", None, 1),
            row(6, "Second table"),
            row(7, "Name", "City"),
            row(8, "Ann", "Bern"),
        )
    )
    assert [(b.kind, b.text, b.header) for b in blocks(data, "a.xlsx")[1:]] == [
        ("text", "Price list", ""),
        ("table", "Code | Price\na | 1", "Code | Price"),
        ("text", "Second table", ""),
        ("table", "Name | City\nAnn | Bern", "Name | City"),
    ]


def test_a_gap_in_a_table_does_not_end_it(blocks: Read) -> None:
    data = book(sheet(row(1, "Name", "City"), row(2, "Ann", "Bern"), row(4, "Bob", "Rome")))
    assert blocks(data, "a.xlsx")[1].text == "Name | City\nAnn | Bern\nBob | Rome"


def test_a_long_sheet_comes_in_blocks_that_repeat_the_header(blocks: Read) -> None:
    rows = [row(1, "Name", "Value"), *(row(number, "x" * 50, number) for number in range(2, 3_002))]
    found = blocks(book(sheet(*rows)), "a.xlsx")[1:]
    assert len(found) > 3
    assert all(b.header == "Name | Value" and b.text.startswith("Name | Value\n") for b in found)
    lines = [line for b in found for line in b.text.split("\n")[1:]]
    assert lines == [f"{'x' * 50} | {number}" for number in range(2, 3_002)]


def test_two_cells_at_the_far_ends_are_two_cells(blocks: Read) -> None:
    far = f'<row r="1048576">{cell("XFD1048576", "far")}</row>'
    assert blocks(book(sheet(row(1, "near"), far)), "a.xlsx")[1].text == "near\nfar"


def test_cells_strewn_about_stay_small(blocks: Read) -> None:
    def column(at: int) -> str:
        return chr(65 + at // 676) + chr(65 + at // 26 % 26) + chr(65 + at % 26)

    rows = [f'<row r="{at + 1}">{cell(f"{column(at)}{at + 1}", f"v{at}")}</row>' for at in range(8_000)]
    assert sum(len(b.text) for b in blocks(book(sheet(*rows)), "a.xlsx")) < 200_000


def test_cells_without_places_follow_each_other(blocks: Read) -> None:
    bare = '<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>'
    assert blocks(book(sheet(bare)), "a.xlsx")[1].text == "a | b"


def test_text_boxes_are_read(blocks: Read) -> None:
    text = "<a:p><a:r><a:t>in a box</a:t></a:r></a:p>"
    box = f"<xdr:wsDr {XMLNS}><xdr:sp><xdr:txBody>{text}</xdr:txBody></xdr:sp></xdr:wsDr>"
    data = book(
        sheet(),
        **{
            "xl__worksheets___rels__sheet1.xml.rels": relations({"rId1": ("drawing", "../drawings/d1.xml")}),
            "xl__drawings__d1.xml": box,
        },
    )
    assert [b.text for b in blocks(data, "a.xlsx")] == ["表1", "in a box"]


def test_comments_follow_their_sheet(blocks: Read) -> None:
    notes = (
        "<comments><authors><author>Ann</author><author>tc={1}</author></authors><commentList>"
        '<comment ref="A1" authorId="0"><text><r><t>Ann:</t></r><r><t>\n为什么低？</t></r></text></comment>'
        '<comment ref="B1" authorId="1"><text><t>[Threaded comment] Your version …</t></text></comment>'
        "</commentList></comments>"
    )
    threads = (
        '<ThreadedComments><threadedComment ref="B1" personId="{p}"><text>Check</text></threadedComment>'
        '<threadedComment ref="B1" personId="{x}"><text>Done</text></threadedComment></ThreadedComments>'
    )
    kinds = {"rId1": ("comments", "../comments1.xml"), "rId2": ("threadedComment", "../threads/t1.xml")}
    data = book(
        sheet(row(1, 0.1, "b")),
        **{
            "xl__worksheets___rels__sheet1.xml.rels": relations(kinds),
            "xl__comments1.xml": notes,
            "xl__threads__t1.xml": threads,
            "xl__persons__person.xml": '<personList><person displayName="Bob" id="{p}"/></personList>',
            "xl___rels__workbook.xml.rels": relations(
                {"rId1": ("worksheet", "worksheets/sheet1.xml"), "rId2": ("person", "persons/person.xml")}
            ),
        },
    )
    assert [b.text for b in blocks(data, "a.xlsx")] == [
        "表1",
        "0.1 | b",
        "Comment by Ann on A1: 为什么低？\nComment by Bob on B1: Check\nComment on B1: Done",
    ]


def test_a_workbook_without_cells_says_so(blocks: Read) -> None:
    with pytest.raises(errors.NoText):
        blocks(book(sheet(), sheet(row(1))), "a.xlsx")


def test_hostile_workbooks_are_refused(blocks: Read) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>' + sheet(row(1, "&b;"))
    with pytest.raises(errors.Damaged, match="entities"):
        blocks(book(laughs), "a.xlsx")
    with pytest.raises(errors.OverLimit):
        blocks(book("<x>" + " " * (257 << 20)), "a.xlsx")
    with pytest.raises(errors.Damaged):
        blocks(book(sheet(row(1, "x")))[:-100], "a.xlsx")
    with pytest.raises(errors.Damaged):
        blocks(book("<worksheet><sheetData><row>"), "a.xlsx")
    with pytest.raises(errors.Damaged):
        blocks(office("spreadsheetml.sheet", "xl/workbook.xml", {}), "a.xlsx")


@pytest.mark.parametrize("value", ["99", "-1", "x", "²"])
def test_references_to_nothing_are_empty(blocks: Read, value: str) -> None:
    data = book(sheet(row(1, cell("A1", value, "s"), "kept")))
    assert blocks(data, "a.xlsx")[1].text == "kept"
