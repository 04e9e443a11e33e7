"""Times in all usual forms, English and Chinese; what can't be told is refused, not guessed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.behaviour.intake.outcome import Unreadable
from freshet.behaviour.intake.times import Clock
from freshet.behaviour.intake.zones import zone
from freshet.errors import Invalid

SHANGHAI = Clock(zone("Asia/Shanghai"))


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-01T08:05:00+08:00",
        "2026-03-01 08:05",
        "2026-3-1 8:05",
        "2026/03/01 8:05",
        "2026.03.01 08:05:00",
        "2026年3月1日 8:05",
        "2026年3月1日上午8時05分00秒",
        "2026年3月1日 星期日 上午8:05",
        "２０２６／０３／０１　０８：０５",
        "2026-03-01 8:05 AM",
        "2026-03-01 08:05:00 +08:00",
        "2026-03-01 00:05:00 UTC",
        "2026-03-01T01:05:00+01:00[Europe/Paris]",
        "20260301T080500",
        "20260301080500",
        "Sun, 01 Mar 2026 08:05:00 +0800",
        "  2026-03-01 08:05:00\t",
        "1772323500",
        "1772323500000",
        1772323500,
        1772323500000,
        1772323500000000,
        1772323500000000000,
        1772323500.0,
    ],
)
def test_usual_forms_are_read(cell: object) -> None:
    assert SHANGHAI.moment(cell).seconds == 1772323500.0


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("2026-03-01T08:05:00Z", "2026-03-01T08:05:00+00:00"),
        ("2026-03-01 08:05", "2026-03-01T08:05:00+08:00"),
        (1772323500, "2026-03-01T08:05:00+08:00"),
        ("1986-05-04 00:30", "1986-05-04T00:30:00+08:00"),
        ("2026年3月1日 下午8:05:01.5", "2026-03-01T20:05:01.500+08:00"),
        ("2026-03-01 08:05:01.123456", "2026-03-01T08:05:01.123456+08:00"),
        ("2026-03-01 12:05 AM", "2026-03-01T00:05:00+08:00"),
        ("2026-03-01 晚上12:00", "2026-03-02T00:00:00+08:00"),
        ("2026-03-01T24:00", "2026-03-02T00:00:00+08:00"),
        ("2026-06-30T23:59:60Z", "2026-07-01T00:00:00+00:00"),
        ("2026-03-01", "2026-03-01T00:00:00+08:00"),
    ],
)
def test_a_time_is_shown_on_the_logs_clock(cell: object, iso: str) -> None:
    assert SHANGHAI.moment(cell).iso() == iso


def test_the_same_moment_is_the_same_number_in_every_form() -> None:
    cells = [1772323500.123, 1772323500123, "1772323500123000", "2026-03-01T00:05:00.123Z"]
    assert {SHANGHAI.moment(cell).seconds for cell in [*cells, "2026-03-01 08:05:00.123"]} == {1772323500.123}


def test_small_numbers_count_from_where_the_log_begins() -> None:
    clock = Clock(zone("UTC"))
    assert [clock.moment(cell).seconds for cell in ("0", 30685, "30685")] == [0.0, 30685.0, 30685.0]
    assert clock.moment(30685, unit=0.001).seconds == 30.685
    assert clock.moment(1772323500, unit=0.001).seconds == 1772323500  # too large to be milliseconds


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("03/04/2026", "day and month"),
        ("26-03-01", "day and month"),
        ("8:05", "no day"),
        ("下午3:00", "no day"),
        ("明天", "can't be read: “明天”"),
        ("2026-02-30", "can't be read"),
        ("2026-03-01 25:00", "can't be read"),
        ("1969-12-30", "before 1970"),
        (-5, "before 1970"),
        ("2201-01-02", "after 2200"),
        ("9" * 20, "after 2200"),
        ("9" * 5000, "can't be read"),
        (float("inf"), "no number"),
        ("", "missing"),
        (None, "missing"),
        (True, "neither"),
        ([1], "neither"),
    ],
)
def test_what_is_no_time_is_refused_with_the_reason(cell: object, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        SHANGHAI.moment(cell)


def test_where_clocks_change_the_first_of_two_times_is_meant() -> None:
    paris = Clock(zone("Europe/Paris"))
    assert paris.moment("2026-10-25 02:30").iso() == "2026-10-25T02:30:00+02:00"
    assert paris.moment("2026-03-29 02:30").iso() == "2026-03-29T02:30:00+01:00"


@pytest.mark.parametrize(
    ("name", "minutes"), [("+08:00", 480), (" 08:00", 480), ("UTC-3", -180), ("GMT+0530", 330), ("z", 0)]
)
def test_a_zone_may_be_an_offset(name: str, minutes: int) -> None:
    assert Clock(zone(name)).moment("2026-03-01").offset == minutes


@pytest.mark.parametrize("name", ["Mars/Olympus", "America", "+15:00", "", "../etc", "x\0"])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="timezone"):
        zone(name)


@given(st.text("0123456789-/:. +TZ年月日下午AMarSun,W[]", max_size=30))
def test_any_text_is_a_time_or_refused(cell: str) -> None:
    with suppress(Unreadable):
        assert SHANGHAI.moment(cell).iso()
