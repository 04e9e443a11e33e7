"""EPUB: the book's title, then its chapters in reading order, each read as the web page it is.

There are no pages. Headings stand one level below the book's title; a chapter without any goes by its title
in the table of contents.
What does not belong here: HTML (`html`), the container (`ooxml`), the contents (`epub_contents`).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.epub_contents import contents, resolved
from freshet.documents.formats.html import parse
from freshet.documents.formats.ooxml import Element, Package, attribute, child, inside, local, open_package

_MAX_CHAPTER = 64_000_000  # bytes
_PROGRESS_EVERY = 10  # chapters
_CHAPTERS = {"application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/xml", "text/xml"}
_FONTS = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}  # scrambled, not locked
# In XHTML every element may close itself; read as HTML, `<title/>` and `<a/>` would swallow what follows.
_CLOSED = re.compile(
    rb"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)([a-zA-Z][\w:-]*)([^<>]*?)/>"
)


def read(path: Path) -> Iterator[Block | Progress]:
    """The book's blocks."""
    with open_package(path, doctype=True) as package:
        opf = _opf(package)
        root = package.tree(opf)
        chapters = _chapters(package, opf, root)
        _refuse_locks(package, chapters)
        title = _title(root)
        if title:
            yield Block(title, "heading", level=1)
        titles = contents(package, opf, root)
        found = False
        for number, part in enumerate(chapters, 1):
            blocks = list(_chapter(package, part))
            if part in titles and blocks and not any(block.kind == "heading" for block in blocks):
                name, depth = titles[part]
                yield Block(name, "heading", level=depth + 1)
            found = found or bool(blocks)
            yield from blocks
            if number % _PROGRESS_EVERY == 0:
                yield Progress(number, len(chapters))
        if not found:
            raise errors.NoText("The book has no text. If it shows pictures of text, upload the text itself.")
        yield Progress(len(chapters), len(chapters))


def _chapter(package: Package, part: str) -> Iterator[Block]:
    page = _CLOSED.sub(rb"<\1\2></\1>", package.data(part, _MAX_CHAPTER))
    for block in parse(page, titled=False):
        yield replace(block, level=block.level + 1) if block.kind == "heading" else block


def _opf(package: Package) -> str:
    """The package document: what the container names, else the first there is."""
    if "META-INF/container.xml" in package.names:
        for element in package.tree("META-INF/container.xml").iter():
            part = attribute(element, "full-path") if local(element) == "rootfile" else None
            if part in package.names:
                return str(part)
    part = next((name for name in sorted(package.names) if name.endswith(".opf")), None)
    if part is None:
        raise errors.Damaged("The file has no book inside. Convert it to EPUB again and upload that.")
    return part


def _chapters(package: Package, opf: str, root: Element) -> list[str]:
    """The chapters' parts in the order of the spine."""
    items = {}
    for item in inside(root, "manifest"):
        part = resolved(opf, attribute(item, "href"))
        kind = attribute(item, "media-type") or ""
        if part in package.names and (
            kind in _CHAPTERS or part.lower().endswith((".xhtml", ".html", ".htm"))
        ):
            items[attribute(item, "id")] = part
    spine = (attribute(reference, "idref") for reference in inside(root, "spine"))
    return list(dict.fromkeys(items[name] for name in spine if name in items)) or list(items.values())


def _title(root: Element) -> str:
    metadata = child(root, "metadata")
    titles = (e.text or "" for e in (metadata.iter() if metadata is not None else ()) if local(e) == "title")
    return " ".join(next(titles, "").split())


def _refuse_locks(package: Package, chapters: list[str]) -> None:
    """Raises Encrypted where a shop's protection hides the chapters."""
    if "META-INF/encryption.xml" not in package.names:
        return
    for data in package.tree("META-INF/encryption.xml"):
        method = attribute(child(data, "EncryptionMethod"), "Algorithm")
        target = attribute(child(data, "CipherData", "CipherReference"), "URI") or ""
        if method not in _FONTS and unquote(target).lstrip("/") in chapters:
            raise errors.Encrypted(
                "The book is protected by its shop (DRM). Only books without this protection can be read."
            )
