"""JSON and JSON lines: each value on a line with the path of keys that leads to it.

    person.name: Ada          a key's path, list positions from 0 in brackets
    person.langs: en, zh      short lists of plain values on one line

A record is an element of the outermost list, a line's value, a member of the outermost object, or an element
of such a member; a block is a record or several small ones. Lists and lines are read one element at a time.
What does not belong here: other formats' data.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.documents.encodings import decode
from freshet.documents.formats.text import blank, load

_BLANKS = re.compile(r"\s*")
_SHORT = 200  # characters of a list that fits on a line
_SMALL = 500  # characters: smaller records share a block
_BLOCK = 1_500
_PLAIN = (str, bool, type(None))

# Numbers stay as they are written: no rounding, and no limit on their digits.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def read(path: Path) -> Iterator[Block | Progress]:
    """The values' blocks. Raises Damaged with the line where the JSON is broken."""
    text = decode(load(path)).removeprefix("\ufeff")
    found = False
    for block in _grouped(_records(text)):
        found = True
        yield block
    if not found:
        raise blank()
    yield Progress(1, 1)


def _grouped(records: Iterator[str]) -> Iterator[Block]:
    """Records as blocks, small ones together."""
    small: list[str] = []
    size = 0
    for record in records:
        if small and (len(record) > _SMALL or size + len(record) > _BLOCK):
            yield Block("\n".join(small))
            small, size = [], 0
        if len(record) > _SMALL:
            yield Block(record)
        elif record:
            small.append(record)
            size += len(record)
    if small:
        yield Block("\n".join(small))


def _records(text: str) -> Iterator[str]:
    at = _skip(text, 0)
    if text.startswith("[", at):
        for value in _elements(text, at + 1):
            yield _lines(value)
        return
    while at < len(text):
        value, at = _value(text, at)
        at = _skip(text, at)
        if isinstance(value, dict):
            yield from _members(value)
        else:
            yield _lines(value)


def _members(value: dict[str, Any]) -> Iterator[str]:
    for key, member in value.items():
        if isinstance(member, list) and any(isinstance(one, dict | list) for one in member):
            yield from ("\n".join(_walk(one, f"{key}[{at}]")) for at, one in enumerate(member))
        else:
            yield "\n".join(_walk(member, key))


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


def _value(text: str, at: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _broken(text, error.pos) from error


def _skip(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _broken(text: str, at: int) -> errors.Damaged:
    line = text.count("\n", 0, at) + 1
    return errors.Damaged(f"The JSON is broken in line {line}. Correct it and upload the file again.")


def _lines(value: Any) -> str:
    return "\n".join(_walk(value, ""))


def _walk(value: Any, path: str) -> Iterator[str]:
    """The lines of a value, with a stack: files nest as deep as the parser lets them."""
    stack = [iter([(path, value)])]
    while stack:
        path, value = next(stack[-1], ("", stack))
        if value is stack:
            stack.pop()
        elif isinstance(value, dict):
            stack.append(iter([(f"{path}.{key}" if path else key, one) for key, one in value.items()]))
        elif isinstance(value, list) and (line := _on_one_line(value)) is None:
            stack.append(iter([(f"{path}[{at}]", one) for at, one in enumerate(value)]))
        else:
            shown = line if isinstance(value, list) else _shown(value)
            if shown:
                yield f"{path}: {shown}" if path else shown


def _on_one_line(value: list[Any]) -> str | None:
    if not all(isinstance(one, _PLAIN) for one in value):
        return None
    line = ", ".join(_shown(one) for one in value)
    return line if len(line) <= _SHORT else None


def _shown(value: Any) -> str:
    return {None: "", True: "true", False: "false"}.get(value, value) if not isinstance(value, str) else value
