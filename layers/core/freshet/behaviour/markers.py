"""Markers in an answer that is being written: `[2]`, `[1, 4-6]`, `【3】`, of which only real ones are shown.

What belongs here: the text as far as it is certain. What does not: what the numbers stand for.
"""

import re
from collections.abc import Iterator

_NUMBER = r"(?:(?:events?|edges?|事件|关系|關係|#)\s?)?\d{1,6}"
_MARKER = re.compile(
    rf"(?P<gap>[ \t]{{0,4}})[\[［【]\s?(?P<said>{_NUMBER}(?:\s?[-–—~～,，、;；]\s?{_NUMBER})*)\s?[\]］】]",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d+)(?:\s?[-–—~～]\D*(\d+))?")
_LONGEST_RANGE = 20
# What may yet become a marker, or the gap before one, is held back until that is certain.
_UNCERTAIN = re.compile(r"[ \t]{0,4}(?:[\[［【][^\[\]［］【】\n]{0,60})?\Z")
_LONGEST = 65  # characters of it


class Markers:
    """Reads an answer's text in pieces; `named` are the numbers from 1 to `count` that it named, in order."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.begin()

    def begin(self) -> None:
        """From here on it is another answer."""
        self._held = ""
        self.named: list[int] = []

    def take(self, text: str) -> str:
        """The text that can be shown now: markers of what there is not are taken out."""
        text = self._held + text
        uncertain = _UNCERTAIN.search(text, max(0, len(text) - _LONGEST))
        end = uncertain.start() if uncertain else len(text)
        self._held = text[end:]
        return _MARKER.sub(self._checked, text[:end])

    def end(self) -> str:
        """What was held back; no more text comes."""
        rest, self._held = self._held, ""
        return rest

    def _checked(self, match: re.Match[str]) -> str:
        real = [number for number in dict.fromkeys(_numbers(match["said"])) if 1 <= number <= self._count]
        self.named += [number for number in real if number not in self.named]
        return match["gap"] + "".join(f"[{number}]" for number in real) if real else ""


def _numbers(said: str) -> Iterator[int]:
    for match in _RANGE.finditer(said):
        first, last = int(match[1]), int(match[2] or match[1])
        yield from range(first, min(last, first + _LONGEST_RANGE) + 1)
