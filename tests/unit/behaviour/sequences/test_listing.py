import pytest

from freshet.behaviour.extraction.kept import Events
from freshet.behaviour.log.log import Log
from freshet.behaviour.sequences import listing
from freshet.behaviour.sequences.listing import Sequences
from tests.unit.behaviour.kept import keep_events, rows_of

USERS = ["user_0001", "user_0002", "用户三", "用户二"]
HOURS = [8.0, 8.1, 12.0, 20.0]


@pytest.fixture
async def sequences(log: Log, events: Events, owner: str) -> Sequences:
    for user in USERS:
        await log.append(owner, rows_of(user, *((hour, "open", "微信") for hour in HOURS)))
    return Sequences(log, events)


async def test_events_are_listed_user_by_user_and_session_by_session(
    sequences: Sequences, log: Log, events: Events, owner: str
) -> None:
    found = await keep_events(log, events, owner, await log.read(owner, "user_0002"), ["social"])
    page = await sequences.page(owner, 20, 0)
    assert (page.total, page.limit, page.offset) == (4, 20, 0)
    assert [(one.user_id, one.event_count, one.behavior_count, one.extracted) for one in page.items] == [
        (user, 3 * (user == "user_0002"), 4, user == "user_0002") for user in USERS
    ]
    shown = page.items[1]
    assert [event for sequence in shown.sequences for event in sequence.events] == found
    assert (shown.sequences[0].start, shown.sequences[0].end) == (found[0].start, found[0].end)
    assert not shown.more


@pytest.mark.parametrize(
    ("limit", "offset", "users"),
    [(2, 0, USERS[:2]), (2, 1, USERS[1:3]), (2, 3, USERS[3:]), (5, 4, []), (1, 99, [])],
)
async def test_a_page_begins_after_its_offset(
    sequences: Sequences,
    owner: str,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    offset: int,
    users: list[str],
) -> None:
    monkeypatch.setattr(listing, "_PAGE", 2)
    page = await sequences.page(owner, limit, offset)
    assert ([one.user_id for one in page.items], page.total) == (users, 4)


async def test_what_an_answer_has_no_room_for_is_the_oldest_and_said_to_be(
    sequences: Sequences, log: Log, events: Events, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, newest = await keep_events(log, events, owner, await log.read(owner, "user_0002"), ["social"])
    for bound, least in (("_ANSWER_BYTES", 1), ("SEQUENCES", 1)):
        with monkeypatch.context() as patched:
            patched.setattr(listing, bound, least)
            shown = (await sequences.page(owner, 20, 0)).items[1]
        assert ([one.events for one in shown.sequences], shown.more) == ([[newest]], True)
        assert shown.event_count == 3
