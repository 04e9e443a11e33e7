"""The clock of a log: the zone of times that name none."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from freshet.errors import Invalid

# A plus is a blank in an address that was not encoded.
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-]?)(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_MAX_HOURS = 14
_UTC = {"utc", "gmt", "z"}


def zone(name: str) -> tzinfo:
    """The zone of an IANA name or an offset: `Asia/Shanghai`, `+08:00`, `UTC-3`. Raises Invalid."""
    said = name.strip()
    if said.lower() in _UTC:
        return UTC
    found = _OFFSET.fullmatch(said)
    if found and int(found[2]) <= _MAX_HOURS:
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    try:
        return ZoneInfo(said)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as `America`
        detail = f"`timezone`: {name[:64]!r} is no time zone. Give an IANA name, or an offset such as +08:00."
        raise Invalid(detail, errors=[{"field": "timezone", "message": "no such time zone"}]) from None
