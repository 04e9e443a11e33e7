"""What is given: whether a text holds an answer, as words or as a number.

What does not belong here: which texts may not (`giveaway`).
"""

import re
from fractions import Fraction

from freshet.exercises.gate.content import content
from freshet.exercises.gate.meaning import uninflected
from freshet.exercises.gate.quantities import Quantity, quantities, settled
from freshet.exercises.gate.wording import HAN, words

_LEAST_HAN = 2  # one character is part of many words
_LEAST_NUMBER = 10  # smaller ones stand in any text
_SHARED = 0.6  # of what the question is about: the sentence before it answers it
_CALCULATION = re.compile(
    r"\b(?:absolute value|round(?:ed)?|square root|sqrt|factorial|modul(?:o|us)|mod|remainder|convert|digits?"
    r"|ceiling|floor|plus|minus|times|divided|sum|product|difference|multipl\w+|rate|speed|per)\b"
    r"|绝对值|四舍五入|平方根|阶乘|取余|余数|换算|取整|加|减|乘|除|速度|每",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?<=[.!?])\s+(?=[A-Z\d])|(?<=[。！？])|\n+|[，,](?=\s*(?:what|how|which|问|求|那么|则))",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"[(（][^()（）]*$")


def stands_in(answer: str, text: str) -> bool:
    """Whether the text has the answer, as whole words and in whatever form; numbers below ten don't count."""
    wanted = _comparable(answer)
    if not wanted or (len(wanted) == 1 and _is_little(wanted[0])):
        return False
    if all(re.fullmatch(f"[{HAN}]", word) for word in wanted) and len(wanted) < _LEAST_HAN:
        return False
    held = _comparable(text)
    return any(held[at : at + len(wanted)] == wanted for at in range(len(held) - len(wanted) + 1))


def _comparable(text: str) -> tuple[str, ...]:
    found = words(text.replace("`", ""), literal=True)
    parts = (part for word in found for part in re.findall(rf"\d[\d.]*|[{HAN}]|[^\W\d]+\w*|[^\w\s]", word))
    return tuple(uninflected(part) if part.isascii() and part.isalpha() else part for part in parts)


def _is_little(word: str) -> bool:
    if word.isdecimal():
        return int(word) < _LEAST_NUMBER
    return (len(word) == 1 and word.isascii()) or not content(word, literal=True)


def number_given(value: float, unit: str, text: str) -> bool:
    """Whether the text states the value as an answer to what it asks, rather than as what to reckon with."""
    wanted = Fraction(repr(value))
    measured = next(iter(quantities(f"{value!r} {unit}")), None)
    found = quantities(text)
    equal = [
        one
        for one in found
        if one.number == wanted and (not one.unit or not measured or one.unit == measured.unit or not unit)
    ]
    if not equal or _CALCULATION.search(text):
        return False
    alone = sum(one.number != 1 for one in found) <= 1  # `a year` is no number to reckon with
    telling = abs(wanted) >= _LEAST_NUMBER or equal[0].unit != ""
    return (alone and telling) or any(_answers(one, text) for one in equal)


def _answers(one: Quantity, text: str) -> bool:
    """Whether a sentence before the question says of the same thing how much it is."""
    shown = settled(text)
    if _ASIDE.search(shown[: one.start]):
        return abs(one.number) >= _LEAST_NUMBER
    sentences = [part for part in _SENTENCE.split(shown) if part and part.strip()]
    if len(sentences) < 2 or one.number in {another.number for another in quantities(sentences[-1])}:
        return False
    wanted = content(sentences[-1])
    said = shown[one.start : one.end]
    saying = next((content(part) for part in sentences if said in part), frozenset())
    return bool(wanted) and len(wanted & saying) >= _SHARED * len(wanted)
