"""Text to measure with: invented words in two languages, as often repeated as real ones are.

Frequencies follow Zipf's law (in Mandelbrot's form), so that common and rare words, and with them sparse
vectors and the index's posting lists, are distributed as in real text.
The same seed gives the same text. What does not belong here: what the text is put into (`book`, `search`).
"""

import random
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

# The commonest words of both languages stay what they are: the index treats them as stop words or pairs.
_COMMON_ENGLISH = (
    "the of and to in a is that for it as was with be by on not are this from at or have an they"
)
_COMMON_CHINESE = "的 一 是 在 不 了 有 和 人 这 中 大 为 上 个 国 我 以 要 他"
_ENGLISH_WORDS, _CHINESE_WORDS = 14_000, 10_000  # as many as a book has (Heaps' law: 40 √n of n words)
_SYLLABLES = [
    start + vowel + end for start in "bdfgklmnprstvw" for vowel in "aeiou" for end in ("", *"lnrst")
]
# The 3,755 everyday characters: the first level of GB 2312.
_CHARACTERS = [
    character
    for row in range(0xB0, 0xD8)
    for character in bytes(byte for cell in range(0xA1, 0xFF) for byte in (row, cell)).decode(
        "gb2312", errors="ignore"
    )
]


class Writer:
    """Writes on and on, never the same; all writers share one vocabulary."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._english, self._chinese = _vocabulary()
        self._english_ranks, self._chinese_ranks = map(_ranks, (self._english, self._chinese))

    def english(self, words: int) -> str:
        """A paragraph of so many words."""
        found = self._random.choices(self._english, cum_weights=self._english_ranks, k=words)
        return " ".join(f"{' '.join(part).capitalize()}." for part in self._parts(found, 8, 24))

    def chinese(self, characters: int) -> str:
        """A paragraph of about so many characters."""
        count = int(characters / 1.8)  # characters a word, punctuation included
        found = self._random.choices(self._chinese, cum_weights=self._chinese_ranks, k=count)
        sentences = (self._parts(part, 3, 9) for part in self._parts(found, 8, 24))
        return "".join("，".join("".join(clause) for clause in sentence) + "。" for sentence in sentences)

    def _parts(self, words: Sequence[str], least: int, most: int) -> list[Sequence[str]]:
        parts, start = [], 0
        while start < len(words):
            end = start + self._random.randint(least, most)
            parts.append(words[start:end])
            start = end
        return parts


def _ranks(words: Sequence[str]) -> list[float]:
    return list(accumulate(1 / (rank + 2.7) for rank in range(1, len(words) + 1)))


@cache
def _vocabulary() -> tuple[list[str], list[str]]:
    """English and Chinese words, commonest first."""
    drawn = random.Random(0)
    english = ("".join(drawn.choices(_SYLLABLES, k=drawn.choice((2, 2, 3)))) for _ in range(_ENGLISH_WORDS))
    chinese = ("".join(drawn.choices(_CHARACTERS, k=2)) for _ in range(_CHINESE_WORDS))
    return (
        list(dict.fromkeys((*_COMMON_ENGLISH.split(), *english))),
        list(dict.fromkeys((*_COMMON_CHINESE.split(), *chinese))),
    )
