"""The values that a question names: quotes, names, codes, dates, numbers. Each is given away once.

Lexical: what is no word of grammar and none of the tool's own is taken for a value. What does not belong
here: which argument asks for what (`arguments`).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from infra.local.model.tasks.arithmetic import expressions
from infra.local.model.tasks.numbers import Number, numbers
from infra.local.model.tasks.vocabulary import FILLERS, spaced, topics
from infra.local.model.tasks.zones import zones
from infra.local.model.text import CJK, CJK_STOP, normalise

_QUOTE = re.compile(r"“([^”]+)”|\"([^\"]+)\"|「([^」]+)」|『([^』]+)』|《([^》]+)》|(?<!\w)'([^']+)'(?!\w)")
FORMATS = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),
    "uri": re.compile(r"https?://[^\s\"'<>，。、；）]*[\w/=&#%-]", re.ASCII),
    "date": re.compile(r"\b\d{4}-\d\d-\d\d\b"),
    "date-time": re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)"),
    "time": re.compile(r"\b\d\d:\d\d:\d\d\b"),
    "uuid": re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE),
}
_CODE = re.compile(r"\b[A-Za-z]+[-_#]?\d[\w-]*", re.ASCII)
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(
    r"\b\d{4}-\d\d-\d\d(?:T[\d:]+(?:Z|[+-]\d\d:\d\d)?)?|(?:\d{4}\s*年\s*)?\d{1,2}\s*月\s*\d{1,2}\s*[日号]"
    rf"|\b(?:\d{{1,2}} (?:{_MONTH})|(?:{_MONTH}) \d{{1,2}})\b(?:,? \d{{4}}\b)?"
    r"|\b(?:today|tomorrow|yesterday|tonight|(?:next|last|this) (?:week|month|year)"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
    r"|[今明后昨]天|今晚|[今明去]年|[本这下上](?:周|星期|个?月)[一二三四五六日]?|(?:周|星期)[一二三四五六日]",
    re.IGNORECASE,
)
_WORD = re.compile(rf"[^\W_{CJK}](?:[^\s,;:!?()\"“”{CJK}，。、；：！？（）]*[^\W_{CJK}])?")
_CJK_RUN = re.compile(rf"[{CJK}]+")
_CJK_AROUND = re.compile(
    "一下|帮忙|帮|告诉|看看|想知道|知道|想要|想查|查一查|查查|查|翻译成|未来|最近|目前|当前|现在|从|到|去|往|给"
)
_LEADS_TO_VALUE = re.compile(
    r"\b(?:in|at|for|from|to|of|about|near|into|on|named|called|by) $", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s_-]+")  # the words of an enum's option
_LIST = re.compile(r"\s*(?:,\s*(?:and\s+)?|and\s+|[、，和与及]|以及)\s*")
# What a string argument wants, by its name.
VERBATIM = re.compile(
    r"\b(?:query|queries|q|question|text|prompt|input|message|content|keywords?|sentence|search|topic|phrase)\b"
    r"|内容|问题|关键|文本|文字",
    re.IGNORECASE,
)
_CODED = re.compile(r"\b(?:id|code|number|no|sku|isbn)\b|编号|单号|号码", re.IGNORECASE)
_DATED = re.compile(r"\b(?:dates?|day|when|time)\b|日期|时间", re.IGNORECASE)
COMPUTED = re.compile(r"\b(?:expression|formula|equation)\b|算式|表达式|公式", re.IGNORECASE)
ZONED = re.compile(r"\b(?:time ?zones?|tz|zone)\b|时区", re.IGNORECASE)


class Rank(IntEnum):
    """How surely a part of the question is a value."""

    SURE = 0  # a name, a quote, or what fits the argument's name
    LIKELY = 1
    ANY = 2  # any word


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of the question that may be a value."""

    start: int
    end: int
    rank: Rank


class Values:
    """The values in `text` for tools whose own words have the meanings `own`."""

    def __init__(self, text: str, own: frozenset[str]) -> None:
        self.text = text
        self._own = own
        self._given: set[str] = set()  # also by those before it in a list
        self.gave: set[str] = set()  # by this one
        self._counted: set[Number] = set()
        quotes = (next(filter(None, quote.groups())) for quote in _QUOTE.finditer(text))
        self._quotes = [quote for quote in quotes if not topics(quote) or topics(quote) - own]
        self._dates = [date[0] for date in _DATE.finditer(text)]
        self._codes = [code[0] for code in _CODE.finditer(text)]
        self._expressions = [one.text for one in expressions(text)]
        self._zones = zones(text)
        plain = _blanked(text, (_QUOTE, _DATE, _CODE, *FORMATS.values()))
        self._numbers = list(numbers(plain))
        for number in self._numbers:
            plain = _without(plain, number.start, number.end)
        self._stretches = sorted([*self._words(plain), *self._cjk(plain)], key=lambda one: one.start)
        self._lists = [*self._listed(), set(self._expressions), set(self._zones)]

    def string(self, name: str, accepts: Callable[[str], bool], rank: Rank) -> str | None:
        """A value for the string argument `name`, as sure as `rank` unless it is the first to be given."""
        # What is listed with a given value is for a list, or for another call.
        out = self._given | (self._beside(self.gave) if rank is Rank.SURE else set())
        for value, sure in self._candidates(spaced(name)):
            if (sure <= rank or not self.gave) and value not in out and accepts(value):
                self._given.add(value)
                self.gave.add(value)
                return value
        return None

    def number(self, labels: frozenset[str], accepts: Callable[[float], bool], rank: Rank) -> float | None:
        """A value for a number argument: one that stands by its `labels`, else a bare one, else by `rank`."""
        labelled = [one for one in self._numbers if labels & (one.unit | one.label)]
        others = [one for one in self._numbers if one not in labelled and (rank > Rank.SURE or not one.unit)]
        for number in (*labelled, *others):
            if number not in self._counted and accepts(number.value):
                self._counted.add(number)
                return number.value
        return None

    def option(self, options: Iterable[Any]) -> Any:
        """The longest of the options that the text names."""
        said = [number.value for number in self._numbers]
        named = (one for one in options if (_names(self.text, one) if isinstance(one, str) else one in said))
        return max(named, key=lambda option: len(str(option)), default=None)

    def formatted(self, form: str) -> str | None:
        """A value in one of the FORMATS of JSON schema."""
        found = FORMATS[form].search(self.text)
        return found[0] if found else None

    def mentions(self, words: frozenset[str]) -> bool:
        """Whether the text has all of them, apart from the tool's own."""
        return bool(words - self._own) and words - self._own <= topics(self.text)

    def listed(self) -> "Values | None":
        """The values for one more call, if the text lists others with a given one: `Paris and Rome`."""
        if not self.gave or not self._beside(self._given):
            return None
        more = Values(self.text, self._own)
        more._given = self._given
        return more

    def _beside(self, given: set[str]) -> set[str]:
        """What is listed with given values and was not given itself."""
        lists = (values for values in self._lists if not given.isdisjoint(values))
        return {value for values in lists for value in values} - self._given

    def _listed(self) -> Iterator[set[str]]:
        """The stretches of the text, those of a list together."""
        values: set[str] = set()
        end = 0
        for one in self._stretches:
            if values and not _LIST.fullmatch(self.text[end : one.start]):
                yield values
                values = set()
            values.add(self._at(one))
            end = one.end
        yield values

    def _at(self, stretch: _Stretch | Number) -> str:
        return self.text[stretch.start : stretch.end]

    def _candidates(self, name: str) -> list[tuple[str, Rank]]:
        said = [(self._at(one), one.rank) for one in self._stretches]
        ranked = [(quote, Rank.SURE) for quote in self._quotes] + sorted(said, key=lambda row: row[1])
        coded = [(code, Rank.LIKELY) for code in self._codes]
        coded += [(self._at(one), Rank.ANY) for one in self._numbers]
        if COMPUTED.search(name) and self._expressions:
            return [(expression, Rank.SURE) for expression in self._expressions]
        if ZONED.search(name):
            return [(zone, Rank.SURE) for zone in self._zones]
        if _DATED.search(name):
            return [(date, Rank.SURE) for date in self._dates]
        if VERBATIM.search(name):
            return [(quote, Rank.SURE) for quote in self._quotes] or self._verbatim()
        return coded + ranked if _CODED.search(name) else ranked + coded

    def _verbatim(self) -> list[tuple[str, Rank]]:
        """All from the first value to the last, but for numbers that other arguments are for."""
        bare = (one for one in self._numbers if not self._own & (one.unit | one.label))
        said: list[_Stretch | Number] = [*self._stretches, *bare]
        if not said:
            return []
        start, end = min(one.start for one in said), max(one.end for one in said)
        return [(self.text[start:end], Rank.SURE)]

    def _words(self, plain: str) -> Iterator[_Stretch]:
        """Words of Latin and like scripts; those that stand together, in capitals or not, are one."""
        found: list[_Stretch] = []
        for word in _WORD.finditer(plain):
            if not topics(word[0]) - self._own:
                continue
            rank = self._rank(plain, word)
            if found and plain[found[-1].end : word.start()] == " " and _alike(plain, found[-1], word):
                found[-1] = _Stretch(found[-1].start, word.end(), min(found[-1].rank, rank))
            else:
                found.append(_Stretch(word.start(), word.end(), rank))
        yield from found

    def _rank(self, plain: str, word: re.Match[str]) -> Rank:
        before = plain[: word.start()].rstrip()
        if word[0][0].isupper() and before and before[-1] not in ".!?。！？:：":
            return Rank.SURE
        return Rank.LIKELY if _LEADS_TO_VALUE.search(plain[: word.start()]) else Rank.ANY

    def _cjk(self, plain: str) -> Iterator[_Stretch]:
        """What is left of each run without grammar and the tool's own words."""
        for run in _CJK_RUN.finditer(plain):
            left = _blanked(run[0], (_CJK_AROUND, CJK_STOP))
            pairs = (i for i in range(len(left) - 1) if self._is_own(run[0][i : i + 2]))
            for i in list(pairs):
                left = _without(left, i, i + 2)
            for part in _CJK_RUN.finditer(left):
                if len(part[0]) > 1:
                    yield _Stretch(run.start() + part.start(), run.start() + part.end(), Rank.LIKELY)

    def _is_own(self, pair: str) -> bool:
        return pair in FILLERS or bool(topics(pair) & self._own)


def _alike(plain: str, stretch: _Stretch, word: re.Match[str]) -> bool:
    """Whether both are in capitals, or neither is."""
    return plain[stretch.start].isupper() == word[0][0].isupper()


def _names(text: str, option: str) -> bool:
    words = [re.escape(word) for word in _BETWEEN.split(normalise(option)) if word]
    pattern = rf"(?<![^\W_{CJK}]){_BETWEEN.pattern.join(words)}(?![^\W_{CJK}])"
    return bool(words) and re.search(pattern, normalise(text)) is not None


def _blanked(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    """The text with commas in place of what the patterns find."""
    for pattern in patterns:
        text = pattern.sub(lambda found: "," * len(found[0]), text)
    return text


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + "," * (end - start) + text[end:]
