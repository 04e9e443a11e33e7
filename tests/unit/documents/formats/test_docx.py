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
    assert (found.kind, found.text, found.header) == ("table", "名称 | 值\na | x | y", "名称 | 值")


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


def test_footnotes_follow_their_paragraph(blocks: Read) -> None:
    data = with_body(
        '<w:p><w:r><w:t>text</w:t><w:footnoteReference w:id="2"/></w:r></w:p>' + paragraph("next")
    )
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        relations = package.read("word/_rels/document.xml.rels").decode()
    relation = (
        '<Relationship Id="fn" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"'
        ' Target="footnotes.xml"/></Relationships>'
    )
    data = repacked(
        data,
        **{
            "word/_rels/document.xml.rels": relations.replace("</Relationships>", relation),
            "word/footnotes.xml": (
                f'<w:footnotes {W}><w:footnote w:id="2">{paragraph("脚注")}</w:footnote></w:footnotes>'
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
