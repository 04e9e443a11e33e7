"""Names and ids of a log as they are kept: one line of plain text, in one normal form.

What does not belong here: times and numbers.
"""

import re
from unicodedata import normalize

from freshet.behaviour.intake.outcome import Unreadable, shown

_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
# Controls, byte order marks, and what turns the direction of all that follows.
_DROPPED = re.compile("[\x01-\x1f\x7f-\x9f\ufeff\u202a-\u202e\u2066-\u2069]")
_EXACT = 2.0**53
_REMEMBERED = 20_000  # names; a log has few, over and over


class Texts:
    """Cells as texts of at most `most` characters; one that was seen before costs a look."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, str] = {}

    def text(self, cell: object, column: str) -> str:
        """Raises Unreadable with the reason."""
        if not isinstance(cell, str):
            cell = _written(cell, column)
        known = self._known.get(cell)
        if known is not None:
            return known
        text = cleaned(cell, column)
        if len(text) > self._most:
            raise Unreadable(f"{shown(column)} has more than {self._most} characters")
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[cell] = text
        return text


def cleaned(text: str, column: str) -> str:
    """NFC, trimmed, without control characters. Raises Unreadable for one that holds a NUL."""
    if text.isascii() and text.isprintable():
        return text.strip()
    if "\0" in text:
        raise Unreadable(f"{shown(column)} holds a NUL character")
    return normalize("NFC", _DROPPED.sub("", _BREAKS.sub(" ", text))).strip()


def exact(number: float, column: str) -> float:
    """The number. Raises Unreadable for one that may have had more digits than it was read with."""
    if abs(number) >= _EXACT:
        raise Unreadable(f"the number in {shown(column)} is too large to be exact; write it as a text")
    return number


def _written(cell: object, column: str) -> str:
    """A number as text: alarms and devices may have numbers for names."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if exact(cell, column).is_integer() else str(cell)
    if isinstance(cell, int):
        return str(cell)
    raise Unreadable(f"{shown(column)} is no text: {'a list' if isinstance(cell, list) else 'an object'}")
