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

_LETTERS = "A-Za-z\u00c0-\u0dff"  # of the scripts with blanks between words; those from Thai on have none
_WORD = re.compile(rf"[{_LETTERS}]++(?:['’.-][{_LETTERS}]++)*+|\d[\d.,]*+")
_HAN = re.compile(r"[^\W\0-\u0dff]")

_QUOTED = re.compile(
    "“([^“”]+)”|„([^„“”]+)[“”]|「([^「」]+)」|『([^『』]+)』|«([^«»]+)»|＂([^＂]+)＂"
    rf'|(?<![{_LETTERS}\d])"(?!\s)([^"\n]+)"'  # 15" is no opening mark
    rf"|‘((?:[^‘’\n]|(?<=[{_LETTERS}])’(?=[{_LETTERS}]))+)’"
    rf"|(?<![{_LETTERS}\d])'(?!\s)((?:[^'\n]|(?<=[{_LETTERS}])'(?=[{_LETTERS}]))+)'(?![{_LETTERS}])"
)
_ELLIPSIS = re.compile(r"\.\s?\.\s?\.|[…⋯]+")
_EDGE = " ,.;:!?，。；：！？、[]*_"

# What `fences` hides from a model is here, too.
_UNSEEN = re.compile(
    "[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f\U000e0100-\U000e01ef"
    "*_\\[\\]'\"‘’‚‛′“”„‟″「」『』«»＂＇〝〞]"
)
# `‹` stands for `<` where a text was shown to a model (`fences`).
_SHAPES = FOLD | dict.fromkeys(map(ord, "\u00ad‐‑‒–—―−"), "-") | str.maketrans("‹›", "<>")
# Dashes bear meaning before digits (3-5 is not 35), blanks between words and between numbers.
_IDLE = re.compile(rf"-++(?! *\d)|(?<=-)-|(?!(?<=\d) (?= *\d)|(?<=[{_LETTERS}]) (?= *[{_LETTERS}])) ")
_INSIDE = re.compile(rf"(?<=\d)(?=[.,]?\d)|(?<=\d[.,])(?=\d)|(?<=[{_LETTERS}])(?=[{_LETTERS}])")


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
    for idle in _IDLE.finditer(folded):
        kept.append(folded[start : idle.start()])
        kept_places += places[start : idle.start()]
        start = idle.end()
    return "".join([*kept, folded[start:]]), kept_places + places[start:]


@lru_cache(1 << 14)
def _fold_character(character: str) -> str:
    if _UNSEEN.match(character):
        return ""
    if character.isspace():
        return " "
    return unicodedata.normalize("NFKD", character).casefold().translate(_SHAPES)
