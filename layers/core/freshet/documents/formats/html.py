"""HTML: headings, paragraphs, lists, tables and listings; scripts, styles, menus and forms left out.

The tree is walked without recursion, and files nested absurdly deep are refused before they are parsed: the
parser's time grows with the square of the depth. What does not belong here: rendering, links' targets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.encodings import decode
from freshet.documents.formats.text import blank, load

_MAX_DEPTH = 5_000  # real pages stay below a few hundred; parsing this deep takes tens of milliseconds
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# fmt: off
_NOISE = {
    "script", "style", "noscript", "template", "nav", "svg", "iframe", "object", "embed", "canvas", "audio",
    "video", "head", "button", "select", "option", "datalist", "input", "textarea", "dialog", "map",
}
_BLOCKS = {
    "p", "div", "section", "article", "main", "aside", "header", "footer", "address", "figure", "figcaption",
    "blockquote", "dl", "dt", "dd", "form", "fieldset", "legend", "details", "summary", "center", "hr",
    "body", "html", "ul", "ol", "li", "menu", "table", "caption", "pre", *_HEADINGS,
}
# fmt: on
_UNNESTED = rb"p|li|br|hr|img|input|meta|link|td|tr|th|dd|dt|option|col|wbr"  # end by themselves
_NESTING = re.compile(rb"<(/?)(?!(?:" + _UNNESTED + rb")\b)[a-zA-Z][^<>]*?(/?)>", re.IGNORECASE)
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)|<\?xml[^>]{0,80}encoding=[\"']([\w.-]+)",
    re.IGNORECASE,
)
_BREAK = "\0"  # a <br>; the parser leaves no NUL in text
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0\u200b]+")


def read(path: Path) -> Iterator[Block | Progress]:
    """The page's blocks; its title is the top heading where it has none."""
    found = False
    for block in parse(load(path)):
        found = True
        yield block
    if not found:
        raise blank()
    yield Progress(1, 1)


def parse(data: bytes, declared: str | None = None, *, titled: bool = True) -> Iterator[Block]:
    """The blocks of a page that comes with an encoding, which one declared inside overrules."""
    _refuse_depth(data)
    label = _CHARSET.search(data[:4096])
    declared = (label[1] or label[2]).decode("ascii") if label else declared
    parser = LexborHTMLParser(decode(data, declared))
    if titled:
        yield from _title(parser)
    if parser.body is not None:
        yield from _Walk().blocks(parser.body)


def _refuse_depth(data: bytes) -> None:
    depth = 0
    for tag in _NESTING.finditer(data):
        depth += -1 if tag[1] and depth else 0 if tag[2] else 1
        if depth > _MAX_DEPTH:
            raise errors.OverLimit(
                "The page's elements are nested too deep. Save it as PDF or text and upload that."
            )


def _title(parser: Any) -> Iterator[Block]:
    title = parser.css_first("head > title")
    text = _clean(title.text()) if title is not None else ""
    if text and parser.css_first("h1") is None:
        yield Block(text, "heading", level=1)


@dataclass(slots=True)
class _Walk:
    """Collects inline text and lets it go as a block where a block-level element begins or ends."""

    pieces: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  # the counter of each open list, None for bullets
    marker: str = ""

    def blocks(self, root: Any) -> Iterator[Block]:
        node, entered, end = root, True, root.mem_id  # nodes compare by their markup, which is slow and wrong
        while node is not None:
            if entered:
                yield from self._enter(node)
                if self._opens(node) and node.child is not None:
                    node = node.child
                    continue
            yield from self._leave(node)
            if node.mem_id == end:
                break
            entered = node.next is not None
            node = node.next if entered else node.parent
        yield from self._flush()
        yield from self._flush_list()

    def _opens(self, node: Any) -> bool:
        """Whether an element's children are walked; headings, listings and tables are taken whole."""
        tag = node.tag
        return not (
            tag in _NOISE or tag in _HEADINGS or tag == "pre" or _hidden(node) or _is_data_table(node)
        )

    def _enter(self, node: Any) -> Iterator[Block]:
        tag = node.tag
        if tag == "-text":
            self.pieces.append(node.text_content or "")
        elif tag == "br":
            self.pieces.append(_BREAK)
        elif tag == "img":
            self.pieces.append(node.attributes.get("alt") or "")
        elif tag in _BLOCKS and not _hidden(node):
            yield from self._flush()
            if tag in {"ul", "ol", "menu"}:
                self.lists.append(_start(node) if tag == "ol" else None)
            elif tag == "li":
                self._number()
            else:
                yield from self._whole(node)

    def _whole(self, node: Any) -> Iterator[Block]:
        """Elements that are a block of their own."""
        tag = node.tag
        if tag in _HEADINGS:
            yield from self._flush_list()
            text = _clean(_inline(node))
            if text:
                yield Block(text, "heading", level=_HEADINGS[tag])
        elif tag == "pre":
            yield from self._flush_list()
            text = (node.text() or "").strip("\n").rstrip()
            if text.strip():
                yield Block(text, "code")
        elif _is_data_table(node):
            yield from self._flush_list()
            yield from _table(node)

    def _leave(self, node: Any) -> Iterator[Block]:
        tag = node.tag
        if tag in {"td", "th"}:
            yield from self._flush()
        elif tag in _BLOCKS and not _hidden(node):
            yield from self._flush()
            if tag in {"ul", "ol", "menu"} and self.lists:
                self.lists.pop()
                if not self.lists:
                    yield from self._flush_list()

    def _number(self) -> None:
        counter = self.lists[-1] if self.lists else None
        if counter is not None:
            self.lists[-1] = counter + 1
        indent = "  " * max(0, min(len(self.lists), 8) - 1)
        self.marker = indent + ("- " if counter is None else f"{counter}. ")

    def _flush(self) -> Iterator[Block]:
        lines = map(_clean, "".join(self.pieces).split(_BREAK))
        text = "\n".join(filter(None, lines))
        self.pieces.clear()
        if not text:
            return
        if self.lists:
            self.items.append((self.marker or "  " * len(self.lists)) + text)
            self.marker = ""
            if len(self.items) >= 200:  # an endless list must not grow in memory
                yield from self._flush_list()
        else:
            yield Block(text)

    def _flush_list(self) -> Iterator[Block]:
        if self.items:
            yield Block("\n".join(self.items), "list")
            self.items = []


def _hidden(node: Any) -> bool:
    attributes = node.attributes if node.tag in _BLOCKS else {}
    return "hidden" in attributes or attributes.get("role") in {"navigation", "menu", "search"}


def _start(node: Any) -> int:
    value = node.attributes.get("start") or ""
    return int(value) if re.fullmatch(r"\d{1,6}", value) else 1


def _is_data_table(node: Any) -> bool:
    """Whether a table holds data; one that holds headings, tables or a single column lays out a page."""
    if node.tag != "table" or node.attributes.get("role") == "presentation":
        return False
    if any(inner.mem_id != node.mem_id for inner in node.css("h1, h2, h3, table, pre")):
        return False
    return any(len(_cells(row)) > 1 for row in node.css("tr"))


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row.iter() if cell.tag in {"td", "th"}]


def _table(table: Any) -> Iterator[Block]:
    caption = table.css_first("caption")
    if caption is not None and (text := _clean(_inline(caption))):
        yield Block(text)
    rows, heads, leading = [], 0, True
    for row in table.css("tr"):
        cells = _cells(row)
        line = " | ".join(_clean(_inline(cell)) for cell in cells)
        if not line.strip("| "):
            continue
        leading = leading and (all(cell.tag == "th" for cell in cells) or row.parent.tag == "thead")
        heads += leading
        rows.append(line)
    if rows:
        header = "\n".join(rows[: heads or 1]) if len(rows) > (heads or 1) else ""
        yield Block("\n".join(rows), "table", header=header)


def _inline(root: Any) -> str:
    """The text in an element without its noise, blocks inside it parted by blanks."""
    pieces: list[str] = []
    node, entered, end = root, True, root.mem_id
    while node is not None:
        if entered:
            if node.tag == "-text":
                pieces.append(node.text_content or "")
            elif node.tag == "img":
                pieces.append(node.attributes.get("alt") or "")
            elif node.tag in _BLOCKS or node.tag in {"br", "td", "th"}:
                pieces.append(" ")
            if node.tag not in _NOISE and node.child is not None:
                node = node.child
                continue
        if node.mem_id == end:
            break
        if node.tag in _BLOCKS or node.tag in {"td", "th"}:
            pieces.append(" ")
        entered = node.next is not None
        node = node.next if entered else node.parent
    return "".join(pieces)


def _clean(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
