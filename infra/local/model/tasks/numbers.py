"""The numbers in a text, in digits and in words, each with what it counts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from infra.local.model.tasks.vocabulary import meaning, topics
from infra.local.model.text import CJK, CJK_STOP

_ENGLISH = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
_CHINESE = "零一二三四五六七八九十"
# Chinese numerals only before a unit: elsewhere most of them are parts of words.
_NUMBER = re.compile(
    rf"(?<![\w.])-?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|(?<=[{CJK}])\d+(?:\.\d+)?"
    rf"|\b(?:{'|'.join(_ENGLISH)})\b|(?<![{_CHINESE}])[{_CHINESE}两](?=\s*(?:[天日周页年条个位人月]|星期|小时|分钟))",
    re.IGNORECASE,
)
_AFTER = re.compile(rf"\s*个?(?:([{CJK}]{{1,2}})|([^\W\d_{CJK}]+))")
_BEFORE = re.compile(rf"([^\W\d_{CJK}]+)\W{{1,2}}$")


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and the meanings of the words after and before it."""

    start: int
    end: int
    value: float
    unit: frozenset[str]
    label: frozenset[str]


def numbers(text: str) -> Iterator[Number]:
    """The numbers in `text`, in their order."""
    for found in _NUMBER.finditer(text):
        after, before = _AFTER.match(text, found.end()), _BEFORE.search(text[: found.start()])
        unit: frozenset[str] = frozenset()
        if after and after[2]:
            unit = topics(after[2])
        elif after and not CJK_STOP.match(after[1]):
            unit = frozenset({meaning(after[1]), meaning(after[1][0])})
        label = topics(before[1]) if before else frozenset()
        yield Number(found.start(), found.end(), _value(found[0]), unit, label)


def _value(text: str) -> float:
    if text.lower() in _ENGLISH:
        return _ENGLISH.index(text.lower())
    if text in _CHINESE:
        return _CHINESE.index(text)
    return 2 if text == "两" else float(text.replace(",", ""))
