"""A run is started again: by the function that made it, in a sandbox of its own."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from freshet.errors import Conflict, ModelCut, NotFound, Unavailable
from freshet.ids import new_id
from freshet.runs.events import Content, Started
from freshet.runs.record import new_item
from freshet.runs.records import Records
from freshet.runs.service import Runs
from infra.local.lambda_service import FunctionSpec
from tests.stack import Stack
from tests.streaming.functions import spec
from tests.unit.local.lambda_rig import Lambda, serving
from tests.unit.runs.capabilities import ANSWER, Dictated, call, events, read

HANDLERS = Path(__file__).parent / "handlers"
QUESTION = '{"query": "年假"}'.encode()


@asynccontextmanager
async def deployed(
    cloud: Stack, monkeypatch: pytest.MonkeyPatch, **functions: FunctionSpec
) -> AsyncIterator[Lambda]:
    """Lambda with these functions, for the product's code in this process too."""
    async with serving(cloud.aws, None, **functions) as service:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", service.aws.lambda_endpoint)
        yield service


@pytest.fixture
async def functions(cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lambda]:
    wrapped = spec("maker.handler", task_root=HANDLERS)
    maker = replace(wrapped, environment={**wrapped.environment, **cloud.environment()})
    async with deployed(cloud, monkeypatch, maker=maker) as service:
        yield service


@pytest.fixture
async def gone(cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The function is not there: nothing can be handed over."""
    async with deployed(cloud, monkeypatch):
        yield


async def failed(runs: Runs, owner: str, **members: Any) -> str:
    """The id of a run that failed after it had begun."""
    given = (Started(), Content("half"), ModelCut())
    feed = await runs.start(call(owner, QUESTION, **members), "query", events(*given))
    await feed.settle()
    return feed.run_id


async def test_a_run_is_made_again_of_its_request(runs: Runs, owner: str, functions: Lambda) -> None:
    old = await failed(runs, owner)
    record = await runs.retry(owner, old)
    assert (record.status, record.retry_of, record.capability) == ("queued", old, "query")
    shown = await read(await runs.follow(owner, record.id, after=-1, timeout_s=15))
    assert [one.data.get("content") for one in shown] == [None, "年", "假", None]
    assert shown[0].data["run_id"] == record.id
    await functions.api.finished()
    assert (await runs.get(owner, record.id)).final_response == {"output": "年假"}
    assert (await runs.get(owner, old)).retried_by == record.id
    assert (await runs.retry(owner, old)).id == record.id  # though it is done
    with pytest.raises(Conflict):
        await runs.retry(owner, record.id)


async def test_many_who_retry_at_once_get_one_run(runs: Runs, owner: str, functions: Lambda) -> None:
    old = await failed(runs, owner)
    records = await asyncio.gather(*(runs.retry(owner, old) for _ in range(5)))
    (new,) = {record.id for record in records}
    await functions.api.finished()
    listed, _ = await runs.page(owner, 10, None)
    assert [(one.id, one.status) for one in listed] == [(new, "done"), (old, "failed")]


@pytest.mark.usefixtures("gone")
async def test_a_retry_that_can_not_be_handed_over_has_failed_and_may_be_tried_again(
    runs: Runs, owner: str
) -> None:
    """Tried again, it is the latest one that is repeated: each run has one retry."""
    chain = [await failed(runs, owner)]
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            await runs.retry(owner, chain[0])
        assert caught.value.part == "functions"
        newest = (await runs.page(owner, 1, None))[0][0]
        assert (newest.status, newest.retry_of) == ("failed", chain[-1])
        assert newest.error
        assert newest.error["code"] == "unavailable"
        assert (await runs.get(owner, chain[-1])).retried_by == newest.id
        chain.append(newest.id)


@pytest.mark.usefixtures("gone", "quick")
async def test_only_what_failed_or_was_stopped_is_retried(runs: Runs, owner: str) -> None:
    capability = Dictated(Started())
    feed = await runs.start(call(owner), "query", capability.events())
    with pytest.raises(Conflict, match=r"queued|running"):
        await runs.retry(owner, feed.run_id)
    capability.say(*ANSWER[1:])
    await feed.settle()
    with pytest.raises(Conflict, match="done"):
        await runs.retry(owner, feed.run_id)


@pytest.mark.usefixtures("gone", "quick")
async def test_what_was_stopped_or_interrupted_may_be_retried(
    runs: Runs, records: Records, owner: str
) -> None:
    feed = await runs.start(call(owner), "query", Dictated(Started()).events())
    await runs.stop(owner, feed.run_id)
    dead = new_item(new_id(), "query", heartbeat=time.time() - 60)
    await records.create(owner, dead)
    await records.keep_request(owner, dead, call(owner).request)
    for run_id in (feed.run_id, dead["id"]):
        with pytest.raises(Unavailable):  # so it was handed over
            await runs.retry(owner, run_id)


@pytest.mark.usefixtures("gone")
async def test_a_run_whose_request_was_not_kept_can_not_be_retried(
    runs: Runs, records: Records, owner: str
) -> None:
    item = new_item(new_id(), "query", heartbeat=time.time() - 60)
    await records.create(owner, item)
    with pytest.raises(Conflict, match="send it again"):
        await runs.retry(owner, item["id"])
    with pytest.raises(NotFound):
        await runs.request(owner, item["id"])


@pytest.mark.usefixtures("quick")
async def test_the_request_of_a_run_is_found_again(runs: Runs, owner: str) -> None:
    asked = call(owner, QUESTION)
    for members in ({}, {"key": "k"}):
        feed = await runs.start(call(owner, QUESTION, **members), "query", events(*ANSWER))
        await feed.settle()
        assert await runs.request(owner, feed.run_id) == asked.request
