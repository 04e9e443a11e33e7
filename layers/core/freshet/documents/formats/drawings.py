"""DrawingML, which slides and sheets share: the text of shapes, tables, diagrams (SmartArt) and charts.

What does not belong here: what a slide is (`pptx`), what a sheet is (`xlsx`).
"""

from collections.abc import Iterator

from freshet.documents.blocks import Block
from freshet.documents.formats.equations import linear
from freshet.documents.formats.ooxml import Element, Package, alternative, attribute, child, inside, local
from freshet.documents.formats.xlsx_numbers import shown

_MAX_POINTS = 500  # of a chart's series: more is a measurement, not something to read
_BREAKS = {"br": "\n", "tab": "\t"}


def paragraph_text(paragraph: Element) -> str:
    """The characters of a paragraph: its runs, fields, formulas and line breaks."""
    pieces: list[str] = []
    stack = [iter(paragraph)]
    while stack:
        part = next(stack[-1], None)
        if part is None:
            stack.pop()
        elif (name := local(part)) == "t":
            pieces.append(part.text or "")
        elif name in _BREAKS:
            pieces.append(_BREAKS[name])
        elif name == "oMath":
            pieces.append(linear(part))
        elif name == "AlternateContent":
            stack.append(iter(alternative(part)))
        elif not name.endswith("Pr"):
            stack.append(iter(part))
    return "".join(pieces).replace("\v", "\n").strip()


def paragraphs(body: Element | None) -> Iterator[Element]:
    """The paragraphs of a text body."""
    return (part for part in inside(body) if local(part) == "p")


def table_block(table: Element, page: int | None) -> Iterator[Block]:
    """A table of a slide."""
    lines = []
    for row in (part for part in table if local(part) == "tr"):
        cells = [_cell(cell) for cell in row if local(cell) == "tc"]
        if any(cells):
            lines.append(" | ".join(cells))
    if lines:
        yield Block("\n".join(lines), "table", page, header=lines[0] if len(lines) > 1 else "")


def _cell(cell: Element) -> str:
    texts = (paragraph_text(paragraph) for paragraph in paragraphs(child(cell, "txBody")))
    return " ".join(" ".join(text.split()) for text in texts if text)


def diagram_blocks(package: Package, part: str, page: int | None) -> Iterator[Block]:
    """The text of SmartArt, in the order of its points."""
    lines = []
    for point in (e for e in package.tree(part).iter() if local(e) == "pt"):
        if attribute(point, "type") != "pres":  # those repeat the others' text for the layout
            lines += [paragraph_text(paragraph) for paragraph in paragraphs(child(point, "t"))]
    lines = [f"- {line}" for line in lines if line]
    if lines:
        yield Block("\n".join(lines), "list", page)


def chart_blocks(package: Package, part: str, page: int | None, *, data: bool = True) -> Iterator[Block]:
    """A chart's titles, and its `data` as a table: the categories in the first column."""
    root = package.tree(part)
    for title in (e for e in root.iter() if local(e) == "title"):
        text = " ".join(filter(None, (paragraph_text(e) for e in title.iter() if local(e) == "p")))
        if text:
            yield Block(text, "text", page)
    series = [e for e in root.iter() if local(e) == "ser"]
    if data and series:
        yield from _chart_table(series, page)


def _chart_table(series: list[Element], page: int | None) -> Iterator[Block]:
    columns = [_points(_first(one, "val", "yVal")) for one in series]
    categories = _points(_first(series[0], "cat", "xVal"))
    names = [" ".join(_points(child(one, "tx")).values()) for one in series]
    keys = sorted({key for column in (categories, *columns) for key in column})[:_MAX_POINTS]
    rows = [[categories.get(key, ""), *(column.get(key, "") for column in columns)] for key in keys]
    lines = [" | ".join(row) for row in (["", *names], *rows)]
    if rows:
        yield Block("\n".join(lines), "table", page, header=lines[0])


def _first(element: Element, *names: str) -> Element | None:
    return next((part for part in element if local(part) in names), None)


def _points(element: Element | None) -> dict[int, str]:
    """The values that a chart keeps of its sheet's cells, as their format shows them."""
    found: dict[int, str] = {}
    code = ""
    for point in element.iter() if element is not None else ():
        if local(point) == "formatCode":
            code = point.text or ""
        value = child(point, "v") if local(point) == "pt" else None
        if value is not None and value.text and len(found) < _MAX_POINTS:
            at = attribute(point, "idx") or ""
            found[int(at) if at.isdecimal() else len(found)] = _value(value.text.strip(), code)
    return found


def _value(text: str, code: str) -> str:
    try:
        return shown(float(text), code) if code else text
    except (ValueError, OverflowError):
        return text


def shapes_text(package: Package, part: str, page: int | None) -> Iterator[Block]:
    """The text boxes and the titles of the charts that lie on a sheet."""
    for body in _bodies(package.tree(part)):
        if text := body_text(body):
            yield Block(text, "text", page)
    for chart in package.related(part).get("chart", []):
        yield from chart_blocks(package, chart, page, data=False)


def body_text(body: Element | None) -> str:
    """The paragraphs of a text body as lines."""
    return "\n".join(filter(None, map(paragraph_text, paragraphs(body))))


def _bodies(root: Element) -> Iterator[Element]:
    stack = [iter(root)]
    while stack:
        part = next(stack[-1], None)
        if part is None:
            stack.pop()
        elif local(part) == "txBody":
            yield part
        else:
            stack.append(iter(alternative(part) if local(part) == "AlternateContent" else part))
