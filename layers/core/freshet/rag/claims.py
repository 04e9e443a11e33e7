"""Claims: what an answer states before each of its markers, `[1]`, `[2][3]`, `[1, 4-6]` or `【来源1】`.

What does not belong here: whether a source bears a claim (`cite`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from freshet.rag.quotes import quoted
from freshet.rag.terms import telling

_LONGEST_RANGE = 10

_NUMBER = r"(?:(?:sources?|来源|來源)\s?[:：]?\s?)?\d{1,3}"
_MARKER = rf"[\[【［]\s?{_NUMBER}(?:\s?[-–—~～,，、;；]\s?{_NUMBER})*\s?[\]】］]"
# Models write `paid leave[1].`, so what follows tells it from an element of an array.
_CODE = r"```.*?(?:```|\Z)|`[^`\n]+`|(?<=\w)\[\d+\](?=\s?[=+]|\.[a-z_])"
_MARKERS = re.compile(
    rf"{_CODE}|(?P<markers>{_MARKER}(?:\s?(?:[,，、;；]|and\b|和)?\s?{_MARKER})*)", re.IGNORECASE | re.DOTALL
)
_ONE_MARKER = re.compile(_MARKER, re.IGNORECASE)
_RANGE = re.compile(r"(\d+)(?:\s?[-–—~～]\D*(\d+))?")
_BREAK = re.compile(r"[。！？；!?;\n]|\.\s")
_REST = re.compile(r"(?:[^.。！？；!?;\n\[【［]|\.(?!\s|$))*")
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
            statement, quotes = _stated(answer[begin : match.start()].rstrip(" .。!！?？"))
            begin = match.end()
            if not (quotes or telling(statement)) and (rest := _REST.match(answer, begin)):
                # `According to [1], …`
                statement, quotes = _stated(rest.group())
            sources = tuple(dict.fromkeys(_sources(match["markers"])))
            yield Claim(_LABEL.sub("", statement).strip(), quotes, sources)


def marked(answer: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Each marker by itself, in their order: where it starts and ends, and the sources that it names."""
    for match in _MARKERS.finditer(answer):
        if match["markers"]:
            for one in _ONE_MARKER.finditer(answer, *match.span("markers")):
                yield one.start(), one.end(), tuple(dict.fromkeys(_sources(one.group())))


def _stated(text: str) -> tuple[str, tuple[str, ...]]:
    """The last statement of a text, and what it quotes."""
    statement = _BREAK.split(text)[-1]
    # A quote may hold sentences of its own: it belongs to the statement that it ends in.
    quotes = (quote for end, quote in quoted(text) if end > len(text) - len(statement))
    return statement, tuple(dict.fromkeys(quotes))


def _sources(markers: str) -> Iterator[int]:
    for first, last in _RANGE.findall(markers):
        begin, end = int(first), int(last or first)
        yield from range(begin, max(begin, min(end, begin + _LONGEST_RANGE - 1)) + 1)
