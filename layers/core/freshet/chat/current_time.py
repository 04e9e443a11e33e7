"""The time, a tool: models know neither the date nor the hour."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from freshet.llm.tools import ToolError

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")  # in every locale
_SHOWN = 64  # characters of a name that is none


def current_time(timezone: str = "UTC") -> dict[str, str]:
    """Tells the current date, time and weekday.

    Args:
        timezone: IANA name of a time zone, for example `Asia/Shanghai`, `Europe/Berlin` or `UTC`.
    """
    zone = _zone(timezone.strip() or "UTC")
    now = datetime.now(zone)
    return {
        "time": now.isoformat(timespec="seconds"),
        "weekday": _DAYS[now.weekday()],
        "timezone": str(zone),
        "utc_offset": now.isoformat()[-6:],
    }


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC  # needs no database
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there; no name; a folder of the database
        return ZoneInfo(_alike(name))


def _alike(name: str) -> str:
    """The zone that is written so but for its case, or whose last part is: `new york`. Raises ToolError."""
    wanted = name.replace(" ", "_").lower()
    known = (
        zone for zone in available_timezones() if wanted in {zone.lower(), zone.lower().rpartition("/")[2]}
    )
    found = min(known, key=len, default=None)
    if found is None:
        raise ToolError(f"There is no time zone {name[:_SHOWN]!r}; use an IANA name such as Asia/Shanghai.")
    return found
