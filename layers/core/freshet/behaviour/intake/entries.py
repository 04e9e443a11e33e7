"""A log's text → its rows: which form it has, whether what is needed is in it, who the user is.

The content tells the form; the content type and the file's name only decide what the content leaves open.
What does not belong here: reading the forms (`table`, `lines`, `elements`), cells (`rows`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import Literal

import orjson

from freshet.behaviour.behaviour import MAX_USER
from freshet.behaviour.intake.columns import columns, need, target
from freshet.behaviour.intake.elements import Wrapper, elements, wrapper
from freshet.behaviour.intake.lines import by_line
from freshet.behaviour.intake.names import folded
from freshet.behaviour.intake.outcome import Broken, Entry, Unreadable
from freshet.behaviour.intake.rows import NOBODY, user_of
from freshet.behaviour.intake.source import Source
from freshet.behaviour.intake.table import table
from freshet.behaviour.intake.texts import Texts
from freshet.behaviour.intake.zones import zone
from freshet.behaviour.requests import Reading
from freshet.errors import Invalid

Form = Literal["json", "lines", "csv", "tsv"]

_PEEKED = 100  # rows of JSON, whose names together tell which columns there are
_LINE_END = re.compile(r"\r\n?|\n")
_BEFORE = "\ufeff\x1e \t\r\n"

_TYPES: dict[str, Form] = {
    "application/json": "json",
    "text/json": "json",
    "application/x-ndjson": "lines",
    "application/ndjson": "lines",
    "application/jsonl": "lines",
    "application/x-jsonlines": "lines",
    "application/json-seq": "lines",
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "tsv",
}
_SUFFIXES: dict[str, Form] = {
    ".json": "json",
    ".ndjson": "lines",
    ".jsonl": "lines",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
}


@dataclass(frozen=True, slots=True)
class Entries:
    """The rows, and the user of those that name none: None if they are bad for it."""

    rows: Iterator[Entry | Broken]
    user: str | None


def entries(source: Source, content_type: str, filename: str, reading: Reading) -> Entries:
    """Raises Invalid if no row is there, or where none can have what is needed."""
    check(reading)
    form = _form(content_type, filename)
    start = source.head.lstrip(_BEFORE)
    if form == "lines" and not start.startswith("["):
        return _objects(by_line(source), reading, None)
    if start.startswith("["):
        first = len(source.head) - len(start) + 1
        return _objects(elements(source, first, "list"), reading, None)
    if start.startswith("{"):
        return _of_object(source, start, reading)
    if form == "json":
        detail = "It is said to be JSON, but it begins neither with a list nor with an object."
        raise Invalid(detail, errors=[{"field": "body", "message": "it is no JSON"}])
    return _table(source, "\t" if form == "tsv" else None, reading)


def check(reading: Reading) -> None:
    """Raises Invalid for what no log could be read by: a field or a zone that is none, a reserved user."""
    for said in reading.mapping.values():
        target(said)
    zone(reading.timezone)
    _user(reading)


def _form(content_type: str, filename: str) -> Form | None:
    media_type = content_type.partition(";")[0].strip().lower()
    return _TYPES.get(media_type) or _SUFFIXES.get(PurePosixPath(filename).suffix.lower())


def _of_object(source: Source, start: str, reading: Reading) -> Entries:
    """An object is the first line of many, or around a list, or written on many lines."""
    first, *rest = _LINE_END.split(start, maxsplit=1)
    after = rest[0].lstrip(_BEFORE) if rest else ""
    whole = _is_json(first)
    if (whole and after) or (after.startswith("{") and not first.rstrip().endswith(("{", "[", ","))):
        return _objects(by_line(source), reading, None)
    if found := wrapper(source.head):
        return _objects(elements(source, found.start, "object"), reading, found)
    if whole:
        return _objects(by_line(source), reading, None)
    return _objects(elements(source, len(source.head) - len(start), "nothing"), reading, None)


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _table(source: Source, delimiter: str | None, reading: Reading) -> Entries:
    names, rows = table(source, delimiter)
    if not names:
        broken = next(rows, None)
        why = broken.reason if isinstance(broken, Broken) else "there is none"
        raise Invalid(
            f"The first line, which names the columns, can't be read: {why}.",
            errors=[{"field": "body", "line": 1, "message": why}],
        )
    there = {*names, *map(folded, names)}
    for name in reading.mapping:
        if not {name, folded(name)} & there:
            message = f"no column is called {name[:60]!r}"
            raise Invalid(f"`mapping`: {message}.", errors=[{"field": "mapping", "message": message}])
    found = need(names, reading.mapping)
    return Entries(_some(rows), _user(reading) or (NOBODY if found.user is None else None))


def _objects(rows: Iterator[Entry | Broken], reading: Reading, around: Wrapper | None) -> Entries:
    first = list(islice(rows, _PEEKED))
    names = [name for row in first if isinstance(row, Entry) for name in row.names]
    named = bool(names) and need(names, reading.mapping).user is not None
    user = _user(reading) or _user_around(around) or (None if named else NOBODY)
    return Entries(_some(chain(first, rows)), user)


def _user_around(around: Wrapper | None) -> str:
    """The user that the object around the list names."""
    names = tuple(around.members) if around else ()
    place = columns(names, {}).user
    if around is None or place is None:
        return ""
    return _checked(around.members[names[place]], names[place], "body")


def _user(reading: Reading) -> str:
    return _checked(reading.user_id, "user_id", "user_id")


def _checked(cell: object, name: str, field: str) -> str:
    """A user's id as a row would have it. Raises Invalid."""
    try:
        return user_of(Texts(MAX_USER), cell, name)
    except Unreadable as error:
        raise Invalid(f"{error}.", errors=[{"field": field, "message": str(error)}]) from None


def _some(rows: Iterator[Entry | Broken]) -> Iterator[Entry | Broken]:
    """The rows, of which there has to be one."""
    first = next(rows, None)
    if first is None:
        raise Invalid("There are no rows in it.", errors=[{"field": "body", "message": "no rows"}])
    return chain([first], rows)
