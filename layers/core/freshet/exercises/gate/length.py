"""Length: a key that is told by being longer than all that is wrong, or the only one with details.

Names, numbers and code have the length that they have. What does not belong here: wording (`giveaway`).
"""

import re
from collections.abc import Iterator, Sequence

from freshet.exercises.gate.wording import HAN, bare, is_code, width

# Of the widest wrong option, and of their average. A Han character is two wide.
MUCH_LONGER, LONGER, THAN_AVERAGE = 1.75, 1.4, 2.0
LEAST_DIFFERENCE = 16
MUCH_SHORTER, LEAST_SHORTER = 2.5, 30
DETAILED = 1.25

_LITTLE = "of|the|and|for|in|on|&|de|da|di|du|van|von|der|la|le|el|al"
_NAMED = rf"(?:[A-Z][A-Za-z\u00c0-\u024f\d.'’]*|\d[\d.,]*|{_LITTLE})"
_NAME = re.compile(rf"{_NAMED}(?:[ -]{_NAMED})*")
_ASIDE = re.compile(rf"\((?:[^()]*\w[ ][^()]*\w|[^()]*[{HAN}]{{4}})[^()]*\)")
_REASON = re.compile(
    r"\b(?:because|since|so that|in order to|therefore|due to|which means|meaning that|such as|for example"
    r"|e\.g\.)|因为|由于|从而|因此|以便|例如|比如|也就是说",
    re.IGNORECASE,
)
_ALIKE = "make all options alike in length and detail"


def details(right: Sequence[str], wrong: Sequence[str]) -> Iterator[str]:
    """What is wrong with the lengths of the right options and of the wrong ones."""
    if all(_has_given_length(text) for text in right):
        return
    keys, others = [width(text) for text in right], [width(text) for text in wrong]
    if _is_much_longer(min(keys), others):
        yield f"the right option {right[0]!r} is much longer than every wrong one; {_ALIKE}"
    elif min(others) >= MUCH_SHORTER * max(keys) and min(others) - max(keys) >= LEAST_SHORTER:
        yield f"the right option {right[0]!r} is much shorter than every wrong one; {_ALIKE}"
    elif _is_more_detailed(right, wrong) and min(keys) >= DETAILED * max(others):
        yield f"only the right option {right[0]!r} comes with an explanation; {_ALIKE}"


def _is_much_longer(key: int, others: Sequence[int]) -> bool:
    longest, average = max(others), sum(others) / len(others)
    if key - longest < LEAST_DIFFERENCE:
        return False
    return key >= MUCH_LONGER * longest or (key >= LONGER * longest and key >= THAN_AVERAGE * average)


def _is_more_detailed(right: Sequence[str], wrong: Sequence[str]) -> bool:
    return any(
        all(sign.search(bare(key)) for key in right) and not any(sign.search(bare(text)) for text in wrong)
        for sign in (_ASIDE, _REASON)
    )


def _has_given_length(text: str) -> bool:
    """A name, a number or code: nobody can write it longer or shorter."""
    shown = bare(text)
    return is_code(text) or bool(_NAME.fullmatch(shown)) or not re.search(r"[^\W\d]{2}", shown)
