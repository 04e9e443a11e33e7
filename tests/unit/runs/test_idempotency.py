"""A key stands for one run, whatever becomes of those who asked with it, and never for nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from freshet import wiring
from freshet.errors import Conflict, ModelCut, NotFound, Unavailable
from freshet.runs.events import Content, Started
from freshet.runs.frame import Feed
from freshet.runs.journal import MAX_INLINE_BYTES, Journal
from freshet.runs.record import new_item
from freshet.runs.records import Records
from freshet.runs.service import Runs
from freshet.stores import aws
from freshet.stores.functions import Functions
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.unit.runs.capabilities import ANSWER, Dictated, call, contents, read
from tests.unit.runs.conftest import Keep, Lapse
from tests.unit.runs.trouble import TroubledTable

KEY = "k-1"
LONG_AGO = "01J00000000000000000000000"

pytestmark = pytest.mark.usefixtures("quick")

Claimed = Callable[[], Awaitable[str]]


async def start(runs: Runs, owner: str, capability: Dictated, body: bytes = b'{"query": 1}') -> Feed:
    return await runs.start(call(owner, body, key=KEY), "query", capability.events())


async def test_a_key_joins_the_run_that_goes_on(runs: Runs, owner: str) -> None:
    making, idle = Dictated(*ANSWER[:2]), Dictated(*ANSWER)
    live = await start(runs, owner, making)
    joined = await start(runs, owner, idle)
    assert joined.run_id == live.run_id
    reading = [asyncio.create_task(read(feed)) for feed in (live, joined)]
    await asyncio.sleep(0.1)
    making.say(*ANSWER[2:])
    first, second = await asyncio.gather(*reading)
    assert first == second
    assert len(first) == 4
    assert not idle.begun


async def test_a_key_replays_the_run_that_is_done(runs: Runs, owner: str) -> None:
    idle = Dictated(*ANSWER)
    live = await read(await start(runs, owner, Dictated(*ANSWER)))
    joined = await start(runs, owner, idle)
    assert await read(joined) == live
    assert joined.ended
    assert not idle.begun


async def test_twenty_who_ask_at_once_get_one_generation(runs: Runs, owner: str) -> None:
    capabilities = [Dictated(*ANSWER) for _ in range(20)]
    feeds = await asyncio.gather(*(start(runs, owner, one) for one in capabilities))
    shown = await asyncio.gather(*(read(feed) for feed in feeds))
    assert sum(one.begun for one in capabilities) == 1
    assert [len(frames) for frames in shown] == [4] * 20
    assert all(frames == shown[0] for frames in shown)


async def test_a_key_that_was_used_for_another_body_is_a_conflict(runs: Runs, owner: str) -> None:
    await read(await start(runs, owner, Dictated(*ANSWER)))
    other = Dictated(*ANSWER)
    with pytest.raises(Conflict, match="Idempotency-Key"):
        await start(runs, owner, other, body=b'{"query": 2}')
    assert not other.begun


async def test_how_the_body_is_written_does_not_count(runs: Runs, owner: str) -> None:
    live = await start(runs, owner, Dictated(*ANSWER), body='{"query": "年假", "top_k": 3}'.encode())
    await live.settle()
    joined = await start(runs, owner, Dictated(), body='{"top_k":3,"query":"年假"}'.encode())
    assert joined.run_id == live.run_id


async def test_a_key_is_its_owners(runs: Runs, owner: str) -> None:
    feeds = [await start(runs, name, Dictated(*ANSWER)) for name in (owner, f"{owner}-2")]
    assert feeds[0].run_id != feeds[1].run_id
    for feed in feeds:
        await feed.settle()


async def test_what_failed_before_it_began_can_be_asked_again_with_its_key(runs: Runs, owner: str) -> None:
    failed = await start(runs, owner, Dictated(NotFound("no such thing")))
    (last,) = await read(failed)
    assert last.data["problem"]["code"] == "not_found"
    again = await start(runs, owner, Dictated(*ANSWER))
    assert again.run_id != failed.run_id
    assert len(await read(again)) == 4


async def test_what_failed_later_is_replayed_with_its_key(runs: Runs, owner: str) -> None:
    failed = await start(runs, owner, Dictated(Started(), Content("half"), ModelCut()))
    shown = await read(failed)
    assert await read(await start(runs, owner, Dictated(*ANSWER))) == shown


async def test_the_key_of_a_process_that_died_at_once_is_taken_over(
    runs: Runs, records: Records, owner: str
) -> None:
    digest = call(owner).request.digest
    await records.claim(owner, KEY, digest, LONG_AGO)
    feeds = await asyncio.gather(*(start(runs, owner, Dictated(*ANSWER)) for _ in range(3)))
    (run_id,) = {feed.run_id for feed in feeds}
    assert run_id != LONG_AGO
    assert [len(await read(feed)) for feed in feeds] == [4, 4, 4]


@pytest.fixture
def claimed(records: Records, owner: str) -> Claimed:
    """`await claimed()`: the id of a run of another process that holds the key."""

    async def claim() -> str:
        item = new_item(LONG_AGO, "query", heartbeat=time.time())
        await records.create(owner, item)
        return await records.claim(owner, KEY, call(owner).request.digest, LONG_AGO)

    return claim


async def test_the_key_of_a_process_that_died_before_its_first_event_is_taken_over(
    runs: Runs, owner: str, claimed: Claimed, lapse: Lapse
) -> None:
    await lapse(await claimed())
    feeds = await asyncio.gather(*(start(runs, owner, Dictated(*ANSWER)) for _ in range(3)))
    (run_id,) = {feed.run_id for feed in feeds}
    assert run_id != LONG_AGO
    assert [len(await read(feed)) for feed in feeds] == [4, 4, 4]


async def test_the_key_of_a_process_that_died_after_its_first_event_stays_its_own(
    runs: Runs, owner: str, claimed: Claimed, keep: Keep, lapse: Lapse
) -> None:
    """Somebody may have seen what there is of it."""
    await claimed()
    await keep(LONG_AGO, *contents("half"))
    await lapse(LONG_AGO)
    idle = Dictated(*ANSWER)
    first, last = await read(await start(runs, owner, idle))
    assert (first.data["content"], last.data["problem"]["code"]) == ("half", "interrupted")
    assert not idle.begun


async def test_a_key_stands_for_one_run_however_slowly_the_first_one_is_written(
    troubled: TroubledTable, runs: Runs, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "READ_TIMEOUT_S", 5)
    await runs.page(owner, 1, None)  # the connection is set up
    capabilities = [Dictated(*ANSWER) for _ in range(2)]
    async with troubled.trouble("slow", "queued_at"):  # which is in new records only
        slow = asyncio.create_task(start(runs, owner, capabilities[0]))
        await asyncio.sleep(0.2)
    feeds = [await start(runs, owner, capabilities[1]), await slow]
    assert feeds[0].run_id == feeds[1].run_id
    assert [len(await read(feed)) for feed in feeds] == [4, 4]
    assert [one.begun for one in capabilities] == [False, True]
    assert len((await runs.page(owner, 5, None))[0]) == 1


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem"])
async def test_a_run_that_could_not_be_kept_leaves_its_key_free(
    troubled: TroubledTable, runs: Runs, owner: str, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    capability = Dictated(*ANSWER)
    async with troubled.trouble("throttled", operation):
        with pytest.raises(Unavailable):
            await start(runs, owner, capability)
    assert not capability.begun
    assert len(await read(await start(runs, owner, capability))) == 4


async def test_a_request_that_could_not_be_kept_leaves_its_key_free(
    runs: Runs, table: Table, journal: Journal, no_bucket: Objects, owner: str
) -> None:
    failing = Runs(Records(table, no_bucket), journal, Functions(wiring.functions()))
    capability, body = Dictated(*ANSWER), b"x" * (MAX_INLINE_BYTES + 1)
    with pytest.raises(Unavailable):
        await start(failing, owner, capability, body)
    assert not capability.begun
    assert await runs.page(owner, 1, None) == ([], None)
    assert len(await read(await start(runs, owner, capability, body))) == 4


async def test_a_key_that_can_not_be_freed_does_not_spoil_the_end_of_its_run(
    troubled: TroubledTable, runs: Runs, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    async with troubled.trouble("failing", '"#run_id = :run_id"'):  # the condition of a release
        (last,) = await read(await start(runs, owner, Dictated(NotFound("no such thing"))))
    assert "kept_seq" not in last.data
    (record,) = (await runs.page(owner, 5, None))[0]
    assert (record.status, record.error) == ("failed", last.data["problem"])
