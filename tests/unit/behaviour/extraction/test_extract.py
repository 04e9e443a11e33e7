"""Runs that find events: what a client is told, what is kept, and what is not asked twice."""

import pytest

from freshet.errors import NotFound
from freshet.runs.events import Started
from tests.unit.behaviour.extraction.finding import (
    USER,
    Place,
    extracted,
    final,
    items,
    log_of,
    long_log_of,
    model,
    row,
    session,
    shown,
    stored,
)

pytestmark = pytest.mark.usefixtures("cloud")


async def test_a_log_is_asked_about_once(owner: str, place: Place) -> None:
    rows = log_of(4)
    await place.log.append(owner, rows)
    async with model() as asked:
        events, error = await extracted(place, owner, asked)
        again, _ = await extracted(place, owner, asked, gap_minutes=29)
        assert len(asked.prompts) == 1
        assert (await extracted(place, owner, asked, refresh=True))[1] is None
        assert (await extracted(place, owner, asked, language="en"))[1] is None
        assert len(asked.prompts) == 3
        assert 'Wanted: {"language":"zh","types":["work",' in asked.prompts[1]
        assert 'Wanted: {"language":"en"' in asked.prompts[2]
        assert asked.bodies[0]["response_format"]["json_schema"]["name"] == "EventDraft_items"
    assert error is None
    about = {"model": "scripted", "user_id": USER, "sessions": 4}
    assert events[0] == Started({**about, "cached": 0, "batches": 1})
    assert again[0] == Started({**about, "cached": 4, "batches": 0})
    assert items(events)[0] == {
        "id": items(events)[0]["id"],
        "user_id": USER,
        "type": "news",
        "title": "看新",
        "start": "2026-03-02T08:00:00+08:00",
        "end": "2026-03-02T08:05:00+08:00",
        "behaviours": [one.id for one in rows[:3]],
        "confidence": 0.5,
    }
    assert items(events) == items(again) == shown(await stored(place, owner))
    assert (
        final(events)
        == final(again)
        == {
            "user_id": USER,
            "event_count": 12,
            "sessions": 4,
            "failed_sessions": 0,
            "left_sessions": 0,
            "covered": 1,
            "rejected": {},
            "partial": False,
            "problems": [],
        }
    )


async def test_rows_that_come_later_cut_the_log_anew(owner: str, place: Place) -> None:
    await place.log.append(owner, [*session(480, "新", "新"), *session(540, "书"), *session(700, "微")])
    async with model() as asked:
        await extracted(place, owner, asked)
        await place.log.append(owner, session(500, "云", "新"))  # it joins the first session and the second
        await place.log.append(owner, [row(515, "书")])
        events, _ = await extracted(place, owner, asked)
        assert events[0] == Started(
            {"model": "scripted", "user_id": USER, "sessions": 2, "cached": 1, "batches": 1}
        )
        assert len(asked.prompts) == 2
        rows = await place.log.read(owner, USER)
        found = await stored(place, owner)
        assert [event.title for event in found] == ["看新", "看云", "看新", "看书", "看微"]
        assert sorted(id_ for event in found for id_ in event.behaviours) == sorted(one.id for one in rows)
        await extracted(place, owner, asked, gap_minutes=1440)  # now all is one session
        assert len(await place.events.of(owner, USER)) == 1
    assert len(await stored(place, owner)) == 5


async def test_batches_run_some_at_a_time(owner: str, place: Place) -> None:
    await place.log.append(owner, long_log_of(6))
    async with model() as asked:
        events, error = await extracted(place, owner, asked, at_once=2)
        assert len(asked.prompts) == 3
        assert asked.busiest <= 2
    assert error is None
    assert final(events)["event_count"] == 360
    assert sorted(one["id"] for one in items(events)) == sorted(one.id for one in await stored(place, owner))


async def test_without_time_nothing_is_asked_and_nothing_failed(owner: str, place: Place) -> None:
    await place.log.append(owner, log_of(2))
    async with model() as asked:
        events, error = await extracted(place, owner, asked, budget_s=0)
        assert error is None
        assert (final(events)["left_sessions"], final(events)["failed_sessions"]) == (2, 0)
        assert final(events)["partial"]
        assert not asked.prompts
        events, _ = await extracted(place, owner, asked, budget_s=60)
        assert final(events)["event_count"] == 6


async def test_a_user_without_a_log_is_not_found(owner: str, place: Place) -> None:
    async with model() as asked:
        events, error = await extracted(place, owner, asked)
    assert events == []
    assert isinstance(error, NotFound)
