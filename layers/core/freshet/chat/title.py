"""Titles of conversations: one line, made from a first prompt or given by its owner."""

import unicodedata
from itertools import takewhile

UNTITLED = "Untitled"
MAX_MADE = 60  # characters of a title that nobody chose
_WORDS_BELOW = "\u2e80"  # scripts with spaces between words; from here on, CJK

_JOINER = "\u200d"
_JOINED = {_JOINER, *map(chr, range(0xE0020, 0xE0080))}  # and the tags that flags of regions are made of
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
# They turn the direction of whatever is shown after the title.
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def title_of(prompt: str) -> str:
    """The prompt's first line that shows anything, cut at a word (in Chinese, at a character)."""
    line = next((line for line in map(_shown, prompt.splitlines()) if line), UNTITLED)
    return line if len(line) <= MAX_MADE else _cut(line, MAX_MADE - 1) + "…"


def cleaned(title: str) -> str:
    """The title as one line without control characters; never empty."""
    return _shown(title) or UNTITLED


def _shown(text: str) -> str:
    """The text with white space folded; empty if nothing of it can be seen."""
    line = unicodedata.normalize("NFC", " ".join(text.split())).translate(_DIRECTIONS)
    line = "".join(char for char in line if unicodedata.category(char) not in {"Cc", "Cs"}).strip()
    return line if any(unicodedata.category(char)[0] in "LNPS" for char in line) else ""


def _cut(line: str, most: int) -> str:
    end = most
    if _same_word(line[end - 1], line[end]):
        space = line.rfind(" ", 0, end)
        end = space if space > most // 2 else end
    while end and _within_character(line, end):
        end -= 1
    return line[: end or most].rstrip()


def _same_word(one: str, following: str) -> bool:
    return one.isalnum() and following.isalnum() and max(one, following) < _WORDS_BELOW


def _within_character(line: str, place: int) -> bool:
    """Whether what is shown as one stands on both sides: letter and accent, the parts of an emoji."""
    following = line[place]
    return (
        following in _JOINED
        or line[place - 1] == _JOINER
        or unicodedata.category(following).startswith("M")
        or _SKIN_TONES[0] <= following <= _SKIN_TONES[1]
        or (_is_flag_half(following) and _flag_halves_before(line, place) % 2 == 1)
    )


def _flag_halves_before(line: str, place: int) -> int:
    return len(list(takewhile(_is_flag_half, reversed(line[:place]))))


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
