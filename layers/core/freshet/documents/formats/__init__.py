"""The registry of formats: which module reads a file, decided by content first and by name second.

One module is one format with one function `read(path) -> Iterator[Block | Progress]`; it raises the
`DocumentError` that fits. Modules are imported when used: a child process pays for one format only.
What does not belong here: how a format is read.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PurePath

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.encodings import looks_like_text

_HEAD = 65_536  # bytes looked at; pdf readers search for the header in the first kilobyte
_TEXT_FORMATS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".geojson": "json",
    ".eml": "eml",
    ".mht": "eml",
    ".mhtml": "eml",
}
_MAIL_HEADERS = re.compile(
    rb"^(?:received|return-path|message-id|mime-version|delivered-to|from|to|date|subject):", re.MULTILINE
)
# fmt: off
_BINARY_SUFFIXES = {
    ".pdf", ".docx", ".docm", ".dotx", ".dotm", ".pptx", ".pptm", ".ppsx", ".potx",
    ".xlsx", ".xlsm", ".xltx", ".xlsb", ".xls", ".ods", ".epub",
}
# fmt: on
# Of the main part: parts of other kinds may be embedded. Where the content types don't say, names do.
_OOXML_MAIN = re.compile(
    rb"(wordprocessing|presentation|spreadsheet)ml\.\w+\.main\+xml|vnd\.ms-(word|powerpoint|excel)\.\w+\.macroEnabled\.main\+xml"
)
_OOXML = {
    b"wordprocessing": "docx",
    b"word": "docx",
    b"presentation": "pptx",
    b"powerpoint": "pptx",
    b"spreadsheet": "xlsx",
    b"excel": "xlsx",
}
_PARTS = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xls",
}
_SIGNATURES = {
    b"{\\rtf": "RTF",
    b"\x89PNG": "PNG image",
    b"\xff\xd8\xff": "JPEG image",
    b"GIF8": "GIF image",
    b"II*\x00": "TIFF image",
    b"MM\x00*": "TIFF image",
    b"BM": "BMP image",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"%!PS": "PostScript",
    b"\x7fELF": "program",
    b"MZ": "program",
}
_LOCKED = 1  # among the flags of a zip file's entry
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(path: Path, filename: str) -> Iterator[Block | Progress]:
    """The blocks of the file at `path`, which its owner calls `filename`. Raises DocumentError."""
    module = import_module(f"{__name__}.{detect(path, filename)}")
    blocks: Iterator[Block | Progress] = module.read(path)
    return blocks


def detect(path: Path, filename: str) -> str:
    """The name of the module that reads this file. Raises Empty, Encrypted, Damaged, Unsupported."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise errors.Empty("The file has no content. Check the original and upload it again.")
    suffix = PurePath(filename).suffix.lower()
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _detect_zip(path, suffix)
    if head.startswith(_OLE):
        return _detect_ole(path)
    if looks_like_text(head):
        return _detect_text(head, suffix)
    raise _binary_error(head, suffix)


def _detect_text(head: bytes, suffix: str) -> str:
    if head.startswith(b"{\\rtf"):
        raise _unsupported("RTF")
    start = head[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<?xml") and b"<html" in start):
        return "html"
    if suffix not in _TEXT_FORMATS and suffix != ".txt" and _looks_like_mail(start):
        return "eml"
    return _TEXT_FORMATS.get(suffix, "text")


def _looks_like_mail(start: bytes) -> bool:
    return len(_MAIL_HEADERS.findall(start.partition(b"\n\n")[0].replace(b"\r", b""))) > 2


def _detect_zip(path: Path, suffix: str) -> str:
    import zipfile  # with its dependants a tenth of a parse's cost

    from freshet.documents.formats.ooxml import BROKEN

    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
            if suffix in _BINARY_SUFFIXES and any(entry.flag_bits & _LOCKED for entry in package.infolist()):
                raise errors.Encrypted(
                    "The file was packed with a password. Unpack it, or save it without one, and upload that."
                )
            types = (
                package.open("[Content_Types].xml").read(1_000_000) if "[Content_Types].xml" in names else b""
            )
            mime = package.open("mimetype").read(100) if "mimetype" in names else b""
    except BROKEN as error:
        raise _damaged(suffix) from error
    main = _OOXML_MAIN.search(types)
    if main:
        return _OOXML[main[1] or main[2]]
    part = next((part for part in _PARTS if part in names), None)
    if part:
        return _PARTS[part]
    if b"epub" in mime or "META-INF/container.xml" in names:
        return "epub"
    if b"opendocument.spreadsheet" in mime:
        return "xls"
    if suffix in _BINARY_SUFFIXES:
        raise _damaged(suffix)
    raise _unsupported("OpenDocument" if b"opendocument" in mime else "ZIP")


def _detect_ole(path: Path) -> str:
    """Office keeps encrypted documents, and everything older than 2007, in an OLE container."""
    with path.open("rb") as file:
        content = file.read(64_000_000)

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise errors.Encrypted(
            "The document is protected by a password. Remove it in Office and upload again."
        )
    if (holds("Workbook\0") or holds("Book\0")) and not (
        holds("WordDocument") or holds("PowerPoint Document")
    ):
        return "xls"
    raise errors.Unsupported(
        "This is an Office file of the format before 2007 (.doc, .ppt, .msg). Save it as .docx, .pptx or PDF."
    )


def _binary_error(head: bytes, suffix: str) -> errors.DocumentError:
    for signature, kind in _SIGNATURES.items():
        if head.startswith(signature):
            return _unsupported(kind)
    if suffix in _BINARY_SUFFIXES:
        return _damaged(suffix)
    return errors.Unsupported(
        "The file is not one of the formats that can be read: pdf, docx, pptx, xlsx, html, epub, md, txt, "
        "csv, json, eml."
    )


def _unsupported(kind: str) -> errors.Unsupported:
    return errors.Unsupported(
        f"{kind} files can't be read. Save or export it as PDF, docx, html, md or txt and upload that."
    )


def _damaged(suffix: str) -> errors.Damaged:
    return errors.Damaged(
        f"The file is not a readable {suffix.lstrip('.') or 'archive'} file. Save it again."
    )
