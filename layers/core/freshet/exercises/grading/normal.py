"""Normal forms of what people type: what says the same becomes equal, what does not stays different.

Width, case, blanks, the shape of punctuation and the two Chinese scripts are folded; signs and symbols stay:
`C` is not `C++`, `-5` not `5`, `3.14` not `314`. What does not belong here: characters (`characters`), and
how numbers are read (`numbers`).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import isfinite

from freshet.exercises.grading.characters import plain
from freshet.exercises.grading.numbers import exact
from freshet.exercises.grading.numerals import in_digits

_GAP = "\ue000"  # where a pattern takes anything: a private character
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SYMBOL = rf"[^\w\s{_GAP}]"
# Beside a character of Chinese or a symbol a blank says nothing, nor does the dot between Chinese names.
_IDLE = re.compile(rf" (?=[{_HAN}]|{_SYMBOL})|(?<=[{_HAN}]) |(?<={_SYMBOL}) |(?<=[{_HAN}]) ?· ?(?=[{_HAN}])")
_SHOUT = re.compile(r"(?<=[^！？\s])[！？]+\s*$")  # an ASCII one may be what was asked for: `println!`
_END = re.compile(r"(?<=[^\s.,;])[\s.,;]+$")
_QUOTED = re.compile(r"([\"'`])([^\"'`]+)\1")
_LONGER, _MORE = 20, 200  # what a text may be longer by, in times and in characters, and still say the same
_MOST_MORE = 2_000  # characters, however long it is, and what may stand for the stars of a pattern
_REMEMBERED = 4_000  # characters of a text that may be folded once for many
_HYPHEN = re.compile(r"(?<=[^\W\d_]{2})-(?=[^\W\d_]{2})|(?<=\b[^\W\d_])-(?=[^\W\d_]{3})")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")


def fold(text: str) -> str:
    """The normal form of a text; empty only if nothing of it can be seen."""
    return _remembered(text) if len(text) <= _REMEMBERED else _folded(text)


def _folded(text: str) -> str:
    folded = _IDLE.sub("", plain(_SHOUT.sub("", text.replace(_GAP, ""))))
    folded = _END.sub("", folded)
    if quoted := _QUOTED.fullmatch(folded):
        folded = _END.sub("", quoted[2].strip())
    return folded


_remembered = lru_cache(64)(_folded)  # an answer is held against all that is accepted


def same(one: str, other: str) -> bool:
    """Whether two short texts say the same.

    Beside what `fold` does, hyphens inside of words may be missing (email, breadth first), and numbers be in
    words or in digits.
    """
    if not _comparable(one, other):
        return False
    first, second = fold(one), fold(other)
    if first == second:
        return True
    return _comparable(first, second) and not _spellings(first).isdisjoint(_spellings(second))


def _comparable(one: str, other: str) -> bool:
    shorter, longer = sorted((len(one), len(other)))
    return longer <= min(_LONGER * shorter + _MORE, shorter + _MOST_MORE)


def pattern(text: str) -> list[str]:
    """What a text must hold, in this order, to fit one with `*` for anything, and `\\*` for a star."""
    gaps = re.sub(r"\\\*|\*", lambda star: "*" if star[0] == "\\*" else _GAP, text.replace(_GAP, ""))
    return _END.sub("", _IDLE.sub("", plain(gaps))).split(_GAP)


def fits(text: str, pieces: Sequence[str]) -> bool:
    """Whether a text fits a `pattern`; one that has thousands of characters more doesn't."""
    if len(text) > sum(map(len, pieces)) + _MOST_MORE:
        return False
    folded = fold(text)
    first, *between = pieces
    if not between:
        return folded == first
    last = between.pop()
    if len(folded) < len(first) + len(last) or not (folded.startswith(first) and folded.endswith(last)):
        return False
    at, end = len(first), len(folded) - len(last)
    for piece in between:
        found = folded.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def number(text: str, unit: str = "") -> float | None:
    """The number that the text is, with its unit or without; None if it is none, or too large for one."""
    value = exact(text, unit)
    if value is None or not isfinite(float(value)):
        return None
    return float(value)


def _spellings(folded: str) -> set[str]:
    digits = _THOUSANDS.sub(lambda grouped: grouped[0].replace(",", ""), in_digits(folded))
    return {
        _HYPHEN.sub(hyphen, _IDLE.sub("", form)) for form in (folded, digits) for hyphen in ("-", " ", "")
    }
