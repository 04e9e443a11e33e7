"""A live run: what its client sees, what is kept of it, and in which order."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from freshet.errors import ModelCut, NotFound
from freshet.ids import new_id
from freshet.runs import recorder
from freshet.runs.events import Content, Done, Started
from freshet.runs.journal import MAX_INLINE_BYTES, Journal
from freshet.runs.kept import Kept
from freshet.runs.record import Record, new_item
from freshet.runs.recorder import Recorder
from freshet.runs.records import Records
from freshet.runs.run import Run
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.unit.runs.capabilities import ANSWER, Dictated, call, read

Begin = Callable[..., Kept]


@pytest.fixture
async def begin(records: Records, journal: Journal, owner: str) -> Begin:
    """`begin(capability, key="")`: a run of it, set out; the record is its recorder's to make."""

    def start(capability: Dictated, journal: Journal = journal, **members: Any) -> Kept:
        run = Run("test", capability.events())
        kept = Kept(run)
        item = new_item(run.run_id, "test", heartbeat=time.time())
        asked = call(owner, **members)
        kept.begin(Recorder(records, journal, asked, run=run, frames=kept.written, item=item, created=False))
        return kept

    return start


async def until(found: Callable[[], Any]) -> Any:
    """What `found` comes to find."""
    async with asyncio.timeout(5):
        while not (value := await found()):  # noqa: ASYNC110  # a table tells nobody of its news
            await asyncio.sleep(0.01)
        return value


async def found(records: Records, owner: str, run_id: str) -> Record:
    record: Record = await until(lambda: records.find(owner, run_id))
    return record


async def test_frames_are_shown_before_they_are_kept(begin: Begin, journal: Journal, owner: str) -> None:
    capability = Dictated(*ANSWER[:2])
    kept = begin(capability)
    frames = kept.frames()
    assert (await anext(frames)).data["started"]
    assert (await anext(frames)).data["content"] == "你"
    assert await journal.read(owner, kept.run_id, -1) == []
    capability.say(*ANSWER[2:])
    rest = [one async for one in frames]
    assert len(await journal.read(owner, kept.run_id, -1)) == 2 + len(rest) == 4


async def test_the_last_frame_is_kept_before_it_is_shown(
    begin: Begin, records: Records, journal: Journal, owner: str
) -> None:
    kept = begin(Dictated(*ANSWER))
    shown = []
    async for one in kept.frames():
        shown.append(one)
        if one.last:
            assert await journal.read(owner, kept.run_id, -1) == shown
            record = await found(records, owner, kept.run_id)
            assert (record.status, record.last_seq) == ("done", 3)
            assert record.metrics == one.data["metrics"]
    assert kept.ended
    assert "kept_seq" not in shown[-1].data


async def test_what_is_written_is_kept_while_the_run_goes_on(
    begin: Begin, journal: Journal, records: Records, owner: str, quick: None
) -> None:
    capability = Dictated(Started(), Content("一"))
    kept = begin(capability)
    first = await until(lambda: journal.read(owner, kept.run_id, -1))
    capability.say(Content("半"))
    second = await until(lambda: journal.read(owner, kept.run_id, first[-1].seq))
    assert [one.data.get("content") for one in first + second] == [None, "一", "半"]
    record = await found(records, owner, kept.run_id)
    assert record.status == "running"
    capability.say(Done({}))
    await kept.settle()


async def test_a_silent_run_has_a_heartbeat(begin: Begin, table: Table, owner: str, quick: None) -> None:
    capability = Dictated()
    kept = begin(capability)

    async def beat_after(moment: float) -> float | None:
        item = await table.get(owner, kept.run_id)
        return item["heartbeat"] if item and item["heartbeat"] > moment else None

    first = await until(lambda: beat_after(0))
    second = await until(lambda: beat_after(first))
    assert await until(lambda: beat_after(second))
    capability.say(*ANSWER)
    await kept.settle()


async def test_a_stop_that_somebody_left_ends_the_run(
    begin: Begin, records: Records, journal: Journal, owner: str, quick: None
) -> None:
    capability = Dictated(Started(), Content("一半"))
    kept = begin(capability)
    await found(records, owner, kept.run_id)
    await records.want_stop(owner, kept.run_id)
    async with asyncio.timeout(5):
        last = (await read(kept))[-1].data
    assert (last["status"], last["final_response"]["output"]) == ("stopped", "一半")
    assert capability.closed
    assert (await found(records, owner, kept.run_id)).status == "stopped"
    assert (await journal.read(owner, kept.run_id, -1))[-1].data == last


async def test_the_heart_beats_and_a_stop_is_heard_though_the_bucket_is_down(
    begin: Begin,
    records: Records,
    table: Table,
    no_bucket: Objects,
    owner: str,
    quick: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recorder, "GRACE_S", 0.2)
    kept = begin(Dictated(Started(), Content("员" * MAX_INLINE_BYTES)), Journal(table, no_bucket))

    async def heard() -> Record | None:
        record = await records.find(owner, kept.run_id)
        return record if record and record.last_seq == 0 else None

    await until(heard)
    first = await table.get(owner, kept.run_id)
    await asyncio.sleep(0.3)  # some rounds in which the large event can't be kept
    second = await table.get(owner, kept.run_id)
    assert first
    assert second
    assert second["heartbeat"] > first["heartbeat"]
    await records.want_stop(owner, kept.run_id)
    async with asyncio.timeout(5):
        last = (await read(kept))[-1].data
    assert (last["status"], last["kept_seq"]) == ("stopped", 0)


async def test_a_stop_is_heard_of_within_a_second(begin: Begin, records: Records, owner: str) -> None:
    kept = begin(Dictated(Started()))
    await found(records, owner, kept.run_id)
    await records.want_stop(owner, kept.run_id)
    async with asyncio.timeout(1):
        await kept.settle()
    assert kept.ended


@pytest.mark.parametrize("begun", [True, False])
async def test_a_failure_is_kept_whenever_it_comes(
    begin: Begin, records: Records, journal: Journal, owner: str, begun: bool
) -> None:
    given = (Started(), Content("half")) if begun else ()
    kept = begin(Dictated(*given, ModelCut("It was cut off.")))
    shown = await read(kept)
    assert len(shown) == (3 if begun else 1)
    assert await journal.read(owner, kept.run_id, -1) == shown
    record = await found(records, owner, kept.run_id)
    assert (record.status, record.last_seq) == ("failed", shown[-1].seq)
    assert record.error == shown[-1].data["problem"]
    assert not record.interrupted


@pytest.mark.parametrize("begun", [True, False])
async def test_only_a_failure_before_the_start_frees_the_key(
    begin: Begin, records: Records, owner: str, begun: bool
) -> None:
    asked, given = call(owner, key="k"), (Started(),) if begun else ()
    kept = begin(Dictated(*given, NotFound("not there")), key="k")
    await records.claim(owner, "k", asked.request.digest, kept.run_id)
    await kept.settle()
    other = new_id()
    holder = await records.claim(owner, "k", asked.request.digest, other)
    assert holder == (kept.run_id if begun else other)


async def test_a_run_that_nobody_listens_to_comes_to_its_end(
    begin: Begin, records: Records, journal: Journal, owner: str
) -> None:
    kept = begin(Dictated(*ANSWER))
    await kept.settle()
    assert len(await journal.read(owner, kept.run_id, -1)) == 4
    assert (await found(records, owner, kept.run_id)).status == "done"


async def test_a_listener_who_leaves_changes_nothing(begin: Begin, journal: Journal, owner: str) -> None:
    capability = Dictated(Started())
    kept = begin(capability)
    frames = kept.frames()
    await anext(frames)
    await frames.aclose()
    capability.say(*ANSWER[1:])
    await kept.settle()
    assert len(await journal.read(owner, kept.run_id, -1)) == 4


async def test_a_listener_who_is_slow_holds_up_nothing(begin: Begin, records: Records, owner: str) -> None:
    kept = begin(Dictated(*ANSWER))
    frames = kept.frames()
    first = await anext(frames)
    await kept.settle()
    assert (await found(records, owner, kept.run_id)).status == "done"
    assert [first.seq, *[one.seq async for one in frames]] == [0, 1, 2, 3]


async def test_a_run_that_is_broken_off_leaves_no_task_and_its_heart_stops(
    begin: Begin, table: Table, records: Records, owner: str, quick: None
) -> None:
    before = asyncio.all_tasks()
    capability = Dictated(Started())
    kept = begin(capability)
    listening = asyncio.create_task(read(kept))
    await found(records, owner, kept.run_id)
    settling = asyncio.create_task(kept.settle())
    await asyncio.sleep(0.1)
    settling.cancel()
    await asyncio.wait([settling, listening])
    assert asyncio.all_tasks() == before
    assert capability.closed
    assert listening.cancelled()
    await asyncio.sleep(0.5)  # a write may be on its way, and lands
    item = await table.get(owner, kept.run_id)
    await asyncio.sleep(0.15)
    assert item == await table.get(owner, kept.run_id)
    assert (item or {})["status"] in {"queued", "running"}


async def test_a_run_that_has_ended_leaves_no_task(begin: Begin) -> None:
    before = asyncio.all_tasks()
    await read(begin(Dictated(*ANSWER)))
    assert asyncio.all_tasks() == before


async def test_a_long_run_is_kept_in_batches_that_fit(
    begin: Begin, table: Table, journal: Journal, owner: str
) -> None:
    kept = begin(Dictated(Started(), *(Content("字" * 30_000) for _ in range(8)), Done({})))
    shown = await read(kept)
    assert await journal.read(owner, kept.run_id, -1) == shown
    items = await table.span(f"{owner}/{kept.run_id}", "0", "9")
    assert len(items) == 3
