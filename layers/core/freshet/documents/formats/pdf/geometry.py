"""PDF: boxes and matrices, and a page as its reader turns it.

Points, with y upwards. What does not belong here: anything that knows what a box holds.
"""

from typing import Any

import pypdfium2.raw as pdfium_c

Box = tuple[float, float, float, float]  # left, bottom, right, top
Matrix = tuple[float, float, float, float, float, float]

_PLAIN: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_TURNS: list[Matrix] = [  # by quarters, clockwise
    _PLAIN,
    (0.0, -1.0, 1.0, 0.0, 0.0, 0.0),
    (-1.0, 0.0, 0.0, -1.0, 0.0, 0.0),
    (0.0, 1.0, -1.0, 0.0, 0.0, 0.0),
]


def upright(page: Any) -> Matrix:
    """What turns the page's coordinates to how the page is shown, the origin aside."""
    turns: int = pdfium_c.FPDFPage_GetRotation(page.raw)
    return _TURNS[turns % 4]


def moved(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    """A point under a matrix."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def bounds(box: Box, matrix: Matrix) -> Box:
    """The box around a box under a matrix."""
    if matrix is _PLAIN:
        return box
    corners = [moved(x, y, matrix) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def combined(first: Matrix, then: Matrix) -> Matrix:
    """One matrix after the other."""
    a, b, c, d, e, f = first
    (a, b), (c, d) = moved(a, b, (*then[:4], 0.0, 0.0)), moved(c, d, (*then[:4], 0.0, 0.0))
    return a, b, c, d, *moved(e, f, then)


def area(box: Box) -> float:
    """A box's size in square points."""
    return (box[2] - box[0]) * (box[3] - box[1])


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def middle(box: Box) -> tuple[float, float]:
    """A box's centre."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
