"""Numbers: which ones a text states, in digits and in words, Chinese and English.

A number that a statement claims has to stand in its source, or it is made up. Approximate on purpose: what
is read wrongly in a statement is read wrongly in its source as well. What does not belong here: what
follows from a number that is missing (`cite`).
"""

import re
from collections.abc import Iterator
from decimal import Decimal

_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH = {word: value for value, word in enumerate(_SMALL)} | {
    word: 10 * value for value, word in enumerate(_TENS, 2)
}
_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_HAN = {
    **{character: value for value, character in enumerate("零一二三四五六七八九十")},
    **dict.fromkeys("两兩", 2),
    "〇": 0,
    "百": 10**2,
    "千": 10**3,
    **dict.fromkeys("万萬", 10**4),
    **dict.fromkeys("亿億", 10**8),
}

_NUMBER = re.compile(
    r"(?:(?P<digits>(?:\d{1,3}(?:[,'’\u00a0\u2009\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    rf"|(?P<han>[{''.join(_HAN)}]+)"
    rf"|\b(?:(?P<tens>{'|'.join(_TENS)})(?:[-\s](?P<ones>{'|'.join(_SMALL[1:10])}))?"
    rf"|(?P<small>{'|'.join(_SMALL)}))\b)"
    rf"(?:\s?(?P<scale>{'|'.join(_SCALES)}|[百千万萬亿億]))?"
)
_UNIT = re.compile(
    r"[-\s]?(?:(?:day|week|month|year|hour|minute|time|euro|dollar)s?\b|percent|%"
    r"|个?(?:月|星期|小时|工作日)|個?(?:月|星期|小時|工作日)|[天日年周週岁歲元倍次])"
)


def stated(text: str) -> set[Decimal]:
    """All numbers that the text may be read to state."""
    return {value for value, _ in _numbers(text)}


def claimed(text: str) -> set[Decimal]:
    """The numbers that the text states beyond doubt.

    Small ones in words count before a unit only: `one of them` and `一般` are not about a number.
    """
    return {value for value, certain in _numbers(text) if certain}


def _numbers(text: str) -> Iterator[tuple[Decimal, bool]]:
    text = text.lower()
    for match in _NUMBER.finditer(text):
        value = _value(match)
        yield value, _large(match) or (value > 1 and _UNIT.match(text, match.end()) is not None)


def _large(match: re.Match[str]) -> bool:
    """Whether it is in digits, or more than a word that is used in other senses, too."""
    if han := match["han"]:
        return len(han) > 1 and 0 < _HAN[han[0]] <= 10
    return bool(match["digits"] or match["tens"] or match["scale"])


def _value(match: re.Match[str]) -> Decimal:
    scale = match["scale"]
    return _unscaled(match) * (_SCALES.get(scale) or _HAN.get(scale) or 1)


def _unscaled(match: re.Match[str]) -> Decimal:
    if match["digits"]:
        return Decimal(re.sub(r"[^\d.]", "", match["digits"]))
    if match["han"]:
        return Decimal(_han(match["han"]))
    return Decimal(sum(_ENGLISH[word] for word in match.group("tens", "ones", "small") if word))


def _han(numeral: str) -> int:
    """二十五 is 25, 一万二千 12000, 二〇二四 2024."""
    total = section = digits = 0
    for value in map(_HAN.__getitem__, numeral):
        if value < 10:
            digits = 10 * digits + value
        elif value < 10**4:
            section += (digits or 1) * value
            digits = 0
        else:
            total = (total + section + digits or 1) * value
            section = digits = 0
    return total + section + digits
