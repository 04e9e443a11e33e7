"""Citations: from the markers in an answer to exact quotes of the sources.

The model only writes `[1]`. Which sentence of source 1 bears the statement is found here: the one that the
statement quotes, or else the one with most of its words. It is given as it stands in the document. A marker
whose source has no such sentence is not a citation, nor is one whose statement quotes what the source does
not say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from freshet.rag.passage import Passage
from freshet.rag.quotes import find, quoted
from freshet.rag.text import MAX_QUOTE, quotable

MIN_SHARED = 0.3  # part of the statement's words that the quote must hold; paraphrase passes, chance does not

_MARKERS = re.compile(r"(?:[\[【［]\s*\d{1,3}(?:\s*[,，、]\s*\d{1,3})*\s*[\]】］]\s*)+")
_BREAK = re.compile(r"[。！？；!?;\n]|\.\s")


@dataclass(frozen=True, slots=True)
class Citation:
    """A verified quote: `quote` is `text[start:end]` of the document, literally."""

    marker: int
    passage: Passage
    quote: str
    start: int
    end: int

    def as_dict(self) -> dict[str, Any]:
        """What clients see of it; page and heading are those of the quote."""
        page, heading = self.passage.place(self.start)
        return {
            "marker": self.marker,
            "document_id": self.passage.document_id,
            "filename": self.passage.filename,
            "page": page,
            "heading": list(heading),
            "chunk_id": self.passage.chunk_id,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
        }


def cite(answer: str, passages: Sequence[Passage]) -> list[Citation]:
    """The verified citations of an answer, in the order of their markers, none twice."""
    known: dict[int, _Sentences] = {}
    found: dict[tuple[int, int], Citation] = {}
    for statement, quotes, number in _statements(answer):
        if 1 <= number <= len(passages):
            held = known.get(number) or known.setdefault(number, _Sentences(passages[number - 1]))
            place = held.quoting(quotes) if quotes else held.best(statement)
            if place:
                found.setdefault((number, place[0]), held.quote(number, *place))
    return list(found.values())


def unverified(answer: str, citations: Sequence[Citation]) -> list[int]:
    """The answer's markers that no citation stands behind, each once, in their order."""
    verified = {citation.marker for citation in citations}
    return [number for number in dict.fromkeys(_numbers(answer)) if number not in verified]


def _numbers(text: str) -> Iterator[int]:
    for match in _MARKERS.finditer(text):
        yield from map(int, re.findall(r"\d+", match.group()))


def _statements(answer: str) -> Iterator[tuple[str, list[str], int]]:
    """Each marker's number, the statement before it, and what that quotes."""
    begin = 0
    for match in _MARKERS.finditer(answer):
        before = answer[begin : match.start()].rstrip(" .。!！?？")
        statement = _BREAK.split(before)[-1]
        # A quote may hold sentences of its own: it belongs to the statement that it ends in.
        quotes = [quote for end, quote in quoted(before) if end > len(before) - len(statement)]
        begin = match.end()
        for number in _numbers(match.group()):
            yield statement, quotes, number


class _Sentences:
    """A passage's sentences and their words; places are counted in the passage's text."""

    def __init__(self, passage: Passage) -> None:
        from freshet.rag.sparse import tokens  # loaded by then: the passages were found with it

        self._passage = passage
        self._tokens = tokens
        self._held = [
            (start, end, set(tokens(passage.text[start:end])))
            for start, end in quotable(passage.text)
            if start >= passage.repeated  # a table's header is not quoted where it is only repeated
        ]

    def best(self, statement: str) -> tuple[int, int] | None:
        """The sentence that bears the statement, if one does."""
        wanted = set(self._tokens(statement))
        scored = ((_share(wanted, held), start, end) for start, end, held in self._held if wanted)
        score, start, end = max(scored, key=lambda one: one[0], default=(0.0, 0, 0))
        return (start, end) if score >= MIN_SHARED else None

    def quoting(self, quotes: Sequence[str]) -> tuple[int, int] | None:
        """The sentences around the first of the quotes that is there; the bare quote if they are long."""
        repeated = self._passage.repeated
        for quote in quotes:
            if found := find(quote, self._passage.text[repeated:]):
                start, end = found[0] + repeated, found[1] + repeated
                around = [(a, b) for a, b, _ in self._held if a < end and b > start]
                wide = (min([start, *(a for a, _ in around)]), max([end, *(b for _, b in around)]))
                return wide if wide[1] - wide[0] <= MAX_QUOTE else (start, end)
        return None

    def quote(self, number: int, start: int, end: int) -> Citation:
        origin = self._passage.start - self._passage.repeated
        return Citation(number, self._passage, self._passage.text[start:end], origin + start, origin + end)


def _share(wanted: set[str], held: set[str]) -> float:
    """The part of the statement's words in the sentence; of two with the same, the shorter one."""
    shared = len(wanted & held)
    return shared / len(wanted) + shared / (1000 + len(held))
