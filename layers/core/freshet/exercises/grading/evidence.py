"""Evidence: the words of an answer that may stand for points.

A model that is talked round, or careless, quotes anything for everything. So a quote must be in the answer,
say something, be long enough to be a statement, and not stand for more criteria than it has words for. What
does not belong here: what a criterion asks for, and whether the quote says so; only the model can tell.
"""

import re

from freshet.exercises.grading.pleas import is_plea
from freshet.rag.quotes import LEAST_HAN, LEAST_WORDS, Folded
from freshet.rag.terms import telling, terms

CRITERIA = 2  # that any quote may stand for
_TERMS_EACH = 2  # that a quote of more criteria has for each of them

_HAN = re.compile(r"[^\W\0-\u0dff]")
_WORD = re.compile(r"[\dA-Za-z\u00c0-\u0dff]+(?:['’.-][\dA-Za-z\u00c0-\u0dff]+)*")
_LETTER = re.compile(r"[^\W_]")
_ELLIPSIS = re.compile(r"\s*(?:\.\s?\.\s?\.|[…⋯]+|\n)\s*")
_EDGE = " \t,.;:!?，。；：！？、()（）[]"
_BEGINS_ITEM = re.compile(r"(?:^|[,，、;；:：\n]|\band\b|和|与|及)\s*$")
_ENDS_ITEM = re.compile(r"\s*(?:$|[,，、;；.。!！?？\n]|\band\b|和|与|及)")
_BEFORE = 20  # characters that are looked at before an item

Span = tuple[int, int]


class Evidence:
    """What the answer has to show; it knows which of its words stand for points already."""

    def __init__(self, shown: str) -> None:
        """`shown` is what the model saw of the answer."""
        self._shown = shown
        self._folded = Folded(shown)
        self._half = len(_content(shown)) / 2
        self._used: list[list[Span]] = []

    def take(self, quote: str) -> str:
        """The quote as it stands in the answer; empty if it can't stand for a further criterion."""
        spans = [] if is_plea(quote) else self._spans(quote)
        held = " … ".join(self._shown[start:end] for start, end in spans)
        if not held or not self._says_enough(held, spans):
            return ""
        uses = sum(_overlap(spans, used) for used in self._used)
        if uses >= max(CRITERIA, len(_content(held)) // _TERMS_EACH):
            return ""
        self._used.append(spans)
        return held

    def _spans(self, quote: str) -> list[Span]:
        """Where the answer has the parts of the quote; none if it does not have them all."""
        parts = [part for part in _ELLIPSIS.split(quote.strip()) if _LETTER.search(part)]
        found = [self._folded.find(part.strip(_EDGE)) for part in parts]
        places = [place for place in found if place]
        return places if len(places) == len(found) else []

    def _says_enough(self, held: str, spans: list[Span]) -> bool:
        """Whether it is a statement; or half of what a short answer says, or an item of what it lists."""
        if not telling(held):
            return False
        words = len(_WORD.findall(held)) / LEAST_WORDS + len(_HAN.findall(held)) / LEAST_HAN
        return words >= 1 or len(_content(held)) >= self._half or self._is_item(spans)

    def _is_item(self, spans: list[Span]) -> bool:
        return all(
            _BEGINS_ITEM.search(self._shown[max(0, start - _BEFORE) : start])
            and _ENDS_ITEM.match(self._shown, end)
            for start, end in spans
        )


def _content(text: str) -> frozenset[str]:
    """The words and characters that say something."""
    return frozenset(term for term in terms(text) if len(term) != 2 or term.isascii())


def _overlap(one: list[Span], other: list[Span]) -> bool:
    return any(start < until and since < end for start, end in one for since, until in other)
