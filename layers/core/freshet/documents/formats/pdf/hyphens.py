"""Words that a line's end cuts in two: which hyphens belong to the word, and which only to the line.

A hyphen that belongs to the line becomes a soft hyphen (U+00AD): invisible where text is shown, ignored by
the index, and still the place where the page cuts the word. One that belongs to the word stays: the document
writes both halves as words of their own, and never as one. What does not belong here: finding lines (`pdf`).
"""

import re

SOFT = "\u00ad"
MARKS = ("\x02", "\ufffe")  # what pdfium puts in place of a hyphen at a line's end

_CUT = re.compile(r"([^\W\d_]*)[\x02\ufffe]\s*([^\W\d_]*)")
_WORD = re.compile(r"[^\W\d_]+")
_MAX_WORDS = 200_000


class Hyphens:
    """Judges by the words that the document's pages have shown up to now."""

    def __init__(self) -> None:
        self._words: set[str] = set()

    def learn(self, text: str) -> None:
        """Takes note of a page's words, halves aside."""
        if len(self._words) < _MAX_WORDS:
            text = text.casefold()
            self._words.update(_WORD.findall(_CUT.sub(" ", text) if _is_cut(text) else text))

    def resolve(self, text: str) -> str:
        """The text with its words joined."""
        return _CUT.sub(self._joined, text) if _is_cut(text) else text

    def _joined(self, cut: re.Match[str]) -> str:
        first, second = cut[1].casefold(), cut[2].casefold()
        apart = {first, second} <= self._words and first + second not in self._words
        # Between other things than letters (`IEEE-754`), and where the other half is missing, it is no guess.
        return cut[1] + (SOFT if first and second and not apart else "-") + cut[2]


def _is_cut(text: str) -> bool:
    """Most texts are not, and looking for a mark is cheaper than for words before one."""
    return any(mark in text for mark in MARKS)
