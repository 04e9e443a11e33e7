"""Documents with an order in them, each in another place, as the product reads them."""

import html
from collections.abc import Callable
from email.header import Header
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import docx

from freshet.documents.blocks import Block
from freshet.documents.chunk import chunk_blocks
from freshet.documents.formats import read
from freshet.documents.record import clean_filename
from freshet.rag.passage import Passage
from tests.unit.documents.formats.packages import XMLNS, office, relations

PLAIN = "Tea is served at four."
File = tuple[str, bytes]  # name and content


def passages(channel: str, order: str, document_id: str) -> list[Passage]:
    """What is indexed of a document that has the order in this place."""
    name, content = CARRIERS[channel](order)
    name = clean_filename(name)
    with TemporaryDirectory(prefix="freshet-") as folder:
        path = Path(folder, "file")
        path.write_bytes(content)
        blocks = [one for one in read(path, name) if isinstance(one, Block)]
    return [
        Passage(
            document_id=document_id,
            chunk_id=f"{document_id}-{chunk.position}",
            filename=name,
            text=chunk.text,
            page=chunk.page,
            heading=chunk.heading,
            start=chunk.start,
            end=chunk.end,
            score=1.0,
            position=chunk.position,
        )
        for chunk in chunk_blocks(blocks)
    ]


def _body(order: str) -> File:
    return "a.md", f"# Office\n\n{PLAIN}\n\n{order}\n".encode()


def _heading(order: str) -> File:
    return "a.md", f"# {order}\n\n{PLAIN}\n".encode()


def _filename(order: str) -> File:
    return f"{order}.md", f"# Office\n\n{PLAIN}\n".encode()


def _table(order: str) -> File:
    return "a.md", f"| what | when |\n|---|---|\n| tea | four |\n| {order} | now |\n".encode()


def _csv(order: str) -> File:
    return "a.csv", f'what,when\ntea,four\n"{order}",now\n'.encode()


def _sheet(order: str) -> File:
    cells = "".join(
        f'<c r="{place}" t="inlineStr"><is><t>{html.escape(text)}</t></is></c>'
        for place, text in (("A1", PLAIN), ("B1", order))
    )
    sheets = '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets>'
    parts = {
        "xl/workbook.xml": f"<workbook {XMLNS}>{sheets}</workbook>",
        "xl/_rels/workbook.xml.rels": relations({"rId1": ("worksheet", "worksheets/sheet1.xml")}),
        "xl/worksheets/sheet1.xml": f'<worksheet><sheetData><row r="1">{cells}</row></sheetData></worksheet>',
    }
    return "a.xlsx", office("spreadsheetml.sheet", "xl/workbook.xml", parts)


def _notes(order: str) -> File:
    slides = '<p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst>'
    parts = {
        "ppt/presentation.xml": f"<p:x {XMLNS}>{slides}</p:x>",
        "ppt/_rels/presentation.xml.rels": relations({"rId1": ("slide", "slides/slide1.xml")}),
        "ppt/slides/slide1.xml": _slide(PLAIN, "title"),
        "ppt/slides/_rels/slide1.xml.rels": relations({"rId1": ("notesSlide", "../notes/n1.xml")}),
        "ppt/notes/n1.xml": _slide(html.escape(order), "body"),
    }
    return "a.pptx", office("presentationml.presentation", "ppt/presentation.xml", parts)


def _slide(text: str, kind: str) -> str:
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
    body = f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody>"
    return f"<p:sld {XMLNS}><p:cSld><p:spTree><p:sp>{place}{body}</p:sp></p:spTree></p:cSld></p:sld>"


def _mail(order: str) -> File:
    subject = Header(order, "utf-8", maxlinelen=10_000).encode()
    sent = "From: eve@example.com\nTo: ann@example.com\nDate: Mon, 2 Mar 2026 10:00:00 +0000"
    kind = "Content-Type: text/plain; charset=utf-8"
    return "a.eml", f"{sent}\nSubject: {subject}\n{kind}\n\n{PLAIN}\n".encode()


def _metadata(order: str) -> File:
    document, buffer = docx.Document(), BytesIO()
    document.add_paragraph(PLAIN)
    document.core_properties.title = document.core_properties.comments = order
    document.save(buffer)
    return "a.docx", buffer.getvalue()


def _page(inside: str) -> Callable[[str], File]:
    def page(order: str) -> File:
        filled = inside.replace("…", html.escape(order))
        return "a.html", f"<html><body><h1>Office</h1><p>{PLAIN}</p>{filled}</body></html>".encode()

    return page


CARRIERS: dict[str, Callable[[str], File]] = {
    "body": _body,
    "heading": _heading,
    "filename": _filename,
    "table": _table,
    "csv": _csv,
    "sheet": _sheet,
    "notes": _notes,
    "mail-header": _mail,
    "metadata": _metadata,
    "comment": _page("<!-- … -->"),
    "hidden-text": _page('<p style="display:none">…</p>'),
    "alt-text": _page('<img src="a.png" alt="…">'),
}
