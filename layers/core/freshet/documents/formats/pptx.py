"""PowerPoint: each slide a page: its title as heading, its shapes' text, tables, diagrams, charts and notes.

Slides come in the order of the show, hidden ones too (their numbers count), deleted ones not. Shapes come in
the order of the file, which is what screen readers follow, the title first; dates and footers, which repeat,
where they first say something. Left out: slide numbers, the master's text, comments, pictures.
What does not belong here: the container (`ooxml`), what slides share with sheets (`drawings`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.drawings import (
    body_text,
    chart_blocks,
    diagram_blocks,
    paragraph_text,
    paragraphs,
    table_block,
)
from freshet.documents.formats.ooxml import (
    Element,
    Package,
    alternative,
    attribute,
    child,
    inside,
    local,
    open_package,
)

_PROGRESS_EVERY = 10  # slides
_TITLES = {"title", "ctrTitle"}
_REPEATED = {"dt", "ftr"}
_NOTES = "Notes: "


def read(path: Path) -> Iterator[Block | Progress]:
    """The slides' blocks; notes are marked as such."""
    with open_package(path) as package:
        slides = _slides(package)
        found, repeated = False, set[str]()
        for number, part in enumerate(slides, 1):
            for block in _Slide(package, part, number, repeated).blocks():
                found = True
                yield block
            if number % _PROGRESS_EVERY == 0 or number == len(slides):
                yield Progress(number, len(slides))
        if not found:
            raise errors.NoText(
                "The slides have no text. If they show pictures of text, upload the text itself."
            )


def _slides(package: Package) -> list[str]:
    """The slides' parts in the order of the show."""
    main = package.main() or "ppt/presentation.xml"
    if main not in package.names:
        raise errors.Damaged("The file has no slides inside. Open it in PowerPoint and save it again.")
    relations = package.relations(main)
    references = (_reference(slide) for slide in inside(package.tree(main), "sldIdLst"))
    return [relations[reference][1] for reference in references if reference in relations]


def _reference(element: Element, name: str = "id") -> str:
    """An attribute of the relationships' namespace; its local name is used for other things too."""
    return next(
        (value for key, value in element.attrib.items() if key.endswith(f"relationships}}{name}")), ""
    )


@dataclass(frozen=True, slots=True)
class _Slide:
    package: Package
    part: str
    number: int
    repeated: set[str]  # dates and footers of the slides before

    def blocks(self) -> Iterator[Block]:
        shapes = list(_leaves(inside(self.package.tree(self.part), "cSld", "spTree")))
        shapes.sort(key=lambda shape: _placeholder(shape) not in _TITLES)
        for shape in shapes:
            if local(shape) == "sp":
                yield from self._shape(shape)
            else:
                yield from self._frame(shape)
        yield from self._notes()

    def _shape(self, shape: Element) -> Iterator[Block]:
        kind, body = _placeholder(shape), child(shape, "txBody")
        text = body_text(body)
        if kind == "sldNum" or (kind in _REPEATED and text in self.repeated):
            return
        if kind in _REPEATED:
            self.repeated.add(text)
        if text and kind in _TITLES:
            yield Block(" ".join(text.split()), "heading", self.number, level=1)
        elif text and kind in {"body", "obj"} and text.count("\n"):
            yield Block("\n".join(_items(body)), "list", self.number)
        elif text:
            yield Block(text, "text", self.number)

    def _frame(self, frame: Element) -> Iterator[Block]:
        """What a graphic frame holds: a table, or a reference to a diagram or a chart."""
        relations = self.package.relations(self.part)
        for content in frame.iter():
            if local(content) == "tbl":
                yield from table_block(content, self.number)
            elif local(content) == "relIds" and (part := relations.get(_reference(content, "dm"))):
                yield from diagram_blocks(self.package, part[1], self.number)
            elif local(content) == "chart" and (part := relations.get(_reference(content))):
                yield from chart_blocks(self.package, part[1], self.number)

    def _notes(self) -> Iterator[Block]:
        for notes in self.package.related(self.part).get("notesSlide", []):
            for shape in _leaves(inside(self.package.tree(notes), "cSld", "spTree")):
                if _placeholder(shape) == "body" and (text := body_text(child(shape, "txBody"))):
                    yield Block(_NOTES + text, "text", self.number)


def _leaves(shapes: Iterable[Element]) -> Iterator[Element]:
    """Shapes with text and graphic frames, groups opened. With a stack: files nest as deep as they like."""
    stack = [iter(shapes)]
    while stack:
        shape = next(stack[-1], None)
        if shape is None:
            stack.pop()
        elif (name := local(shape)) == "AlternateContent":
            stack.append(iter(alternative(shape)))
        elif name == "grpSp":
            stack.append(iter(shape))
        elif name in {"sp", "graphicFrame"}:
            yield shape


def _placeholder(shape: Element) -> str:
    """What a shape stands for on its layout, "" for a shape of the slide's own."""
    for part in shape:
        if local(part).startswith("nv"):
            place = child(part, "nvPr", "ph")
            return "" if place is None else attribute(place, "type") or "obj"
    return ""


def _items(body: Element | None) -> Iterator[str]:
    """A body's paragraphs as list items, indented by their level."""
    for paragraph in paragraphs(body):
        text = paragraph_text(paragraph)
        properties = child(paragraph, "pPr")
        level = attribute(properties, "lvl") or "0"
        plain = child(properties, "buNone") is not None
        if text:
            yield ("  " * min(int(level), 8) if level.isdecimal() else "") + ("" if plain else "- ") + text
