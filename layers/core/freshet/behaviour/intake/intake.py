"""Logs → behaviours: a body at once, a file on disk in stretches.

Both block: they are for a thread. What does not belong here: where behaviours are kept (`log`).
"""

import io
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.intake.columns import Columns, columns
from freshet.behaviour.intake.entries import entries
from freshet.behaviour.intake.outcome import (
    MAX_LISTED,
    Broken,
    Entry,
    Intake,
    RowProblem,
    Stretch,
    Unreadable,
)
from freshet.behaviour.intake.rows import Rows
from freshet.behaviour.intake.source import Source
from freshet.behaviour.requests import Reading
from freshet.errors import TooLarge

MAX_ROWS = 100_000  # of a body; more are for an upload

_STRETCH = 20_000  # rows
_STRETCH_TEXT = 8_000_000  # characters, after which a stretch ends with fewer rows
_SHAPES = 1_000  # sets of names that are remembered; rows of JSON may each have their own


def read(data: bytes, content_type: str, filename: str, reading: Reading) -> Intake:
    """The behaviours in a body, and what is wrong with its other rows.

    Raises Invalid, its `errors` the fields, if it can't be a log: nothing in it, columns that are needed but
    not there, a time zone or a mapping that can't be; UnsupportedMediaType if it is no text; TooLarge.
    """
    rows: list[Behaviour] = []
    problems: list[RowProblem] = []
    bad = 0
    for stretch in _stretches(io.BytesIO(data), reading, content_type=content_type, filename=filename):
        rows += stretch.rows
        problems += stretch.problems
        bad += stretch.bad
        if len(rows) + bad > MAX_ROWS:
            raise TooLarge(
                f"These are more than {MAX_ROWS:,} rows. Upload them as a file, by /api/v1/behaviors/uploads."
            )
    return Intake(rows, problems[:MAX_LISTED], bad)


def stretches(
    path: Path,
    content_type: str,
    filename: str,
    reading: Reading,
    *,
    size: int = _STRETCH,
    after: int = 0,
) -> Iterator[Stretch]:
    """The behaviours in a file, up to `size` rows at a time, those after stretch `after`.

    The same file is cut the same way each time. Raises as `read`, when the first stretch is asked for, but
    for TooLarge.
    """
    with path.open("rb") as file:
        yield from _stretches(
            file, reading, content_type=content_type, filename=filename, size=size, after=after
        )


def _stretches(
    file: BinaryIO,
    reading: Reading,
    *,
    content_type: str,
    filename: str,
    size: int = _STRETCH,
    after: int = 0,
) -> Iterator[Stretch]:
    source = Source(file)
    try:
        found = entries(source, content_type, filename, reading)
        reader = _Reader(reading, found.user)
        for number, first in enumerate(found.rows, 1):
            part = _part(source, first, found.rows, size)
            if number <= after:
                deque(part, maxlen=0)
            else:
                rows, problems, bad = reader.read(part)
                yield Stretch(number, rows, problems, bad, source.position, source.total)
    finally:
        source.release()


def _part(
    source: Source, first: Entry | Broken, others: Iterator[Entry | Broken], size: int
) -> Iterator[Entry | Broken]:
    """As many rows as a stretch has."""
    end = source.taken + _STRETCH_TEXT
    yield first
    for row in islice(others, size - 1):
        yield row
        if source.taken > end:
            return


class _Reader:
    """Makes behaviours of rows, and problems of the others."""

    def __init__(self, reading: Reading, user: str | None) -> None:
        self._mapping = reading.mapping
        self._rows = Rows(reading, user)
        self._shapes: dict[tuple[str, ...], Columns] = {}

    def read(self, part: Iterable[Entry | Broken]) -> tuple[list[Behaviour], list[RowProblem], int]:
        """The behaviours, the first problems, and how many there are."""
        rows: list[Behaviour] = []
        problems: list[RowProblem] = []
        bad = 0
        for row in part:
            try:
                rows.append(self._behaviour(row))
            except Unreadable as error:
                bad += 1
                if len(problems) < MAX_LISTED:
                    problems.append(RowProblem(line=row.line, reason=str(error), element=row.element))
        return rows, problems, bad

    def _behaviour(self, row: Entry | Broken) -> Behaviour:
        if isinstance(row, Broken):
            raise Unreadable(row.reason)
        shape = self._shapes.get(row.names)
        if shape is None:
            if len(self._shapes) >= _SHAPES:
                self._shapes.clear()
            shape = self._shapes[row.names] = columns(row.names, self._mapping)
        return self._rows.behaviour(shape, row.cells)
