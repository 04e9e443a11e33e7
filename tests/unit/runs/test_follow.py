"""A run from its journal, while somebody else writes it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from freshet.errors import Unavailable
from freshet.ids import new_id
from freshet.runs.follow import Follower
from freshet.runs.frame import Frame
from freshet.runs.journal import Journal
from freshet.runs.record import INTERRUPTED, NOT_BEGUN, PICKUP_S, new_item
from freshet.runs.records import Records
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.unit.runs.capabilities import contents, end, read
from tests.unit.runs.conftest import Keep, Lapse

METRICS = {"prompt_tokens": 7, "completion_tokens": 3}

pytestmark = pytest.mark.usefixtures("quick")

Follow = Callable[..., Follower]


@pytest.fixture
def follow(records: Records, journal: Journal, owner: str) -> Follow:
    """`follow(run_id, after=-1, timeout_s=5)`"""

    def one(run_id: str, *, after: int = -1, timeout_s: float = 5) -> Follower:
        return Follower(records, journal, owner, run_id, after=after, timeout_s=timeout_s)

    return one


async def all_of(follower: Follower) -> list[Frame]:
    """What a follower has to give of a run that has ended: it must not wait for more."""
    async with asyncio.timeout(3):
        return await read(follower)


async def ended(records: Records, owner: str, run_id: str, last_seq: int, **members: Any) -> None:
    outcome = {"status": "done", "metrics": METRICS, **members}
    await records.end(owner, run_id, last_seq=last_seq, **outcome)


async def test_what_is_there_comes_at_once_and_then_what_is_new(
    follow: Follow, keep: Keep, run_id: str
) -> None:
    written = [*contents(*"你好吗朋友"), end(5)]
    await keep(run_id, *written[:2])
    follower = follow(run_id)
    frames = follower.frames()
    assert [await anext(frames) for _ in range(2)] == written[:2]
    waiting = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await keep(run_id, *written[2:4])
    assert await waiting == written[2]
    assert await anext(frames) == written[3]
    assert not follower.ended
    await keep(run_id, *written[4:])
    assert [one async for one in frames] == written[4:]
    assert follower.ended


async def test_batches_that_overlap_while_they_are_followed_come_once(
    follow: Follow, keep: Keep, run_id: str
) -> None:
    written = [*contents(*"abcdefgh"), end(8)]
    reading = asyncio.create_task(read(follow(run_id)))
    for first, last in [(0, 2), (0, 4), (3, 5), (3, 5), (2, 9)]:
        await keep(run_id, *written[first:last])
        await asyncio.sleep(0.04)
    assert await reading == written


@pytest.mark.parametrize("after", [-1, 0, 1, 2, 3])
async def test_a_run_is_taken_up_after_any_of_its_frames(
    follow: Follow, keep: Keep, run_id: str, after: int
) -> None:
    written = [*contents(*"abcd"), end(4)]
    await keep(run_id, *written[:3])
    await keep(run_id, *written[3:])
    assert await all_of(follow(run_id, after=after)) == written[after + 1 :]


async def test_a_cursor_ahead_of_the_journal_waits_for_it(follow: Follow, keep: Keep, run_id: str) -> None:
    """The reader saw frames that were not kept yet when its connection was cut."""
    written = [*contents(*"abcdef"), end(6)]
    await keep(run_id, *written[:2])
    reading = asyncio.create_task(read(follow(run_id, after=4)))
    for batch in (written[2:4], written[4:5]):
        await keep(run_id, *batch)
        await asyncio.sleep(0.06)
    assert not reading.done()
    await keep(run_id, *written[5:])
    assert await reading == written[5:]


async def test_a_run_whose_record_is_on_its_way_is_waited_for(
    follow: Follow, keep: Keep, records: Records, owner: str
) -> None:
    item = new_item(new_id(), "test", heartbeat=time.time())
    reading = asyncio.create_task(read(follow(item["id"])))
    await asyncio.sleep(0.1)
    await records.create(owner, item)
    await keep(item["id"], *contents("a"), end(1))
    assert len(await reading) == 2


@pytest.mark.parametrize("after", [1, 9])
async def test_who_has_seen_the_end_gets_nothing_more(
    follow: Follow, keep: Keep, records: Records, owner: str, run_id: str, after: int
) -> None:
    await keep(run_id, *contents("a"), end(1))
    await ended(records, owner, run_id, last_seq=1)
    follower = follow(run_id, after=after)
    assert await all_of(follower) == []
    assert follower.ended


@pytest.mark.parametrize("status", ["done", "failed", "stopped"])
async def test_a_run_whose_journal_is_gone_has_an_end_nevertheless(
    follow: Follow, records: Records, owner: str, run_id: str, status: str
) -> None:
    problem = {"code": "model_cut", "detail": "It was cut off."} if status == "failed" else None
    await ended(records, owner, run_id, last_seq=5, status=status, error=problem)
    (last,) = await all_of(follow(run_id, after=3))
    assert (last.seq, last.last) == (6, True)
    codes = {"done": "interrupted", "failed": "model_cut"}
    assert last.data.get("problem", {}).get("code") == codes.get(status)
    assert last.data["status"] == ("stopped" if status == "stopped" else "error")


@pytest.mark.parametrize("after", [-1, 0, 2, 7])
async def test_a_run_that_was_interrupted_says_so_whatever_the_cursor(
    follow: Follow, keep: Keep, records: Records, owner: str, run_id: str, lapse: Lapse, after: int
) -> None:
    written = contents("一", "半", "b")
    await keep(run_id, *written)
    await records.beat(owner, run_id, started=True, last_seq=2)
    await lapse(run_id)
    follower = follow(run_id, after=after)
    *shown, last = await all_of(follower)
    assert shown == written[after + 1 :]
    assert last.last
    assert last.seq == max(after, 2) + 1
    assert (last.data["done"], last.data["status"], last.data["error"]) == (True, "error", INTERRUPTED)
    assert (last.data["problem"]["code"], last.data["problem"]["run_id"]) == ("interrupted", run_id)
    assert follower.ended


async def test_a_run_that_dies_while_it_is_followed_is_said_to_be_dead(
    follow: Follow, keep: Keep, run_id: str, lapse: Lapse
) -> None:
    await keep(run_id, *contents("a"))
    reading = asyncio.create_task(read(follow(run_id)))
    await asyncio.sleep(0.1)
    await lapse(run_id)
    first, last = await reading
    assert (first.seq, last.seq) == (0, 1)
    assert last.data["problem"]["code"] == "interrupted"


async def test_what_was_kept_after_the_last_heartbeat_is_not_lost(
    follow: Follow, keep: Keep, records: Records, owner: str, run_id: str, lapse: Lapse
) -> None:
    await keep(run_id, *contents("a"))
    await records.beat(owner, run_id, started=True, last_seq=0)
    await keep(run_id, *contents("b", first=1))
    await lapse(run_id)
    shown = await all_of(follow(run_id))
    assert [one.seq for one in shown] == [0, 1, 2]
    assert shown[-1].data["problem"]["code"] == "interrupted"


async def test_a_run_that_was_never_begun_is_said_to_be_dead(
    follow: Follow, records: Records, owner: str
) -> None:
    item = new_item(new_id(), "test", queued_at=time.time() - PICKUP_S - 1)
    await records.create(owner, item)
    (last,) = await all_of(follow(item["id"]))
    assert (last.seq, last.data["error"]) == (0, NOT_BEGUN)


async def test_a_run_that_was_stopped_before_it_was_begun_ends_as_stopped(
    follow: Follow, records: Records, owner: str
) -> None:
    item = new_item(new_id(), "test")
    await records.create(owner, item)
    await records.want_stop(owner, item["id"])
    (last,) = await all_of(follow(item["id"]))
    assert (last.seq, last.last, last.data) == (0, True, {"done": True, "status": "stopped"})


async def test_a_run_that_could_not_be_handed_over_ends_with_the_reason(
    follow: Follow, records: Records, owner: str
) -> None:
    item = new_item(new_id(), "test")
    await records.create(owner, item)
    problem = {"code": "unavailable", "detail": "Lambda does not answer."}
    await records.end(owner, item["id"], status="failed", error=problem)
    (last,) = await all_of(follow(item["id"]))
    assert (last.data["error"], last.data["problem"]) == ("Lambda does not answer.", problem)


class Shaky(Journal):
    """A journal whose first reads the table does not answer."""

    down = 0

    async def read(self, owner: str, run_id: str, after: int) -> list[Frame]:
        self.down -= 1
        if self.down >= 0:
            raise Unavailable("The table does not answer.", part="table")
        return await super().read(owner, run_id, after)


@pytest.mark.parametrize("down", [1, 2, 3])
async def test_a_journal_that_does_not_answer_is_no_empty_one(
    keep: Keep, records: Records, table: Table, objects: Objects, owner: str, run_id: str, down: int
) -> None:
    written = [*contents("a"), end(1)]
    await keep(run_id, *written)
    await ended(records, owner, run_id, last_seq=1)
    shaky = Shaky(table, objects)
    shaky.down = down
    assert await all_of(Follower(records, shaky, owner, run_id, timeout_s=5)) == written


async def test_a_follower_breaks_off_when_its_time_is_up(follow: Follow, keep: Keep, run_id: str) -> None:
    await keep(run_id, *contents("a"))
    follower = follow(run_id, timeout_s=0.2)
    begun = time.monotonic()
    assert len(await read(follower)) == 1
    assert 0.15 < time.monotonic() - begun < 2
    assert not follower.ended
