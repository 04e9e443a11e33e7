"""Numerals: numbers that are written in words, Chinese and English, put into digits.

What does not belong here: what digits mean (`numbers`).
"""

import re
from decimal import Decimal
from math import prod

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_WORDS = {
    **{word: value for value, word in enumerate(("zero", *_ONES, *_TEENS))},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    "a": 1,
}
_DIGITS = {
    **{character: value for value, character in enumerate("零一二三四五六七八九")},
    **{character: value for value, character in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
}
_PLACES = {**dict.fromkeys("十拾", 10), **dict.fromkeys("百佰", 100), **dict.fromkeys("千仟", 1000)}
_MYRIADS = {"万": 10**4, "亿": 10**8}
_MULTIPLES = _PLACES | _MYRIADS
_LONGEST = 40  # characters of a numeral: enough for whatever is meant as one

_ONE = f"(?:{'|'.join(_ONES)})"
_A = f"a(?=[- ](?:{'|'.join(_SCALES)}))"
_BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[- ]{_ONE})?|{'|'.join(_TEENS)}|{_ONE}|zero|{_A})"
_BELOW_1000 = rf"(?:{_BELOW_100}(?:[- ]hundred(?:[- ](?:and[- ])?{_BELOW_100})?)?)"
_SCALE = "(?:thousand|million|billion)"
_ENGLISH = re.compile(
    rf"\b(?P<whole>(?:{_BELOW_1000}[- ]{_SCALE}[- ](?:and[- ])?){{0,3}}{_BELOW_1000}(?:[- ]{_SCALE})?)"
    rf"(?: point(?P<decimals>(?: (?:zero|{_ONE})){{1,20}}))?\b",
    re.IGNORECASE,
)
_HAN = f"[{''.join([*_DIGITS, *_PLACES, *_MYRIADS])}]{{1,{_LONGEST}}}"
_CHINESE = re.compile(f"(?P<whole>{_HAN})(?:点(?P<decimals>[{''.join(_DIGITS)}]{{1,{_LONGEST}}}))?")
_MIXED = re.compile(
    rf"(?P<figures>\d{{1,{_LONGEST}}}(?:\.\d{{1,{_LONGEST}}})?) ?(?P<scale>[百千万亿]{{1,2}})"
)
_SCALED = re.compile(
    rf"(?<![\d,.])(?P<figures>\d{{1,{_LONGEST}}}(?:\.\d{{1,{_LONGEST}}})?) ?(?P<scale>{'|'.join(_SCALES)})\b",
    re.IGNORECASE,
)
_PARTS = re.compile(
    rf"(?P<parts>{_HAN}|\d{{1,9}})分之(?P<of>{_HAN}(?:点[{''.join(_DIGITS)}]+)?|\d[\d.]{{0,19}})"
)


def in_digits(text: str) -> str:
    """The text with its numerals in digits: 三十二 and thirty-two as 32, 三分之一 as 1/3, 1.5万 as 15000.

    It is for comparing: 一般 becomes 1般 on both sides. The text has plain characters.
    """
    text = _MIXED.sub(_scaled, text)
    text = _PARTS.sub(_as_fraction, text)
    return _SCALED.sub(_scaled, _ENGLISH.sub(_english, _CHINESE.sub(_chinese, text)))


def _scaled(mixed: re.Match[str]) -> str:
    scale = _SCALES.get(mixed["scale"].lower()) or prod(_MULTIPLES[one] for one in mixed["scale"])
    return f"{(Decimal(mixed['figures']) * scale).normalize():f}"


def _as_fraction(parts: re.Match[str]) -> str:
    whole, of = (_CHINESE.sub(_chinese, parts[name]) for name in ("parts", "of"))
    return f"{of}%" if whole == "100" else f"{of}/{whole}"


def _chinese(numeral: re.Match[str]) -> str:
    decimals = numeral["decimals"]
    whole = numeral["whole"]
    if set(whole) <= _DIGITS.keys():  # read out digit by digit: 二〇二四
        figures = "".join(str(_DIGITS[character]) for character in whole)
    else:
        figures = str(_value(whole))
    return figures + ("." + "".join(str(_DIGITS[one]) for one in decimals) if decimals else "")


def _value(numeral: str) -> int:
    """一万二千 is 12000, 一百零五 105, 一百五 150, 十二 12."""
    total = section = digit = 0
    place = 1  # of a last digit that stands alone, as the 5 of 一百五
    for character in numeral:
        if character in _DIGITS:
            digit = _DIGITS[character]
            place = 1 if not digit else place
        elif character in _PLACES:
            section += (digit or 1) * _PLACES[character]
            place, digit = _PLACES[character] // 10, 0
        else:
            scale, here = _MYRIADS[character], section + digit
            # 两亿三千万 adds, 一万亿 multiplies.
            total = total + here * scale if total >= scale else (total + here or 1) * scale
            place, section, digit = scale // 10, 0, 0
    return total + section + digit * place


def _english(numeral: re.Match[str]) -> str:
    total = section = 0
    for word in re.split("[- ]", numeral["whole"].lower()):
        if word == "hundred":
            section *= 100
        elif word in _SCALES:
            total, section = total + section * _SCALES[word], 0
        else:
            section += _WORDS.get(word, 0)  # `and` is none
    decimals = (numeral["decimals"] or "").lower().split()
    return str(total + section) + ("." + "".join(str(_WORDS[word]) for word in decimals) if decimals else "")
