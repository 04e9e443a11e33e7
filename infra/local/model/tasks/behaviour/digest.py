"""Summaries of a log: how much of what there was, on which days, from when to when."""

import re
from collections import Counter
from collections.abc import Sequence

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.behaviour.activities import activity_of, name_of, tongue
from infra.local.model.tasks.behaviour.log import Row, rows
from infra.local.model.text import language

_PART = re.compile(r"^- (?P<when>\d{4}[^:]*): (?P<told>.+)$", re.MULTILINE)
_TYPES, _THINGS, _PARTS = 3, 4, 6
_SAYS = {
    "en": (
        "The log has {count} rows on {days}, from {first} to {last}.",
        "Most of them are about {types}.",
        "What comes back most: {things}.",
        "The days begin at about {begin} and end at about {end}.",
        "{when}: {told}.",
    ),
    "zh": (
        "记录共有 {count} 条，涉及 {days}，从 {first} 到 {last}。",
        "其中最多的是{types}。",
        "出现最多的是{things}。",
        "每天大约从 {begin} 开始，到 {end} 结束。",
        "{when}：{told}。",
    ),
}
_DAYS = {"en": ("1 day", "{} days"), "zh": ("1 天", "{} 天")}


def told(prompt: Prompt) -> str | None:
    """The summary in the language that is wanted; None if there is no log."""
    log = prompt.fenced("log")
    if not log:
        return None
    spoken = tongue(str(prompt.wanted.get("language") or language(log)))
    read = rows(log)
    if read:
        return ("" if spoken == "zh" else " ").join(_sentences(read, spoken))
    parts = [_SAYS[spoken][-1].format(**part.groupdict()) for part in _PART.finditer(log)]
    return ("" if spoken == "zh" else " ").join(parts[:_PARTS]) or None


def _sentences(read: Sequence[Row], spoken: str) -> list[str]:
    comma = {"en": ", ", "zh": "、"}[spoken]
    days = list(dict.fromkeys(row.day for row in read))
    types = Counter(type_ for row in read if (type_ := activity_of(row.text)))
    things = Counter(row.object or row.action for row in read)
    by_day = [[row.at for row in read if row.day == day] for day in days]
    one, many = _DAYS[spoken]
    said = {
        "count": len(read),
        "days": one if len(days) == 1 else many.format(len(days)),
        "first": f"{days[0]} {_clock(read[0].at)}".strip(),
        "last": f"{days[-1]} {_clock(read[-1].at)}".strip(),
        "types": comma.join(f"{name_of(type_, spoken)} ({n})" for type_, n in types.most_common(_TYPES)),
        "things": comma.join(f"{thing} ({n})" for thing, n in things.most_common(_THINGS)),
        "begin": _clock(_middle([min(day) for day in by_day])),
        "end": _clock(_middle([max(day) for day in by_day])),
    }
    return [sentence.format(**said) for sentence in _SAYS[spoken][:-1] if types or "{types}" not in sentence]


def _middle(values: Sequence[int]) -> int:
    return sorted(values)[len(values) // 2]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
