"""Everyday numbers: `56个`, `in 1492`, `$12.50`, `about 30 people`, where the question has no unit.

What belongs here: which words beside a number say no more than the question does. What does not: how figures
are read (`numbers`), and what the question asks for (`asked`).
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from freshet.exercises.grading.asked import Asked, asked
from freshet.exercises.grading.characters import plain
from freshet.exercises.grading.numbers import MAX_NUMBER, around
from freshet.exercises.grading.numerals import in_digits
from freshet.exercises.grading.units import known, leading, without_numerals

_NO_NUMERAL = re.compile("一(?=[共起般定])|(?<=[统唯])一")  # 一共 is no 1共
_TIMES = {"once": "1", "twice": "2"}
_TIMES_WORD = re.compile(rf"\b(?:{'|'.join(_TIMES)})\b", re.IGNORECASE)
_PRICE = re.compile(r"(?<=\d)[元块](\d)[毛角]?$")  # 两块五 is 2.5元
_ABBREVIATED = re.compile(r"\b([A-Za-z])\.(?=[A-Za-z]\b)")
_EQUALS = re.compile(r"^[^\W\d] ?= ?")
_BELOW = re.compile(r"[公西]元前|^前|零下|\bBCE?\b|\bbelow zero\b", re.IGNORECASE)
_MINUS = re.compile(r"-|负|\b(?:minus|negative)\b", re.IGNORECASE)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
# What makes it another number, even where the question has the same words.
_OTHER = re.compile(
    r"\b(?:not|no|never|or|nor|than|between|except|half)\b|[多少大小高低早晚]于|[不没非或除半]|超过",
    re.IGNORECASE,
)
_MORE = re.compile(" ?[多余几来]")  # 三十多
_WORD = re.compile(r"[A-Za-z]+|\S")
_WORDS = """
a about ad all almost altogether an answer approximately are around at by c ca ce circa each exactly had has
have he i in is it items just nearly of old on only pcs pieces roughly s she so tall the them there they think
together total was we were year
"""
_CHARACTERS = "答案约大概差不多将近左右是为有在于共总计公西元第他她它我们的整了吧啊就正好刚()=:~≈+,.!\"'"
_SAYS_NOTHING = frozenset([*_WORDS.split(), *_CHARACTERS])
# Of what is counted these say nothing; others, as 页 and 章, have to be those of the question.
_MEASURES = "个只条张本件位名人口头匹棵朵颗粒块片根支枝把台辆架艘座栋间家所幅首次回遍场趟种类样项份枚面"


@dataclass(frozen=True, slots=True)
class Said:
    """The number that was said, and how else it may be meant."""

    value: Decimal
    asked: Asked
    percent: bool = False
    below: bool = False  # zero, or Christ

    def meant(self, key: float) -> list[Decimal]:
        """What it may come to where `key` is right: 78% is 78, but where the key is a share it is 0.78."""
        if self.below:
            return [-self.value, self.value] if _BELOW.search(self.asked.text) else [-self.value]
        if not self.percent:
            return [self.value]
        shares = [self.value.scaleb(-2)] if abs(key) <= 1 else []
        return [*shares, self.value] if abs(key) > 1 or self.asked.percent else shares


def said(text: str, question: str) -> Said | None:
    """The one number that the text is, in words that say no more than the question; None if it says more.

    A unit has to be one that the question can be asking for.
    """
    if len(text) > MAX_NUMBER:
        return None
    wanted = asked(question)
    written = _ABBREVIATED.sub(r"\1", _EQUALS.sub("", plain(text, cased=True)))
    below = bool(_BELOW.search(written))
    parts = around(_figures(_BELOW.sub("", written), wanted))
    if parts is None:
        return None
    before, value, after = parts
    minus = len(_MINUS.findall(before))
    before = _currency(_MINUS.sub(" ", before), wanted)
    counted = _unit(after, wanted)
    if counted is None:
        return None
    unit, rest = counted
    if minus > 1 or (minus and below) or not (_idle(before, wanted) and _idle(rest, wanted)):
        return None
    return Said(-value if minus else value, wanted, percent=unit == "%", below=below)


def _figures(written: str, wanted: Asked) -> str:
    for unit in wanted.units:
        written = without_numerals(written, unit)
    written = _TIMES_WORD.sub(lambda word: _TIMES[word[0].lower()], _NO_NUMERAL.sub("", written))
    return _PRICE.sub(r".\1元", in_digits(written).rstrip(" .,;!"))


def _currency(before: str, wanted: Asked) -> str:
    """What stands before a currency that stands before its number."""
    for start in (found.start() for found in _WORD.finditer(before)):
        if wanted.takes(unit := known(before[start:])) and unit:
            return before[:start]
    return before


def _unit(after: str, wanted: Asked) -> tuple[str, str] | None:
    """The unit, or "", and what follows it or a measure word; None for one that can't have been asked for."""
    after = after.strip()
    for text in (after, after.removeprefix("个")):
        unit, rest = leading(text)
        if unit and wanted.takes(unit):
            return unit, rest
    if after[:1] and after[0] in _MEASURES:
        return "", after[1:]
    if unit:
        return None
    return "", after[2:] if _ORDINAL.match(after) else after


def _idle(words: str, wanted: Asked) -> bool:
    """Whether the words say nothing that the question doesn't."""
    if _OTHER.search(words) or _MORE.match(words):
        return False
    known_words = {_stem(word) for word in _WORD.findall(wanted.text)}
    if "population" in known_words:
        known_words.add("people")
    return all(word.lower() in _SAYS_NOTHING or _stem(word) in known_words for word in _WORD.findall(words))


def _stem(word: str) -> str:
    stem = word.lower().removesuffix("s")
    return "people" if stem == "person" else stem
