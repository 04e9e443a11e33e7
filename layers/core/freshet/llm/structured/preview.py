"""One string of an object while the object is written, for who wants to show it before it is complete.

What belongs here: the string as far as it is certain. What does not: where an object begins and ends
(`elements`), whether it fits its model (`items`, `whole`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jiter

from freshet.llm.structured.elements import Elements
from freshet.llm.structured.parse import mended

# An object is read anew when it has grown by this part of it, and once it is complete: so reading takes time
# in proportion to its length, and of 3 KB a dozen characters are held back at the most.
_PART = 256
# Where a slip in the notation has to be mended first, reading takes fifty times as long: it is done less
# often, and of longer objects not at all.
_MENDED_PART = 32
_MENDED_MOST = 8_000  # characters


@dataclass(frozen=True, slots=True)
class Preview:
    """A further piece of the string that is being written.

    `element` tells whose: it counts the objects begun in this call, from 0. With the next number the one
    before is over, and void unless its item was given.
    """

    text: str
    element: int = 0


class Previews:
    """Of the string `field`, at the top level of one object after the other; none without a field.

    Of a long object with slips in its notation there are only those of its beginning.
    """

    def __init__(self, field: str | None) -> None:
        self._field = field
        self._element = 0
        self._string: _String | None = None

    def read(self, elements: Elements, text: str) -> Iterator[Preview | str]:
        """The elements that `text` completes, each behind the end of its string; then of what is open."""
        for element in elements.feed(text):
            yield from self._pieces(element)
            yield element
            self.end()
        if self._field is not None and not (self._string and self._string.over):
            yield from self._pieces(elements.rest(), whole=False)

    def end(self) -> None:
        """What is open now is over: what comes belongs to another object."""
        if self._string:
            self._element += 1
            self._string = None

    def _pieces(self, text: str, *, whole: bool = True) -> Iterator[Preview]:
        if self._field is None or not text:
            return
        self._string = self._string or _String(self._field)
        if piece := self._string.grow(text, whole=whole):
            yield Preview(piece, self._element)


class _String:
    """The string `field` of one object; `over` when nothing comes to it any more."""

    def __init__(self, field: str) -> None:
        self.over = False
        self._field = field
        self._shown = ""
        self._due = 0  # the object's length from which it is read anew
        self._slips = False  # whether it must be mended to be read

    def grow(self, text: str, *, whole: bool) -> str:
        """The piece that the string has grown by; `text` is all of the object so far."""
        if self.over or (len(text) < self._due and not whole):
            return ""
        members = self._members(text)
        self._due = len(text) + len(text) // (_MENDED_PART if self._slips else _PART)
        if members is None:
            self.over = True
            return ""
        self.over = self._field in members and next(reversed(members)) != self._field
        value = members.get(self._field)
        if not isinstance(value, str):
            return ""
        if not value.startswith(self._shown):  # the key stands there twice
            self.over = True
            return ""
        piece = value[len(self._shown) :]
        self._shown = value
        return piece

    def _members(self, text: str) -> dict[str, Any] | None:
        """The members that a part of an object has. None if there is no telling."""
        if not self._slips:
            try:
                return _read(text)
            except ValueError:
                self._slips = True  # and so it stays: what comes is behind it
        if len(text) > _MENDED_MOST:
            return None
        try:
            return _read(mended(text))
        except ValueError:
            return None


def _read(text: str) -> dict[str, Any] | None:
    """The members; of a string what is there. None for what is no object; raises ValueError for no JSON."""
    members = jiter.from_json(text.encode(), partial_mode="trailing-strings")
    return members if isinstance(members, dict) else None
