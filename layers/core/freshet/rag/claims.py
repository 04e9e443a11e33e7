"""Claims: what an answer states before each of its markers, `[1]`, `[2][3]`, `[1, 4-6]` or `【来源1】`.

What does not belong here: whether a source bears a claim (`cite`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from freshet.rag.quotes import quoted

_LONGEST_RANGE = 10

_NUMBER = r"(?:(?:sources?|来源|來源)\s?[:：]?\s?)?\d{1,3}"
_MARKER = rf"[\[【［]\s?{_NUMBER}(?:\s?[-–—~～,，、;；]\s?{_NUMBER})*\s?[\]】］]"
# Models write `paid leave[1].`, so what follows tells it from an element of an array.
_CODE = r"```.*?(?:```|\Z)|`[^`\n]+`|(?<=\w)\[\d+\](?=\s?[=+]|\.[a-z_])"
_MARKERS = re.compile(
    rf"{_CODE}|(?P<markers>{_MARKER}(?:\s?(?:[,，、;；]|and\b|和)?\s?{_MARKER})*)", re.IGNORECASE | re.DOTALL
)
_RANGE = re.compile(r"(\d+)(?:\s?[-–—~～]\D*(\d+))?")
_BREAK = re.compile(r"[。！？；!?;\n]|\.\s")
_LABEL = re.compile(r"^\W*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?[.)、）:：](?!\d)")


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement, what it quotes, and the numbers of the sources that it names together."""

    statement: str
    quotes: tuple[str, ...]
    sources: tuple[int, ...]


def claims(answer: str) -> Iterator[Claim]:
    """What the answer names sources for, in its order; code is passed over."""
    begin = 0
    for match in _MARKERS.finditer(answer):
        if match["markers"]:
            before = answer[begin : match.start()].rstrip(" .。!！?？")
            begin = match.end()
            statement = _BREAK.split(before)[-1]
            # A quote may hold sentences of its own: it belongs to the statement that it ends in.
            quotes = (quote for end, quote in quoted(before) if end > len(before) - len(statement))
            sources = tuple(dict.fromkeys(_sources(match["markers"])))
            yield Claim(_LABEL.sub("", statement), tuple(dict.fromkeys(quotes)), sources)


def _sources(markers: str) -> Iterator[int]:
    for first, last in _RANGE.findall(markers):
        begin, end = int(first), int(last or first)
        yield from range(begin, max(begin, min(end, begin + _LONGEST_RANGE - 1)) + 1)
