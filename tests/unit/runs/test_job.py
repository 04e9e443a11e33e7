import asyncio
import time
from typing import Any

import pytest

from freshet import wiring
from freshet.errors import Conflict, ModelCut, Stopped, Unavailable
from freshet.ids import new_id
from freshet.runs import job as job_
from freshet.runs.job import LAPSE_S, Jobs
from freshet.runs.journal import Journal
from freshet.runs.record import LAPSE_S as RUN_LAPSE_S
from freshet.runs.record import Record, new_item
from freshet.runs.records import Records
from freshet.runs.service import Runs
from freshet.stores import aws
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.unit.runs.capabilities import call, read
from tests.unit.runs.trouble import TroubledTable

RESULT = {"users": 3}
_STARTED = '"0000000000"'  # the id of the journal's first frame, as it stands in a request
METRICS = {"prompt_tokens": 7, "completion_tokens": 3}


@pytest.fixture
def jobs(records: Records, journal: Journal) -> Jobs:
    return Jobs(records, journal)


async def followed(runs: Runs, owner: str, run_id: str, after: int = -1) -> list[dict[str, Any]]:
    feed = await runs.follow(owner, run_id, after=after, timeout_s=5)
    return [one.data for one in await read(feed)]


async def age(table: Table, owner: str, run_id: str, **members: Any) -> None:
    await table.update(owner, run_id, members, when="attribute_exists(#id)")


async def test_a_job_is_a_run_like_any_other(jobs: Jobs, runs: Runs, owner: str) -> None:
    run_id = await jobs.create(call(owner), "events", {"asked": 1})
    assert (await runs.get(owner, run_id)).status == "queued"
    assert not await jobs.beat(owner, run_id)
    assert (await runs.get(owner, run_id)).status == "running"
    for _ in range(2):
        assert await jobs.end(owner, run_id, RESULT, metrics=METRICS) == "done"
    assert await jobs.end(owner, run_id, {}, error=ModelCut()) == "done"
    record = await runs.get(owner, run_id)
    assert (record.status, record.final_response, record.metrics) == ("done", RESULT, METRICS)
    assert await jobs.beat(owner, run_id)
    started, ended = await followed(runs, owner, run_id)
    assert started == {"run_id": run_id, "started": True, "asked": 1, "done": False}
    assert ended == {"done": True, "final_response": RESULT, "metrics": METRICS}
    with pytest.raises(Conflict, match="is done"):
        await runs.retry(owner, run_id)
    assert await jobs.beat(owner, "01J")
    assert await jobs.end(owner, "01J", {}) is None
    bad = await jobs.create(call(owner), "events", {})
    assert await jobs.end(owner, bad, RESULT, error=ModelCut("Half.")) == "failed"
    error = (await runs.get(owner, bad)).error
    assert error
    assert (error["code"], error["run_id"]) == ("model_cut", bad)
    assert (await followed(runs, owner, bad))[-1]["error"] == "Half."


async def test_a_stop_ends_a_job_at_once_and_what_came_of_it_is_added(
    jobs: Jobs, runs: Runs, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_, "BEAT_S", 0.01)
    run_id = await jobs.create(call(owner), "events", {})

    async def work() -> None:
        async with jobs.working(owner, run_id):
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    assert (await runs.stop(owner, run_id)).status == "stopped"
    with pytest.raises(Stopped):
        await working
    assert (await followed(runs, owner, run_id))[-1] == {"done": True, "status": "stopped"}
    assert await jobs.end(owner, run_id, RESULT) == "stopped"
    record = await runs.get(owner, run_id)
    assert (record.status, record.final_response, record.error) == ("stopped", RESULT, None)
    assert (await followed(runs, owner, run_id))[-1]["final_response"] == RESULT
    assert (await runs.stop(owner, run_id)).status == "stopped"


async def test_a_stop_that_comes_with_the_end_leaves_the_end(
    jobs: Jobs, runs: Runs, records: Records, owner: str
) -> None:
    for _ in range(3):
        run_id = await jobs.create(call(owner), "events", {})
        status, _ = await asyncio.gather(jobs.end(owner, run_id, RESULT), records.want_stop(owner, run_id))
        record = await runs.get(owner, run_id)
        assert (record.status, record.final_response) == (status, RESULT)


async def test_the_journal_of_a_job_that_just_ended_is_not_overwritten_by_a_stop(
    jobs: Jobs, runs: Runs, table: Table, objects: Objects, journal: Journal, owner: str
) -> None:
    class Overtaken(Records):
        """Between its look at the job and its end of it somebody else ends the job."""

        async def find(self, owner: str, run_id: str) -> Record | None:
            found = await super().find(owner, run_id)
            await jobs.end(owner, run_id, RESULT)
            return found

    run_id = await jobs.create(call(owner), "events", {})
    late = Jobs(Overtaken(table, objects), journal)
    assert await late.end(owner, run_id, {}, stopped=True) == "done"
    record = await runs.get(owner, run_id)
    assert (record.status, record.final_response) == ("done", RESULT)


async def test_a_job_may_be_silent_for_longer_than_a_stream(
    jobs: Jobs, runs: Runs, table: Table, owner: str
) -> None:
    run_id = await jobs.create(call(owner), "events", {}, pickup_s=2 * LAPSE_S)
    now = time.time()
    await age(table, owner, run_id, queued_at=now - 2 * LAPSE_S + 5)
    assert (await runs.get(owner, run_id)).status == "queued"
    await jobs.beat(owner, run_id)
    await age(table, owner, run_id, heartbeat=now - 3 * RUN_LAPSE_S)
    assert (await runs.get(owner, run_id)).status == "running"
    await age(table, owner, run_id, heartbeat=now - LAPSE_S - 5)
    assert (await runs.get(owner, run_id)).interrupted
    assert not await jobs.beat(owner, run_id)  # somebody comes after all
    assert (await runs.get(owner, run_id)).status == "running"


async def test_a_job_is_made_once_for_its_key_and_for_a_retry(
    jobs: Jobs, runs: Runs, records: Records, table: Table, owner: str
) -> None:
    first = await jobs.create(call(owner, key="k"), "events", {})
    assert await jobs.create(call(owner, key="k"), "events", {}) == first
    with pytest.raises(Conflict):
        await jobs.create(call(owner, b"{}", key="k"), "events", {})
    failed = call(owner, key="l")
    await jobs.give_up(failed, await jobs.create(failed, "events", {}), ModelCut())
    assert (await runs.get(owner, failed.id)).status == "failed"
    again = await jobs.create(call(owner, key="l"), "events", {})
    assert again not in {failed.id, first}
    retry = new_id()
    await records.create(owner, new_item(retry, "events", retry_of=again))
    assert await jobs.create(call(owner, run_id=retry), "events", {}) == retry
    with pytest.raises(Conflict):
        await jobs.create(call(owner, run_id=retry), "events", {})
    assert (await table.get(owner, retry) or {})["lapse_s"] == LAPSE_S
    await records.mark_retried(owner, retry, "01J")
    assert await jobs.beat(owner, retry)


@pytest.mark.parametrize("key", ["", "again"])
async def test_a_job_that_could_not_be_set_out_is_not_there_or_has_failed(
    troubled: TroubledTable, owner: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    jobs, runs = wiring.run_jobs(), wiring.runs()
    async with troubled.trouble("failing", _STARTED):
        with pytest.raises(Unavailable):
            await jobs.create(call(owner, key=key), "events", {})
    listed, _ = await runs.page(owner, 10, None)
    assert [record.status for record in listed] == (["failed"] if key else [])
    run_id = await jobs.create(call(owner, key=key), "events", {})
    assert (await runs.get(owner, run_id)).status == "queued"


async def test_a_key_that_could_not_be_claimed_leaves_no_run(
    troubled: TroubledTable, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    jobs, runs = wiring.run_jobs(), wiring.runs()
    async with troubled.trouble("failing", "UpdateItem"):
        with pytest.raises(Unavailable):
            await jobs.create(call(owner, key="again"), "events", {})
    assert await runs.page(owner, 10, None) == ([], None)
