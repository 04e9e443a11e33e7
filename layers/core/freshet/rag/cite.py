"""Citations: from the markers in an answer to exact quotes of the sources.

The model only writes `[1]`. Which sentence of source 1 bears the statement is found here, by the words
they share, and quoted as it stands. A marker whose source has no such sentence is not a citation.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from freshet.rag.passage import Passage
from freshet.rag.text import quotable

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
    for statement, number in _statements(answer):
        if 1 <= number <= len(passages):
            held = known.get(number) or known.setdefault(number, _Sentences(passages[number - 1]))
            place = held.best(statement)
            if place:
                found.setdefault((number, place[0]), held.quote(number, *place))
    return list(found.values())


def _statements(answer: str) -> Iterator[tuple[str, int]]:
    begin = 0
    for match in _MARKERS.finditer(answer):
        before = answer[begin : match.start()].rstrip(" .。!！?？")
        statement = _BREAK.split(before)[-1]
        begin = match.end()
        for number in re.findall(r"\d+", match.group()):
            yield statement, int(number)


class _Sentences:
    """A passage's sentences and their words."""

    def __init__(self, passage: Passage) -> None:
        from freshet.rag.sparse import tokens  # loaded by then: the passages were found with it

        # A table's header may stand before the span, repeated from elsewhere: it is not quoted.
        self._repeated = len(passage.text) - (passage.end - passage.start)
        self._passage = passage
        self._tokens = tokens
        self._held = [
            (start, end, set(tokens(passage.text[start:end])))
            for start, end in quotable(passage.text)
            if start >= self._repeated
        ]

    def best(self, statement: str) -> tuple[int, int] | None:
        """The place of the sentence that bears the statement, if one does."""
        wanted = set(self._tokens(statement))
        scored = ((_share(wanted, held), start, end) for start, end, held in self._held if wanted)
        score, start, end = max(scored, key=lambda one: one[0], default=(0.0, 0, 0))
        return (start, end) if score >= MIN_SHARED else None

    def quote(self, number: int, start: int, end: int) -> Citation:
        origin = self._passage.start - self._repeated
        return Citation(number, self._passage, self._passage.text[start:end], origin + start, origin + end)


def _share(wanted: set[str], held: set[str]) -> float:
    """The part of the statement's words in the sentence; of two with the same, the shorter one."""
    shared = len(wanted & held)
    return shared / len(wanted) + shared / (1000 + len(held))
