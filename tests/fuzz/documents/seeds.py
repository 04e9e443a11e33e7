"""What mutants are made from: the shared set of real files where it is, and files of the repository's own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e import papers
from tests.stack import ROOT
from tests.unit.documents.formats.binary_books import Cell, xls, xlsb
from tests.unit.documents.formats.packages import office, relations, zipped

SHARED = ROOT.parent / "shared/data/docs"
FORMATS = ("pdf", "docx", "pptx", "xlsx", "xls", "html", "epub", "md", "txt", "csv", "json", "eml")
_OWN_FILES = ("infra/local/demo/behaviors.csv", "README.zh-CN.md", "infra/local/env.json")
_MAIL = """From: 王芳 <wang@example.com>\r\nTo: b@example.com\r\nSubject: =?utf-8?B?5bm05YGH?=\r
MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r
Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n--b\r
Content-Type: text/html; charset="gb18030"\r\nContent-Transfer-Encoding: base64\r
\r\nPHA+xOq82Twv\r\n--b--\r\n"""
_SLIDE = (
    '<p:sld xmlns:p="p" xmlns:a="a"><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p>'
)
_SLIDE_END = "</p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
_ROWS: list[list[Cell]] = [["name 姓名", "days"], ["Ann 安", 25.0], ["Bob", True]]


@dataclass(frozen=True, slots=True)
class Seed:
    """A file before it is mutated; `format` is one of FORMATS."""

    name: str
    format: str
    data: bytes


def all_seeds() -> list[Seed]:
    """The repository's own, then the shared ones."""
    return [*own(), *_shared()]


def own() -> list[Seed]:
    """A small file or two of every format, in English and in Chinese."""
    with TemporaryDirectory() as folder:
        pdfs = [papers.pdf(Path(folder), text) for text in (papers.GUIDE, papers.CHINESE_GUIDE)]
    made = [
        *(("pdf", data) for data in pdfs),
        *(("docx", papers.docx(text)) for text in (papers.GUIDE, papers.CHINESE_GUIDE)),
        *(("html", papers.html(text)) for text in (papers.GUIDE, papers.CHINESE_GUIDE)),
        ("txt", papers.plain(papers.CHINESE_GUIDE, "gb18030")),
        ("md", papers.markdown(papers.CHINESE_GUIDE)),
        ("eml", _MAIL.format(text=papers.CHINESE_GUIDE).encode()),
        ("xls", xls("年假", _ROWS)),
        ("xls", xlsb("年假", _ROWS)),
        ("xlsx", _book()),
        ("pptx", _deck()),
        ("epub", _epub()),
    ]
    files = [(ROOT / name) for name in _OWN_FILES]
    return [
        *(Seed(f"own {number}.{kind}", kind, data) for number, (kind, data) in enumerate(made)),
        *(Seed(file.name, file.suffix[1:], file.read_bytes()) for file in files),
    ]


def _shared() -> Iterator[Seed]:
    if not SHARED.is_dir():
        return
    for entry in json.loads((SHARED / "manifest.json").read_text()):
        path = SHARED / entry["file"]
        kind = path.parent.name
        if kind in FORMATS:
            yield Seed(entry["file"], kind, path.read_bytes())


def _book() -> bytes:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>年假 leave</t></is></c><c r="B1"><v>25</v></c></row>'
    return office(
        "spreadsheetml.sheet",
        "xl/workbook.xml",
        {
            "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="一" r:id="rId1"/></sheets>'
            "</workbook>",
            "xl/_rels/workbook.xml.rels": relations({"rId1": ("worksheet", "worksheets/sheet1.xml")}),
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
        },
    )


def _deck() -> bytes:
    slide = _SLIDE.format("潜水艇 submarine") + _SLIDE_END
    return office(
        "presentationml.presentation",
        "ppt/presentation.xml",
        {
            "ppt/presentation.xml": '<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst>'
            '<p:sldId r:id="rId1"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": relations({"rId1": ("slide", "slides/slide1.xml")}),
            "ppt/slides/slide1.xml": slide,
        },
    )


def _epub() -> bytes:
    chapter = papers.html(papers.CHINESE_GUIDE).decode().replace("<meta charset='utf-8'>", "")
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles>'
            "</container>",
            "b.opf": '<package><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
            '</manifest><spine><itemref idref="a"/></spine></package>',
            "a.xhtml": chapter.replace("<!doctype html>", ""),
        }
    )
