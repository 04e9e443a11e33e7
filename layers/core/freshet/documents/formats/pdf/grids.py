"""PDF: grids of ruling lines, with their cells, merged ones included.

Lines that touch make one grid. Where its outer edges are not drawn, the ends of its lines stand for them.
What does not belong here: where lines come from (`pdf_rules`), what a grid holds (`pdf_tables`).
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from freshet.documents.formats.pdf.geometry import Box
from freshet.documents.formats.pdf.rules import Rule, Rules

_NEAR = 3.0  # points: how far lines of one border may lie apart, and lines that meet miss each other
_MAX_LINES = 300  # each way, after pieces are joined; a page with more is a drawing
_MAX_SLOTS = 5_000  # of a grid
_WALL = 0.5  # how much of a slot's side a line covers that closes it

Slot = tuple[int, int]  # row and column, from the top left


@dataclass(frozen=True, slots=True)
class Grid:
    """Edges from left to right and from top to bottom, and for each slot the first one of its cell."""

    xs: list[float]
    ys: list[float]
    cells: dict[Slot, Slot]

    @property
    def rows(self) -> int:
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        return len(self.xs) - 1

    @property
    def box(self) -> Box:
        return self.xs[0], self.ys[-1], self.xs[-1], self.ys[0]

    def cell(self, x: float, y: float) -> Slot | None:
        """The cell at a point."""
        column = bisect_right(self.xs, x) - 1
        row = bisect_left(self.ys, -y, key=lambda edge: -edge) - 1
        return self.cells.get((row, column))


def grids(rules: Rules) -> Iterator[Grid]:
    """The grids with two rows and two columns at least."""
    across, down = _joined(rules.across), _joined(rules.down)
    if max(len(across), len(down)) > _MAX_LINES:
        return
    for lines, posts in _touching(across, down):
        grid = _grid(lines, posts)
        if grid is not None:
            yield grid


def _joined(rules: list[Rule]) -> list[Rule]:
    """Lines in pieces and double lines as single ones, by their place."""
    whole: list[Rule] = []
    for group in _clusters(sorted(rules, key=lambda rule: rule.at)):
        at = sum(rule.at for rule in group) / len(group)
        first, *others = sorted(group, key=lambda rule: rule.start)
        start, end = first.start, first.end
        for rule in others:
            if rule.start > end + _NEAR:
                whole.append(Rule(at, start, end))
                start, end = rule.start, rule.end
            end = max(end, rule.end)
        whole.append(Rule(at, start, end))
    return whole


def _clusters(rules: list[Rule]) -> Iterator[list[Rule]]:
    group: list[Rule] = []
    for rule in rules:
        if group and rule.at - group[0].at > _NEAR:
            yield group
            group = []
        group.append(rule)
    if group:
        yield group


def _touching(across: list[Rule], down: list[Rule]) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """The lines in groups that hang together, one of each direction at least."""
    groups: list[tuple[set[int], set[int]]] = []
    places = [rule.at for rule in down]
    for number, line in enumerate(across):
        low, high = bisect_left(places, line.start - _NEAR), bisect_right(places, line.end + _NEAR)
        met = {at for at in range(low, high) if down[at].start - _NEAR <= line.at <= down[at].end + _NEAR}
        if not met:
            continue
        lines, posts = {number}, met
        apart = []
        for group in groups:
            if group[1] & met:
                lines |= group[0]
                posts |= group[1]
            else:
                apart.append(group)
        groups = [*apart, (lines, posts)]
    for lines, posts in groups:
        yield [across[at] for at in sorted(lines)], [down[at] for at in sorted(posts)]


def _grid(across: list[Rule], down: list[Rule]) -> Grid | None:
    if len(across) < 2:
        return None
    xs = _edges([rule.at for rule in down], min(r.start for r in across), max(r.end for r in across))
    ys = _edges([rule.at for rule in across], min(r.start for r in down), max(r.end for r in down))[::-1]
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 2 or columns < 2 or rows * columns > _MAX_SLOTS:
        return None
    cells = _cells(xs, ys, across, down)
    return Grid(xs, ys, cells) if _square(cells) else None


def _edges(places: list[float], low: float, high: float) -> list[float]:
    """The places of lines, with the ends of those that cross them where they reach out."""
    edges = sorted({*places, low, high})
    kept = edges[:1]
    for edge in edges[1:]:
        if edge - kept[-1] > _NEAR:
            kept.append(edge)
    return kept


def _cells(xs: list[float], ys: list[float], across: list[Rule], down: list[Rule]) -> dict[Slot, Slot]:
    """Slots without a line between them are one cell, its first slot is the one at the top left."""
    above = [_at(across, y) for y in ys]
    before = [_at(down, x) for x in xs]
    cells: dict[Slot, Slot] = {}
    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            cell = (row, column)
            if row and not _closed(above[row], xs[column], xs[column + 1]):
                cell = cells[row - 1, column]
            elif column and not _closed(before[column], ys[row + 1], ys[row]):
                cell = cells[row, column - 1]
            cells[row, column] = cell
    return cells


def _square(cells: dict[Slot, Slot]) -> bool:
    """Whether each cell is a box; around the boxes of a drawing there is space of any shape."""
    last: dict[Slot, Slot] = {}
    for slot, cell in cells.items():
        last[cell] = max(slot, last.get(cell, slot))
    size = Counter(cells.values())
    return all(
        size[row, column] == (end[0] - row + 1) * (end[1] - column + 1) for (row, column), end in last.items()
    )


def _at(rules: list[Rule], place: float) -> list[Rule]:
    return [rule for rule in rules if abs(rule.at - place) <= _NEAR]


def _closed(rules: list[Rule], start: float, end: float) -> bool:
    """Whether lines cover most of a side."""
    covered = sum(max(0.0, min(rule.end, end) - max(rule.start, start)) for rule in rules)
    return covered >= _WALL * (end - start)
