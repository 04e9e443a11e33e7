"""Times that a question names: days, days of the week, hours; in English and Chinese.

They rank events and never leave any out, so that what is read wrongly does little harm. What does not belong
here: a calendar. What a model needs to know of today stands in its prompt.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from freshet.profile.concept import folded

Span = tuple[date, date]  # first and last day

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
# Sat, sun and wed are words, too.
_WEEKDAYS = (
    r"mon(?:day)?s?",
    r"tue(?:s|sday)?s?",
    r"wednesdays?",
    r"thu(?:rs|rsday)?s?",
    r"fri(?:day)?s?",
    r"saturdays?",
    r"sundays?",
)
_WEEK = "(?:周|星期|礼拜)"
_HAN_DAYS = "一二三四五六日"
_HAN_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_HAN_NUMBER = re.compile("[零一二三四五六七八九十两]{1,3}(?=个?(?:月|日|号|天|周|星期))")


@dataclass(slots=True)
class When:
    """What is named: any of the days, of the days of the week (Monday is 0), of the hours [from, to)."""

    days: list[Span] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    hours: list[tuple[int, int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.days or self.weekdays or self.hours)

    def share(self, start: datetime, end: datetime) -> float:
        """How much of it is true of an event, 0 to 1; times as the log's clock showed them."""
        told = []
        if self.days:
            told.append(any(first <= end.date() and start.date() <= last for first, last in self.days))
        if self.weekdays:
            told.append(start.weekday() in self.weekdays)
        if self.hours:
            begun = start.hour + start.minute / 60
            over = begun + max((end - start).total_seconds(), 1) / 3600
            told.append(any(begun < last and first < over for first, last in self.hours))
        return sum(told) / len(told) if told else 0.0


def when(question: str, today: date) -> When:
    """The times that a question asks about, seen from `today`."""
    text = _HAN_NUMBER.sub(_digits, folded(question))
    found = When()
    for pattern, read in _READERS:
        text = pattern.sub(partial(_taken, read, today, found), text)
    return found


_Read = Callable[[re.Match[str], date, When], None]


def _taken(read: _Read, today: date, found: When, match: re.Match[str]) -> str:
    """What is read is read once; 31 February is no day."""
    with suppress(ValueError, OverflowError):
        read(match, today, found)
    return " "


def _digits(match: re.Match[str]) -> str:
    """十 is 10, 二十三 is 23, 三 is 3."""
    tens, ten, ones = match[0].rpartition("十")
    if not ten:
        return "".join(str(_HAN_DIGITS[one]) for one in match[0])
    return str((_HAN_DIGITS.get(tens[-1:], 1)) * 10 + _HAN_DIGITS.get(ones, 0))


def _add_months(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1, day=1)


def _whole_month(first: date) -> Span:
    return first.replace(day=1), _add_months(first, 1) - timedelta(days=1)


def _past(year: str | None, month: int, day: int, today: date) -> date:
    """The day of a year, or the latest such day that is not far ahead."""
    if year:
        return date(int(year), month, day)
    found = date(today.year, month, day)
    return found if found <= today + timedelta(days=31) else found.replace(year=today.year - 1)


def _on_day(match: re.Match[str], today: date, found: When) -> None:
    day = _past(match[1], int(match[2]), int(match[3]), today)
    found.days.append((day, day))


def _in_month(match: re.Match[str], today: date, found: When) -> None:
    found.days.append(_whole_month(_past(match[1], int(match[2]), 1, today)))


def _in_english(match: re.Match[str], today: date, found: When) -> None:
    said = match.groupdict()
    month, day = _MONTHS.index(said["month"][:3]) + 1, said.get("day")
    first = _past(said.get("year"), month, int(day or 1), today)
    found.days.append((first, first) if day else _whole_month(first))


def _on_day_of_month(match: re.Match[str], today: date, found: When) -> None:
    day = today.replace(day=int(match[1]))
    if day > today:
        day = _add_months(today, -1).replace(day=int(match[1]))
    found.days.append((day, day))


def _ago(days: int) -> _Read:
    def read(match: re.Match[str], today: date, found: When) -> None:
        day = today - timedelta(days=days)
        found.days.append((day, day))

    return read


def _last_days(match: re.Match[str], today: date, found: When) -> None:
    length = {"周": 7, "星": 7, "w": 7, "月": 30, "个": 30, "m": 30}.get(match[2][0], 1)
    found.days.append((today - timedelta(days=int(match[1] or 1) * length), today))


def _week(weeks: int) -> _Read:
    def read(match: re.Match[str], today: date, found: When) -> None:
        first = today - timedelta(days=today.weekday() + 7 * weeks)
        found.days.append((first, first + timedelta(days=6)))

    return read


def _day_of_week(weeks: int) -> _Read:
    """上周五: a day of last week, in Chinese."""

    def read(match: re.Match[str], today: date, found: When) -> None:
        first = today - timedelta(days=today.weekday() + 7 * weeks)
        day = first + timedelta(days=_han_day(match[1]))
        found.days.append((day, day))

    return read


def _latest(day: int) -> _Read:
    """Last Friday: the latest one before today."""

    def read(match: re.Match[str], today: date, found: When) -> None:
        found.days.append((today - timedelta(days=(today.weekday() - day - 1) % 7 + 1),) * 2)

    return read


def _month(months: int) -> _Read:
    def read(match: re.Match[str], today: date, found: When) -> None:
        found.days.append(_whole_month(_add_months(today, -months)))

    return read


def _weekdays(*days: int) -> _Read:
    return lambda match, today, found: found.weekdays.update(days)


def _hours(first: int, last: int) -> _Read:
    return lambda match, today, found: found.hours.append((first, last))


def _han_day(character: str) -> int:
    return _HAN_DAYS.index("日" if character in "天末" else character)


def _clock(match: re.Match[str], today: date, found: When) -> None:
    """Eight o'clock, as far as half of a day is told; an hour long."""
    said = match.groupdict()
    hour = int(said["hour"])
    if said["half"] and hour < 12 and said["half"][0] in "下晚p傍":
        hour += 12
    if hour > 24:
        raise ValueError
    found.hours.append((hour, hour + 1))


def _part_of_day(days_ago: int, first: int, last: int) -> _Read:
    def read(match: re.Match[str], today: date, found: When) -> None:
        _ago(days_ago)(match, today, found)
        found.hours.append((first, last))

    return read


# In this order: what was read is taken out of the text, so that 上周五 is not also any Friday.
_READERS: list[tuple[re.Pattern[str], _Read]] = [
    (re.compile(pattern), read)
    for pattern, read in [
        (r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?[日号]?", _on_day),
        (r"()(?<!\d)(\d{1,2})\s?月\s?(\d{1,2})\s?[日号]?", _on_day),
        (r"(?:(\d{4})\s?年)?(?<!\d)(\d{1,2})\s?月份?", _in_month),
        (rf"\b{_MONTH}\s{_NTH}\b(?:,?\s(?P<year>\d{{4}}))?", _in_english),
        (rf"\b{_NTH}\s(?:of\s)?{_MONTH}(?:,?\s(?P<year>\d{{4}}))?", _in_english),
        (rf"\b(?:in|during|since|of)\s{_MONTH}(?:\s(?P<year>\d{{4}}))?", _in_english),
        (r"(?:最近|近|过去)\s?(\d{1,3})?\s?(天|周|星期|个月|月)", _last_days),
        (r"\b(?:last|past|recent)\s(\d{1,3})\s(days?|weeks?|months?)\b", _last_days),
        (rf"上(?:个)?{_WEEK}([一二三四五六日天])", _day_of_week(1)),
        (rf"[这本](?:个)?{_WEEK}([一二三四五六日天])", _day_of_week(0)),
        *[(rf"\blast\s{name}\b", _latest(day)) for day, name in enumerate(_WEEKDAYS)],
        (rf"上(?:个)?{_WEEK}|\blast\sweek\b", _week(1)),
        (rf"[这本](?:个)?{_WEEK}|\bthis\sweek\b", _week(0)),
        (r"上(?:个)?月|\blast\smonth\b", _month(1)),
        (r"[这本](?:个)?月|\bthis\smonth\b", _month(0)),
        (r"昨晚|昨夜|\blast\snight\b", _part_of_day(1, 17, 24)),
        (r"今晚|\btonight\b", _part_of_day(0, 17, 24)),
        (r"今早|\bthis morning\b", _part_of_day(0, 5, 12)),
        (r"前天|前日|\bthe day before yesterday\b", _ago(2)),
        (r"昨天|昨日|\byesterday\b", _ago(1)),
        (r"今天|今日|\btoday\b|\bthis(?=\s(?:afternoon|evening))", _ago(0)),
        (r"(?<![\d月])(\d{1,2})\s?[日号](?!\d)", _on_day_of_month),
        (r"周末|\bweekends?\b", _weekdays(5, 6)),
        (r"工作日|\bweekdays?\b", _weekdays(0, 1, 2, 3, 4)),
        *[
            (rf"{_WEEK}{'[日天]' if day == 6 else _HAN_DAYS[day]}|\b{name}\b", _weekdays(day))
            for day, name in enumerate(_WEEKDAYS)
        ],
        (
            r"(?P<half>凌晨|早上|上午|中午|下午|晚上|傍晚)?\s?(?<!\d)(?P<hour>\d{1,2})(?:点|时(?!间)|:\d\d)",
            _clock,
        ),
        (r"\b(?P<hour>\d{1,2})(?::\d\d)?\s?(?P<half>[ap])\.?m\b", _clock),
        (r"凌晨|半夜|深夜|夜里|\bnights?\b", _hours(0, 6)),
        (r"早上|早晨|清晨|\bmornings?\b", _hours(5, 12)),
        (r"上午|\bforenoon\b", _hours(8, 12)),
        (r"中午|午间|\bnoon\b|\blunch(?:time)?\b", _hours(11, 14)),
        (r"下午|\bafternoons?\b", _hours(12, 18)),
        (r"晚上|傍晚|夜晚|\bevenings?\b", _hours(17, 24)),
    ]
]
