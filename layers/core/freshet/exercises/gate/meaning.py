"""Meaning: whether two short texts say the same, as far as this can be told without a model.

What belongs here: how words may be arranged without saying anything else. What does not: how one word may
be written (`wording`), and what is asked about the same (`duplicate`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

from freshet.exercises.gate.wording import HAN, bare, is_code, words

Words = tuple[str, ...]

_AND = {"and", "和", "与", "及", "跟", "&"}
_OR = {"or", "或"}
_LISTED = re.compile(rf"(?<=[\w)]), ?(?=\w)|(?<=[{HAN}])[,.] ?(?=[{HAN}])")
_SEQUENCE = {"then", "first", "before", "after", "respectively", "先", "后", "再", "respective"}
_OPENINGS = (
    *(("it", "is"), ("that", "is"), ("this", "is"), ("they", "is"), ("there", "is"), ("you",), ("we",)),
    *(("it",), ("they",), ("in",), ("at",), ("because",), ("by",), ("to",), ("yes",)),
    *(tuple(opening) for opening in ("这是", "它是", "是", "它", "在", "于", "因为", "一个", "一种", "1")),
)
_IDLE_HAN = frozenset("的了")
_IDLE_OWNERS, _FEW = frozenset(("its", "it", "their")), 2  # a word alone may be what is asked for
_COMPARATIVES = (
    "larger smaller bigger smaller greater less higher lower longer shorter faster slower older younger"
    " heavier lighter stronger weaker more less hotter colder earlier later taller shorter better worse"
)
_COMPARED = _COMPARATIVES.split()
_OPPOSITES = dict(zip(_COMPARED[::2], _COMPARED[1::2], strict=True))
_OPPOSITES |= {opposite: word for word, opposite in _OPPOSITES.items()}
_THAN_HAN = dict(zip("大小高低多少早晚快慢", "小大低高少多晚早慢快", strict=True))
_LITTLE = 3  # letters of a word that initials may leave out: of, and, the
_ENDINGS = ("ing", "ed", "es", "s", "e")


@lru_cache(1 << 13)
def same(one: str, other: str) -> bool:
    """Whether both say the same: `1,000` and `one thousand`, `A and B` and `B and A`, but not `A causes B`
    and `B causes A`, nor `&str` and `str`.
    """
    if bare(one) == bare(other):
        return True
    if ("`" in one) != ("`" in other):  # marks of code on one side only are a matter of taste
        one, other = one.replace("`", ""), other.replace("`", "")
    if is_code(one) or is_code(other):
        return words(one) == words(other)
    first, second = _worded(one), _worded(other)
    if not first or not second:
        return False
    return (
        first == second
        or _opened(first, second)
        or _swapped(first, second)
        or _turned(first) == second
        or _turned(second) == first
        or _active(first) == _uninflected(second)
        or _active(second) == _uninflected(first)
        or _short_for(one, other)
        or _short_for(other, one)
    )


@lru_cache(1 << 13)
def _worded(text: str) -> Words:
    """The words that say something, with a list's commas as what joins its last two."""
    found = tuple(word for word in words(text) if word not in _IDLE_HAN)
    joint = next((word for word in found if word in _AND | _OR), "")
    if joint and _LISTED.search(bare(text)):
        found = tuple(word for word in words(_LISTED.sub(f" {joint} ", bare(text))) if word not in _IDLE_HAN)
    if len(found) > _FEW:
        found = tuple(word for word in found if word not in _IDLE_OWNERS)
    return found or words(text)


def _opened(one: Words, other: Words) -> bool:
    """Whether one of them only opens with more: `It is a lock` and `a lock`."""
    long, short = sorted((one, other), key=len, reverse=True)
    return any(long == (*opening, *short) for opening in _OPENINGS) and len(short) > 0


def _swapped(one: Words, other: Words) -> bool:
    """Whether they differ only in the order of what `and` joins."""
    if Counter(_joined(one)) != Counter(_joined(other)) or _SEQUENCE & {*one}:
        return False
    start = len([*takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))])
    end = len([*takewhile(lambda pair: pair[0] == pair[1], zip(one[::-1], other[::-1], strict=False))])
    return any(_parts(first) == _parts(second) != [] for first, second in _cut(one, other, start, end))


def _joined(text: Words) -> Iterator[str]:
    return (word for word in text if word not in _AND | _OR)


def _cut(one: Words, other: Words, start: int, end: int) -> Iterator[tuple[Words, Words]]:
    """Both as they are, and without what they begin and end with alike."""
    yield one, other
    stop = -end if end else None
    yield one[start:stop], other[start:stop]


def _parts(text: Words) -> list[Words]:
    """What is joined, sorted; nothing if nothing is, or if `and` and `or` both stand there."""
    joints = {("and" if word in _AND else "or") for word in text if word in _AND | _OR}
    if len(joints) != 1:
        return []
    parts: list[list[str]] = [[]]
    for word in text:
        if word in _AND | _OR:
            parts.append([])
        else:
            parts[-1].append(word)
    return [(joints.pop(),), *sorted(tuple(part) for part in parts if part)]


def _turned(text: Words) -> Words:
    """The same from the other side: `B is smaller than A` for `A is larger than B`; () if it can't be."""
    if "被" in text[1:-1]:
        at = text.index("被")
        return (*text[at + 1 :], *text[:at])
    if "than" in text[2:-1]:
        than = text.index("than")
        verb = than - 2 if text[than - 2] == "is" else than - 1
        opposite = _OPPOSITES.get(text[than - 1])
        return (*text[than + 1 :], *text[verb : than - 1], opposite, "than", *text[:verb]) if opposite else ()
    if "于" in text[2:-1]:
        at = text.index("于", 2)
        opposite = _THAN_HAN.get(text[at - 1])
        return (*text[at + 1 :], opposite, "于", *text[: at - 1]) if opposite else ()
    return ()


def _active(text: Words) -> Words:
    """`X check Y` for `Y is checked by X`; () if it is something else."""
    if "by" not in text[3:-1]:
        return ()
    by = text.index("by", 3)
    if text[by - 2] != "is" or not text[by - 1].endswith("ed"):
        return ()
    return _uninflected((*text[by + 1 :], text[by - 1], *text[: by - 2]))


def _uninflected(text: Words) -> Words:
    return tuple(uninflected(word) if word.isascii() and word.isalpha() else word for word in text)


@lru_cache(1 << 13)
def uninflected(word: str) -> str:
    """Without the endings that a verb or a noun takes: borrowing, borrowed and borrows are borrow."""
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and re.search("[aeiouy]", stem):
            doubled = stem[-1] == stem[-2] and stem[-1] not in "aeiouls" and ending in ("ing", "ed")
            return stem[:-1] if doubled else stem.removesuffix("e") if ending == "s" else stem
    return word


def _short_for(short: str, long: str) -> bool:
    """Whether one is the initials of the other, as WHO of World Health Organization."""
    letters = bare(short).replace(".", "")
    if not (2 <= len(letters) <= 6 and letters.isascii() and letters.isalpha() and letters.isupper()):
        return False
    spelled = re.findall(r"[A-Za-z]{2,}", bare(long))
    telling = [word for word in spelled if len(word) > _LITTLE]
    return len(spelled) > 1 and letters in (_initials(spelled), _initials(telling))


def _initials(spelled: Sequence[str]) -> str:
    return "".join(word[0].upper() for word in spelled)
