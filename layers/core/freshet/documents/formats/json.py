"""JSON and JSON lines: each value on a line with its path of keys, lists of small records as tables.

    person.name: Ada          a key's path, list positions from 0 in brackets
    person.langs: en, zh      short lists of plain values on one line

    rows.id | rows.city       records that follow each other, small and with the same keys; the list's own key
    1 | Bern                  stands before theirs

A record is an element of the outermost list, a line's value, a member of the outermost object, or an element
of such a member; a block is a table, a record or several small ones. Lists and lines are read one element at
a time, and broken JSON is an error wherever it is: a document with a hole would not be the document.
What does not belong here: other formats' data.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.formats.text import blank, load
from freshet.encodings import decode

_BLANKS = re.compile(r"\s*")
_SHORT = 200  # characters of a list that fits on a line
_SMALL = 500  # characters: smaller records share a block
_BLOCK = 1_500
_TABLE = 30_000  # characters; the child process cuts blocks at 50,000
_PLAIN = (str, bool, type(None))

# Numbers stay as they are written: no rounding, and no limit on their digits.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


@dataclass(frozen=True, slots=True)
class _Record:
    """Values with their paths inside the record. `name` is its list's key, `place` how lines begin."""

    values: list[tuple[str, str]]
    name: str = ""
    place: str = ""
    element: bool = False  # of a list

    def columns(self) -> tuple[str, ...]:
        """The names of the table's columns in which the record can be a row, none if it can't."""
        size = sum(len(path) + len(text) for path, text in self.values)
        row = (
            self.element and len(self.values) > 1 and size <= _SMALL and any(text for _, text in self.values)
        )
        return tuple(_joined(self.name, path) for path, _ in self.values) if row else ()

    def row(self) -> str:
        return " | ".join(" ".join(text.split()) for _, text in self.values)

    def lines(self) -> str:
        """One value a line; a blank line ends an element, whose keys the next one repeats."""
        shown = [(_joined(self.place, path), text) for path, text in self.values if text]
        text = "\n".join(f"{path}: {text}" if path else text for path, text in shown)
        return f"{text}\n" if self.element and len(shown) > 1 else text


def read(path: Path) -> Iterator[Block | Progress]:
    """The values' blocks. Raises Damaged with the line where the JSON is broken."""
    found = False
    for block in _grouped(_parts(_records(decode(load(path)).removeprefix("\ufeff")))):
        found = True
        yield block
    if not found:
        raise blank()
    yield Progress(1, 1)


def _parts(records: Iterator[_Record]) -> Iterator[Block | str]:
    """Tables, and the lines of each record that is in none."""
    for columns, run in groupby(records, key=_Record.columns):
        first = list(islice(run, 2))
        if columns and len(first) > 1:
            yield from _table(columns, (record.row() for record in chain(first, run)))
        else:
            yield from (record.lines() for record in chain(first, run))


def _table(columns: tuple[str, ...], rows: Iterable[str]) -> Iterator[Block]:
    header = " | ".join(" ".join(name.split()) for name in columns)
    lines, size = [header], 0
    for row in rows:
        if size > _TABLE:
            yield Block("\n".join(lines), "table", header=header)
            lines, size = [header], 0
        lines.append(row)
        size += len(row)
    yield Block("\n".join(lines), "table", header=header)


def _grouped(parts: Iterable[Block | str]) -> Iterator[Block]:
    """Lines as blocks, small records together."""
    small: list[str] = []
    size = 0
    for part in parts:
        text = part if isinstance(part, str) else ""
        if small and (isinstance(part, Block) or len(text) > _SMALL or size + len(text) > _BLOCK):
            yield Block("\n".join(small).rstrip("\n"))
            small, size = [], 0
        if isinstance(part, Block):
            yield part
        elif len(text) > _SMALL:
            yield Block(text.rstrip("\n"))
        elif text:
            small.append(text)
            size += len(text)
    if small:
        yield Block("\n".join(small).rstrip("\n"))


def _records(text: str) -> Iterator[_Record]:
    at = _skip(text, 0)
    if text.startswith("[", at):
        for value in _elements(text, at + 1):
            yield _Record(list(_walk(value)), element=True)
        return
    many, lines = False, False
    while at < len(text):
        start = at
        value, end = _value(text, at, line=lines)
        at = _skip(text, end)
        many, lines = many or at < len(text), "\n" not in text[start:end]
        if many:
            yield _Record(list(_walk(value)), element=True)
        elif isinstance(value, dict):
            yield from _members(value)
        else:
            yield _Record(list(_walk(value)))


def _members(value: dict[str, Any]) -> Iterator[_Record]:
    for key, member in value.items():
        if isinstance(member, list) and any(isinstance(one, dict | list) for one in member):
            for at, one in enumerate(member):
                yield _Record(list(_walk(one)), key, f"{key}[{at}]", element=True)
        else:
            yield _Record(list(_walk(member)), place=key)


def _elements(text: str, at: int) -> Iterator[Any]:
    """The elements of the list that begins before `at`."""
    at = _skip(text, at)
    while not text.startswith("]", at):
        value, at = _value(text, at)
        yield value
        at = _skip(text, at)
        if text.startswith(",", at):
            at = _skip(text, at + 1)
        elif not text.startswith("]", at):
            raise _broken(text, at)
    if _skip(text, at + 1) < len(text):
        raise _broken(text, _skip(text, at + 1))


def _value(text: str, at: int, *, line: bool = False) -> tuple[Any, int]:
    """A value and where it ends; one that should be a line but is broken may seem to go on in the next."""
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _broken(text, at if line else error.pos) from error


def _skip(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _broken(text: str, at: int) -> errors.Damaged:
    line = text.count("\n", 0, at) + 1
    return errors.Damaged(f"The JSON is broken in line {line}. Correct it and upload the file again.")


def _walk(value: Any) -> Iterator[tuple[str, str]]:
    """The values inside one with their paths, by a stack: files nest as deep as the parser lets them."""
    stack = [iter([("", value)])]
    while stack:
        path, value = next(stack[-1], ("", stack))
        if value is stack:
            stack.pop()
        elif isinstance(value, dict):
            stack.append(iter([(_joined(path, key), one) for key, one in value.items()]))
        elif isinstance(value, list) and (line := _on_one_line(value)) is None:
            stack.append(iter([(f"{path}[{at}]", one) for at, one in enumerate(value)]))
        else:
            yield path, (line or "") if isinstance(value, list) else _shown(value)


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path and key and not key.startswith("[") else path + key


def _on_one_line(value: list[Any]) -> str | None:
    if not all(isinstance(one, _PLAIN) for one in value):
        return None
    line = ", ".join(_shown(one) for one in value)
    return line if len(line) <= _SHORT else None


def _shown(value: Any) -> str:
    return {None: "", True: "true", False: "false"}.get(value, value) if not isinstance(value, str) else value
