"""Citations: from the markers in an answer to exact quotes of the sources.

The model only writes `[1]`. Which sentence of source 1 bears the statement is found here, by the words
they share, and quoted as it stands. A marker whose source has no such sentence is not a citation.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from freshet.rag.retrieve import Passage
from freshet.rag.text import quotable

MIN_SHARED = 0.3  # part of the statement's words that the quote must hold; paraphrase passes, chance does not

_MARKERS = re.compile(r"(?:[\[【［]\s*\d+(?:\s*[,，、]\s*\d+)*\s*[\]】］]\s*)+")
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
    found: dict[tuple[int, int], Citation] = {}
    for statement, number in _statements(answer):
        if 1 <= number <= len(passages):
            citation = _verify(statement, number, passages[number - 1])
            if citation:
                found.setdefault((number, citation.start), citation)
    return list(found.values())


def _statements(answer: str) -> Iterator[tuple[str, int]]:
    begin = 0
    for match in _MARKERS.finditer(answer):
        before = answer[begin : match.start()].rstrip(" .。!！?？")
        statement = _BREAK.split(before)[-1]
        begin = match.end()
        for number in re.findall(r"\d+", match.group()):
            yield statement, int(number)


def _verify(statement: str, number: int, passage: Passage) -> Citation | None:
    from freshet.rag.sparse import tokens  # loaded by then: the passages were found with it

    wanted = set(tokens(statement))
    repeated = len(passage.text) - (passage.end - passage.start)  # a table's header: it stands elsewhere
    best, place = 0.0, (0, 0)
    for start, end in quotable(passage.text):
        held = set(tokens(passage.text[start:end]))
        shared = len(wanted & held)
        score = shared / len(wanted) + shared / (1000 + len(held)) if wanted else 0.0
        if score > best and start >= repeated:
            best, place = score, (start, end)
    if best < MIN_SHARED:
        return None
    start, end = place
    origin = passage.start - repeated
    return Citation(number, passage, passage.text[start:end], origin + start, origin + end)
