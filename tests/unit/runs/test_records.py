import asyncio
import time
from typing import Any

import pytest

from freshet.errors import Conflict, NotFound
from freshet.ids import new_id
from freshet.runs.journal import MAX_INLINE_BYTES
from freshet.runs.record import PICKUP_S, new_item
from freshet.runs.records import Records
from freshet.runs.request import Request
from freshet.stores.aws import ConditionFailed
from freshet.stores.objects import Objects
from freshet.stores.table import Table

METRICS = {"prompt_tokens": 7, "completion_tokens": 3, "cost": None, "ttft_ms": 12.5}
KEY = "键-1"


async def created(records: Records, owner: str, **members: Any) -> str:
    """The id of a new run; made by some process unless it has no heartbeat."""
    item = new_item(new_id(), "query", **members)
    await records.create(owner, item)
    return str(item["id"])


async def standing(table: Table, owner: str, run_id: str) -> dict[str, Any]:
    item = await table.get(owner, run_id)
    assert item
    return item


async def test_a_record_is_created_once(records: Records, owner: str) -> None:
    item = new_item(new_id(), "query", heartbeat=time.time())
    await records.create(owner, item)
    await records.beat(owner, item["id"], started=True, last_seq=3)
    await records.create(owner, item)  # the answer to the first was lost
    record = await records.find(owner, item["id"])
    assert record
    assert (record.status, record.last_seq) == ("running", 3)
    assert await records.find("somebody-else", item["id"]) is None


async def test_a_heartbeat_says_how_far_the_run_is(records: Records, table: Table, owner: str) -> None:
    run_id = await created(records, owner, heartbeat=1.0)
    assert not await records.beat(owner, run_id, started=False, last_seq=-1)
    first = await standing(table, owner, run_id)
    assert (first["status"], first["last_seq"]) == ("queued", -1)
    assert first["heartbeat"] == pytest.approx(time.time(), abs=2)
    assert not await records.beat(owner, run_id, started=True, last_seq=5)
    second = await standing(table, owner, run_id)
    assert (second["status"], second["last_seq"]) == ("running", 5)


async def test_a_heartbeat_that_comes_late_changes_nothing(
    records: Records, table: Table, owner: str
) -> None:
    run_id = await created(records, owner, heartbeat=time.time())
    await records.end(owner, run_id, status="done", last_seq=9, metrics=METRICS, error=None)
    ended = await standing(table, owner, run_id)
    with pytest.raises(ConditionFailed):
        await records.beat(owner, run_id, started=True, last_seq=5)
    assert await standing(table, owner, run_id) == ended


async def test_a_heartbeat_that_was_overtaken_by_another_changes_nothing(
    records: Records, table: Table, owner: str
) -> None:
    run_id = await created(records, owner, heartbeat=time.time() + 5, last_seq=9)
    newer = await standing(table, owner, run_id)
    with pytest.raises(ConditionFailed):
        await records.beat(owner, run_id, started=True, last_seq=5)
    assert await standing(table, owner, run_id) == newer


async def test_a_heartbeat_makes_no_record(records: Records, table: Table, owner: str) -> None:
    with pytest.raises(ConditionFailed):
        await records.beat(owner, "01J", started=True, last_seq=5)
    assert await table.get(owner, "01J") is None


async def test_an_end_is_kept_and_may_be_written_twice(records: Records, owner: str) -> None:
    run_id = await created(records, owner, heartbeat=time.time())
    for _ in range(2):
        await records.end(owner, run_id, status="done", last_seq=9, metrics=METRICS, error=None)
    record = await records.find(owner, run_id)
    assert record
    assert (record.status, record.last_seq, record.metrics) == ("done", 9, METRICS)
    assert record.ended_at
    assert record.ended_at >= record.created_at


async def test_a_run_that_was_handed_over_is_begun_by_one(records: Records, owner: str) -> None:
    run_id = await created(records, owner)
    assert sum(await asyncio.gather(*(records.begin(owner, run_id) for _ in range(5)))) == 1
    assert not await records.begin(owner, run_id)
    assert not await records.begin(owner, "01J")


async def test_what_readers_were_told_nobody_began_is_not_begun(records: Records, owner: str) -> None:
    """Lambda may deliver an event late."""
    now = time.time()
    late, young = [
        await created(records, owner, queued_at=now - age_s) for age_s in (PICKUP_S + 1, PICKUP_S - 10)
    ]
    assert not await records.begin(owner, late)
    assert await records.begin(owner, young)


async def test_a_stop_is_heard_by_the_next_heartbeat(records: Records, owner: str) -> None:
    run_id = await created(records, owner, heartbeat=time.time())
    await records.want_stop(owner, run_id)
    assert await records.beat(owner, run_id, started=True, last_seq=0)


async def test_a_stop_ends_what_nobody_has_begun_and_nobody_will(records: Records, owner: str) -> None:
    run_id = await created(records, owner)
    await records.want_stop(owner, run_id)
    record = await records.find(owner, run_id)
    assert record
    assert record.status == "stopped"
    assert not await records.begin(owner, run_id)


async def test_a_run_that_was_told_to_stop_is_not_begun(records: Records, table: Table, owner: str) -> None:
    """Between the word and the end that it brings somebody may want to begin."""
    run_id = await created(records, owner)
    await table.update(owner, run_id, {"stop": True}, when="attribute_exists(#id)")
    assert not await records.begin(owner, run_id)


async def test_a_stop_leaves_an_ended_run_as_it_is(records: Records, table: Table, owner: str) -> None:
    run_id = await created(records, owner, heartbeat=time.time())
    await records.end(owner, run_id, status="done", last_seq=0, metrics=METRICS)
    ended = await standing(table, owner, run_id)
    await records.want_stop(owner, run_id)
    assert await standing(table, owner, run_id) == ended
    await records.want_stop(owner, "01J")
    assert await table.get(owner, "01J") is None


async def test_one_run_repeats_another(records: Records, owner: str) -> None:
    run_id = await created(records, owner, heartbeat=time.time())
    names = [f"retry-{number}" for number in range(5)]
    told = await asyncio.gather(*(records.mark_retried(owner, run_id, name) for name in names))
    assert len(set(told)) == 1
    assert await records.mark_retried(owner, run_id, "late") == told[0]
    assert await records.mark_retried(owner, run_id, told[0]) == told[0]


async def test_a_run_that_is_repeated_is_told_to_stop_if_it_lives(records: Records, owner: str) -> None:
    """Its process was only cut off from the table, and comes back."""
    run_id = await created(records, owner, heartbeat=time.time() - 60)
    await records.mark_retried(owner, run_id, "retry")
    assert await records.beat(owner, run_id, started=True, last_seq=0)


async def test_what_has_expired_is_gone_at_once(records: Records, owner: str) -> None:
    kept = await created(records, owner, heartbeat=time.time())
    gone = await created(records, owner, heartbeat=time.time(), expires_at=int(time.time()) - 1)
    assert await records.find(owner, gone) is None
    assert [item["id"] for item in (await records.page(owner, 10, None)).items] == [kept]


async def test_a_request_is_kept_as_it_came(records: Records, owner: str) -> None:
    item = new_item(new_id(), "query")
    query, headers = {"stream": ["true", "1"]}, {"content-type": "application/json"}
    request = Request("POST", "/api/v1/文档", query, headers, '{"query": "年假"}\x00\xff'.encode(), "query")
    for _ in range(2):
        await records.keep_request(owner, item, request)
    assert await records.request(owner, item["id"]) == request
    assert await records.request("somebody-else", item["id"]) is None


async def test_a_large_request_is_kept_in_the_bucket(records: Records, objects: Objects, owner: str) -> None:
    item = new_item(new_id(), "query")
    small, large = (
        Request("POST", "/", body=b"x" * MAX_INLINE_BYTES),
        Request("POST", "/", body=b"y" * 5_000_000),
    )
    await records.keep_request(owner, item, small)
    assert await records.request(owner, item["id"]) == small
    with pytest.raises(NotFound):
        await objects.get(owner, f"{item['id']}/request")
    await records.keep_request(owner, item, large)
    assert await records.request(owner, item["id"]) == large


async def test_a_key_is_held_by_the_first_that_claims_it(records: Records, owner: str) -> None:
    names = [f"run-{number}" for number in range(10)]
    holders = await asyncio.gather(*(records.claim(owner, KEY, "digest", name) for name in names))
    assert len(set(holders)) == 1
    assert await records.claim("somebody-else", KEY, "digest", "theirs") == "theirs"
    assert await records.claim(owner, "another key", "digest", "other") == "other"


async def test_a_key_that_was_used_for_another_request_is_a_conflict(records: Records, owner: str) -> None:
    await records.claim(owner, KEY, "digest", "run")
    with pytest.raises(Conflict, match="Idempotency-Key"):
        await records.claim(owner, KEY, "another digest", "other")
    assert await records.claim(owner, KEY, "digest", "other") == "run"


async def test_a_key_is_released_by_its_holder_only(records: Records, owner: str) -> None:
    await records.claim(owner, KEY, "digest", "run")
    await records.release(owner, KEY, "other")
    assert await records.claim(owner, KEY, "digest", "other") == "run"
    await records.release(owner, KEY, "run")
    assert await records.claim(owner, KEY, "another digest", "other") == "other"
    await records.release(owner, "never claimed", "run")


async def test_a_key_is_taken_over_from_its_holder_by_one(records: Records, owner: str) -> None:
    await records.claim(owner, KEY, "digest", "dead")
    names = [f"run-{number}" for number in range(5)]
    claims = (records.claim(owner, KEY, "digest", name, instead_of="dead") for name in names)
    holders = await asyncio.gather(*claims)
    assert len(set(holders)) == 1
    assert holders[0] in names
