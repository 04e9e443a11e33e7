"""Quantities: the numbers of a text with their units, however they are written.

`1,000`, `one thousand` and 一千 are one, so are `50%` and `0.5`, `5 km` and `5000 metres`, `4 July 1776` and
`1776年7月4日`. What does not belong here: how a number is read that stands alone (`grading.numbers`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from freshet.exercises.grading.characters import plain
from freshet.exercises.grading.numerals import in_digits
from freshet.exercises.grading.units import same_unit

_LONGEST = 20  # digits; longer ones are names, not numbers

# What a unit comes to in the first one of its kind. Months have no fixed number of days.
_SIZES = {
    **{unit: ("m", size) for unit, size in {"km": "1000", "m": "1", "cm": "1/100", "mm": "1/1000"}.items()},
    **{unit: ("g", size) for unit, size in {"t": "1000000", "kg": "1000", "g": "1", "mg": "1/1000"}.items()},
    **{unit: ("s", size) for unit, size in {"ms": "1/1000", "s": "1", "min": "60", "h": "3600"}.items()},
    **{unit: ("s", size) for unit, size in {"day": "86400", "week": "604800"}.items()},
    **{unit: ("month", size) for unit, size in {"month": "1", "year": "12"}.items()},
    **{unit: ("l", size) for unit, size in {"ml": "1/1000", "l": "1"}.items()},
    **{unit: ("w", size) for unit, size in {"kw": "1000", "w": "1"}.items()},
    **{unit: ("pa", size) for unit, size in {"kpa": "1000", "hpa": "100", "pa": "1"}.items()},
    **{unit: (unit, "1") for unit in ("°c", "°", "$", "€", "£", "¥", "n", "j", "v", "a", "ω", "hz", "mol")},
}
_CASED = frozenset("AVWNJ")  # a lower-case one is a word or another unit
_BYTES = re.compile("[kKMGT]i?[bB]")  # MB is not Mb, and of what size there are two opinions
_NEVER = frozenset("分时日块月牛安")  # seldom meant as units

_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = _MONTH_NAMES.split()
_MONTH = "|".join(name if len(name) == 3 else f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS)
_DATE = re.compile(
    rf"(?<![\dA-Za-z.-])(?:(?P<y1>\d{{4}})-(?P<m1>\d\d?)-(?P<d1>\d\d?)(?![\w-])"
    rf"|(?P<y2>\d{{4}}) ?年 ?(?P<m2>\d\d?) ?月 ?(?P<d2>\d\d?) ?[日号]"
    rf"|(?P<name3>{_MONTH})\.? (?P<d3>\d\d?)(?:st|nd|rd|th)?,? (?P<y3>\d{{4}})\b"
    rf"|(?P<d4>\d\d?)(?:st|nd|rd|th)? (?:of )?(?P<name4>{_MONTH})\.?,? (?P<y4>\d{{4}})\b)",
    re.IGNORECASE,
)
_ORDINAL_NAMES = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
    " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ORDINALS = {name: number for number, name in enumerate(_ORDINAL_NAMES.split(), 1)}
_ORDINAL = re.compile(
    rf"(?<!\d[ -])(?<!per )\b(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<digits>\d+)(?:st|nd|rd|th))\b",
    re.IGNORECASE,
)
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALED = re.compile(rf"(?<=\d) ?({'|'.join(_SCALES)})\b", re.IGNORECASE)
_PART = {"half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8}
_PARTS = re.compile(rf"\b(\d{{1,3}})[- ]({'|'.join(_PART)})s?\b", re.IGNORECASE)
_ONE_PART = re.compile(
    r"\b(?:an? )?(half|quarter)(?: (?:of|an?)(?= ))?\b(?!-)|一半|半数|(?<![\d个])半个?(?=小时|年|天|月|分钟)",
    re.IGNORECASE,
)
_RATE = re.compile(r"每(?P<per>小时|秒钟?|分钟|天)(?P<number>\d[\d.,]*) ?(?P<unit>千米|公里|米|km|m|升|次)")
_PER = re.compile(r"(?<=[a-z\u4e00-\u9fff]) ?(?: per |每)(?=[a-z\u4e00-\u9fff])")
_MINUS = re.compile(r"\b(?:minus|negative) (?=\d)|[负](?=\d)|零下 ?(?=\d)", re.IGNORECASE)
_ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12, "XIV": 14}
_NUMERAL = re.compile(rf"(?<=[A-Za-z]{{3}} )(?:{'|'.join(sorted(_ROMAN, key=len, reverse=True))})\b")

_DIGITS = r"(?:\d{1,3}(?:[,_]\d{3})+(?![\d,])|\d+)(?:\.\d+)?|\.\d+"
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.#第])(?:(?P<before>US\$|[$€£¥]) ?)?(?:(?<![\d)%] )(?P<sign>[-+])(?=[\d.]))?"
    rf"(?:(?P<over>\d+)/(?P<under>\d+)(?![\d/])|(?P<number>{_DIGITS})(?:[eE](?P<e>[-+]?\d{{1,2}}))?"
    r"(?: ?[x×*·] ?10\^(?P<power>[-+]?\d{1,2}))?)"
    r"(?!\.?\d|:\d|/\d|\^)(?: ?(?P<share>%|percent\b|per cent\b|‰))?",
    re.IGNORECASE,
)
_TENTH = re.compile(r"(?<![A-Za-z0-9_.×*·])(?<![x×*·] )10\^([-+]?\d{1,2})(?![\d.])")
_VERSIONED = re.compile(r"(?:[A-Z][A-Za-z+#]*|\bversion|\bv|版本?) ?$")
_AFTER = re.compile(
    r" ?-?(?:(?P<latin>(?:degrees? )?[A-Za-z°µΩ][A-Za-z]*(?:/[A-Za-z]+)?(?:\^[23])?)(?![A-Za-z0-9_(])"
    r"|(?P<han>[\u4e00-\u9fff]{1,3}(?:/(?:小时|秒钟?|分钟|天))?))"
)
_RANGE = re.compile("(?<=\ue011) *(?:-|~|to|至|到) *(?=\ue010)")
_COUNT = re.compile("(?<=\ue011) *[个個位名只条項项種种]")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at `start` to `end` of a text, in the first unit of its kind; `number` is what was written."""

    start: int
    end: int
    value: Fraction
    unit: str
    number: Fraction


@lru_cache(1 << 12)
def quantities(text: str) -> tuple[Quantity, ...]:
    """What numbers a text states, in their order; places are those of `settled(text)`."""
    return tuple(_found(settled(text)))


def marked(text: str) -> str:
    """The text with each quantity as one mark, the same for all ways to write it."""
    text = settled(text)
    pieces, at = [], 0
    for one in _found(text):
        pieces += [text[at : one.start], f" \ue010{one.value}{one.unit}\ue011 "]
        at = one.end
    return _COUNT.sub("", _RANGE.sub(" ~ ", "".join([*pieces, text[at:]])))


@lru_cache(1 << 12)
def settled(text: str) -> str:
    """The text with all its numbers in digits."""
    text = _DATE.sub(_dated, in_digits(plain(text, cased=True)))
    text = _PER.sub("/", _RATE.sub(r"\g<number>\g<unit>/\g<per>", text))
    text = _SCALED.sub(lambda scale: f"e{_SCALES[scale[1].lower()]}", text)
    text = _PARTS.sub(lambda part: f"{part[1]}/{_PART[part[2].lower().removesuffix('s')]}", text)
    text = _ONE_PART.sub(lambda part: "1/4" if part[1] and part[1].lower() == "quarter" else "1/2", text)
    text = _ORDINAL.sub(lambda one: f"第{one['digits'] or _ORDINALS[one['word'].lower()]}", text)
    text = _NUMERAL.sub(lambda roman: str(_ROMAN[roman[0]]), text)
    return _TENTH.sub(lambda ten: f"1e{ten[1]}", _MINUS.sub("-", text))


def _dated(match: re.Match[str]) -> str:
    year, month, day = (
        next((found for name, found in match.groupdict().items() if found and name.startswith(part)), "")
        for part in ("y", "m", "d")
    )
    if not month:
        named = next(found for name, found in match.groupdict().items() if found and name.startswith("name"))
        month = str([name[:3] for name in _MONTHS].index(named[:3].lower()) + 1)
    return f" \ue010{year}.{int(month)}.{int(day)}\ue011 "


def _found(text: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text):
        value = _value(match)
        if value is None or _is_version(text, match):
            continue
        unit, end = _unit(text, match)
        size = Fraction(1)
        if unit in _SIZES:
            unit, factor = _SIZES[unit]
            size = Fraction(factor)
        yield Quantity(match.start(), end, value * size, unit, value)


def _value(match: re.Match[str]) -> Fraction | None:
    if match["under"]:
        under = int(match["under"][:_LONGEST])
        value = Fraction(int(match["over"][:_LONGEST]), under) if under else None
    else:
        digits = re.sub("[,_]", "", match["number"])
        value = (
            Fraction(digits) * _ten(match["e"]) * _ten(match["power"]) if len(digits) <= _LONGEST else None
        )
    if value is None:
        return None
    share = {"": 1, "‰": 1000}.get(match["share"] or "", 100)
    return value / share * (-1 if match["sign"] == "-" else 1)


def _ten(exponent: str | None) -> Fraction:
    return Fraction(10) ** int(exponent or 0)


def _is_version(text: str, match: re.Match[str]) -> bool:
    """Of versions 1.10 is not 1.1: they follow a name and no unit follows them."""
    number = match["number"] or ""
    return "." in number and number.endswith("0") and bool(_VERSIONED.search(text, 0, match.start()))


def _unit(text: str, match: re.Match[str]) -> tuple[str, int]:
    """The unit of the number before which or after which it stands, and where both end."""
    if match["before"]:
        return _named("$" if "$" in match["before"] else match["before"]), match.end()
    after = _AFTER.match(text, match.end())
    if not after or match["share"]:
        return "", match.end()
    if latin := after["latin"]:
        unit = _named(latin.replace("degrees ", "").replace("degree ", ""))
        return (unit, after.end()) if unit else ("", match.end())
    for length in range(len(after["han"]), 0, -1):
        if unit := _named(after["han"][:length]):
            year = unit == "year" and len(match["number"] or "") == 4  # 1969年 is a date
            return ("" if year else unit), after.start("han") + length
    return "", match.end()


@lru_cache(1 << 10)
def _named(unit: str) -> str:
    """The name of a unit in `_SIZES`, or what it is called itself where it is a rate; "" if it is none."""
    if _BYTES.fullmatch(unit):
        return unit
    if unit in _NEVER or (len(unit) == 1 and unit.upper() in _CASED and unit not in _CASED):
        return ""
    if "/" in unit:
        over, under = (_named(part) for part in unit.split("/", 1))
        return f"{over}/{under}" if over and under else ""
    return next((name for name in _SIZES if same_unit(unit, name)), "")
