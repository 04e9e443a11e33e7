"""Cues: how the right option tells itself from the wrong ones, by a mark, by grammar, or as the stem's echo.

What does not belong here: how long options are (`length`).
"""

import re
from collections.abc import Iterator, Sequence

from freshet.exercises.gate.content import content
from freshet.exercises.gate.wording import HAN, bare, is_code

OVERLAP = 0.6  # of the key's words: it says little but what the stem says
LEAST_OVERLAP, LEAST_HAN_OVERLAP = 2, 3  # pairs of Han characters overlap: four characters are three of them

_FLAG = re.compile(
    r"[(（\[【]\s*(?:(?:correct|right)(?: answer)?|true|answer|key|正确(?:答案)?|答案|对)\s*[)）\]】]"
    r"|[✓✔☑✅]|√\s*$",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(
    rf"\*\*\S.*\S\*\*|^\*\s?(?:[A-Z][a-z]{{2}}|[{HAN}])|(?<![\w*])\*[^*\s][^*]*\*(?![\w*])|<(?:b|strong|u|em)>"
)
_GAP = r"\s*(?:_{2,}|\.{3,}|…+|[:：]|[(（]\s*[)）])?\s*[.?]?\s*$"
_ARTICLE = re.compile(rf"\b(an?|are|were|these|those)(?:(?<=e) (?:called|named|known as))?{_GAP}")
_LIKE_A_CONSONANT = re.compile(r"eu|one\b|once\b|uni(?!n|m)|us[aeiu]|ut[ei]|ur[aeiou]", re.IGNORECASE)
_LIKE_A_VOWEL = re.compile(r"[aeiou]|hour|hono|heir", re.IGNORECASE)
_OBJECTS = re.compile(
    r"`[^`]*`|\"[^\"]*\"|“[^”]*”|(?<!\w)'[^'\s][^']*'(?!\w)|《[^》]*》|「[^」]*」",
)


def details(stem: str, right: Sequence[str], wrong: Sequence[str]) -> Iterator[str]:
    """By what the right options tell themselves."""
    for what, sign in (("a mark", _FLAG), ("emphasis", _EMPHASIS)):
        if _only_right(sign, right, wrong) and not (sign is _EMPHASIS and any(map(is_code, right))):
            yield f"only the right option {right[0]!r} has {what}; take it away"
    end = _ARTICLE.search(stem)
    if end and all(_fits(end[1], key) for key in right) and not any(_fits(end[1], text) for text in wrong):
        yield (
            f"only {right[0]!r} fits {end[1]!r} at the end of the question; "
            "write 'a(n)', or options that are alike"
        )
    others = [said for said in map(_told, wrong) if said]
    if all(_is_echo(key, stem, others) for key in right):
        yield f"the question says most of {right[0]!r} already; ask without the words of the right option"


def own_words(stem: str) -> str:
    """The stem without what it is about: code, titles, and words between quotation marks."""
    return _OBJECTS.sub(" | ", stem)


def _only_right(sign: re.Pattern[str], right: Sequence[str], wrong: Sequence[str]) -> bool:
    return all(sign.search(key) for key in right) and not any(sign.search(text) for text in wrong)


def _fits(end: str, option: str) -> bool:
    """Whether an option may follow `an`, or `are`; it may if that can't be told."""
    words = bare(option).split()
    if not words or not words[0][0].isalpha() or not bare(option).isascii() or words[0].isupper():
        return True
    plural = bool(re.search("[^sui]s$", words[-1]))
    if end not in ("a", "an"):
        return plural
    vowel = bool(_LIKE_A_VOWEL.match(words[0])) and not _LIKE_A_CONSONANT.match(words[0])
    return not plural and vowel is (end == "an")


def _is_echo(key: str, stem: str, others: Sequence[frozenset[str]]) -> bool:
    """Whether the key says again what the stem says, as no other option does."""
    told, object_too = _told(own_words(stem)), _told(stem)
    own = frozenset[str]() if is_code(key) else _told(key)
    echo = (own & told) - frozenset[str]().union(*others)
    least = LEAST_OVERLAP if all(word.isascii() for word in echo) else LEAST_HAN_OVERLAP
    whole = bool(own) and own <= object_too and _is_spelled_alike(key, stem)
    most = len(echo) >= least and len(echo) >= OVERLAP * len(own)
    told = object_too if whole else told
    return (whole or most) and not any(len(said & told) >= len(own & told) or said <= told for said in others)


def _told(text: str) -> frozenset[str]:
    """What a text says, without single Han characters, which are part of many words."""
    found = content(text, literal=True)
    return frozenset(word for word in found if len(word) > 1 or word.isascii())


def _is_spelled_alike(key: str, stem: str) -> bool:
    """GET is a name, to get something is none."""
    shown = bare(key)
    if not (shown.isupper() and shown.isascii()):
        return True
    return bool(re.search(rf"(?<!\w){re.escape(shown)}(?!\w)", bare(stem)))
