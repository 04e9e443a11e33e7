"""The elements of a JSON array, or one object, cut out of a text as it arrives.

It reads brackets and quotes, not values.
"""

import re
from collections.abc import Generator, Iterator

_KEY = r'"items"\s*:\s*\['
OBJECTS = re.compile(rf"{_KEY}|\[(?=\s*[{{\]])")  # an array of them
ANYTHING = re.compile(rf'{_KEY}|\[(?=\s*[{{\]\["])')  # an array, too
ONE_OBJECT = re.compile(r'(?=\{\s*["}])')
_MARK = re.compile(r'["\\\[\]{},]')
_REACH = 64  # characters that the start of an array may be spread over: blanks, mostly


class Elements:
    """Finds an array in a text: the one under `items`, else each that begins like one of the asked for.

    That is with an object (`OBJECTS`), or also with a string or an array (`ANYTHING`). A number is no
    beginning: `[1]` is how prose refers to a source. `arrays` counts those found, `open` is whether the last
    one still is, `certain` that it is the one and no other is looked for. With `ONE_OBJECT` the text is read
    as an array that lacks its bracket: the object is the first element.
    """

    def __init__(self, opening: re.Pattern[str]) -> None:
        self.arrays = 0
        self.open = False
        self.certain = False
        self._opening = opening
        self._before = ""
        self._parts: list[str] = []
        self._depth = 0
        self._quoted = False
        self._escaped = -1  # where the character after a backslash is

    def feed(self, text: str) -> Iterator[str]:
        """The elements that `text` completes, as they are written."""
        while text:
            text = (yield from self._inside(text)) if self.open else self._outside(text)

    def rest(self) -> str:
        """What there is of an element that is not complete."""
        if not self.open:
            return ""
        self._parts = ["".join(self._parts)]  # who asks after every piece does not join them all again
        return self._parts[0].lstrip()

    def _outside(self, text: str) -> str:
        """The text after the start of an array, if there is one."""
        if self.certain:
            return ""
        seen = self._before + text
        opening = self._opening.search(seen)
        if opening is None:
            self._before = seen[-_REACH:]
            return ""
        self._before = ""
        self.certain = opening[0] != "["
        self._escaped = -1
        self.arrays += 1
        self.open = True
        return seen[opening.end() :]

    def _inside(self, text: str) -> Generator[str, None, str]:  # noqa: C901 - one step of one small machine
        """Yields the elements that end in `text`; returns the text after the array."""
        begin = 0
        for mark in _MARK.finditer(text):
            at, char = mark.start(), mark[0]
            if at == self._escaped:
                continue
            if self._quoted:
                if char == "\\":
                    self._escaped = at + 1
                self._quoted = char != '"'
            elif char == '"':
                self._quoted = True
            elif char in "[{":
                self._depth += 1
            elif self._depth:
                if char in "]}":
                    self._depth -= 1
                    if not self._depth:
                        yield self._cut(text[begin : at + 1])
                        begin = at + 1
            elif char in ",]":
                if element := self._cut(text[begin:at]):
                    yield element
                begin = at + 1
                if char == "]":
                    self.open = False
                    return text[begin:]
        self._parts.append(text[begin:])
        self._escaped -= len(text)
        return ""

    def _cut(self, end: str) -> str:
        self._parts.append(end)
        element = "".join(self._parts).strip()
        self._parts.clear()
        return element
