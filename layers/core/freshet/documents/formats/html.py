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
from freshet.documents.formats.html_inline import BLOCKS, clean, inline, left_out
from freshet.documents.formats.html_tables import is_data_table, table_blocks
from freshet.documents.formats.text import blank, load
from freshet.encodings import decode

_MAX_DEPTH = 5_000  # real pages stay below a few hundred; parsing this deep takes tens of milliseconds
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_UNNESTED = rb"p|li|br|hr|img|input|meta|link|td|tr|th|dd|dt|option|col|wbr"  # end by themselves
_NESTING = re.compile(rb"<(/?)(?!(?:" + _UNNESTED + rb")\b)[a-zA-Z][^<>]*?(/?)>", re.IGNORECASE)
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)|<\?xml[^>]{0,80}encoding=[\"']([\w.-]+)",
    re.IGNORECASE,
)
_BREAK = "\0"  # a <br>; the parser leaves no NUL in text
_SUBSET = re.compile(r"\A(\s*(?:<\?xml[^>]*>\s*)?<!doctype[^>\[]*)\[[^\]]*\]", re.IGNORECASE)


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
    # HTML has no declarations of entities, and its parser takes them for text.
    parser = LexborHTMLParser(_SUBSET.sub(r"\1", decode(data, declared), count=1))
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
    text = clean(title.text()) if title is not None else ""
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
        return not (tag in _HEADINGS or tag == "pre" or left_out(node) or is_data_table(node))

    def _enter(self, node: Any) -> Iterator[Block]:
        tag = node.tag
        if tag == "-text":
            self.pieces.append(node.text_content or "")
        elif tag == "br":
            self.pieces.append(_BREAK)
        elif tag == "img":
            self.pieces.append(node.attributes.get("alt") or "")
        elif tag in BLOCKS and not left_out(node):
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
            text = clean(inline(node))
            if text:
                yield Block(text, "heading", level=_HEADINGS[tag])
        elif tag == "pre":
            yield from self._flush_list()
            text = (node.text() or "").strip("\n").rstrip()
            if text.strip():
                yield Block(text, "code")
        elif is_data_table(node):
            yield from self._flush_list()
            yield from table_blocks(node)

    def _leave(self, node: Any) -> Iterator[Block]:
        tag = node.tag
        if tag in {"td", "th"}:
            yield from self._flush()
        elif tag in BLOCKS and not left_out(node):
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
        lines = map(clean, "".join(self.pieces).split(_BREAK))
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


def _start(node: Any) -> int:
    value = node.attributes.get("start") or ""
    return int(value) if re.fullmatch(r"\d{1,6}", value) else 1
