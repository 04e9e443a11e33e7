"""PDF: the straight ruling lines of a page, across and down, in the page's upright coordinates.

A line is drawn as a stroke, as a side of a stroked box, or as a thin filled box; all three come out alike.
What does not belong here: what lines make a table (`pdf_grids`).
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium_c

from freshet.documents.formats.pdf.geometry import Box, Matrix, bounds, combined, moved, upright

# A page of a book has some 500 objects, one set letter by letter 5,000. To look at one takes 2 µs, at a point
# of a path 3 µs: at most 30 ms a page. A map of 100,000 paths is no table, and is not worth more.
_MAX_OBJECTS = 10_000
_MAX_POINTS = 4_000
_MAX_DEPTH = 4  # forms in forms
_Float = ctypes.c_float
_BOX = 5  # segments: to a corner, along three sides, and back
_THIN = 4.0  # points: what is thinner is a line
_SHORT = 6.0  # points: what is shorter separates nothing


@dataclass(frozen=True, slots=True)
class Rule:
    """A line from `start` to `end`, `at` a height (one across) or a distance from the left (one down)."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Rules:
    """What was found on a page, and how much more may be looked at."""

    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    objects: int = _MAX_OBJECTS
    points: int = _MAX_POINTS

    def add_box(self, box: Box) -> None:
        """Takes a box for a line where it is thin."""
        left, bottom, right, top = box
        width, height = right - left, top - bottom
        if height <= _THIN and width >= _SHORT:
            self.across.append(Rule((bottom + top) / 2, left, right))
        elif width <= _THIN and height >= _SHORT:
            self.down.append(Rule((left + right) / 2, bottom, top))


def ruling_lines(page: Any) -> Rules:
    """The lines of a page, those inside its form objects included."""
    rules = Rules()
    count = pdfium_c.FPDFPage_CountObjects(page.raw)
    _walk(rules, (pdfium_c.FPDFPage_GetObject, page.raw, count), upright(page))
    return rules


def _walk(rules: Rules, holder: tuple[Any, Any, int], matrix: Matrix, depth: int = 0) -> None:
    """Goes through a holder's objects, which is a function to get them, itself, and their number."""
    get, parent, count = holder
    kind_of, path, form = pdfium_c.FPDFPageObj_GetType, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_FORM
    count = max(min(count, rules.objects), 0)
    rules.objects -= count
    for at in range(count):
        item = get(parent, at)
        kind = kind_of(item)
        if kind == path:
            _add_path(rules, item, matrix)
        elif kind == form and depth < _MAX_DEPTH:
            inside = pdfium_c.FPDFFormObj_GetObject, item, pdfium_c.FPDFFormObj_CountObjects(item)
            _walk(rules, inside, combined(_matrix(item), matrix), depth + 1)


def _add_path(rules: Rules, path: Any, matrix: Matrix) -> None:
    box = _bounds(path)
    width, height = box[2] - box[0], box[3] - box[1]
    if max(width, height) < _SHORT:  # a letter's outline, a dot
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDFPath_GetDrawMode(path, fill, stroke)
    if not (fill.value or stroke.value):
        return
    if min(width, height) <= _THIN:
        rules.add_box(bounds(box, matrix))
        return
    segments = pdfium_c.FPDFPath_CountSegments(path)
    if segments > rules.points or (segments <= _BOX and not stroke.value):  # a filled box is a background
        return
    for points in _outlines(rules, path, segments, combined(_matrix(path), matrix)):
        sides = pairwise(points) if stroke.value else [points]
        for side in sides:
            xs, ys = [x for x, _ in side], [y for _, y in side]
            rules.add_box((min(xs), min(ys), max(xs), max(ys)))


def _outlines(
    rules: Rules, path: Any, segments: int, matrix: Matrix
) -> Iterator[Sequence[tuple[float, float]]]:
    """The points of a path's outlines, upright; one with curves or slants is a drawing."""
    points: list[tuple[float, float]] = []
    x, y = _Float(), _Float()
    for at in range(segments):
        rules.points -= 1
        segment = pdfium_c.FPDFPath_GetPathSegment(path, at)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        if kind == pdfium_c.FPDF_SEGMENT_BEZIERTO:
            return
        if kind == pdfium_c.FPDF_SEGMENT_MOVETO and points:
            yield points
            points = []
        pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
        point = moved(x.value, y.value, matrix)
        if points and abs(point[0] - points[-1][0]) > _THIN and abs(point[1] - points[-1][1]) > _THIN:
            return
        points.append(point)
        if pdfium_c.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if points:
        yield points


def _bounds(item: Any) -> Box:
    left, bottom, right, top = _Float(), _Float(), _Float(), _Float()
    if not pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return (0.0, 0.0, 0.0, 0.0)
    return left.value, bottom.value, right.value, top.value


def _matrix(item: Any) -> Matrix:
    matrix = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFPageObj_GetMatrix(item, matrix)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
