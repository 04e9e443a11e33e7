"""JSON by line (NDJSON, JSON lines): a row is an object on a line of its own."""

from collections.abc import Iterator

import orjson

from freshet.behaviour.intake.outcome import Broken, Entry, shown
from freshet.behaviour.intake.source import MAX_LINE, Source


def by_line(source: Source) -> Iterator[Entry | Broken]:
    """The objects of all lines; blank lines are none."""
    for number, line in enumerate(source.lines(), 1):
        if len(line) > MAX_LINE:
            yield Broken(number, f"the line has more than {MAX_LINE:,} characters")
        elif said := line.strip(" \t\r\n\x1e\ufeff"):
            yield entry(said, number)


def entry(text: str, line: int, element: int | None = None) -> Entry | Broken:
    """The row that a JSON value is."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Broken(line, f"it is no JSON: {error.msg}, near {shown(text[error.pos :])}", element)
    if not isinstance(value, dict):
        return Broken(line, f"it is no object: {shown(text)}", element)
    return Entry(line, tuple(value), tuple(value.values()), element)
