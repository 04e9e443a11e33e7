"""When something happened: a cell → a moment.

Dates with the year first in all usual forms, English and Chinese; RFC 2822; seconds since 1970, or
milliseconds, microseconds, nanoseconds, told by their size. `03/04/2026` is refused: day and month can't be
told apart.
What does not belong here: lengths of time (`durations`), which cell is the time (`columns`).
"""

import math
import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from unicodedata import normalize

from freshet.behaviour.behaviour import Moment
from freshet.behaviour.intake.outcome import Unreadable, shown

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - as if every clock were in UTC; offsets are counted apart
_USUAL = {"-", "/"}  # after the year
_COMPACT = len("20260301")
_MINUTE = timedelta(minutes=1)
_LAST = 7_289_654_400.0  # the end of the year 2200
_MAX_CELL = 80  # characters
# Numbers up to which a unit is meant: seconds until the year 5138, and so on.
_UNITS = ((1e11, 1.0), (1e14, 1e-3), (1e17, 1e-6), (math.inf, 1e-9))
_TELLING = 1e8  # a smaller number may count from anywhere, and is what its column's name says

NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+]?\d{1,2})?")
_CLOCK = re.compile(r"T?\d{1,2}[:时點点]\S.*|(?:上午|下午|凌晨|早上|晚上|中午)\s*\d.*|\d{1,2}\s*[AaPp][Mm]")
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d))?)?")
_YEAR_FIRST = re.compile(
    r"""(\d{4}) \s*[-/.年]\s* (\d{1,2}) \s*[-/.月]\s* (\d{1,2}) \s*[日号號]?
    (?: [\s,T]* (?: \(?(?:(?:星期|周|週|礼拜)[一二三四五六日天]|(?!AM|PM)[A-Za-z]{3,9})\)?,? [\s,]* )?
        (?P<half>上午|下午|凌晨|早上|晚上|中午|[AaPp][Mm])? \s*
        (\d{1,2}) \s*(?:[:时時点點]\s*(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})(?:[.,](\d{1,9}))?\s*秒?)?)?)?)
        \s* (?P<after>[AaPp][Mm])?
        \s* (?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?)?
    )?""",
    re.VERBOSE,
)
_RFC_2822 = re.compile(r"(?:[A-Za-z]{3},?\s+)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d\d.*")
_ANY_ORDER = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?!\d).*")
_NAMED_ZONE = re.compile(r"\[[\w/+-]+\]$")  # as Java writes it, after the offset
_MORNING = {"上午", "凌晨", "早上", "am"}


class Clock:
    """Reads times; those without an offset are of its zone."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        fixed = zone.utcoffset(None)  # None of a zone whose offset changes
        self._offset = None if fixed is None else fixed // _MINUTE
        self._start = _EPOCH + (fixed or timedelta())  # what this clock showed at 1970-01-01 in UTC

    def moment(self, cell: object, *, unit: float | None = None, dated: bool = False) -> Moment:
        """The moment that a cell names, whose numbers are in units of so many seconds if the column says so.

        `dated`: the column holds dates, so that 20260301 is one. Raises Unreadable with the reason.
        """
        if isinstance(cell, str):
            return self._text(cell, unit, dated)
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return self._text(str(cell), unit, dated) if dated else self._number(cell, unit)
        raise Unreadable("the time is missing" if cell is None else "the time is neither a text nor a number")

    def on(self, day: object, clock: object) -> Moment:
        """The moment at a time of day, on the day that another cell names. Raises Unreadable."""
        said = normalize("NFKC", str(day)).strip()
        if len(said) == _COMPACT and said.isdecimal():
            said = f"{said[:4]}-{said[4:6]}-{said[6:]}"
        return self.moment(f"{said} {clock}")

    def after(self, start: Moment, clock: object) -> Moment:
        """The moment at a time of day, on the day that `start` is on. Raises Unreadable."""
        day = start.iso()
        return self.moment(f"{day[:10]} {clock}{day[-len('+00:00') :]}")

    def _text(self, cell: str, unit: float | None, dated: bool) -> Moment:
        if cell[4:5] in _USUAL:
            with suppress(ValueError, OverflowError):  # the other forms are tried below
                return self._of(datetime.fromisoformat(cell.replace("/", "-", 2)))
        if len(cell) > _MAX_CELL:
            raise Unreadable(f"the time can't be read: {shown(cell)}")
        said = cell if cell.isascii() else normalize("NFKC", cell)
        said = _NAMED_ZONE.sub("", " ".join(said.split()))
        if NUMBER.fullmatch(said) and not (dated and _DIGITS.fullmatch(said)):
            digits = said.lstrip("+-").isdigit()
            compact = digits and len(said) == len("20260301080500") and _DIGITS.fullmatch(said)
            if not compact:
                return self._number(int(said) if digits else float(said), unit)
        try:
            return self._of(_parsed(said))
        except (ValueError, OverflowError):
            raise Unreadable(_why(said)) from None

    def _number(self, number: float, unit: float | None) -> Moment:
        """Whole numbers are divided, not multiplied: the same moment is the same float in every unit."""
        if not math.isfinite(number):
            raise Unreadable("the time is no number")
        if unit is None or abs(number) > _TELLING:
            unit = next(unit for end, unit in _UNITS if abs(number) <= end)
        seconds = round(number * unit if unit >= 1 else number / round(1 / unit), 6)
        if self._offset is not None:
            return _within(float(seconds), self._offset)
        when = _EPOCH + timedelta(seconds=_within(float(seconds), 0).seconds)
        ahead = when.replace(tzinfo=UTC).astimezone(self._zone).utcoffset() or timedelta()
        return Moment(float(seconds), ahead // _MINUTE)

    def _of(self, when: datetime) -> Moment:
        """Where the clock goes back, the first of the two times; where it goes forward, the offset before."""
        if when.tzinfo is None and self._offset is not None:
            return _within((when - self._start).total_seconds(), self._offset)
        aware = when if when.tzinfo is not None else when.replace(tzinfo=self._zone)
        ahead = aware.utcoffset() or timedelta()
        return _within(aware.timestamp(), ahead // _MINUTE)


def is_clock(cell: object) -> bool:
    """Whether a cell holds a time of day without a day."""
    return isinstance(cell, str) and _CLOCK.fullmatch(cell.strip()) is not None


def _within(seconds: float, offset: int) -> Moment:
    if not 0 <= seconds < _LAST:
        raise Unreadable("the time is before 1970 or after 2200")
    return Moment(seconds, offset)


def _parsed(said: str) -> datetime:
    """Raises ValueError where it can't be read."""
    if found := _DIGITS.fullmatch(said):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone is the caller's
    if found := _YEAR_FIRST.fullmatch(said):
        return _year_first(found)
    if _RFC_2822.fullmatch(said):
        from email.utils import parsedate_to_datetime

        return parsedate_to_datetime(said)
    if said[4:5].isdigit() or said[4:5] in "-W":
        return datetime.fromisoformat(said)
    raise ValueError(said)


def _year_first(found: re.Match[str]) -> datetime:
    year, month, day, half, hour, minute, second, fraction, after, zone = found.groups()
    midnight = datetime.combine(date(int(year), int(month), int(day)), datetime.min.time())
    if hour is None:
        return midnight
    hours = _hours(int(hour), (half or after or "").lower())
    minutes, seconds = int(minute or 0), int(second or 0)
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and minutes + seconds):
        raise ValueError("no time of day")
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    when = midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)
    return when.replace(tzinfo=_offset(zone)) if zone else when


def _hours(hour: int, half: str) -> int:
    if not half or hour > 12:
        return hour
    if half in _MORNING:
        return hour % 12
    if half == "晚上" and hour == 12:
        return 24
    return hour if half == "中午" and hour in {10, 11} else hour % 12 + 12


def _offset(zone: str) -> tzinfo:
    said = zone.removeprefix("UTC").removeprefix("GMT")
    moment = datetime.fromisoformat(f"1970-01-01T00:00{said}") if said not in {"", "Z"} else None
    return UTC if moment is None or moment.tzinfo is None else moment.tzinfo


def _why(said: str) -> str:
    if not said:
        return "the time is missing"
    if _CLOCK.fullmatch(said):
        return f"the time has no day: {shown(said)}"
    if _ANY_ORDER.fullmatch(said):
        return f"day and month of {shown(said)} can't be told apart; write the year first, as in 2026-03-01"
    return f"the time can't be read: {shown(said)}"
