"""Which events a question is about."""

from datetime import date, datetime, timedelta

import pytest

from freshet.behaviour.asking.relevance import relevant
from freshet.behaviour.asking.when import When, when
from tests.unit.behaviour.asking.scripted import MONDAY, event

FRIDAY = date(2026, 3, 6)


def days(*numbers: int) -> list[tuple[date, date]]:
    """Days of March."""
    return [(date(2026, 3, numbers[0]), date(2026, 3, numbers[-1]))]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("昨天我做了什么？", When(days(5))),
        ("what did I do yesterday afternoon", When(days(5), hours=[(12, 18)])),
        ("上周五晚上看了什么", When([(date(2026, 2, 27), date(2026, 2, 27))], hours=[(17, 24)])),
        ("last Monday", When(days(2))),
        ("週一早上", When(weekdays={0}, hours=[(5, 12)])),
        ("Mondays at 8 am", When(weekdays={0}, hours=[(8, 9)])),
        ("３月２日", When(days(2))),
        ("三月二號下午3點", When(days(2), hours=[(15, 16)])),
        ("on March 2nd, 2026", When(days(2))),
        ("2026-03-02", When(days(2))),
        ("12月31日", When([(date(2025, 12, 31), date(2025, 12, 31))])),
        ("in march", When(days(1, 31))),
        ("最近三天", When(days(3, 6))),
        ("这周", When(days(2, 8))),
        ("weekends", When(weekdays={5, 6})),
        ("31 February, and the 5 videos I may watch", When()),
    ],
)
def test_times_are_read_in_english_and_chinese(question: str, expected: When) -> None:
    assert when(question, FRIDAY) == expected


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("周三中午", "event 9"),  # of two, the later one
        ("昨天", "event 8"),  # seen from the log's last day: today there is nothing
        ("the running one", "Runs"),
        ("什么时候锻炼？", "Runs"),  # by its type
    ],
)
def test_events_are_ranked_by_words_and_times(question: str, first: str) -> None:
    several = [event(24 * 60 * n + 720, f"event {n}") for n in range(10)]
    several.insert(5, event(24 * 60 * 5, "Runs", type="exercise"))
    now = datetime.now(MONDAY.tzinfo)
    assert [one.title for one in relevant(question, several, {}, now, 1)] == [first]


def test_events_that_nothing_tells_apart_are_spread_evenly() -> None:
    several = [event(60.0 * n, f"event {n}") for n in range(101)]
    found = relevant("?", several, {}, MONDAY + timedelta(days=9), 3)
    assert [one.title for one in found] == ["event 0", "event 50", "event 100"]
