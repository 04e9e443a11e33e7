"""Quotes: whether a text holds what another one quotes, however it is broken into lines and spelled.

White space, hyphenation, width, case and the shapes of quotation marks and dashes are folded for the
comparison; what is found is a place in the text as it stands. What does not belong here: which statement
belongs to which source (`cite`).
"""

import re
import unicodedata
from collections.abc import Iterator

LEAST = 6  # folded characters, two words or so; a shorter quote is a term, and stands in many places

_QUOTED = re.compile('“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|«([^«»]+)»|＂([^＂]+)＂|"([^"\n]+)"')
_ELLIPSIS = re.compile(r"\s*(?:\[\s*)?(?:\.\s?\.\s?\.|…+|⋯+)(?:\s*\])?\s*")
# Hyphens in words: some are only there because a line ended. White space, and what nobody sees.
_DROPPED = re.compile(r"(?<=[^\W\d_])[-\u2010]\s*(?=[^\W\d_])|[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_SHAPES = str.maketrans("‘’‚′“”„″「」『』«»‐‑‒–—−", '\'\'\'\'""""""""""------')


def quoted(text: str) -> Iterator[tuple[int, str]]:
    """What stands between quotation marks and is long enough to be told from a term: (end, quote).

    A quote with an ellipsis is several.
    """
    for match in _QUOTED.finditer(text):
        inside = next(group for group in match.groups() if group is not None)
        for part in _ELLIPSIS.split(inside):
            if len(_folded(part)[0]) >= LEAST:
                yield match.end(), part.strip(" ,.;:!?，。；：！？、")


def find(quote: str, text: str) -> tuple[int, int] | None:
    """Where the text has the quote, (start, end); None if it has not."""
    wanted, _ = _folded(quote)
    held, places = _folded(text)
    at = held.find(wanted) if wanted else -1
    return (places[at], places[at + len(wanted) - 1] + 1) if at >= 0 else None


def _folded(text: str) -> tuple[str, list[int]]:
    """The text folded, and the place that each of its characters comes from."""
    pieces: list[str] = []
    places: list[int] = []
    for start, end in _kept(text):
        for at in range(start, end):
            folded = unicodedata.normalize("NFKD", text[at]).casefold().translate(_SHAPES)
            pieces.append(folded)
            places += [at] * len(folded)
    return "".join(pieces), places


def _kept(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _DROPPED.finditer(text):
        yield start, gap.start()
        start = gap.end()
    yield start, len(text)
