"""Quotes: what a text quotes, and whether another one holds it, however it is broken and spelled.

White space, hyphenation, width, case, emphasis, quotation marks, dashes and the two Chinese scripts are
folded for the comparison; what is found is a place in the text as it stands. What does not belong here:
which statement belongs to which source (`cite`).
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from freshet.rag.han import FOLD

# Shorter ones are terms and titles, which a writer may put between marks on his own account.
LEAST_WORDS = 4
LEAST_HAN = 9

_LATIN = "A-Za-z\u00c0-\u024f"
_QUOTED = re.compile(
    "“([^“”]+)”|„([^„“”]+)[“”]|「([^「」]+)」|『([^『』]+)』|«([^«»]+)»|＂([^＂]+)＂"
    rf'|(?<![{_LATIN}\d])"(?!\s)([^"\n]+)"'  # 15" is no opening mark
    rf"|‘((?:[^‘’\n]|(?<=[{_LATIN}])’(?=[{_LATIN}]))+)’"
    rf"|(?<![{_LATIN}\d])'(?!\s)((?:[^'\n]|(?<=[{_LATIN}])'(?=[{_LATIN}]))+)'(?![{_LATIN}])"
)
_ELLIPSIS = re.compile(r"\.\s?\.\s?\.|[…⋯]+")
_EDGE = " ,.;:!?，。；：！？、[]*_"

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[^\W{_UNSPACED}]+(?:['’.,-][^\W{_UNSPACED}]+)*")
_HAN = re.compile(f"[{_UNSPACED}]")

_UNSEEN = re.compile("[\\s\u00ad\u200b-\u200f\u2060\ufeff*_\\[\\]'\"‘’‚‛′“”„‟″「」『』«»‹›＂＇〝〞]")
_SHAPES = FOLD | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_DASHES = re.compile(r"-++(?!\d)|(?<=-)-")  # before digits they bear meaning: 3-5 is not 35
_LETTER = rf"(?![{_UNSPACED}])[^\W\d_]"
_INSIDE = re.compile(
    r"(?<=\d)(?=[.,]?\d)|(?<=\d[.,])(?=\d)"
    rf"|(?<=[^\W\d_])(?<![{_UNSPACED}])(?={_LETTER})"
)


def quoted(text: str) -> Iterator[tuple[int, str]]:
    """What stands between quotation marks and is long enough to be somebody's words: (end, quote).

    A quote with an ellipsis is several.
    """
    for match in _QUOTED.finditer(text):
        for part in _ELLIPSIS.split(match[match.lastindex or 0]):
            if len(_WORD.findall(part)) / LEAST_WORDS + len(_HAN.findall(part)) / LEAST_HAN >= 1:
                yield match.end(), part.strip(_EDGE)


class Folded:
    """A text to find quotes in."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded, self._places = _fold(text)

    def find(self, quote: str, start: int = 0) -> tuple[int, int] | None:
        """Where the text has the quote, (start, end), as whole words and numbers; None if it has not."""
        wanted, _ = _fold(quote)
        at = self._folded.find(wanted, bisect_left(self._places, start)) if wanted else -1
        while at >= 0:
            first, end = self._places[at], self._places[at + len(wanted) - 1] + 1
            if not (_INSIDE.match(self._text, first) or _INSIDE.match(self._text, end)):
                return first, end
            at = self._folded.find(wanted, at + 1)
        return None


def _fold(text: str) -> tuple[str, list[int]]:
    """The text folded, and the place that each of its characters comes from."""
    pieces = [_fold_character(character) for character in text]
    folded = "".join(pieces)
    places = [at for at, piece in enumerate(pieces) for _ in piece]
    kept: list[str] = []
    kept_places: list[int] = []
    start = 0
    for dashes in _DASHES.finditer(folded):
        kept.append(folded[start : dashes.start()])
        kept_places += places[start : dashes.start()]
        start = dashes.end()
    return "".join([*kept, folded[start:]]), kept_places + places[start:]


@lru_cache(1 << 14)
def _fold_character(character: str) -> str:
    if _UNSEEN.match(character):
        return ""
    return unicodedata.normalize("NFKD", character).casefold().translate(_SHAPES)
