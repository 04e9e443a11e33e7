"""How long something took: a cell → seconds.

A number is in the column's unit, which is seconds unless its name says otherwise. Else `12m`, `1h 30min`,
`5分钟`, `1小时30分`, `00:12:30`, `12:30` (minutes and seconds), `PT5M` (ISO 8601).
"""

import math
import re
from unicodedata import normalize

from freshet.behaviour.intake.outcome import Unreadable, shown
from freshet.behaviour.intake.times import NUMBER

_MAX_CELL = 80  # characters
_FEW = 16  # digits
_MAX = 3_200_000_000.0  # seconds: a hundred years

UNITS = {
    0.001: "ms msec msecs millis millisecond milliseconds 毫秒",
    1.0: "s sec secs second seconds 秒 秒钟 秒鐘",
    60.0: "m min mins minute minutes 分 分钟 分鐘",
    3600.0: "h hr hrs hour hours 小时 小時 个小时 個小時 时 時",
    86400.0: "d day days 天 日",
}
_SECONDS = {name: unit for unit, names in UNITS.items() for name in names.split()}
_NAMES = "|".join(sorted(_SECONDS, key=len, reverse=True))
_PART = re.compile(rf"\s*(\d{{1,15}}(?:\.\d{{1,9}})?)\s*({_NAMES})\s*,?")
_COLONS = re.compile(r"(?:(\d{1,6}):)?(\d{1,4}):([0-5]?\d(?:\.\d{1,9})?)")
_ISO = re.compile(r"p(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?)?")
_NOTHING = frozenset({"", "-", "null", "none", "nan", "n/a", "na", r"\n"})


def missing(cell: object) -> bool:
    """Whether a cell that is to hold a number or a time holds nothing."""
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in _NOTHING)


def duration(cell: object, unit: float = 1.0) -> float | None:
    """Seconds, None where the cell holds nothing. Raises Unreadable with the reason."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        if cell.isdecimal() and len(cell) < _FEW:
            return bounded(int(cell) * unit)
        return None if missing(cell) else bounded(_text(cell, unit))
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return bounded(cell * unit)
    raise Unreadable("the duration is neither a text nor a number")


def bounded(seconds: float) -> float:
    """To the millisecond. Raises Unreadable for one that can't be."""
    if not math.isfinite(seconds) or seconds > _MAX:
        raise Unreadable("the duration is too long")
    if seconds < 0:
        raise Unreadable("the duration is negative")
    return round(float(seconds), 3) + 0.0


def _text(cell: str, unit: float) -> float:
    said = (cell if cell.isascii() else normalize("NFKC", cell)).strip().lower()
    if len(said) <= _MAX_CELL:
        if NUMBER.fullmatch(said):
            return float(said) * unit
        if found := _COLONS.fullmatch(said):
            return int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3])
        if (found := _ISO.fullmatch(said)) and any(found.groups()):
            days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
            return days * 86400 + hours * 3600 + minutes * 60 + seconds
        if (total := _parts(said)) is not None:
            return total
    raise Unreadable(f"the duration can't be read: {shown(cell)}")


def _parts(said: str) -> float | None:
    """`1h 30min`: numbers with units, one after the other."""
    at, total = 0, 0.0
    while at < len(said):
        found = _PART.match(said, at)
        if found is None:
            return None
        total += float(found[1]) * _SECONDS[found[2]]
        at = found.end()
    return total if at else None
