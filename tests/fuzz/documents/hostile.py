"""Whole files that were made to harm: bombs, loops, depths, widths. The same ones in every run."""

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable

from tests.unit.documents.formats.packages import TYPES, office, zipped

_PDF_END = b"trailer << /Size 9 /Root 1 0 R >>\nstartxref\n0\n%%EOF"
_LAUGHS = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 60}">' for n in range(7))
_XML_BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">{_LAUGHS}]>'
_XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

_BODY = "word/document.xml"

Hostile = tuple[str, Callable[[], bytes]]


def word(body: str, prolog: str = "") -> bytes:
    """A Word document of this body."""
    main = f"{prolog}<w:document xmlns:w='w'><w:body>{body}</w:body></w:document>"
    return office("wordprocessingml.document", _BODY, {_BODY: main})


def sheet(rows: str) -> bytes:
    """A workbook of one sheet."""
    return office(
        "spreadsheetml.sheet",
        "xl/workbook.xml",
        {
            "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="a"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="a" Type="x/worksheet" '
            'Target="worksheets/a.xml"/></Relationships>',
            "xl/worksheets/a.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
        },
    )


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, whose table must be rebuilt."""
    numbered = (b"%d 0 obj\n%s\nendobj\n" % (number, one) for number, one in enumerate(objects, 1))
    return b"%PDF-1.7\n" + b"".join(numbered) + _PDF_END


def pages(
    kids: bytes, count: int, page: bytes = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
) -> bytes:
    """A PDF whose tree of pages says this."""
    tree = b"<< /Type /Pages /Kids %s /Count %d >>" % (kids, count)
    return pdf(b"<< /Type /Catalog /Pages 2 0 R >>", tree, page)


def content(stream: bytes, *, times: int = 1) -> bytes:
    """A PDF of one page that draws this; packed so many times."""
    for _ in range(times):
        stream = zlib.compress(stream, 9)
    filters = b"/FlateDecode " * times
    drawn = b"<< /Length %d /Filter [%s] >>\nstream\n%s\nendstream" % (len(stream), filters, stream)
    return pages(
        b"[3 0 R]",
        1,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>\nendobj\n4 0 obj\n" + drawn,
    )


def packed_bomb(megabytes: int) -> bytes:
    """A Word document whose text unpacks to this many megabytes."""
    file = io.BytesIO(
        zipped({"[Content_Types].xml": TYPES.format(main=_BODY, kind="wordprocessingml.document")})
    )
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(_BODY, "w", force_zip64=True) as part,
    ):
        part.write(b"<w:document xmlns:w='w'><w:body>")
        for _ in range(megabytes):
            part.write(b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 30_000)
        part.write(b"</w:body></w:document>")
    return file.getvalue()


def matryoshka(depth: int) -> bytes:
    """Zip files within zip files."""
    data = b"text"
    for _ in range(depth):
        data = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": data})
    return data


def mail_of_parts(depth: int) -> bytes:
    """An e-mail of parts within parts."""
    opened = (
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)
    )
    return b"Subject: x\r\nMIME-Version: 1.0\r\n" + b"".join(opened) + b"\r\ntext"


def many_attachments(count: int) -> bytes:
    """An e-mail of so many attached texts."""
    part = b'\r\n--b\r\nContent-Type: text/plain; name="a.txt"\r\n\r\nAttached \xe5\xb9\xb4.'
    return b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + part * count + b"\r\n--b--"


def joined(pieces: Iterable[str]) -> bytes:
    return "".join(pieces).encode()


HOSTILE: dict[str, Hostile] = {
    "empty": ("a.pdf", bytes),
    "one byte": ("a", lambda: b"\xff"),
    "only a mark of byte order": ("a.txt", lambda: b"\xff\xfe"),
    "only NULs": ("a.txt", lambda: bytes(1_000_000)),
    "UTF-16 cut in half": ("a.txt", lambda: "年假二十五天".encode("utf-16")[:-1]),
    "GB18030 cut in half": ("a.txt", lambda: ("年假" * 40_000).encode("gb18030")[:-1]),
    "half a surrogate pair": ("a.json", lambda: b'{"a": "\\ud83d", "\\udc00": 1}'),
    "20 MB in one line": ("a.md", lambda: b"word" * 5_000_000),
    "controls only": ("a.txt", lambda: bytes(range(1, 9)) * 1_000),
    "csv of a million columns": ("a.csv", lambda: b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000),
    "csv of an endless quote": ("a.csv", lambda: b'a,b\n"' + b"x\n" * 2_000_000),
    "csv of three million rows": ("a.csv", lambda: b"a\n" * 3_000_000),
    "json 100,000 deep": ("a.json", lambda: b"[" * 100_000 + b"]" * 100_000),
    "json 1,000,000 deep in objects": ("a.json", lambda: b'{"a":' * 1_000_000),
    "json with a number of 100,000 digits": ("a.json", lambda: b'{"n": ' + b"9" * 100_000 + b"}"),
    "json of odd numbers": ("a.json", lambda: b'{"a": NaN, "b": -Infinity, "c": 1e400, "d": -0.0}'),
    "json of a million keys": ("a.json", lambda: json.dumps({str(n): n for n in range(1_000_000)}).encode()),
    "jsonl of broken lines": ("a.jsonl", lambda: b'{"a": 1}\n{"a": \n[1,\n' * 50_000),
    "html 100,000 deep": ("a.html", lambda: b"<html><body>" + b"<div>" * 100_000 + b"text"),
    "html of nested tables": ("a.html", lambda: b"<html>" + b"<table><tr><td>" * 20_000 + b"text"),
    "html of one huge attribute": ("a.html", lambda: b'<html><p title="' + b"x" * 20_000_000 + b'">a</p>'),
    "html table of huge spans": (
        "a.html",
        lambda: b'<html><table><tr><td colspan="999999999" rowspan="999999999">a</td></tr></table>',
    ),
    "html of a million entities": ("a.html", lambda: b"<html>" + b"&#x1F600;&nosuch;&#9999999999;" * 300_000),
    "markdown of nested quotes": ("a.md", lambda: b">" * 200_000 + b" text"),
    "markdown of nested lists": ("a.md", lambda: joined("  " * n + "- a\n" for n in range(3_000))),
    "markdown of brackets": ("a.md", lambda: b"[" * 300_000 + b"](" * 300_000),
    "markdown of stars": ("a.md", lambda: b"*a **b " * 200_000),
    "markdown table of 100,000 columns": (
        "a.md",
        lambda: b"|a" * 100_000 + b"|\n" + b"|-" * 100_000 + b"|\n",
    ),
    "docx of entities": ("a.docx", lambda: word("<w:p/>", _XML_BOMB)),
    "docx of an outside entity": ("a.docx", lambda: word("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>", _XXE)),
    "docx 50,000 deep": ("a.docx", lambda: word("<w:p>" * 50_000 + "a" + "</w:p>" * 50_000)),
    "docx of nested tables": (
        "a.docx",
        lambda: word("<w:tbl><w:tr><w:tc>" * 9_000 + "</w:tc></w:tr></w:tbl>" * 9_000),
    ),
    "docx that unpacks to 300 MB": ("a.docx", lambda: packed_bomb(300)),
    "docx of text for 100 MB": ("a.docx", lambda: packed_bomb(100)),
    "zip files within zip files": ("a.docx", lambda: matryoshka(200)),
    "zip of nothing": ("a.xlsx", lambda: b"PK\x05\x06" + bytes(18)),
    "zip of traversals": (
        "a.docx",
        lambda: zipped({"../../../../tmp/x": "x", "/etc/x": "x", "word/../x": "x"}),
    ),
    "zip of 70,000 entries": ("a.epub", lambda: zipped({f"META-INF/{n}": "" for n in range(70_000)})),
    "xlsx far away": ("a.xlsx", lambda: sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "xlsx beyond": (
        "a.xlsx",
        lambda: sheet('<row r="99999999999"><c r="ZZZZZZZZZ99999999999"><v>1</v></c></row>'),
    ),
    "xlsx of wide rows": (
        "a.xlsx",
        lambda: sheet('<row><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>' * 30_000),
    ),
    "pdf of a billion pages": ("a.pdf", lambda: pages(b"[3 0 R]", 10**9)),
    "pdf of pages in a loop": ("a.pdf", lambda: pages(b"[2 0 R 2 0 R 3 0 R]", 3)),
    "pdf of a page a million times": ("a.pdf", lambda: pages(b"[" + b"3 0 R " * 1_000_000 + b"]", 1_000_000)),
    "pdf of brackets": ("a.pdf", lambda: pdf(b"[" * 1_000_000)),
    "pdf that unpacks to 500 MB": ("a.pdf", lambda: content(b"0 0 m 9 9 l S " * 37_000_000, times=2)),
    "pdf of endless states": ("a.pdf", lambda: content(b"q " * 5_000_000)),
    "pdf of text in a heap": (
        "a.pdf",
        lambda: content(b"BT /F1 1 Tf " + b"(word) Tj " * 1_000_000 + b"ET"),
    ),
    "mail of parts 5,000 deep": ("a.eml", lambda: mail_of_parts(5_000)),
    "mail of 20,000 attachments": ("a.eml", lambda: many_attachments(20_000)),
    "mail of mails": (
        "a.eml",
        lambda: b"Content-Type: message/rfc822\r\n\r\n" * 10_000 + b"Subject: x\r\n\r\ntext",
    ),
    "mail of an endless header": (
        "a.eml",
        lambda: b"Subject: " + b"=?utf-8?B?5bm0?= " * 400_000 + b"\r\n\r\ntext",
    ),
}
