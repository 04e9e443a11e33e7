"""Sentences of a text with their places, for both Latin and CJK punctuation."""

import re
from collections.abc import Iterator

MAX_SENTENCE = 400  # characters; longer stretches without an end are cut here

_ENDS = re.compile(
    r"[。！？；…]+[”’」』）)]*"  # CJK ends need no space behind them
    r"|[.!?;]+[\"'”’)\]]*(?=\s)"  # Latin ends do, so that 3.14 and e.g. file.txt stay whole
    r"|\n+"
)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The (start, end) of each sentence, without surrounding white space."""
    begin = 0
    for end in [*(match.end() for match in _ENDS.finditer(text)), len(text)]:
        yield from _trimmed(text, begin, end)
        begin = end


def is_chinese(text: str) -> bool:
    """Whether the text has Han characters: decides the language of our own few sentences."""
    return bool(_HAN.search(text))


def _trimmed(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    for start in range(begin, end, MAX_SENTENCE):
        piece = text[start : min(start + MAX_SENTENCE, end)]
        stripped = piece.strip()
        if stripped:
            left = start + len(piece) - len(piece.lstrip())
            yield left, left + len(stripped)
