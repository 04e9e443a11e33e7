"""JSON lists, read one element at a time: `[{…}, {…}]`, one in an object (`{"behaviors": [{…}]}`), or objects
without a list, one after the other.

A broken element costs itself alone: where it ends is told from the brackets around it. A list that is cut off
keeps what is whole. What does not belong here: JSON by line (`lines`).
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

import orjson

from freshet.behaviour.intake.lines import entry
from freshet.behaviour.intake.outcome import Broken, Entry
from freshet.behaviour.intake.source import MAX_LINE, Source

Around = Literal["list", "object", "nothing"]

_PIECE = 1 << 20  # characters read at a time
_DEEP = 32  # brackets in brackets: no row has more, and looking for their ends costs time
_HOPELESS = 1_000  # broken elements in a row: finding the end of each costs time, and this is no list of rows
_CUT = "the list is cut off here"
_STRING = r'"(?:[^"\\]|\\.)*+"'

_BETWEEN = re.compile(r"[\s,\x1e\ufeff]*")
_FLAT = re.compile(rf'\{{[^{{}}"]*+(?:{_STRING}[^{{}}"]*+)*+\}}', re.DOTALL)
_TOKEN = re.compile(rf'{_STRING}|[{{}}\[\]"]', re.DOTALL)
_BRACKET = re.compile(r"[{}\[\]]")
_PLAIN = re.compile(rf"(?:{_STRING}|[^\s,{{}}\[\]\"]++)(?=\s*(?:[,\]]|$))", re.DOTALL)
_AFTER = re.compile(r"\s*(?:,|\]|\{|$)")
_NEXT = re.compile(r"[,\n\r]\s{0,100}+(?=\{)")
_LISTS = re.compile(r"\]|\[(?=[\s,]*[{\[\]])")  # of lists in lists, and lists after lists, all is read
_PAIRS = {"}": "{", "]": "["}

_OPENING = re.compile(r"\s*\{\s*")
_KEY = re.compile(rf"({_STRING})\s*:\s*", re.DOTALL)
_LIST = re.compile(r"\[\s*(?=[{\]])")
_SCALAR = re.compile(rf"{_STRING}|[^\s,{{}}\[\]\"]+", re.DOTALL)
_COMMA = re.compile(r"\s*,\s*")


class Wrapper(NamedTuple):
    """An object around the list: where the list begins, and the plain members before it."""

    start: int
    members: dict[str, object]


def wrapper(head: str) -> Wrapper | None:
    """What stands before the first list of objects in an object, None if there is no such list."""
    found = _OPENING.match(head)
    at = found.end() if found else len(head)
    members: dict[str, object] = {}
    while key := _KEY.match(head, at):
        at = key.end()
        if inner := _LIST.match(head, at):
            return Wrapper(inner.start() + 1, members)
        end = _end(head, at) if head[at : at + 1] in "{[" else None
        if scalar := _SCALAR.match(head, at):
            end = scalar.end()
            _remember(members, key[1], scalar[0])
        comma = None if end is None else _COMMA.match(head, end)
        if comma is None:
            return None
        at = comma.end()
    return None


def _remember(members: dict[str, object], key: str, value: str) -> None:
    try:
        members[orjson.loads(key)] = orjson.loads(value)
    except orjson.JSONDecodeError:
        return  # the rows tell what is wrong with them; this one is none


def elements(source: Source, start: int, around: Around) -> Iterator[Entry | Broken]:
    """The elements from the character `start` on, up to the end of what is around them."""
    window, number, closed = _Window(source, start), 0, around == "nothing"
    broken = 0
    while window.more():
        bracket = None if around == "nothing" else _LISTS.match(window.text, window.at)
        if bracket:
            closed = bracket[0] == "]"
            window.at += 1
        elif closed and around == "object" and window.text[window.at] != "{":
            if rest := window.rest():
                yield rest
            return
        else:
            number += 1
            row, window.at = _element(window.text, window.at, window.line, number)
            closed = closed or (isinstance(row, Broken) and row.reason == _CUT)
            broken = broken + 1 if isinstance(row, Broken) else 0
            yield row
        if broken == _HOPELESS:
            yield Broken(window.line, f"{broken:,} in a row are broken: the rest is not read", number + 1)
            return
    if not closed:
        yield Broken(window.line, _CUT, number + 1)


class _Window:
    """The text around the place that is read, at least as far ahead as a row may be long."""

    def __init__(self, source: Source, start: int) -> None:
        self._source = source
        self.text = source.piece(_PIECE)
        self.at = start
        self._counted = 0
        self._ended = False
        self.line = 1

    def more(self) -> bool:
        """Goes to the next element, past blanks and commas; whether there is one."""
        while True:
            if len(self.text) - self.at <= 2 * MAX_LINE and not self._ended:
                self._read()
            between = _BETWEEN.match(self.text, self.at)
            self.at = between.end() if between else self.at
            self._count()
            if self.at < len(self.text) or self._ended:
                return self.at < len(self.text)

    def rest(self) -> Broken | None:
        """What is wrong with what stands behind the list, in the object around it."""
        rest = self.text[self.at :]
        if _LIST.search(rest):
            return Broken(self.line, "only the first list of the object is read")
        try:
            orjson.loads(f"{{{rest}")
        except orjson.JSONDecodeError:
            return Broken(self.line, "there is more after the end of the list")
        return None

    def _read(self) -> None:
        self._count()
        piece = self._source.piece(_PIECE)
        self._ended = not piece
        self.text, self.at, self._counted = self.text[self.at :] + piece, 0, 0

    def _count(self) -> None:
        self.line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at


def _element(text: str, at: int, line: int, number: int) -> tuple[Entry | Broken, int]:
    """The element that begins here, and where it ends."""
    end = _end(text, at)
    if end is not None and end - at <= MAX_LINE:
        row = entry(text[at:end], line, number)
        if isinstance(row, Entry):
            return row, end
        near = _bracketed(text, at)
        return row, end if near is None else min(near, end)
    near = _bracketed(text, at) if text[at] in "{}[]" else None
    if near is None and (found := _NEXT.search(text, at + 1, at + 1 + MAX_LINE)):
        near = found.start()
    if near is not None:
        return entry(text[at:near], line, number), near
    if len(text) - at <= MAX_LINE:
        cut = text[at] in '{["'
        return Broken(line, _CUT, number) if cut else entry(text[at:], line, number), len(text)
    return Broken(line, f"it has more than {MAX_LINE:,} characters", number), at + MAX_LINE


def _end(text: str, at: int) -> int | None:
    """Where the value that begins here ends, None if its brackets or quotes don't."""
    if flat := _FLAT.match(text, at):
        return flat.end()
    if text[at] not in "{[":
        plain = _PLAIN.match(text, at)
        return plain.end() if plain else None
    open_: list[str] = []
    for token in _TOKEN.finditer(text, at, at + MAX_LINE):
        sign = token[0]
        if sign in "{[":
            open_.append(sign)
            if len(open_) > _DEEP:
                return None
        elif sign in "}]":
            if open_.pop() != _PAIRS[sign]:
                return None
            if not open_:
                return token.end()
        elif sign == '"':
            return None
    return None


def _bracketed(text: str, at: int) -> int | None:
    """Where an object ends by its brackets alone, quotes or not, if another element can follow there."""
    open_: list[str] = []
    for found in _BRACKET.finditer(text, at, at + MAX_LINE):
        if found[0] in "{[":
            open_.append(found[0])
        elif open_ and open_.pop() != _PAIRS[found[0]]:
            return None
        if len(open_) > _DEEP:
            return None
        if not open_:
            return found.end() if _AFTER.match(text, found.end()) else None
    return None
