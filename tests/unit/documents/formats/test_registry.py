"""Which format a file is in: content first, name second, refusals that say what to do."""

import io
import zipfile
from pathlib import Path

import pytest

from freshet import errors
from freshet.documents.formats import detect


def detected(tmp_path: Path, data: bytes, filename: str) -> str:
    path = tmp_path / "upload"
    path.write_bytes(data)
    return detect(path, filename)


def zipped(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
DOCX = zipped(word__document="x", **{"word__document.xml": "<x/>"})
EXCEL = zipped(**{"[Content_Types].xml": "application/vnd…spreadsheetml.sheet.main+xml"})
MACROS = zipped(**{"[Content_Types].xml": "application/vnd.ms-excel.sheet.macroEnabled.main+xml"})
LOCKED = bytearray(zipped(photo="x"))  # flagged as encrypted, in the file's header and in the directory
LOCKED[6] = LOCKED[LOCKED.index(b"PK\x01\x02") + 8] = 1
DECK = zipped(  # with a Word document embedded
    **{
        "[Content_Types].xml": "vnd…wordprocessingml.document vnd…presentationml.slideshow.main+xml",
        "ppt__embeddings__a.docx": "x",
    }
)
MAIL = b"Received: by x\r\nFrom: a@example.com\r\nSubject: x\r\n\r\ntext"


@pytest.mark.parametrize(
    ("data", "filename", "expected"),
    [
        (b"%PDF-1.7 ...", "a.pdf", "pdf"),
        (b"%PDF-1.7 ...", "a.docx", "pdf"),
        (b"\n\njunk %PDF-1.4", "scan", "pdf"),
        (DOCX, "a.docx", "docx"),
        (DOCX, "a.txt", "docx"),
        (EXCEL, "a.docx", "xlsx"),
        (MACROS, "a.xlsm", "xlsx"),
        (DECK, "a.pptx", "pptx"),
        (zipped(**{"xl__workbook.bin": "x"}), "a.xlsb", "xls"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "a.ods", "xls"),
        (zipped(mimetype="application/epub+zip"), "book", "epub"),
        (OLE + "Workbook\0".encode("utf-16-le"), "a.xls", "xls"),
        (MAIL, "mail", "eml"),
        (MAIL, "a.log", "eml"),
        (MAIL, "a.txt", "text"),
        (b"{}", "a.json", "json"),
        (b"{}", "a.ndjson", "json"),
        (b"a,b", "a.CSV", "csv"),
        (b"a\tb", "a.tsv", "csv"),
        (b"<!DOCTYPE html><p>x", "a.txt", "html"),
        ("\ufeff<html>".encode("utf-16"), "page", "html"),
        (b"<p>just a part</p>", "part.html", "html"),
        (b"# Title", "a.MD", "markdown"),
        (b"# Title", "a.txt", "text"),
        ("纯文本".encode("gb18030"), "a.pdf", "text"),
        ("no name's end".encode("utf-16-le"), "README", "text"),
    ],
)
def test_content_decides_before_the_name(tmp_path: Path, data: bytes, filename: str, expected: str) -> None:
    assert detected(tmp_path, data, filename) == expected


@pytest.mark.parametrize(
    ("data", "filename", "error", "words"),
    [
        (b"", "a.pdf", errors.Empty, "no content"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "a.pdf", errors.Unsupported, "PNG"),
        (b"{\\rtf1 text}", "a.txt", errors.Unsupported, "RTF"),
        (
            zipped(mimetype="application/vnd.oasis.opendocument.text"),
            "a.odt",
            errors.Unsupported,
            "OpenDocument",
        ),
        (zipped(photo="x"), "a.zip", errors.Unsupported, "ZIP"),
        (zipped(photo="x"), "a.docx", errors.Damaged, "docx"),
        (DOCX[: len(DOCX) // 2], "a.docx", errors.Damaged, "docx"),
        (bytes(range(256)) * 40, "a.pdf", errors.Damaged, "pdf"),
        (bytes(range(256)) * 40, "a.bin", errors.Unsupported, "formats"),
        (LOCKED, "a.docx", errors.Encrypted, "password"),
        (LOCKED, "a.zip", errors.Unsupported, "ZIP"),
        (OLE, "a.doc", errors.Unsupported, "2007"),
        (
            OLE + "WordDocument Workbook\0".encode("utf-16-le"),
            "a.doc",
            errors.Unsupported,
            "2007",
        ),
        (
            OLE + "EncryptedPackage".encode("utf-16-le"),
            "a.docx",
            errors.Encrypted,
            "password",
        ),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, data: bytes, filename: str, error: type[errors.DocumentError], words: str
) -> None:
    with pytest.raises(error) as caught:
        detected(tmp_path, data, filename)
    assert words in caught.value.detail
