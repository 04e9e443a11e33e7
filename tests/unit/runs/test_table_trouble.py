"""A table that is throttled, slow or down: the stream goes on, and what is said of the journal is true.

Five seconds of it in real time are played by `make bench ARGS=runs`.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from starlette.responses import Response

from freshet import wiring
from freshet.runs import record, recorder
from freshet.runs.events import Content, Done, RunEvent, Started
from freshet.sse import EventStream
from freshet.stores import aws
from freshet.stores.table import Item, Table
from freshet.web import RunCall, create_app
from tests.blocking import guarded
from tests.serving import as_caller, served
from tests.unit.runs.capabilities import read
from tests.unit.runs.trouble import FAULTS, READ_S, SLOW_S, WRITE_S, Fault, TroubledTable

PACE_S = 0.01
PIECES = 80
PATIENCE_S = 5.0  # for what takes a fraction of it, on a busy machine


class Talker:
    """An app whose `POST /talk` streams a run of `pieces`; `begun` counts the generations."""

    def __init__(self) -> None:
        self.begun = 0
        self.pieces = PIECES
        self.app = create_app("talker")
        self.app.post("/talk", response_class=Response)(self._talk)

    async def _talk(self, call: RunCall) -> Response:
        return await EventStream.open(await wiring.runs().start(call, "talk", self._events()))

    async def _events(self) -> AsyncGenerator[RunEvent, None]:
        self.begun += 1
        yield Started()
        for number in range(self.pieces):
            await asyncio.sleep(PACE_S)
            yield Content(f"字{number} ")
        yield Done({"output": "完"})


class Shown:
    """The `data` of each event that a client was shown."""

    def __init__(self) -> None:
        self.run_id = ""
        self.data: list[bytes] = []
        self._news = asyncio.Event()

    def take(self, line: str) -> None:
        name, _, text = line.partition(": ")
        if name == "id":
            self.run_id, _, seq = text.partition(":")
            assert int(seq) == len(self.data)
        elif name == "data" and text != "[DONE]":
            self.data.append(text.encode())
            self._news.set()

    async def more(self, count: int) -> None:
        """Returns when so many more have come."""
        wanted = len(self.data) + count
        async with asyncio.timeout(PATIENCE_S):
            while len(self.data) < wanted:
                self._news.clear()
                await self._news.wait()

    @property
    def last(self) -> Any:
        return orjson.loads(self.data[-1])


@pytest.fixture
def talker() -> Talker:
    return Talker()


@pytest.fixture
async def api(talker: Talker, owner: str) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        served(as_caller(talker.app, owner)) as url,
        httpx.AsyncClient(base_url=url, timeout=20) as client,
    ):
        yield client


async def listen(api: httpx.AsyncClient, shown: Shown) -> None:
    """Reads a run to its end."""
    async with api.stream("POST", "/talk") as response:
        assert response.status_code == 200, await response.aread()
        async for line in response.aiter_lines():
            shown.take(line)


async def journalled(owner: str, run_id: str) -> list[bytes]:
    """What anybody else is shown of the run."""
    feed = await wiring.runs().follow(owner, run_id, after=-1, timeout_s=10)
    return [one.json for one in await read(feed)]


async def kept(table: Table, owner: str, run_id: str, seq: int) -> Item:
    """The record, when frame `seq` is in the journal."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            item = await table.get(owner, run_id)
            if item and item["last_seq"] >= seq:
                return item


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_stream_goes_on_and_its_journal_and_followers_catch_up(
    troubled: TroubledTable, api: httpx.AsyncClient, owner: str, fault: Fault
) -> None:
    shown = Shown()
    with guarded() as guard:
        async with asyncio.TaskGroup() as group:
            group.create_task(listen(api, shown))
            await shown.more(10)
            following = group.create_task(journalled(owner, shown.run_id))
            await shown.more(10)
            async with troubled.trouble(fault):
                await shown.more(40)
    assert not guard.calls
    assert len(shown.data) == PIECES + 2
    assert "kept_seq" not in shown.last
    assert following.result() == shown.data
    assert await journalled(owner, shown.run_id) == shown.data


@pytest.mark.parametrize("fault", ["refused", "hung"])
async def test_a_record_that_could_not_be_made_at_the_start_is_made_later_and_then_is_fresh(
    troubled: TroubledTable,
    api: httpx.AsyncClient,
    table: Table,
    owner: str,
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    assert not await table.get(owner, "none")  # the connection is set up
    shown, begun = Shown(), time.time()
    async with asyncio.TaskGroup() as group:
        async with troubled.trouble(fault):
            group.create_task(listen(api, shown))
            await shown.more(40)
        item = await kept(table, owner, shown.run_id, -1)
    assert item["heartbeat"] > begun + 40 * PACE_S - WRITE_S / 2
    assert await journalled(owner, shown.run_id) == shown.data
    assert (await wiring.runs().get(owner, shown.run_id)).status == "done"


@pytest.mark.parametrize("fault", ["throttled", "hung"])
async def test_trouble_past_the_end_is_told_in_time_and_readers_see_what_there_is(
    troubled: TroubledTable,
    api: httpx.AsyncClient,
    table: Table,
    owner: str,
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aws, "ATTEMPTS", 1)  # or the SDK's own may land, once the trouble is over
    monkeypatch.setattr(record, "LAPSE_S", 0.5)
    shown = Shown()
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(listen(api, shown))
        await shown.more(10)
        await kept(table, owner, shown.run_id, 5)
        async with troubled.trouble(fault):
            await shown.more(PIECES + 1 - len(shown.data))
            async with asyncio.timeout(PATIENCE_S):
                await listening
            await asyncio.sleep(READ_S)  # then nothing is on its way any more
    seq = shown.last["kept_seq"]
    assert 5 <= seq < PIECES
    assert shown.last["final_response"] == {"output": "完"}
    *frames, end = await journalled(owner, shown.run_id)
    assert frames == shown.data[: seq + 1]
    assert orjson.loads(end)["problem"]["code"] == "interrupted"
    found = await wiring.runs().get(owner, shown.run_id)
    assert found.status == "failed"
    assert 5 <= found.last_seq <= seq
    assert found.final_response
    assert found.final_response["output"] == "".join(f"字{number} " for number in range(seq))


async def test_a_slow_table_is_left_in_peace_between_the_rounds(
    troubled: TroubledTable, api: httpx.AsyncClient, talker: Talker, owner: str
) -> None:
    """Or many runs would keep each other waiting. A round has two writes; a pause is longer than both."""
    talker.pieces, troubled.slow_s = 200, 0.1
    shown = Shown()
    async with troubled.trouble("slow"):
        begun, asked = time.perf_counter(), troubled.asked
        await listen(api, shown)
        took_s, asked = time.perf_counter() - begun, troubled.asked - asked
    before_and_after = 2 + 2  # the record with its request; the last frame and the end
    assert asked <= before_and_after + 2 * took_s / (2 * troubled.slow_s + 0.2)
    assert "kept_seq" not in shown.last
    assert await journalled(owner, shown.run_id) == shown.data


async def test_what_lands_late_does_no_harm(
    troubled: TroubledTable, talker: Talker, api: httpx.AsyncClient, table: Table, owner: str
) -> None:
    """Writes that were given up, and overtaken: the heart does not go back, frames are there once."""
    talker.pieces = 2 * int(SLOW_S / PACE_S)  # they land while the run goes on
    shown, hearts = Shown(), []
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(listen(api, shown))
        await shown.more(10)
        await kept(table, owner, shown.run_id, 5)
        async with troubled.trouble("slow", "UpdateItem"):
            await shown.more(20)
        while not listening.done():
            item = await table.get(owner, shown.run_id)
            hearts.append(item["heartbeat"] if item else 0)
    assert hearts == sorted(hearts)
    assert len(set(hearts)) > 3
    assert await journalled(owner, shown.run_id) == shown.data


@pytest.mark.parametrize("fault", ["throttled", "hung", "refused", "cut"])
async def test_a_keyed_request_is_refused_before_anything_is_generated_and_may_come_again(
    troubled: TroubledTable,
    talker: Talker,
    api: httpx.AsyncClient,
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    talker.pieces = 3
    key = {"Idempotency-Key": "k"}
    async with troubled.trouble(fault):
        answer = await api.post("/talk", headers=key)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["part"]) == (503, "unavailable", "table")
    assert int(answer.headers["retry-after"]) >= 1
    assert talker.begun == 0
    again = await api.post("/talk", headers=key)
    assert (again.status_code, talker.begun) == (200, 1)


async def test_calls_that_hang_do_not_pile_up(
    troubled: TroubledTable, talker: Talker, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each round may leave one behind, which ends by its own timeouts."""
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    monkeypatch.setattr(recorder, "WRITE_S", READ_S / 2)
    talker.pieces = 200
    shown = Shown()
    async with asyncio.TaskGroup() as group:
        group.create_task(listen(api, shown))
        await shown.more(10)
        async with troubled.trouble("hung"):
            await shown.more(180)
    assert troubled.most_open <= 4  # of nine rounds
