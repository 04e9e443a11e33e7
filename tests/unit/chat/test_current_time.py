"""The time, as a tool."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from freshet.chat.current_time import current_time
from freshet.llm import ToolError


@pytest.mark.parametrize(("zone", "offset"), [("Asia/Shanghai", "+08:00"), ("UTC", "+00:00"), ("", "+00:00")])
def test_the_time_of_a_zone_is_now(zone: str, offset: str) -> None:
    told = current_time(zone)
    time = datetime.fromisoformat(told["time"])
    assert abs(datetime.now(UTC) - time) < timedelta(seconds=30)
    assert told["utc_offset"] == offset
    assert told["time"].endswith(offset)


def test_the_weekday_is_that_of_the_zone() -> None:
    told = current_time("Pacific/Kiritimati")
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    assert told["weekday"] == days[datetime.fromisoformat(told["time"]).weekday()]
    assert (
        datetime.fromisoformat(told["time"]).utcoffset()
        == datetime.now(ZoneInfo("Pacific/Kiritimati")).utcoffset()
    )


@pytest.mark.parametrize(
    ("name", "zone"),
    [("Shanghai", "Asia/Shanghai"), ("new york", "America/New_York"), ("europe/BERLIN", "Europe/Berlin")],
)
def test_a_city_is_enough(name: str, zone: str) -> None:
    assert current_time(name)["timezone"] == zone


@pytest.mark.parametrize(
    "zone", ["北京", "../etc/passwd", "/etc/localtime", "Asia", "a\0b", "\ud800", "x" * 9000]
)
def test_what_is_no_zone_is_told_in_a_sentence(zone: str) -> None:
    with pytest.raises(ToolError, match="use an IANA name such as Asia/Shanghai"):
        current_time(zone)
