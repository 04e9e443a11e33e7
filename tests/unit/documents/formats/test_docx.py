"""Word: everything that Word shows in the text is read; hostile packages are refused."""

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from freshet import errors

from .conftest import Read
from .packages import office, relations

W = nsdecls("w", "wp", "a")


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_body(xml: str, **parts: str | bytes) -> bytes:
    """A document whose body is `xml`, with further parts replaced or added."""
    document = Document()
    body = document.element.body
    for element in parse_xml(f"<w:body {W} {MC}>{xml}</w:body>"):
        body.insert(len(body) - 1, element)
    return repacked(saved(document), **parts)


def repacked(data: bytes, **parts: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return buffer.getvalue()


MC = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_headings_by_style_and_by_outline_level(blocks: Read) -> None:
    document = Document()
    document.add_heading("总标题", 0)
    document.add_heading("第一章", 1)
    document.add_heading("1.1", 2)
    outlined = document.add_paragraph("outlined")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {W} w:val="2"/>'))
    local = document.styles.add_style("标题 2", 1)
    document.add_paragraph("本地样式", style=local)
    document.add_paragraph("text")
    found = blocks(saved(document), "a.docx")
    assert [(b.kind, b.text, b.level) for b in found] == [
        ("heading", "总标题", 1),
        ("heading", "第一章", 1),
        ("heading", "1.1", 2),
        ("heading", "outlined", 3),
        ("heading", "本地样式", 2),
        ("text", "text", 0),
    ]


def test_lists_have_markers(blocks: Read) -> None:
    document = Document()
    for text, style in [
        ("a", "List Bullet"),
        ("b", "List Bullet"),
        ("one", "List Number"),
        ("two", "List Number"),
    ]:
        document.add_paragraph(text, style=style)
    [found] = blocks(saved(document), "a.docx")
    assert (found.kind, found.text) == ("list", "- a\n- b\n1. one\n2. two")


def test_tables_keep_rows_nested_tables_and_their_header(blocks: Read) -> None:
    document = Document()
    table = document.add_table(2, 2)
    for row, texts in zip(table.rows, [("名称", "值"), ("a", "")], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    inner = table.rows[1].cells[1].add_table(1, 2)
    inner.rows[0].cells[0].text, inner.rows[0].cells[1].text = "x", "y"
    [found] = blocks(saved(document), "a.docx")
    assert (found.kind, found.text, found.header) == ("table", "名称 | 值\na | x, y", "名称 | 值")


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (
            "<w:p><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink><w:r><w:t>, text</w:t></w:r></w:p>",
            "link, text",
        ),
        (
            "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>",
            "new",
        ),
        (f"<w:sdt><w:sdtContent>{paragraph('control')}</w:sdtContent></w:sdt>", "control"),
        ("<w:p><w:sdt><w:sdtContent><w:r><w:t>inline</w:t></w:r></w:sdtContent></w:sdt></w:p>", "inline"),
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>", "a\tb\nc"),
        ("<w:p><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>", "x=1"),
        (
            f"<w:p><w:r><w:t>out</w:t></w:r><w:r><w:pict><v:textbox><w:txbxContent>{paragraph('in the box')}"
            "</w:txbxContent></v:textbox></w:pict></w:r></w:p>",
            "out / in the box",
        ),
        (
            f"<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:txbxContent>{paragraph('once')}"
            f"</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>{paragraph('once')}</w:txbxContent>"
            "</mc:Fallback></mc:AlternateContent></w:r></w:p>",
            "once",
        ),
    ],
)
def test_what_word_shows_is_read_once(blocks: Read, xml: str, expected: str) -> None:
    assert " / ".join(block.text for block in blocks(with_body(xml), "a.docx")) == expected


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


SHOWN = '<w:vanish w:val="0"/>'


def instruction(text: str, result: str) -> str:
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"{marks[0]}<w:r><w:instrText>{text}</w:instrText></w:r>{marks[1]}{run(result)}{marks[2]}"


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def table(*rows: list[str]) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows) + "</w:tbl>"


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (f"<w:p>{run('shown')}{run(' hidden', '<w:vanish/>')}</w:p>", "shown"),
        (f"<w:p>{run('shown', SHOWN)}</w:p>", "shown"),
        (f'<w:p><w:pPr><w:pStyle w:val="Secret"/></w:pPr>{run("hidden")}</w:p>{paragraph("x")}', "x"),
        (f"<w:p>{run('page ')}{instruction('PAGEREF _Toc1', '7')}</w:p>", "page 7"),
        (
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            + instruction("DATE", "today")
            # Its result is a part of the outer instruction, which ends here.
            + f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("result")}</w:p>{paragraph("next")}',
            "result / next",
        ),
        (f"<w:p><w:moveFrom>{run('old')}</w:moveFrom><w:moveTo>{run('new')}</w:moveTo></w:p>", "new"),
        (
            '<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox>'
            f'</w:ffData></w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>{run("yes")}</w:p>',
            "☒ yes",
        ),
        ('<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r></w:p>', "☑"),
        (
            f"<w:p><w:r><w:ruby><w:rt>{run('とう')}</w:rt><w:rubyBase>{run('東')}</w:rubyBase></w:ruby></w:r>"
            f"{run('京')}</w:p>",
            "東京",
        ),
    ],
)
def test_only_what_word_shows_is_read(blocks: Read, xml: str, expected: str) -> None:
    document = Document()
    hidden = parse_xml(
        f'<w:style {W} w:type="paragraph" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    document.styles.element.append(hidden)
    for element in parse_xml(f"<w:body {W} {MC}>{xml}</w:body>"):
        document.element.body.insert(len(document.element.body) - 1, element)
    assert " / ".join(block.text for block in blocks(saved(document), "a.docx")) == expected


def test_merged_cells_keep_their_columns_and_a_header_of_two_rows(blocks: Read) -> None:
    down, on, wide = '<w:vMerge w:val="restart"/>', "<w:vMerge/>", '<w:gridSpan w:val="2"/>'
    data = table(
        [cell(paragraph("地区"), down), cell(paragraph("销售"), wide)],
        [cell("<w:p/>", on), cell(paragraph("2023")), cell(paragraph("2024"))],
        [cell(paragraph("北")), cell(paragraph("1")), cell(paragraph("2"))],
    )
    [found] = blocks(with_body(data), "a.docx")
    assert found.text.splitlines() == ["地区 | 销售 | ", " | 2023 | 2024", "北 | 1 | 2"]
    assert found.header == "地区 | 销售 | \n | 2023 | 2024"


def test_a_table_around_a_table_is_a_frame(blocks: Read) -> None:
    inner = table([cell(paragraph("a")), cell(paragraph("b"))], [cell(paragraph("1")), cell(paragraph("2"))])
    outer = table([cell(paragraph("left")), cell(inner + paragraph("after"))])
    found = blocks(with_body(outer), "a.docx")
    assert [(b.kind, b.text) for b in found] == [
        ("text", "left"),
        ("table", "a | b\n1 | 2"),
        ("text", "after"),
    ]


def test_comments_follow_what_they_are_about(blocks: Read) -> None:
    document = Document()
    document.add_comment(document.add_paragraph("claim").runs, "核实一下", author="Ann")
    grid = document.add_table(2, 2)
    for at, text in enumerate(("A", "B", "1", "2")):
        grid.rows[at // 2].cells[at % 2].text = text
    document.add_comment(grid.rows[1].cells[1].paragraphs[0].runs, "wrong", author="Bob")
    document.add_paragraph("end")
    assert [b.text for b in blocks(saved(document), "a.docx")] == [
        "claim",
        "Comment by Ann: 核实一下",
        "A | B\n1 | 2",
        "Comment by Bob: wrong",
        "end",
    ]


def test_headers_and_footers_come_once_where_they_say_something(blocks: Read) -> None:
    document = Document()
    document.add_heading("年度报告", 1)
    document.add_paragraph("text")
    first, second = document.sections[0], document.add_section()
    second.header.is_linked_to_previous = second.footer.is_linked_to_previous = False
    for section in (first, second):
        section.header.paragraphs[0].text = "ACME 机密"
        section.header.add_paragraph("年度报告")
        section.footer.paragraphs[0].text = "第 1 页 / 共 9 页"
    second.footer.add_paragraph("Form 7b")
    texts = [b.text for b in blocks(saved(document), "a.docx")]
    assert texts == ["年度报告", "text", "Header: ACME 机密", "Footer: Form 7b"]


def test_a_header_alone_is_no_text(blocks: Read) -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "Letterhead"
    with pytest.raises(errors.NoText):
        blocks(saved(document), "a.docx")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chunk.html", "<html><body><h1>标题</h1><p>imported</p></body></html>"),
        ("chunk.mht", "MIME-Version: 1.0\nContent-Type: text/html\n\n<h1>标题</h1><p>imported</p>"),
    ],
)
def test_pages_that_word_would_import_are_read(blocks: Read, name: str, content: str) -> None:
    targets = {"rId1": ("aFChunk", name)}
    body = '<w:altChunk r:id="rId1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>'
    parts = {
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(targets),
        f"word/{name}": content,
    }
    data = office("wordprocessingml.document", "word/document.xml", parts)
    assert [b.text for b in blocks(data, "a.docx")] == ["标题", "imported"]


def test_footnotes_follow_their_paragraph(blocks: Read) -> None:
    reference = '<w:footnoteReference w:id="2"/>'
    data = with_body(f"<w:p><w:r><w:t>text</w:t>{reference}</w:r></w:p>" + paragraph("next"))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        related = package.read("word/_rels/document.xml.rels").decode()
    note = f"<w:p><w:r>{reference}<w:t>脚注</w:t></w:r></w:p>"  # one that refers to itself
    relation = (
        '<Relationship Id="fn" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"'
        ' Target="footnotes.xml"/></Relationships>'
    )
    data = repacked(
        data,
        **{
            "word/_rels/document.xml.rels": related.replace("</Relationships>", relation),
            "word/footnotes.xml": (
                f'<w:footnotes {W}><w:footnote w:id="2">{note}</w:footnote></w:footnotes>'
            ),
        },
    )
    assert [block.text for block in blocks(data, "a.docx")] == ["text", "脚注", "next"]


def test_pages_are_numbered_only_where_the_last_layout_is_complete(blocks: Read) -> None:
    body = (
        paragraph("one")
        + "<w:p><w:r><w:lastRenderedPageBreak/><w:t>two</w:t></w:r></w:p>"
        + paragraph("still two")
    )
    counted = '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Pages>{}</Pages></Properties>'
    trusted = blocks(with_body(body, **{"docProps/app.xml": counted.format(2)}), "a.docx")
    assert [(b.text, b.page) for b in trusted] == [("one", 1), ("two", 2), ("still two", 2)]
    doubtful = blocks(with_body(body, **{"docProps/app.xml": counted.format(9)}), "a.docx")
    assert {b.page for b in doubtful} == {None}
    single = blocks(with_body(paragraph("one"), **{"docProps/app.xml": counted.format(1)}), "a.docx")
    assert single[0].page is None  # as python-docx leaves it, however long the document is


def test_a_document_without_text_says_so(blocks: Read) -> None:
    with pytest.raises(errors.NoText):
        blocks(saved(Document()), "a.docx")


ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "_rels/.rels"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_declarations_are_refused(blocks: Read, part: str, encoding: str) -> None:
    data = with_body(paragraph("text"))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        xml = package.read(part).decode().split("?>", 1)[-1]
    hostile = f'<?xml version="1.0" encoding="{encoding}"?>{ENTITIES}{xml}'.encode(encoding)
    with pytest.raises(errors.Damaged, match="entities"):
        blocks(repacked(data, **{part: hostile}), "a.docx")


def test_what_unpacks_to_too_much_is_refused_unread(blocks: Read) -> None:
    with pytest.raises(errors.OverLimit):
        blocks(with_body(paragraph("x"), **{"word/document.xml": b"<x>" + bytes(300 << 20)}), "a.docx")


def test_broken_xml_and_truncated_packages_are_damaged(blocks: Read) -> None:
    data = with_body(paragraph("x"))
    with pytest.raises(errors.Damaged):
        blocks(repacked(data, **{"word/document.xml": "<w:document>"}), "a.docx")
    with pytest.raises(errors.Damaged):
        blocks(data[:-400], "a.docx")


def test_deeply_nested_content_is_read_or_refused(blocks: Read) -> None:
    deep = (
        "<w:p>" + "<w:smartTag>" * 5_000 + "<w:r><w:t>deep</w:t></w:r>" + "</w:smartTag>" * 5_000 + "</w:p>"
    )
    data = with_body(paragraph("x"))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        xml = package.read("word/document.xml").decode()
    found = blocks(
        repacked(data, **{"word/document.xml": xml.replace("<w:sectPr", deep + "<w:sectPr")}), "a.docx"
    )
    assert [block.text for block in found] == ["x", "deep"]
