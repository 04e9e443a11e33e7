"""Events as they are kept: read by period, and page by page."""

from datetime import UTC, datetime, timedelta

import pytest

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.extraction.kept import KeptSession, superseded
from freshet.behaviour.extraction.sheet import event_of
from freshet.behaviour.requests import EventListing
from freshet.behaviour.sequences.session import sessions
from freshet.errors import Invalid, NotFound
from tests.unit.behaviour.extraction.finding import MONDAY, USER, Place, log_of, row


def kept(rows: list[Behaviour], generation: int, at: float = 0) -> KeptSession:
    """A session of which every behaviour is an event, of two types in turn."""
    (found,) = sessions(rows, gap_s=86_400)
    events = [event_of([one], ("news", "work")[n % 2], f"看{n}", 0.5) for n, one in enumerate(rows)]
    ids = [one.id for one in rows]
    return KeptSession(found.key, rows[0].at.seconds, events, "asked", "m", ids, generation, at)


@pytest.mark.usefixtures("cloud")
async def test_events_are_read_page_by_page(owner: str, place: Place) -> None:
    rows = [*log_of(2), row(3000), row(3000, "书"), row(3000, "山", duration=1.5)]
    await place.log.append(owner, rows)
    generation = await place.log.alive(owner, USER)
    parts = [kept(rows[:7], generation), kept(rows[7:14], generation), kept(rows[14:], generation)]
    for part in reversed(parts):
        await place.events.keep(owner, USER, part)
        await place.events.keep(owner, USER, part)  # safe to repeat
    assert await place.events.of(owner, USER) == parts
    assert await place.events.count(owner, USER) == 17

    async def listed(**asked: object) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            listing = EventListing.model_validate({"user_id": USER, "cursor": cursor, **asked})
            page, cursor = await place.events.page(owner, listing)
            assert len(page) <= listing.limit
            found += [event.id for event in page]
            if not cursor:
                return found

    every = await listed()
    assert sorted(every) == sorted(event.id for part in parts for event in part.events)
    for limit in (1, 5, 7):
        assert await listed(limit=limit) == every
    news = {event.id for part in parts for event in part.events if event.type == "news"}
    assert set(await listed(type="news", limit=3)) == news
    start = datetime.fromtimestamp(MONDAY, UTC) + timedelta(minutes=4)  # 08:04 where the log is from eight
    end = (start + timedelta(hours=1)).replace(tzinfo=None)
    assert await listed(start=start, end=end, limit=2) == every[2:9]
    period = await place.events.of(owner, USER, start, end)
    assert [[event.id for event in one.events] for one in period] == [every[2:7], every[7:9]]
    for cursor in ("x", "-1-x", "12-", "9" * 30 + "-x"):
        with pytest.raises(Invalid):
            await place.events.page(owner, EventListing(user_id=USER, cursor=cursor))


@pytest.mark.usefixtures("cloud")
async def test_a_session_takes_the_place_of_others_in_one_write(owner: str, place: Place) -> None:
    rows = log_of(1)
    await place.log.append(owner, rows)
    generation = await place.log.alive(owner, USER)
    old = [kept(rows[:3], generation), kept(rows[3:5], generation)]
    for one in old:
        await place.events.keep(owner, USER, one)
    new = kept(rows, generation, at=1)
    assert superseded([new, *old]) == [old[1], old[0]]
    await place.events.keep(owner, USER, new, replacing=[*old, new])
    assert await place.events.of(owner, USER) == [new]
    with pytest.raises(NotFound):
        await place.events.keep(owner, USER, kept(rows, generation - 1))
    await place.log.delete(owner, USER)
    with pytest.raises(NotFound):
        await place.events.keep(owner, USER, new)
    assert await place.events.of(owner, USER) == []
