"""Text inside an HTML element, and what of a page is not its text.

What does not belong here: blocks (`html`), tables (`html_tables`).
"""

import re
from typing import Any

# fmt: off
NOISE = {
    "script", "style", "noscript", "template", "nav", "svg", "iframe", "object", "embed", "canvas", "audio",
    "video", "head", "button", "select", "option", "datalist", "input", "textarea", "dialog", "map",
    "rt", "rp",  # readings above East Asian words: they would part the words
}
BLOCKS = {
    "p", "div", "section", "article", "main", "aside", "header", "footer", "address", "figure", "figcaption",
    "blockquote", "dl", "dt", "dd", "form", "fieldset", "legend", "details", "summary", "center", "hr",
    "body", "html", "ul", "ol", "li", "menu", "table", "caption", "pre", "h1", "h2", "h3", "h4", "h5", "h6",
}
# fmt: on
_MENUS = {"navigation", "menu", "search"}
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0\u200b]+")


def left_out(node: Any) -> bool:
    """Whether an element is not shown, or not what a page is about."""
    if node.tag in NOISE:
        return True
    attributes = {} if node.tag in {"-text", "body", "html"} else node.attributes
    return bool(attributes) and (
        "hidden" in attributes
        or attributes.get("role") in _MENUS
        or _INVISIBLE.search(attributes.get("style") or "") is not None
    )


def inline(root: Any) -> str:
    """The text in an element without its noise, blocks inside it parted by blanks."""
    pieces: list[str] = []
    node, entered, end = root, True, root.mem_id
    while node is not None:
        if entered:
            if node.tag == "-text":
                pieces.append(node.text_content or "")
            elif node.tag == "img":
                pieces.append(node.attributes.get("alt") or "")
            elif node.tag in BLOCKS or node.tag in {"br", "td", "th"}:
                pieces.append(" ")
            if node.child is not None and not left_out(node):
                node = node.child
                continue
        if node.mem_id == end:
            break
        if node.tag in BLOCKS or node.tag in {"td", "th"}:
            pieces.append(" ")
        entered = node.next is not None
        node = node.next if entered else node.parent
    return "".join(pieces)


def clean(text: str) -> str:
    """A text with every run of blanks as one."""
    return _BLANKS.sub(" ", text).strip()
