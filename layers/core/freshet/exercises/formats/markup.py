"""XML that is built as a tree: the library escapes, so that no text can become markup.

Namespaces are written as plain `xmlns` attributes: the documents have one each.
"""

import re
from html import escape
from xml.etree.ElementTree import Element, SubElement, indent, tostring

_SPACED = re.compile(r" {2}|\t|^ ", re.MULTILINE)

__all__ = ["Element", "SubElement", "add", "document", "html", "written"]


def add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """A new last child, with a text."""
    child = SubElement(parent, tag, attributes)
    child.text = text or None
    return child


def written(parent: Element, text: str) -> Element:
    """The parent, after the text was added to it, with a `br` for each line end."""
    first, *others = text.split("\n")
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + first
    else:
        parent.text = (parent.text or "") + first
    for line in others:
        SubElement(parent, "br").tail = line
    return parent


def html(text: str) -> str:
    """The text as HTML, with a `br` for each line end; blanks are kept where they may be those of code."""
    lines = escape(text, quote=False).replace("\n", "<br>")
    return f'<span style="white-space: pre-wrap">{lines}</span>' if _SPACED.search(text) else lines


def document(root: Element, *, pretty: bool = True) -> bytes:
    """The file. Indented only where blanks between elements mean nothing."""
    if pretty:
        indent(root)
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"
