"""Word documents: paragraphs, headings, lists, tables, text boxes, notes, comments, headers and footers.

The body's XML is walked here, so nothing that Word shows in the text is lost. Footnotes, endnotes and
comments follow the paragraph or table that they belong to. Headers and footers come once and marked as such,
where they say more than a page number or a line of the body; after it, when it is known what they repeat.
Left out: pictures, embedded documents.
What does not belong here: the container (`ooxml`), a paragraph's characters (`docx_text`), list numbers and
styles (`docx_styles`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, takewhile
from pathlib import Path

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.docx_styles import Numbering, Styles, switched
from freshet.documents.formats.docx_text import NOTES, SKIPPED, collect
from freshet.documents.formats.drawings import chart_blocks, diagram_blocks
from freshet.documents.formats.ooxml import (
    Element,
    Package,
    alternative,
    attribute,
    child,
    local,
    open_package,
)

_MAX_SPAN = 63  # columns, as in Word
_MAX_IMPORTED = 32 << 20  # bytes of a page
_PAGE_NUMBER = re.compile(
    r"(?:\W|\d|_|page|seite|página|pagina|of|von|sur|de|di|第|页|頁|共|총|쪽)*", re.IGNORECASE
)
_MARGINS = {"header": "Header: ", "footer": "Footer: "}


def read(path: Path) -> Iterator[Block | Progress]:
    """The document's blocks. `page` is set only where Word's last layout is complete enough to trust."""
    with open_package(path) as package:
        main = _main_part(package)
        document = _Document.load(package, main)
        margins = document.margins()
        found = False
        for block in _grouped(
            chain(document.blocks(package.children(main, "body")), _graphics(package, main))
        ):
            found = True
            for line in block.text.split("\n") if margins else ():
                margins.pop(line.strip(), None)
            yield block
        if not found:
            raise errors.NoText(
                "The document has no text. If it shows pictures of text, upload the text itself."
            )
        yield from margins.values()
        yield Progress(document.page or 1, document.page or 1)


def _main_part(package: Package) -> str:
    parts = package.related("").get("officeDocument", [])
    part = parts[0] if parts else "word/document.xml"
    if part not in package.names:
        raise errors.Damaged(
            "The file has no document inside. Open it in Word, save it again and upload that."
        )
    return part


def _graphics(package: Package, main: str) -> Iterator[Block]:
    """The text of SmartArt and charts, which lie in parts of their own."""
    related = package.related(main)
    for part in related.get("diagramData", []):
        yield from diagram_blocks(package, part, None)
    for part in related.get("chart", []):
        yield from chart_blocks(package, part, None)


@dataclass(slots=True)
class _Document:
    package: Package
    main: str
    styles: Styles
    numbering: Numbering
    notes: dict[str, dict[str, Element]]
    page: int | None
    depth: int = 0  # of tables around
    held: list[tuple[str, str]] = field(default_factory=list)  # notes of the table that is being read

    @classmethod
    def load(cls, package: Package, main: str) -> "_Document":
        related = package.related(main)

        def tree(kind: str) -> Element | None:
            return package.tree(related[kind][0]) if kind in related else None

        notes = {kind: {attribute(e, "id") or "": e for e in _iterate(tree(kind))} for kind in NOTES.values()}
        styles, numbering = Styles(tree("styles")), Numbering(tree("numbering"))
        return cls(package, main, styles, numbering, notes, _first_page(package, main))

    def blocks(self, elements: Iterable[Element]) -> Iterator[Block]:
        """Blocks of body-level elements: paragraphs, tables, and whatever wraps them."""
        for element in elements:
            name = local(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield from self._table(element)
            elif name == "AlternateContent":
                yield from self.blocks(alternative(element))
            elif name == "altChunk":
                yield from self._imported(attribute(element, "id") or "")
            elif name not in SKIPPED:
                yield from self.blocks(element)

    def margins(self) -> dict[str, Block]:
        """What headers and footers say, page numbers aside."""
        found: dict[str, Block] = {}
        for kind, label in _MARGINS.items():
            for part in self.package.related(self.main).get(kind, []):
                for block in replace(self, page=None).blocks(self.package.tree(part)):
                    if not _PAGE_NUMBER.fullmatch(block.text):
                        found.setdefault(block.text, Block(label + block.text))
        return found

    def _imported(self, reference: str) -> Iterator[Block]:
        """A page that Word will take into the document when it opens it, as web applications write them."""
        from freshet.documents.formats import eml, html

        _, part = self.package.relations(self.main).get(reference, ("", ""))
        if part.endswith((".htm", ".html", ".xhtml")):
            yield from html.parse(self.package.data(part, _MAX_IMPORTED), titled=False)
        elif part.endswith((".mht", ".mhtml")):
            yield from eml.parse(self.package.data(part, _MAX_IMPORTED))

    def _paragraph(self, element: Element) -> Iterator[Block]:
        properties = child(element, "pPr")
        style = attribute(child(properties, "pStyle"), "val")
        text = collect(element, style, self.styles)
        if str(text):
            yield self._styled(properties, style, str(text), self.page and self.page + text.leading)
        if self.page is not None:
            self.page += text.breaks
        for box in text.boxes:
            yield from self.blocks(box)
        if self.depth:
            self.held += text.notes
        else:
            yield from self._noted(text.notes)

    def _styled(self, properties: Element | None, style: str | None, text: str, page: int | None) -> Block:
        level = self.styles.level(properties, style)
        marker = self.numbering.marker(*self.styles.list_position(properties, style))
        if level:
            return Block(
                f"{marker.strip()} {text}".strip() if marker.strip() != "-" else text, "heading", page, level
            )
        return Block(marker + text, "list", page) if marker else Block(text, "text", page)

    def _noted(self, notes: Iterable[tuple[str, str]]) -> Iterator[Block]:
        """Footnotes, endnotes and comments, each where it is first referred to."""
        for kind, number in notes:
            note = self.notes[kind].pop(number, None)
            blocks = self.blocks(_iterate(note))
            if kind != "comments":
                yield from blocks
            elif text := " ".join(block.text for block in blocks):
                author = attribute(note, "author")
                yield Block(
                    f"Comment by {author}: {text}" if author else f"Comment: {text}", "text", self.page
                )

    def _table(self, table: Element) -> Iterator[Block]:
        rows = list(_unwrapped(table, "tr"))
        if _lays_out(rows):
            for row in rows:
                for _, blocks in self._cells(row):
                    yield from blocks
            return
        page, heads = self.page, _heads(rows)
        self.depth += 1
        lines = [line for row in rows if (line := self._line(row)).strip("| ")]
        self.depth -= 1
        if lines:
            header = "\n".join(lines[:heads]) if len(lines) > heads else ""
            yield Block("\n".join(lines), "table", page, header=header)
        if not self.depth:
            held, self.held = self.held, []
            yield from self._noted(held)

    def _cells(self, row: Element) -> Iterator[tuple[Element, list[Block]]]:
        """A row's cells with their blocks."""
        start = last = self.page
        for cell in _unwrapped(row, "tc"):
            self.page = start  # the layout notes a page's end in each cell of a row that it cuts
            yield cell, list(self.blocks(cell))
            if last is not None and self.page is not None:
                last = max(last, self.page)
        self.page = last

    def _line(self, row: Element) -> str:
        texts = []
        for cell, blocks in self._cells(row):
            texts += [" ".join(map(_flat, blocks)), *[""] * (_span(cell) - 1)]
        return " | ".join(texts)


def _flat(block: Block) -> str:
    """A block inside a cell; a table's bars there would be taken for those of the table around it."""
    text = block.text.replace(" | ", ", ").replace("\n", "; ") if block.kind == "table" else block.text
    return " ".join(text.split())


def _lays_out(rows: list[Element]) -> bool:
    """Whether a table is a frame for other things: of a single column, or around tables of some size."""
    cells = [list(_unwrapped(row, "tc")) for row in rows]
    if max(map(len, cells), default=0) <= 1:
        return True
    inner = (table for row in cells for cell in row for table in _unwrapped(cell, "tbl"))
    return any(len(list(_unwrapped(table, "tr"))) > 1 for table in inner)


def _heads(rows: list[Element]) -> int:
    """How many rows are the header: those marked as such; two where merged cells bind them together."""
    marked = len(list(takewhile(lambda row: switched(child(row, "trPr"), "tblHeader"), rows)))
    cells = list(_unwrapped(rows[0], "tc"))
    downwards = any(attribute(child(cell, "tcPr", "vMerge"), "val") == "restart" for cell in cells)
    return marked or (2 if downwards and any(_span(cell) > 1 for cell in cells) else 1)


def _span(cell: Element) -> int:
    """How many columns a cell is wide."""
    value = attribute(child(cell, "tcPr", "gridSpan"), "val") or ""
    return max(1, min(int(value), _MAX_SPAN)) if value.isdecimal() else 1


def _iterate(element: Element | None) -> Iterable[Element]:
    return element if element is not None else ()


def _unwrapped(element: Element, name: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, content controls and tracked insertions around them opened."""
    for part in element:
        if local(part) == name:
            if child(part, "trPr", "del") is None:
                yield part
        elif local(part) in {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"}:
            yield from _unwrapped(part, name)


def _first_page(package: Package, main: str) -> int | None:
    """1 if the page breaks of Word's last layout add up to the page count it noted, else None.

    Not where there are none: other programs leave Word's note of a single page as it was in their template.
    """
    breaks = package.count(main, b"lastRenderedPageBreak")
    properties = package.related("").get("extended-properties", [])
    pages = child(package.tree(properties[0]), "Pages") if properties else None
    noted = (pages.text or "").strip() if pages is not None else ""
    return 1 if breaks and noted == str(breaks + 1) else None


def _grouped(blocks: Iterable[Block]) -> Iterator[Block]:
    """Joins the items of a list into one block."""
    items: list[Block] = []
    for block in blocks:
        if items and (block.kind != "list" or len(items) == 200):  # an endless list must not grow in memory
            yield Block("\n".join(item.text for item in items), "list", items[0].page)
            items = []
        if block.kind == "list":
            items.append(block)
        else:
            yield block
    if items:
        yield Block("\n".join(item.text for item in items), "list", items[0].page)
