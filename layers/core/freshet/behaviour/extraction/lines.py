"""Lines: behaviours as a model reads them, on the log's clock.

Session 1 · 2026-03-02 Monday
1. 08:02 open 微信 [app] (5 min)
"""

from datetime import UTC, datetime

from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.prompt import line as joined

WIDE, NARROW = 120, 30  # characters of a name
_MOST_ACTION = 60  # characters
_MOST_KIND = 30
_TITLES = 2  # properties that are shown
# Properties that say what the object was about; numbers and ids say nothing to a model.
_TELLING = frozenset(
    """title name content text query keyword keywords app app_name category page song
    标题 名称 内容 关键词 应用 应用名 类别 页面 歌曲""".split()  # noqa: SIM905 - a page as a list
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def heading(number: int, start: Moment) -> str:
    """What stands above a session's lines."""
    day = _shown(start)
    return f"Session {number} · {day:%Y-%m-%d} {WEEKDAYS[day.weekday()]}"


def line(row: Behaviour, width: int) -> str:
    """A behaviour, without its number; `width` bounds the characters of each name."""
    about = " · ".join(joined(one, width) for one in [row.object, *titles(row)] if one)
    kind = f"[{joined(row.kind, _MOST_KIND)}]" if row.kind else ""
    lasted = f"({_duration(row.duration)})" if row.duration else ""
    said = [f"{_shown(row.at):%H:%M}", joined(row.action, min(width, _MOST_ACTION)), about, kind, lasted]
    return " ".join(filter(None, said))


def titles(row: Behaviour) -> list[str]:
    """What the properties add to the object's name."""
    told = [
        value
        for name, value in row.properties.items()
        if name.casefold() in _TELLING and isinstance(value, str) and value not in ("", row.object)
    ]
    return told[:_TITLES]


def _shown(moment: Moment) -> datetime:
    """What the log's clock showed."""
    return datetime.fromtimestamp(moment.local(), UTC)


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join([*[f"{hours} h"] * bool(hours), *[f"{minutes} min"] * bool(minutes)])
