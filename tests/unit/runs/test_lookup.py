"""Runs are found, listed, followed and stopped by their owner, and by nobody else."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from freshet.errors import Conflict, ModelCut, NotFound
from freshet.ids import new_id
from freshet.runs import service
from freshet.runs.events import Content, Done, Item, Reset, Started
from freshet.runs.frame import frame, shape
from freshet.runs.record import PICKUP_S, new_item
from freshet.runs.records import Records
from freshet.runs.service import Runs
from freshet.stores.table import Table
from tests.unit.runs.capabilities import ANSWER, Dictated, Given, call, contents, end, events, read
from tests.unit.runs.conftest import Keep, Lapse

LONG_AGO = "01J00000000000000000000000"

pytestmark = pytest.mark.usefixtures("quick")

Made = Callable[..., Awaitable[str]]


@pytest.fixture
def made(runs: Runs, owner: str) -> Made:
    """`made(*events)`: the id of a run of them that has ended."""

    async def make(*given: Given) -> str:
        feed = await runs.start(call(owner), "query", events(*given))
        await feed.settle()
        return feed.run_id

    return make


async def test_a_run_that_is_done_has_its_result(runs: Runs, owner: str, made: Made) -> None:
    record = await runs.get(owner, await made(*ANSWER))
    assert (record.status, record.capability, record.last_seq) == ("done", "query", 3)
    assert record.final_response == {"output": "你好"}
    assert record.usage
    assert record.metrics
    assert record.error is None


async def test_a_run_that_failed_has_its_reason_and_what_was_written(
    runs: Runs, owner: str, made: Made
) -> None:
    record = await runs.get(owner, await made(Started(), Content("一半"), ModelCut("It was cut off.")))
    assert (record.status, record.last_seq) == ("failed", 2)
    assert record.error
    assert (record.error["code"], record.error["detail"]) == ("model_cut", "It was cut off.")
    assert record.final_response == {"output": "一半", "finish_reason": "model_cut"}


async def test_a_large_result_comes_back_whole(runs: Runs, owner: str, made: Made) -> None:
    output = "员工每年享有" * 30_000
    record = await runs.get(owner, await made(Started(), Done({"output": output})))
    assert record.final_response == {"output": output}


async def test_a_run_that_goes_on_has_no_result_yet(runs: Runs, owner: str, run_id: str) -> None:
    record = await runs.get(owner, run_id)
    assert (record.status, record.final_response, record.ended_at) == ("queued", None, None)


async def test_a_run_that_was_interrupted_has_what_was_kept_since_its_last_reset(
    runs: Runs, records: Records, owner: str, run_id: str, keep: Keep, lapse: Lapse
) -> None:
    reset = frame(1, shape(Reset("upstream_cut"), run_id))
    item = frame(3, shape(Item({"id": 1}), run_id))
    await keep(run_id, *contents("void"), reset)
    await keep(run_id, *contents("一", first=2), item, *contents("半", first=4))
    await records.beat(owner, run_id, started=True, last_seq=4)
    await lapse(run_id)
    record = await runs.get(owner, run_id)
    assert (record.status, record.interrupted) == ("failed", True)
    assert record.final_response == {
        "output": "一半",
        "finish_reason": "interrupted",
        "items": [{"id": 1}],
    }


async def test_what_was_kept_before_the_first_heartbeat_is_found(
    runs: Runs, owner: str, run_id: str, keep: Keep, lapse: Lapse
) -> None:
    await keep(run_id, *contents("一"))
    await lapse(run_id)
    assert ((await runs.get(owner, run_id)).final_response or {})["output"] == "一"


async def test_a_run_that_died_between_its_last_event_and_its_record_has_ended(
    runs: Runs, table: Table, owner: str, run_id: str, keep: Keep, lapse: Lapse
) -> None:
    metrics = {"prompt_tokens": 7, "completion_tokens": 3}
    await keep(run_id, *contents("好"), end(1, metrics=metrics))
    await lapse(run_id)
    record = await runs.get(owner, run_id)
    assert (record.status, record.error, record.last_seq) == ("done", None, 1)
    assert (record.metrics, record.final_response) == (metrics, {"output": "好"})
    with pytest.raises(Conflict, match="done"):
        await runs.retry(owner, run_id)
    mended = await table.get(owner, run_id)
    assert mended
    assert (mended["status"], mended["metrics"], mended["ended_at"]) == ("done", metrics, record.ended_at)


async def test_runs_are_listed_newest_first(
    runs: Runs, owner: str, made: Made, run_id: str, lapse: Lapse
) -> None:
    done = await made(*ANSWER)
    feed = await runs.start(call(owner, key="k"), "query", events(ModelCut()))
    await feed.settle()
    await lapse(run_id)
    first, cursor = await runs.page(owner, 2, None)
    assert [(one.id, one.status) for one in first] == [(feed.run_id, "failed"), (done, "done")]
    rest, end = await runs.page(owner, 2, cursor)
    assert [(one.id, one.status, one.interrupted) for one in rest] == [(run_id, "failed", True)]
    assert end is None
    assert await runs.page(f"{owner}-2", 2, None) == ([], None)


async def test_a_run_is_followed_from_any_of_its_events(runs: Runs, owner: str, made: Made) -> None:
    run_id = await made(*ANSWER)
    feed = await runs.follow(owner, run_id, after=1, timeout_s=5)
    assert [one.seq for one in await read(feed)] == [2, 3]


async def test_a_stop_answers_with_what_was_written(runs: Runs, owner: str) -> None:
    capability = Dictated(Started(), Content("一半"))
    feed = await runs.start(call(owner), "query", capability.events())
    begun = time.monotonic()
    record = await runs.stop(owner, feed.run_id)
    assert time.monotonic() - begun < 1
    assert (record.status, record.error) == ("stopped", None)
    assert record.final_response == {"output": "一半", "finish_reason": "stopped"}
    assert record.metrics
    assert capability.closed
    assert (await read(feed))[-1].data["status"] == "stopped"


async def test_a_stop_leaves_a_run_that_has_ended_as_it_is(
    runs: Runs, owner: str, made: Made, run_id: str, lapse: Lapse
) -> None:
    done = await made(*ANSWER)
    assert await runs.stop(owner, done) == await runs.get(owner, done)
    await lapse(run_id)
    assert (await runs.stop(owner, run_id)).interrupted


async def test_a_run_that_nobody_has_begun_is_stopped_at_once(
    runs: Runs, records: Records, owner: str
) -> None:
    item = new_item(new_id(), "query")
    await records.create(owner, item)
    assert (await runs.stop(owner, item["id"])).status == "stopped"
    begun = Dictated(*ANSWER)
    with pytest.raises(Conflict):
        await runs.start(call(owner, run_id=item["id"]), "query", begun.events())
    assert not begun.begun


async def test_a_stop_that_is_not_obeyed_yet_says_how_the_run_stands(
    runs: Runs, owner: str, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "STOP_S", 0.2)
    assert (await runs.stop(owner, run_id)).status == "queued"


async def test_somebody_elses_run_is_not_there(runs: Runs, records: Records, owner: str) -> None:
    item = new_item(LONG_AGO, "query", queued_at=time.time() - PICKUP_S - 1)
    await records.create(owner, item)
    await records.keep_request(owner, item, call(owner).request)
    stranger = f"{owner}-2"
    for asked in (
        runs.get(stranger, LONG_AGO),
        runs.follow(stranger, LONG_AGO, after=-1, timeout_s=5),
        runs.stop(stranger, LONG_AGO),
        runs.retry(stranger, LONG_AGO),
        runs.request(stranger, LONG_AGO),
    ):
        with pytest.raises(NotFound):
            await asked
    assert (await runs.get(owner, LONG_AGO)).retried_by is None


async def test_a_young_run_is_waited_for(runs: Runs, records: Records, owner: str) -> None:
    """Its first event is seen before its record is written."""
    item = new_item(new_id(), "query", heartbeat=time.time())
    getting = asyncio.create_task(runs.get(owner, item["id"]))
    await asyncio.sleep(0.15)
    assert not getting.done()
    await records.create(owner, item)
    assert (await getting).id == item["id"]


async def test_a_young_run_is_not_waited_for_long(
    runs: Runs, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "YOUNG_S", 0.2)
    with pytest.raises(NotFound):
        await runs.get(owner, new_id())


@pytest.mark.parametrize("run_id", [LONG_AGO, "跑", "01J", "7" * 26, "x" * 2000])
async def test_what_was_never_a_run_is_not_waited_for(runs: Runs, owner: str, run_id: str) -> None:
    begun = time.monotonic()
    with pytest.raises(NotFound):
        await runs.get(owner, run_id)
    assert time.monotonic() - begun < 1


async def test_nor_is_what_another_clock_will_make(
    runs: Runs, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await runs.page(owner, 1, None)  # the connection is set up
    soon_ns = time.time_ns() + 1_900_000_000
    with monkeypatch.context() as ahead:
        ahead.setattr("freshet.ids.time.time_ns", lambda: soon_ns)
        run_id = new_id()
    begun = time.monotonic()
    with pytest.raises(NotFound):
        await runs.get(owner, run_id)
    assert time.monotonic() - begun < 1
