"""Citations: from the markers in an answer to exact quotes of the sources.

The model only writes `[1]`. Which sentence of source 1 bears the statement is found here: the one that the
statement quotes, or else the one with most of its words. It is given as it stands in the document. A marker
whose source has no such sentence is not a citation, nor is one whose statement quotes what no source of its
markers says, or has a number that the source does not have.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from freshet.rag.claims import Claim, claims
from freshet.rag.numbers import claimed, stated
from freshet.rag.passage import Passage
from freshet.rag.quotes import Folded
from freshet.rag.terms import telling, terms
from freshet.rag.text import MAX_QUOTE, quotable

MIN_SHARED = 0.35  # of the statement's terms must be in the quote; paraphrase passes, chance does not

_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")

Place = tuple[int, int]  # (start, end) in a passage's text


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
    known: dict[int, _Source] = {}
    found: dict[tuple[int, int], Citation] = {}
    for claim in claims(answer):
        numbers = [number for number in claim.sources if 1 <= number <= len(passages)]
        for number in numbers:
            if number not in known:
                known[number] = _Source(passages[number - 1])
        named = {number: known[number] for number in numbers}
        if all(any(source.holds(quote) for source in named.values()) for quote in claim.quotes):
            for number, source in named.items():
                for start, end in source.bearing(claim):
                    found.setdefault((number, start), source.citation(number, start, end))
    return list(found.values())


def unverified(answer: str, citations: Sequence[Citation]) -> list[int]:
    """The answer's markers that no citation stands behind, each once, in their order."""
    named = dict.fromkeys(number for claim in claims(answer) for number in claim.sources)
    verified = {citation.marker for citation in citations}
    return [number for number in named if number >= 1 and number not in verified]


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    terms: frozenset[str]
    numbers: set[Decimal]


class _Source:
    """A passage as claims are held against it; what that takes is worked out once, when it is needed."""

    def __init__(self, passage: Passage) -> None:
        self._passage = passage

    def holds(self, quote: str) -> bool:
        """Whether the quote stands in it, or in its name and headings, which are quoted as titles."""
        return any(text.find(quote) for text in (self._folded, self._folded_title))

    def bearing(self, claim: Claim) -> list[Place]:
        """Where it says what is claimed: around its quotes, or else the sentence with most of its terms."""
        held = [quote for quote in claim.quotes if self.holds(quote)]
        if claim.quotes and not held:
            return []
        places = [self._folded.find(quote, self._passage.repeated) for quote in held]
        return [self._widened(*place) for place in places if place] or self._best(claim.statement)

    def citation(self, number: int, start: int, end: int) -> Citation:
        """The citation of a place; where a joint of chunks is in it, of the longer side."""
        cuts = [joint for joint in self._passage.joints if start <= joint < end]
        sides = pairwise([start - 1, *cuts, end])
        start, end = max(((left + 1, right) for left, right in sides), key=lambda side: side[1] - side[0])
        origin = self._passage.start - self._passage.repeated
        return Citation(number, self._passage, self._passage.text[start:end], origin + start, origin + end)

    def _widened(self, start: int, end: int) -> Place:
        """The sentences around a quote; the bare quote if they are long."""
        around = [one for one in self._sentences if one.start < end and one.end > start]
        wide = (min([start, *(one.start for one in around)]), max([end, *(one.end for one in around)]))
        return wide if wide[1] - wide[0] <= MAX_QUOTE else (start, end)

    def _best(self, statement: str) -> list[Place]:
        """The sentence that bears the statement, if one does.

        One of the statement's numbers has to be in it, the others may stand elsewhere in the passage: in a
        table's first row, or in another sentence that the statement sums up.
        """
        wanted, numbers = telling(statement), claimed(statement) - self._given
        if not numbers <= self._numbers:
            return []
        able = [one for one in self._sentences if not numbers or numbers & one.numbers]
        best = max(able, key=lambda one: _score(wanted, one.terms), default=None)
        return [(best.start, best.end)] if best and _bears(wanted, best.terms) else []

    @cached_property
    def _sentences(self) -> list[_Sentence]:
        text = self._passage.text
        return [
            _Sentence(start, end, terms(text[start:end]), stated(text[start:end]))
            for start, end in quotable(text)
            if start >= self._passage.repeated  # a table's header is not quoted where it is only repeated
        ]

    @cached_property
    def _numbers(self) -> set[Decimal]:
        return stated(self._passage.text)

    @cached_property
    def _given(self) -> set[Decimal]:
        """Numbers that hold for all of the passage: its title's years, and its table's header."""
        years = set(map(Decimal, _YEAR.findall(self._title)))
        return years | stated(self._passage.text[: self._passage.repeated])

    @cached_property
    def _folded(self) -> Folded:
        return Folded(self._passage.text)

    @cached_property
    def _folded_title(self) -> Folded:
        return Folded(self._title)

    @cached_property
    def _title(self) -> str:
        return "\n".join([re.sub("[-_]+", " ", self._passage.filename), *self._passage.heading])


def _bears(wanted: frozenset[str], held: frozenset[str]) -> bool:
    shared = len(wanted & held)
    return shared >= max(min(2, len(wanted)), MIN_SHARED * len(wanted), 1)


def _score(wanted: frozenset[str], held: frozenset[str]) -> float:
    """How many of the statement's terms are in the sentence; of two with the same, the shorter one."""
    shared = len(wanted & held)
    return shared + shared / (1000 + len(held))
