"""Runs are started and joined: one generation for a key, whoever asks and however often."""

import asyncio
from typing import Any

import pytest

from freshet.errors import Conflict, DeadlineExceeded, FreshetError, ModelCut, NotFound, Stopped
from freshet.runs import service
from freshet.runs.events import Content, Done, Started
from freshet.runs.frame import Feed
from freshet.runs.record import new_item
from freshet.runs.records import Records
from freshet.runs.service import Runs
from tests.unit.runs.capabilities import ANSWER, Dictated, call, events, read

KEY = "k-1"
LONG_AGO = "01J00000000000000000000000"

pytestmark = pytest.mark.usefixtures("quick")


async def start(runs: Runs, owner: str, capability: Dictated, **members: Any) -> Feed:
    return await runs.start(call(owner, **members), "query", capability.events())


async def test_a_run_without_a_key_is_made_for_each_who_asks(runs: Runs, owner: str) -> None:
    first, second = [await start(runs, owner, Dictated(*ANSWER)) for _ in range(2)]
    assert first.run_id != second.run_id
    assert [one.data.get("content") for one in await read(first)] == [None, "你", "好", None]
    assert len(await read(second)) == 4


async def test_a_key_joins_the_run_that_goes_on(runs: Runs, owner: str) -> None:
    making, idle = Dictated(*ANSWER[:2]), Dictated(*ANSWER)
    live = await start(runs, owner, making, key=KEY)
    joined = await start(runs, owner, idle, key=KEY)
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
    live = await read(await start(runs, owner, Dictated(*ANSWER), key=KEY))
    joined = await start(runs, owner, idle, key=KEY)
    assert await read(joined) == live
    assert joined.ended
    assert not idle.begun


async def test_twenty_who_ask_at_once_get_one_generation(runs: Runs, owner: str) -> None:
    capabilities = [Dictated(*ANSWER) for _ in range(20)]
    feeds = await asyncio.gather(*(start(runs, owner, one, key=KEY) for one in capabilities))
    shown = await asyncio.gather(*(read(feed) for feed in feeds))
    assert sum(one.begun for one in capabilities) == 1
    assert [len(frames) for frames in shown] == [4] * 20
    assert all(frames == shown[0] for frames in shown)


async def test_a_key_that_was_used_for_another_body_is_a_conflict(runs: Runs, owner: str) -> None:
    await read(await start(runs, owner, Dictated(*ANSWER), key=KEY))
    other = Dictated(*ANSWER)
    with pytest.raises(Conflict, match="Idempotency-Key"):
        await start(runs, owner, other, key=KEY, body=b'{"query": 2}')
    assert not other.begun


async def test_how_the_body_is_written_does_not_count(runs: Runs, owner: str) -> None:
    live = await start(runs, owner, Dictated(*ANSWER), key=KEY, body='{"query": "年假", "top_k": 3}'.encode())
    await live.settle()
    joined = await start(runs, owner, Dictated(), key=KEY, body='{"top_k":3,"query":"年假"}'.encode())
    assert joined.run_id == live.run_id


async def test_a_key_is_its_owners(runs: Runs, owner: str) -> None:
    feeds = [await start(runs, name, Dictated(*ANSWER), key=KEY) for name in (owner, f"{owner}-2")]
    assert feeds[0].run_id != feeds[1].run_id
    for feed in feeds:
        await feed.settle()


async def test_what_failed_before_it_began_can_be_asked_again_with_its_key(runs: Runs, owner: str) -> None:
    failed = await start(runs, owner, Dictated(NotFound("no such thing")), key=KEY)
    (last,) = await read(failed)
    assert last.data["problem"]["code"] == "not_found"
    again = await start(runs, owner, Dictated(*ANSWER), key=KEY)
    assert again.run_id != failed.run_id
    assert len(await read(again)) == 4


async def test_what_failed_later_is_replayed_with_its_key(runs: Runs, owner: str) -> None:
    failed = await start(runs, owner, Dictated(Started(), Content("half"), ModelCut()), key=KEY)
    shown = await read(failed)
    assert await read(await start(runs, owner, Dictated(*ANSWER), key=KEY)) == shown


async def test_the_key_of_a_process_that_died_at_once_is_taken_over(
    runs: Runs, records: Records, owner: str
) -> None:
    digest = call(owner).request.digest
    await records.claim(owner, KEY, digest, LONG_AGO)
    feeds = await asyncio.gather(*(start(runs, owner, Dictated(*ANSWER), key=KEY) for _ in range(3)))
    (run_id,) = {feed.run_id for feed in feeds}
    assert run_id != LONG_AGO
    assert [len(await read(feed)) for feed in feeds] == [4, 4, 4]


async def test_a_run_that_was_handed_over_is_made_once(runs: Runs, records: Records, owner: str) -> None:
    """Lambda may start a function twice for one event."""
    item = new_item("01M00000000000000000000000", "query")
    await records.create(owner, item)
    capabilities = [Dictated(*ANSWER) for _ in range(2)]
    feeds = [await start(runs, owner, one, run_id=item["id"]) for one in capabilities]
    first, second = [await read(feed) for feed in feeds]
    assert first == second
    assert [one.begun for one in capabilities] == [True, False]
    assert first[0].data["run_id"] == item["id"]


async def test_an_answer_is_the_end_of_its_run(runs: Runs, owner: str) -> None:
    answer = await runs.answer(call(owner), "query", events(*ANSWER))
    assert answer["final_response"] == {"output": "你好"}
    record = await runs.get(owner, answer["run_id"])
    assert (record.status, record.metrics) == ("done", answer["metrics"])


async def test_an_answer_with_the_same_key_is_the_same(runs: Runs, owner: str) -> None:
    idle = Dictated()
    first = await runs.answer(call(owner, key=KEY), "query", events(*ANSWER))
    assert await runs.answer(call(owner, key=KEY), "query", idle.events()) == first
    assert not idle.begun


async def test_an_answer_raises_what_failed_and_names_its_run(runs: Runs, owner: str) -> None:
    for given in [(ModelCut("It was cut off."),), (Started(), ModelCut("It was cut off."))]:
        with pytest.raises(ModelCut) as caught:
            await runs.answer(call(owner), "query", events(*given))
        record = await runs.get(owner, caught.value.extra["run_id"])
        assert record.status == "failed"


async def test_an_answer_that_takes_too_long_ends_its_run(
    runs: Runs, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ANSWER_TIMEOUT_S", 0.1)
    capability = Dictated(Started(), Content("half"))
    with pytest.raises(DeadlineExceeded) as caught:
        async with asyncio.timeout(5):
            await runs.answer(call(owner), "query", capability.events())
    record = await runs.get(owner, caught.value.extra["run_id"])
    assert (record.status, (record.final_response or {})["output"]) == ("failed", "half")
    assert capability.closed


async def test_who_waits_for_an_answer_that_another_one_makes_may_give_up(runs: Runs, owner: str) -> None:
    making = Dictated(Started())
    live = await start(runs, owner, making, key=KEY)
    with pytest.raises(DeadlineExceeded) as caught:
        await runs.answer(call(owner, key=KEY, timeout_s=0.2), "query", Dictated().events())
    assert caught.value.extra["run_id"] == live.run_id
    making.say(Done({"output": "好"}))
    assert (await read(live))[-1].data["final_response"] == {"output": "好"}


async def test_an_answer_that_somebody_stops_is_none(runs: Runs, owner: str) -> None:
    live = await start(runs, owner, Dictated(Started()), key=KEY)
    waiting = asyncio.create_task(runs.answer(call(owner, key=KEY), "query", Dictated().events()))
    await runs.stop(owner, live.run_id)
    with pytest.raises(Stopped):
        await waiting


def test_answers_end_before_the_function_does() -> None:
    assert service.ANSWER_TIMEOUT_S < 300


@pytest.mark.parametrize("error", [ModelCut("cut"), RuntimeError("sk-123")])
async def test_the_key_says_nothing_of_a_failure_but_what_a_client_may_see(
    runs: Runs, owner: str, error: Exception
) -> None:
    with pytest.raises(FreshetError) as caught:
        await runs.answer(call(owner, key=KEY), "query", events(Started(), error))
    assert "sk-123" not in str(caught.value)
