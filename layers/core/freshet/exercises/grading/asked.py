"""What a question asks for that has no unit of its own: years, money, metres, people.

What belongs here: which units an answer to it may come with. What does not: units themselves (`units`), and
how an answer is read (`everyday`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from freshet.exercises.grading.characters import plain
from freshet.exercises.grading.units import leading

_PERCENT = re.compile("percent|per cent|%|百分", re.IGNORECASE)
_NAMES = re.compile(
    r"\b(?:how many|in) (?!an? |the )(?P<english>[^,;?!()]{1,40})"
    r"|(?:(?:多少|几)(?![乎何])个?|单位[:是为]*|以) ?(?P<chinese>[^,;?!()]{1,8})",
    re.IGNORECASE,
)
_READ = 2_000  # characters of a question, which asks at its end
_COUNTS = re.compile("how many|(?:多少|几)个", re.IGNORECASE)

_MONEY = frozenset("$€£¥")
_LENGTHS = frozenset(["km", "m", "cm", "mm", "mile", "foot", "inch", "里"])
_WEIGHTS = frozenset(["t", "kg", "g", "mg", "lb", "£", "斤"])  # a pound is a weight, too
_SUBJECTS = {
    "钱|价|售|花费|price|cost|fee|salary|worth": _MONEY,
    r"哪一?年|何年|何时|什么时候|年份|(?:what|which) year|\bwhen\b": frozenset({"year"}),
    r"年龄|年纪|今年多大|多大了|how old|\bage\b": frozenset({"岁", "year"}),
    "哪个?月|(?:what|which) month": frozenset({"month"}),
    "几点|what time": frozenset({"点", "h"}),
    "温度|体温|气温|沸点|熔点|冰点|temperature|boil|freez|melt": frozenset({"°", "°c", "°f", "k"}),
    "多[高远宽深]|身高|海拔|how (?:tall|high|wide|deep|far)": _LENGTHS,
    "多重|体重|重量|质量|how heavy|weigh": _WEIGHTS,
}
_FITTING = [(re.compile(words, re.IGNORECASE), units) for words, units in _SUBJECTS.items()]
_ALIKE = [{"°", "°c"}, {"°", "°f"}, {"岁", "year"}, {"号", "day"}, {"点", "h"}, {"lb", "£"}]


@dataclass(frozen=True, slots=True)
class Asked:
    """`units` are those that the question names, `fitting` those that its subject has; both may be empty."""

    text: str
    units: frozenset[str]
    fitting: frozenset[str]
    counts: bool  # things, not a unit of anything
    percent: bool

    def takes(self, unit: str) -> bool:
        """Whether an answer may come with this known unit."""
        if unit == "%":
            return self.percent or not (self.units or self.counts)
        if self.units:
            return any(unit == one or {unit, one} in _ALIKE for one in self.units)
        return not self.counts and (not self.fitting or unit in self.fitting)


def asked(question: str) -> Asked:
    """What the text of a question asks for."""
    text = plain(question[-_READ:], cased=True)
    units = frozenset(_named(text))
    fitting = frozenset[str]().union(*(units for words, units in _FITTING if words.search(text)))
    counts = not units and bool(_COUNTS.search(text))
    return Asked(text, units, fitting, counts, bool(_PERCENT.search(text)))


def _named(text: str) -> Iterator[str]:
    at = 0
    while named := _NAMES.search(text, at):
        group = named.lastgroup or ""
        at = named.start(group)  # what follows may name another one: `how many people in km`
        if unit := leading(named[group])[0]:
            yield unit
