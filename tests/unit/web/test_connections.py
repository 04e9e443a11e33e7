"""A run is durable, its connection is not: whatever becomes of the client, the run comes to its end."""

import asyncio
import time
from collections.abc import Callable, Coroutine, MutableMapping
from typing import Any

import httpx
import pytest
from fastapi import Response

from freshet import wiring
from freshet.errors import DeadlineExceeded
from freshet.ids import new_id
from freshet.runs import service
from freshet.runs.frame import Feed, Frame, result
from freshet.runs.record import Record
from freshet.runs.service import Runs
from freshet.sse import EventStream
from freshet.web import Owner, create_app
from tests.serving import as_caller, served
from tests.stack import Stack
from tests.unit.runs.capabilities import ANSWER, Dictated, call, events, read

LAST = len(ANSWER) - 1


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


@pytest.fixture
def runs(cloud: Stack) -> Runs:
    return wiring.runs()


class Client:
    """A client that hangs up: from its `patience`th message on, sending to it fails as ASGI says."""

    def __init__(self, patience: int = 1_000) -> None:
        self.got: list[MutableMapping[str, Any]] = []
        self._patience = patience

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if len(self.got) >= self._patience:
            raise OSError("the client is gone")
        self.got.append(message)

    async def receive(self) -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError("nobody sends anything more")

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.got)


async def streamed(stream: Response, client: Client) -> None:
    await stream({"type": "http"}, client.receive, client.send)


async def kept(runs: Runs, owner: str, run_id: str) -> tuple[Record, list[Frame]]:
    """The run, and what its journal holds of it."""
    frames = await read(await runs.follow(owner, run_id, after=-1, timeout_s=5))
    return await runs.get(owner, run_id), frames


@pytest.mark.parametrize("patience", range(7))
async def test_a_client_that_goes_away_changes_nothing(runs: Runs, owner: str, patience: int) -> None:
    feed = await runs.start(call(owner), "query", events(*ANSWER))
    client = Client(patience)
    await streamed(await EventStream.open(feed), client)
    assert len(client.got) == min(patience, 6)  # the head, four events, the end
    record, frames = await kept(runs, owner, feed.run_id)
    assert (record.status, record.last_seq) == ("done", LAST)
    assert len(frames) == len(ANSWER)


async def test_the_function_goes_on_until_the_run_of_a_client_that_went_away_is_over(
    runs: Runs, owner: str
) -> None:
    capability = Dictated(*ANSWER[:2])
    feed = await runs.start(call(owner), "query", capability.events())
    streaming = asyncio.create_task(streamed(await EventStream.open(feed), Client(patience=2)))
    await asyncio.sleep(0.1)
    assert not streaming.done()
    capability.say(*ANSWER[2:])
    await streaming
    assert (await runs.get(owner, feed.run_id)).status == "done"


async def test_a_client_that_closes_its_connection_changes_nothing(runs: Runs, owner: str) -> None:
    capability, app = Dictated(*ANSWER[:2]), create_app("test")

    @app.get("/")
    async def stream(owner: Owner) -> Response:
        return await EventStream.open(await wiring.runs().start(call(owner), "query", capability.events()))

    async with served(as_caller(app, owner)) as url:
        async with httpx.AsyncClient() as client, client.stream("GET", url) as response:
            line = await anext(response.aiter_lines())
        capability.say(*ANSWER[2:])
    # The server is down now: it waited for what its clients had started.
    run_id = line.removeprefix("id: ").partition(":")[0]
    record, frames = await kept(runs, owner, run_id)
    assert (record.status, len(frames)) == ("done", len(ANSWER))


async def test_a_stream_ends_with_done_when_its_run_is_over(runs: Runs, owner: str) -> None:
    feed = await runs.start(call(owner), "query", events(*ANSWER))
    client = Client()
    await streamed(await EventStream.open(feed), client)
    assert client.body.endswith(b"data: [DONE]\n\n")
    again, following = await runs.follow(owner, feed.run_id, after=-1, timeout_s=5), Client()
    await streamed(EventStream(again, again.frames()), following)
    assert following.body == client.body
    assert client.got[-1] == {"type": "http.response.body", "body": b"data: [DONE]\n\n", "more_body": False}


async def test_who_has_seen_every_event_is_told_that_there_are_no_more(runs: Runs, owner: str) -> None:
    feed = await runs.start(call(owner), "query", events(*ANSWER))
    await feed.settle()
    again, client = await runs.follow(owner, feed.run_id, after=LAST, timeout_s=5), Client()
    await streamed(EventStream(again, again.frames()), client)
    assert client.body == b"data: [DONE]\n\n"


async def test_a_stream_that_broke_off_does_not_claim_to_be_over(runs: Runs, owner: str) -> None:
    capability = Dictated(*ANSWER[:2])
    feed = await runs.start(call(owner, key="k"), "query", capability.events())
    joined, client = await runs.follow(owner, feed.run_id, after=-1, timeout_s=0.7), Client()
    begun = time.monotonic()
    await streamed(EventStream(joined, joined.frames()), client)
    assert time.monotonic() - begun < 3
    assert client.body.count(b"data: ") == 2
    assert b"[DONE]" not in client.body
    assert client.got[-1]["more_body"] is False
    capability.say(*ANSWER[2:])
    await feed.settle()


async def opened(feed: Feed) -> None:
    await EventStream.open(feed)


async def shown(feed: Feed) -> None:
    await streamed(await EventStream.open(feed), Client())


@pytest.mark.parametrize(("call_of", "said"), [(opened, 0), (shown, 2), (result, 2)])
async def test_a_call_that_is_broken_off_leaves_nothing_behind(
    runs: Runs, owner: str, call_of: Callable[[Feed], Coroutine[Any, Any, Any]], said: int
) -> None:
    """A sandbox outlives its calls: a run that went on in it would be frozen with it."""
    before = asyncio.all_tasks()
    capability = Dictated(*ANSWER[:said])
    calling = asyncio.create_task(call_of(await runs.start(call(owner), "query", capability.events())))
    await asyncio.sleep(0.1)
    assert capability.begun
    calling.cancel()
    await asyncio.wait([calling], timeout=5)
    assert calling.cancelled()
    assert asyncio.all_tasks() == before
    assert capability.closed


async def test_who_joined_a_run_that_does_not_begin_in_time_is_told_so(
    runs: Runs, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "JOINED_S", 0.1)
    capability = Dictated()
    feed = await runs.start(call(owner, key="k"), "query", capability.events())
    joined = await runs.start(call(owner, key="k", timeout_s=0.3), "query", Dictated().events())
    with pytest.raises(DeadlineExceeded) as caught:
        await EventStream.open(joined)
    assert caught.value.extra["run_id"] == feed.run_id == joined.run_id
    capability.say(*ANSWER)
    await feed.settle()
