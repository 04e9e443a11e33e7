"""Lengths of time in all usual forms are seconds."""

import pytest

from freshet.behaviour.intake.durations import duration
from freshet.behaviour.intake.outcome import Unreadable


@pytest.mark.parametrize(
    "cell",
    [
        "750",
        750,
        "750.0",
        "12m30s",
        "12min 30s",
        "12 minutes, 30 seconds",
        "12分30秒",
        "１２分钟３０秒",
        "12.5m",
        "00:12:30",
        "12:30",
        "PT12M30S",
        "750000ms",
    ],
)
def test_usual_forms_are_read(cell: object) -> None:
    assert duration(cell) == 750.0


def test_numbers_are_in_the_columns_unit_and_texts_in_their_own() -> None:
    assert [duration(cell, 60.0) for cell in ("5", 5, "30s", "1小时")] == [300.0, 300.0, 30.0, 3600.0]


@pytest.mark.parametrize("cell", [None, "", "NULL", "-", r"\N"])
def test_nothing_is_nothing(cell: object) -> None:
    assert duration(cell) is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("-1", "negative"),
        (float("inf"), "too long"),
        ("9" * 20, "too long"),
        ("1m2", "can't be read: “1m2”"),
        ("P", "can't be read"),
        ([5], "neither"),
        (True, "neither"),
    ],
)
def test_what_is_no_duration_is_refused_with_the_reason(cell: object, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        duration(cell)
