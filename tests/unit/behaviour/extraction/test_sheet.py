"""What becomes of a draft: which lines are whose, and what is wrong with it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.behaviour.event import TYPES, Event
from freshet.behaviour.extraction.batches import Batch
from freshet.behaviour.extraction.draft import EventDraft
from freshet.behaviour.extraction.sheet import Sheet, Wanted
from freshet.behaviour.sequences.session import sessions
from tests.unit.behaviour.extraction.finding import Draft, row, session

ROWS = [*session(480, "新", "新", "书"), *session(600, "微", "WeChat Work", "微")]


def sheet(*drafts: Any, language: str = "zh") -> tuple[Sheet, list[Event | None]]:
    """Two sessions of three lines, and what became of the drafts."""
    found = tuple(sessions(ROWS, gap_s=1800))
    made = Sheet(Batch(found), Wanted(language, TYPES), {one.key: [] for one in found})
    return made, [made.take(EventDraft.model_validate(draft)) for draft in drafts]


def draft(lines: Any, title: Any = "看新闻", **more: Any) -> Draft:
    return {"lines": lines, "type": "news", "title": title, **more}


def places(event: Event | None) -> list[int]:
    """The lines of an event."""
    ids = [one.id for one in ROWS]
    return [ids.index(id_) + 1 for id_ in event.behaviours] if event else []


@pytest.mark.parametrize(
    ("lines", "expected", "faults"),
    [
        ("1-3", [1, 2, 3], set()),
        ("3, 1", [1, 3], set()),
        ("１～２，３", [1, 2, 3], set()),
        ("第1至2行", [1, 2], set()),
        ([1, "2"], [1, 2], set()),
        (2, [2], set()),
        ("3-1", [1, 2, 3], set()),
        ("0, 2, 7-999999999", [2], {"wrong_line"}),
        ("2-5", [2, 3], {"other_session"}),
        ("12", [], {"wrong_line"}),
        ("lines 1 to 2, L3.", [1, 2, 3], set()),
        ("9-2", [], {"wrong_line"}),
        ("-2", [], {"wrong_line"}),
        ("1772438520002", [], {"wrong_line"}),
        ("2026-03-02T08:02", [], {"wrong_line"}),
        (["550e8400-e29b-41d4-a716-446655440002", "a1b2c3"], [], {"wrong_line"}),
        ("all of them", [], {"no_line"}),
        (None, [], {"no_line"}),
    ],
)
def test_lines_are_read_as_models_write_them(lines: Any, expected: list[int], faults: set[str]) -> None:
    made, (event,) = sheet(draft(lines))
    assert places(event) == expected
    assert set(made.rejected) == faults


def test_a_line_is_in_one_event() -> None:
    made, events = sheet(
        draft("1-2"), draft("2-3", "看书"), draft("1, 2", "又一次"), draft("1, 3"), draft("4")
    )
    assert [places(event) for event in events] == [[1, 2], [3], [], [], [4]]
    assert made.rejected == {"used_line": 2}  # the third one only says again what the first one said


@pytest.mark.parametrize(
    ("said", "expected", "faults"),
    [
        ({"type": "News"}, {"type": "news"}, set()),
        ({"type": "sports"}, {"type": "other"}, {"other_type"}),
        ({"type": None}, {"type": "other"}, {"other_type"}),
        ({"title": "  看\n\u202e新\x00闻 \ud800"}, {"title": "看 新 闻"}, set()),
        ({"title": "看" * 300}, {"title": "看" * 199 + "…"}, set()),
        ({"title": "WeChat Work"}, {"title": "WeChat Work"}, set()),
        ({"title": "Reading the news"}, {"title": "Reading the news"}, {"other_language"}),
        ({"confidence": float("nan")}, {"confidence": 0.5}, set()),
        ({"confidence": "90%"}, {"confidence": 0.9}, set()),
        ({"confidence": "high"}, {"confidence": 0.5}, set()),
        ({"confidence": 7}, {"confidence": 1}, set()),
    ],
)
def test_other_members_are_mended(said: Draft, expected: Draft, faults: set[str]) -> None:
    made, (event,) = sheet({**draft("1"), **said})
    assert event
    assert {name: getattr(event, name) for name in expected} == expected
    assert set(made.rejected) == faults


def test_a_title_that_says_nothing_leaves_its_lines_free() -> None:
    made, events = sheet(draft("1-3", "…!?"), draft("1-3"))
    assert [places(event) for event in events] == [[], [1, 2, 3]]
    assert made.rejected == {"no_title": 1}


def test_chinese_is_another_language_where_english_is_wanted() -> None:
    made, _ = sheet(draft("1", "看新闻"), draft("4", "Chatting on 微信"), language="en")
    assert made.rejected == {"other_language": 1}


def test_an_event_ends_with_what_lasts_longest() -> None:
    rows = [row(480, duration=3600.0), row(485, duration=None)]
    (found,) = sessions(rows, gap_s=1800)
    made = Sheet(Batch((found,)), Wanted("zh", TYPES), {found.key: []})
    event = made.take(EventDraft.model_validate(draft("1-2")))
    assert event
    assert (event.start, event.end) == ("2026-03-02T08:00:00+08:00", "2026-03-02T09:00:00+08:00")


def test_sessions_are_passed_when_drafts_move_on() -> None:
    made, _ = sheet(draft("1"))
    assert made.passed() == []
    made.take(EventDraft.model_validate(draft("5")))
    first, second = made.batch.sessions
    assert made.passed() == [first]
    made.take(EventDraft.model_validate(draft("2")))  # comes back after all
    assert made.passed() == []
    assert made.rest() == [first, second]


@given(st.lists(st.text("0123456789-, –到", max_size=8), max_size=20))
def test_whatever_lines_are_named_events_are_apart_and_of_one_session(named: list[str]) -> None:
    made, events = sheet(*map(draft, named))
    taken = [places(event) for event in events if event]
    lines = [line for one in taken for line in one]
    assert len(lines) == len(set(lines))
    assert all(one == sorted(one) and (one[-1] <= 3 or one[0] > 3) for one in taken)
    assert sum(map(len, made.found.values())) == len(taken)
