import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.log import log as log_
from freshet.behaviour.log import rewriting
from freshet.behaviour.log.heads import Added
from freshet.behaviour.log.log import Log
from freshet.behaviour.log.place import user_key, user_place
from freshet.behaviour.requests import Listing
from freshet.errors import Invalid, NotFound, TooLarge, Unavailable
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.unit.behaviour.log.rows import DAY, Calls, Killed, mortal_log, row, shown

EARLIEST, LATEST = datetime(1, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001 - as a client may give them


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of a few rows."""
    monkeypatch.setattr(rewriting, "LONGEST", 4)


async def listed(log: Log, owner: str, limit: int, **wanted: datetime) -> list[list[tuple[float, str]]]:
    """All pages."""
    pages: list[list[tuple[float, str]]] = []
    cursor = None
    while not pages or cursor:
        rows, cursor = await log.page(owner, Listing(user_id="ann", limit=limit, cursor=cursor, **wanted))
        pages.append(shown(rows))
    return pages


async def test_rows_are_kept_by_user_and_come_back_in_order(log: Log, owner: str) -> None:
    rows = [row(60, "b"), row(0, "a"), row(30, "新闻", user_id="王/小明"), row(60, "c"), row(60, "b")]
    assert await log.append(owner, rows) == {"ann": Added(3, 1), "王/小明": Added(1, 0)}
    assert shown(await log.read(owner, "ann")) == [(0, "a"), (60, "b"), (60, "c")]
    assert await log.read(owner, "王/小明") == [rows[2]]
    assert await log.append(owner, [row(60, "c"), row(45, "d")]) == {"ann": Added(1, 1)}
    head = await log.head(owner, "ann")
    assert (head.rows, head.first, head.last) == (4, "2026-03-01T08:00:00+08:00", "2026-03-01T08:01:00+08:00")
    assert await log.count(owner) == 2


async def test_users_are_listed_in_the_order_of_their_ids(log: Log, owner: str) -> None:
    assert await log.users(owner, 10) == ([], None)
    await log.append(owner, [row(0, user_id=name) for name in ("b", "a", "小", "c")])
    first, cursor = await log.users(owner, 3)
    rest, end = await log.users(owner, 3, cursor)
    assert [one.user_id for one in first + rest] == ["a", "b", "c", "小"]
    assert (cursor, end) == ("c", None)
    for cursor in ("zzz", "\x00"):
        await log.users(owner, 3, cursor)
    with pytest.raises(Invalid, match="cursor"):
        await log.users(owner, 3, "小" * 1000)


@pytest.mark.usefixtures("short")
async def test_rows_go_where_they_belong_whatever_order_they_come_in(
    log: Log, objects: Objects, owner: str
) -> None:
    expected: list[Behaviour] = []
    for places in ([5, 6, 7, 8, 9], [1, 20], [21, 22, 23], [24], [0, 6.5, 30], range(40, 50), [6, 6, 45.5]):
        rows = [row(at, f"{at}") for at in places]
        fresh = {one.id: one for one in rows if one not in expected}
        assert await log.append(owner, rows) == {"ann": Added(len(fresh), len(rows) - len(fresh))}
        expected = sorted([*expected, *fresh.values()], key=lambda one: one.at.seconds)
        assert await log.read(owner, "ann") == expected
    segments = await objects.names(owner, user_key("ann"))
    assert len(expected) / 4 <= len(segments) <= len(expected) / 2 + 1


@pytest.mark.usefixtures("short")
async def test_rows_of_one_time_keep_their_order_and_are_told_apart(log: Log, owner: str) -> None:
    names = [f"{number}" for number in range(11)]
    await log.append(owner, [row(0, "first"), *(row(9, name) for name in names)])
    again = [row(9, name) for name in ("0", "5", "late", "10")]
    assert await log.append(owner, again) == {"ann": Added(1, 3)}
    assert [thing for _, thing in shown(await log.read(owner, "ann"))] == ["first", *names, "late"]
    pages = await listed(log, owner, 5)
    assert [thing for page in pages for _, thing in page] == ["first", *names, "late"]


@pytest.mark.usefixtures("short")
async def test_a_period_begins_with_its_start_and_ends_before_its_end(log: Log, owner: str) -> None:
    await log.append(owner, [row(at) for at in range(0, 100, 10)])
    at = datetime.fromtimestamp(DAY, timezone(timedelta(hours=8)))
    naive = datetime.fromtimestamp(DAY + 60, UTC).replace(tzinfo=None)
    within = await log.read(owner, "ann", at + timedelta(seconds=20), naive)
    assert [seconds for seconds, _ in shown(within)] == [20, 30, 40, 50]
    pages = await listed(log, owner, 3, start=at + timedelta(seconds=20), end=naive)
    assert [[seconds for seconds, _ in page] for page in pages] == [[20, 30, 40], [50]]
    assert len(await log.read(owner, "ann", EARLIEST, LATEST)) == 10
    assert await log.read(owner, "ann", naive, at) == []


@pytest.mark.usefixtures("short")
async def test_pages_go_on_behind_the_last_row_whatever_is_added(log: Log, owner: str) -> None:
    await log.append(owner, [row(at / 8) for at in range(0, 60, 10)])
    first, cursor = await log.page(owner, Listing(user_id="ann", limit=3))
    await log.append(owner, [row(0.5), row(2.5, "same time"), row(3)])
    rest, end = await log.page(owner, Listing(user_id="ann", limit=9, cursor=cursor))
    assert [at for at, _ in shown(first)] == [0, 1.25, 2.5]
    assert shown(rest)[:2] == [(2.5, "same time"), (3, "微信")]
    assert len(rest) == 5
    assert end is None


@pytest.mark.parametrize("cursor", ["x", "nan_1", "1e999_0", "_", "１_"])
async def test_a_cursor_that_is_none_is_refused(log: Log, owner: str, cursor: str) -> None:
    await log.append(owner, [row(0)])
    if cursor == "１_":  # a number, to Python
        assert (await log.page(owner, Listing(user_id="ann", cursor=cursor)))[0]
        return
    with pytest.raises(Invalid, match="cursor"):
        await log.page(owner, Listing(user_id="ann", cursor=cursor))


async def test_appends_at_once_lose_nothing_of_each_other(log: Log, owner: str) -> None:
    batches = [[row(at), row(1000), row(at, user_id="bob")] for at in range(4)]
    told = await asyncio.gather(*(log.append(owner, batch) for batch in batches))
    assert sum(one["ann"].kept for one in told) == 5
    assert len(await log.read(owner, "ann")) == 5
    assert len(await log.read(owner, "bob")) == 4


async def test_the_same_stretch_again_says_the_same_and_changes_nothing(log: Log, owner: str) -> None:
    rows = [row(0), row(0), row(1)]
    first = await log.append(owner, rows, origin="up:1")
    assert first == await log.append(owner, rows, origin="up:1") == {"ann": Added(2, 1)}
    assert await log.append(owner, [row(1), row(2)], origin="up:2") == {"ann": Added(1, 1)}
    assert await log.append(owner, [row(1)], origin="other:1") == {"ann": Added(0, 1)}
    assert await log.append(owner, rows, origin="up:1") == {"ann": Added(0, 0)}
    assert len(await log.read(owner, "ann")) == 3


async def test_a_log_is_bounded(
    log: Log, objects: Objects, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_, "MAX_ROWS", 3)
    await log.append(owner, [row(0), row(1)])
    with pytest.raises(TooLarge, match="user ann has 2 rows, and 2 more"):
        await log.append(owner, [row(1), row(2), row(3)])
    assert await log.append(owner, [row(1), row(2)]) == {"ann": Added(1, 1)}
    assert len(await objects.names(owner, "")) == 1


async def test_what_is_not_there_is_not_found(log: Log, owner: str) -> None:
    for asked in (
        log.read(owner, "nobody"),
        log.head(owner, "nobody"),
        log.alive(owner, "nobody"),
        log.delete(owner, "nobody"),
        log.page(owner, Listing(user_id="nobody")),
    ):
        with pytest.raises(NotFound, match="nobody"):
            await asked


async def test_a_log_goes_with_what_was_found_in_it(
    log: Log, table: Table, objects: Objects, owner: str
) -> None:
    await log.append(owner, [row(0), row(0, user_id="bob")])
    before = await log.alive(owner, "ann")
    await table.write(user_place(owner, "ann"), {"id": "session#1"})
    await table.write(user_place(owner, "bob"), {"id": "session#1"})
    await log.delete(owner, "ann")
    assert await table.get(user_place(owner, "ann"), "session#1") is None
    assert await table.get(user_place(owner, "bob"), "session#1")
    assert [one.user_id for one in (await log.users(owner, 9))[0]] == ["bob"]
    assert await objects.names(owner, user_key("ann")) == []
    with pytest.raises(NotFound):
        await log.delete(owner, "ann")
    assert await log.append(owner, [row(0)]) == {"ann": Added(1, 0)}
    assert await log.alive(owner, "ann") > before


async def test_deleting_and_adding_at_once_leaves_whole_logs_or_none(
    log: Log, objects: Objects, owner: str
) -> None:
    for number in range(2):
        await log.append(owner, [row(number)])
        await asyncio.gather(
            log.delete(owner, "ann"),
            log.delete(owner, "ann"),
            log.append(owner, [row(50), row(51)]),
            return_exceptions=True,
        )
        try:
            assert {50, 51} >= {int(at) for at, _ in shown(await log.read(owner, "ann"))}
            await log.delete(owner, "ann")
        except NotFound:
            pass
        assert await objects.names(owner, "") == []


async def test_an_append_that_is_cut_off_anywhere_can_be_repeated(
    log: Log, objects: Objects, owner: str
) -> None:
    """Of a log that was there and one that was not; and what it leaves goes with the log."""
    rows = [row(5), row(1), row(0), row(5, user_id="new")]
    expected = {"ann": Added(2, 1), "new": Added(1, 0)}
    cut_off, last = True, 0
    while cut_off:
        last += 1
        await log.append(owner, [row(0), row(9)])
        try:
            await mortal_log(Calls(last)).append(owner, rows, origin="up:7")
            cut_off = False
        except Killed:
            assert await log.append(owner, rows, origin="up:7") == expected
        assert shown(await log.read(owner, "ann")) == [(at, "微信") for at in (0, 1, 5, 9)]
        for user_id in expected:
            await log.delete(owner, user_id)
        assert await objects.names(owner, "") == []
    assert last == 10


@pytest.mark.parametrize(("then", "cuts"), [("delete", (2, 4, 6)), ("append", (3, 5, 7))])
async def test_a_deletion_that_is_cut_off_is_finished_by_whoever_comes_next(
    log: Log, table: Table, objects: Objects, owner: str, then: str, cuts: tuple[int, ...]
) -> None:
    for last in cuts:
        await log.append(owner, [row(0)])
        await table.write(user_place(owner, "ann"), {"id": "session#1"})
        with pytest.raises(Killed):
            await mortal_log(Calls(last)).delete(owner, "ann")
        assert await log.users(owner, 9) == ([], None)
        if then == "append":
            assert await log.append(owner, [row(1)]) == {"ann": Added(1, 0)}
            assert shown(await log.read(owner, "ann")) == [(1, "微信")]
        await log.delete(owner, "ann")
        assert await objects.names(owner, "") == []
        assert await table.get(user_place(owner, "ann"), "session#1") is None


async def test_what_was_left_lying_around_is_swept_away(
    log: Log, objects: Objects, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_, "_SWEEP_EVERY", 3)
    with pytest.raises(Killed):
        await mortal_log(Calls(3)).append(owner, [row(0)])  # its segment is written, no head
    counted = []
    for at in range(5):
        if at == 2:
            with pytest.raises(Killed):
                await mortal_log(Calls(5)).append(owner, [row(at)])  # the head is, and nothing removed
        else:
            await log.append(owner, [row(at)])
        counted.append(len(await objects.names(owner, "")))
    assert counted == [2, 1, 2, 2, 1]
    assert len(await log.read(owner, "ann")) == 5


async def test_a_log_whose_rows_are_gone_is_no_empty_log(
    log: Log, objects: Objects, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("freshet.stores.contention._PAUSE_S", 0)
    await log.append(owner, [row(0)])
    (name,) = await objects.names(owner, "")
    await objects.delete(owner, name)
    with pytest.raises(Unavailable, match="ann"):
        await log.read(owner, "ann")
