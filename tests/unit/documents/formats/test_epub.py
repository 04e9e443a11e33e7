"""EPUB: chapters in reading order; protected and broken books are refused."""

import io
import zipfile

import pytest

from freshet import errors

from .conftest import Read
from .packages import zipped

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'


def chapter(body: str, head: str = "<title>The book</title>") -> str:
    return f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head>{head}</head><body>{body}</body></html>'


def book(chapters: dict[str, str], spine: list[str], prolog: str = "", **parts: str) -> bytes:
    items = "".join(
        f'<item id="{name}" href="text/{name}.xhtml" media-type="application/xhtml+xml"/>'
        for name in chapters
    )
    references = "".join(f'<itemref idref="{name}"/>' for name in spine)
    opf = (
        f'{prolog}<package><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>茶经</dc:title></metadata>'
        f"<manifest>{items}</manifest><spine>{references}</spine></package>"
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": opf,
            **{f"OEBPS/text/{name}.xhtml": content for name, content in chapters.items()},
            **{name.replace("__", "/"): content for name, content in parts.items()},
        }
    )


def test_chapters_come_in_the_order_of_the_spine_under_the_title(blocks: Read) -> None:
    chapters = {
        "two": chapter("<h1>二</h1><p>后</p>"),
        "one": chapter("<h1>一</h1><p>先</p>"),
        "unread": chapter("x"),
    }
    found = blocks(book(chapters, ["one", "two"]), "a.epub")
    assert [(b.kind, b.text, b.level, b.page) for b in found] == [
        ("heading", "茶经", 1, None),
        ("heading", "一", 2, None),
        ("text", "先", 0, None),
        ("heading", "二", 2, None),
        ("text", "后", 0, None),
    ]


def test_elements_that_close_themselves_swallow_nothing(blocks: Read) -> None:
    page = chapter('<a id="p1"/><p>before <i/> after</p><script src="x"/><p>end</p>', head="<title/>")
    assert [b.text for b in blocks(book({"one": page}, ["one"]), "a.epub")][1:] == ["before after", "end"]


def test_old_books_may_name_a_document_type(blocks: Read) -> None:
    prolog = '<!DOCTYPE package PUBLIC "+//ISBN 0-9673008-1-9//DTD OEB 1.2 Package//EN" "oebpkg12.dtd">'
    assert len(blocks(book({"one": chapter("<p>text</p>")}, ["one"], prolog), "a.epub")) == 2


def test_entities_are_refused(blocks: Read) -> None:
    prolog = '<!DOCTYPE package [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(errors.Damaged, match="entities"):
        blocks(book({"one": chapter("x")}, ["one"], prolog), "a.epub")


def locked(method: str, target: str) -> str:
    return (
        f'<encryption><EncryptedData><EncryptionMethod Algorithm="{method}"/><CipherData>'
        f'<CipherReference URI="{target}"/></CipherData></EncryptedData></encryption>'
    )


def test_protected_books_are_refused_and_scrambled_fonts_are_not(blocks: Read) -> None:
    chapters = {"one": chapter("<p>text</p>")}
    drm = locked("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OEBPS/text/one.xhtml")
    with pytest.raises(errors.Encrypted, match="DRM"):
        blocks(book(chapters, ["one"], **{"META-INF__encryption.xml": drm}), "a.epub")
    fonts = locked("http://www.idpf.org/2008/embedding", "OEBPS/fonts/a.otf")
    assert len(blocks(book(chapters, ["one"], **{"META-INF__encryption.xml": fonts}), "a.epub")) == 2


def test_a_book_without_text_or_inside_says_so(blocks: Read) -> None:
    with pytest.raises(errors.NoText):
        blocks(book({"one": chapter("<svg><text>x</text></svg>")}, ["one"]), "a.epub")
    with pytest.raises(errors.Damaged):
        blocks(zipped({"mimetype": "application/epub+zip"}), "a.epub")
    with pytest.raises(errors.Damaged):
        blocks(book({"one": chapter("text")}, ["one"])[:-80], "a.epub")


def test_a_chapter_that_unpacks_to_too_much_is_refused(blocks: Read) -> None:
    with pytest.raises(errors.OverLimit):
        blocks(book({"one": chapter(" " * (65 << 20))}, ["one"]), "a.epub")


NCX = """<ncx><navMap><navPoint><navLabel><text>第一部</text></navLabel><content src="text/one.xhtml"/>
<navPoint><navLabel><text>Chapter  two</text></navLabel><content src="text/two.xhtml#start"/></navPoint>
</navPoint></navMap></ncx>"""
NAV = """<html><body><nav epub:type="landmarks"><ol><li><a href="one.xhtml">Start</a></li></ol></nav>
<nav epub:type="toc"><ol><li><a href="one.xhtml">第一部</a><ol><li><a href="two.xhtml#a">Chapter two</a></li>
</ol></li></ol></nav></body></html>"""


@pytest.mark.parametrize(
    ("item", "part", "content"),
    [
        ('<item id="c" href="toc.ncx" media-type="application/x-dtbncx+xml"/>', "OEBPS/toc.ncx", NCX),
        (
            '<item id="c" href="text/nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>',
            "OEBPS/text/nav.xhtml",
            NAV,
        ),
    ],
)
def test_chapters_without_headings_take_them_from_the_contents(
    blocks: Read, item: str, part: str, content: str
) -> None:
    chapters = {
        "one": chapter("<p>a</p>"),
        "two": chapter("<p>b</p>"),
        "three": chapter("<h1>own</h1><p>c</p>"),
    }
    opf = "OEBPS/book.opf"
    plain = book(chapters, ["one", "two", "three"])
    with zipfile.ZipFile(io.BytesIO(plain)) as package:
        listed = package.read(opf).decode().replace("<manifest>", f"<manifest>{item}")
    data = book(chapters, [], **{opf.replace("/", "__"): listed, part.replace("/", "__"): content})
    assert [(b.text, b.level) for b in blocks(data, "a.epub")] == [
        ("茶经", 1),
        ("第一部", 2),
        ("a", 0),
        ("Chapter two", 3),
        ("b", 0),
        ("own", 2),
        ("c", 0),
    ]


def test_broken_contents_do_not_damage_the_book(blocks: Read) -> None:
    chapters = {"one": chapter("<p>a</p>")}
    item = '<item id="c" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    with zipfile.ZipFile(io.BytesIO(book(chapters, ["one"]))) as package:
        listed = package.read("OEBPS/book.opf").decode().replace("<manifest>", f"<manifest>{item}")
    data = book(chapters, [], **{"OEBPS__book.opf": listed, "OEBPS__toc.ncx": "<ncx><a & b"})
    assert [b.text for b in blocks(data, "a.epub")] == ["茶经", "a"]
