"""Word documents: paragraphs, headings, lists, tables, text boxes, content controls, notes, tracked changes.

The body's XML is walked here, so nothing that Word shows in the text is lost: insertions are read, deletions
are not. Left out: headers and footers (they repeat), comments, embedded documents.
What does not belong here: the container (`ooxml`), list numbers and styles (`docx_styles`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.docx_styles import Numbering, Styles
from freshet.documents.formats.ooxml import Element, Package, attribute, child, local, open_package

_SKIPPED = {
    "del",
    "moveFrom",
    "instrText",
    "delText",
    "pPr",
    "rPr",
    "tblPr",
    "trPr",
    "tcPr",
    "sdtPr",
    "sectPr",
}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_CHARACTERS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}


def read(path: Path) -> Iterator[Block | Progress]:
    """The document's blocks. `page` is set only where Word's last layout is complete enough to trust."""
    with open_package(path) as package:
        main = _main_part(package)
        document = _Document.load(package, main)
        found = False
        for block in _grouped(document.blocks(package.children(main, "body"))):
            found = True
            yield block
        for block in _grouped(_diagrams(package, main)):
            found = True
            yield block
        if not found:
            raise errors.NoText(
                "The document has no text. If it shows pictures of text, upload the text itself."
            )
        yield Progress(document.page or 1, document.page or 1)


def _main_part(package: Package) -> str:
    parts = package.related("").get("officeDocument", [])
    part = parts[0] if parts else "word/document.xml"
    if part not in package.names:
        raise errors.Damaged(
            "The file has no document inside. Open it in Word, save it again and upload that."
        )
    return part


def _diagrams(package: Package, main: str) -> Iterator[Block]:
    """The text of SmartArt, which lies in parts of its own."""
    for part in package.related(main).get("diagramData", []):
        for point in package.tree(part).iter():
            if local(point) == "p":
                text = "".join(e.text or "" for e in point.iter() if local(e) == "t").strip()
                if text:
                    yield Block(text, "list")


@dataclass(slots=True)
class _Text:
    """What one paragraph holds beside its own characters."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    leading: int = 0  # page breaks before the first character
    breaks: int = 0  # all of them

    def __str__(self) -> str:
        return "".join(self.pieces).strip()


@dataclass(slots=True)
class _Document:
    styles: Styles
    numbering: Numbering
    notes: dict[str, dict[str, Element]]
    page: int | None

    @classmethod
    def load(cls, package: Package, main: str) -> "_Document":
        related = package.related(main)

        def tree(kind: str) -> Element | None:
            return package.tree(related[kind][0]) if kind in related else None

        notes = {
            kind: {attribute(e, "id") or "": e for e in _iterate(tree(kind))} for kind in _NOTES.values()
        }
        styles = Styles(tree("styles"))
        return cls(styles, Numbering(tree("numbering")), notes, _first_page(package, main))

    def blocks(self, elements: Iterable[Element]) -> Iterator[Block]:
        """Blocks of body-level elements: paragraphs, tables, and whatever wraps them."""
        for element in elements:
            name = local(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield from self._table(element)
            elif name == "AlternateContent":
                yield from self.blocks(_alternative(element))
            elif name not in _SKIPPED:
                yield from self.blocks(element)

    def _paragraph(self, element: Element) -> Iterator[Block]:
        text = _Text()
        self._collect(element, text)
        if str(text):
            yield self._styled(element, str(text), self.page and self.page + text.leading)
        if self.page is not None:
            self.page += text.breaks
        for box in text.boxes:
            yield from self.blocks(box)
        for kind, number in text.notes:
            note = self.notes[kind].get(number)
            yield from self.blocks(note if note is not None else ())

    def _styled(self, element: Element, text: str, page: int | None) -> Block:
        properties = child(element, "pPr")
        style = attribute(child(properties, "pStyle"), "val")
        level = self.styles.level(properties, style)
        marker = self.numbering.marker(*self.styles.list_position(properties, style))
        if level:
            return Block(
                f"{marker.strip()} {text}".strip() if marker.strip() != "-" else text, "heading", page, level
            )
        return Block(marker + text, "list", page) if marker else Block(text, "text", page)

    def _collect(self, element: Element, text: _Text) -> None:
        """Gathers a paragraph's characters, with a stack: files nest as deep as they like."""
        stack = [iter(element)]
        while stack:
            part = next(stack[-1], None)
            if part is None:
                stack.pop()
            else:
                stack.append(iter(self._inner(part, text)))

    def _inner(self, part: Element, text: _Text) -> Iterable[Element]:
        name = local(part)
        if name == "t":
            text.pieces.append(part.text or "")
        elif name == "txbxContent":
            text.boxes.append(part)
        elif name == "br":
            text.pieces.append("\n")
        elif name == "lastRenderedPageBreak":
            text.breaks += 1
            text.leading += not str(text)
        elif name in _NOTES:
            text.notes.append((_NOTES[name], attribute(part, "id") or ""))
        elif name in _CHARACTERS:
            text.pieces.append(_CHARACTERS[name])
        elif name == "AlternateContent":
            return _alternative(part)
        elif name not in _SKIPPED:
            return part
        return ()

    def _table(self, table: Element) -> Iterator[Block]:
        rows = [list(_unwrapped(row, "tc")) for row in _unwrapped(table, "tr")]
        if max(map(len, rows), default=0) <= 1:  # a frame around text, not a table
            for row in rows:
                for cell in row:
                    yield from self.blocks(cell)
            return
        page = self.page
        lines = [line for row in rows if (line := self._row(row)).strip("| ")]
        marked = sum(1 for row in _unwrapped(table, "tr") if child(row, "trPr", "tblHeader") is not None)
        if lines:
            header = "\n".join(lines[: max(1, marked)]) if len(lines) > max(1, marked) else ""
            yield Block("\n".join(lines), "table", page, header=header)

    def _row(self, cells: list[Element]) -> str:
        start = last = self.page
        texts = []
        for cell in cells:
            self.page = start  # the layout notes a page's end in each cell of a row that it cuts
            texts.append(" ".join(" ".join(block.text.split()) for block in self.blocks(cell)))
            if last is not None and self.page is not None:
                last = max(last, self.page)
        self.page = last
        return " | ".join(texts)


def _iterate(element: Element | None) -> Iterable[Element]:
    return element if element is not None else ()


def _alternative(element: Element) -> Iterable[Element]:
    """One of the renderings of a shape: the first choice, or the fallback where no choice has text."""
    choices = [*(e for e in element if local(e) == "Choice"), *(e for e in element if local(e) == "Fallback")]
    return next((c for c in choices if any(local(e) == "t" and e.text for e in c.iter())), ())


def _unwrapped(element: Element, name: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, content controls and tracked insertions around them opened."""
    for part in element:
        if local(part) == name:
            if child(part, "trPr", "del") is None:
                yield part
        elif local(part) in {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"}:
            yield from _unwrapped(part, name)


def _first_page(package: Package, main: str) -> int | None:
    """1 if the page breaks of Word's last layout add up to the page count it noted, else None."""
    breaks = package.count(main, b"lastRenderedPageBreak")
    properties = package.related("").get("extended-properties", [])
    pages = child(package.tree(properties[0]), "Pages") if properties else None
    return 1 if pages is not None and (pages.text or "").strip() == str(breaks + 1) else None


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
