"""A book's table of contents: the title and the depth under which each chapter stands.

EPUB 3 keeps it as a web page (`nav`), EPUB 2 as XML (`ncx`), and many books as both.
What does not belong here: the chapters (`epub`).
"""

import posixpath
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.parsers import expat

from selectolax.lexbor import LexborHTMLParser

from freshet.documents.formats.ooxml import Element, Package, attribute, child, inside, local
from freshet.encodings import decode

_MAX_BYTES = 4_000_000
_MAX_DEPTH = 6

Titles = dict[str, tuple[str, int]]  # by part: the title, and its depth from 1


def contents(package: Package, opf: str, root: Element) -> Titles:
    """The titles of the parts that the contents name, none if there are no contents."""
    titles: Titles = {}
    for item in inside(root, "manifest"):
        part = resolved(opf, attribute(item, "href"))
        if part not in package.names:
            continue
        entries: Iterator[tuple[str, str, int]] = iter(())
        if "nav" in (attribute(item, "properties") or "").split():
            entries = _page(package.data(part, _MAX_BYTES))
        elif attribute(item, "media-type") == "application/x-dtbncx+xml":
            with suppress(ElementTree.ParseError, expat.ExpatError):  # the book is not worse for it
                entries = _points(package.tree(part))
        for target, label, depth in entries:
            if title := " ".join(label.split()):
                titles.setdefault(resolved(part, target), (title, min(depth, _MAX_DEPTH)))
    return titles


def resolved(base: str, reference: str | None) -> str:
    """The part that a reference in the part `base` leads to."""
    path = unquote((reference or "").partition("#")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), path))


def _page(page: bytes) -> Iterator[tuple[str, str, int]]:
    for nav in LexborHTMLParser(decode(page)).css("nav"):
        if (nav.attributes.get("epub:type") or "toc") == "toc":
            for link in nav.css("a[href]"):
                yield link.attributes["href"] or "", link.text(), _depth(link)


def _depth(link: Any) -> int:
    depth, node = 0, link.parent
    while node is not None and node.tag != "nav" and depth < _MAX_DEPTH:
        depth += node.tag == "ol"
        node = node.parent
    return max(depth, 1)


def _points(ncx: Element) -> Iterator[tuple[str, str, int]]:
    stack = [iter(inside(ncx, "navMap"))]
    while stack:
        point = next(stack[-1], None)
        if point is None:
            stack.pop()
        elif local(point) == "navPoint":
            label = child(point, "navLabel", "text")
            target = attribute(child(point, "content"), "src") or ""
            yield target, (label.text or "") if label is not None else "", len(stack)
            stack.append(iter(point))
