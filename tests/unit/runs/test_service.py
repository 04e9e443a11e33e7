"""Runs are started and joined: one generation for a key, whoever asks and however often."""

import asyncio
from typing import Any

import pytest

from freshet.errors import Conflict, DeadlineExceeded, FreshetError, ModelCut, Stopped
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


async def test_a_run_that_was_handed_over_is_made_once(runs: Runs, records: Records, owner: str) -> None:
    """Lambda may start a function twice for one event."""
    item = new_item("01M00000000000000000000000", "query")
    await records.create(owner, item)
    capabilities = [Dictated(*ANSWER) for _ in range(2)]
    feed = await start(runs, owner, capabilities[0], run_id=item["id"])
    with pytest.raises(Conflict):
        await start(runs, owner, capabilities[1], run_id=item["id"])
    assert (await read(feed))[0].data["run_id"] == item["id"]
    assert [one.begun for one in capabilities] == [True, False]


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
