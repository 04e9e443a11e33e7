import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from fastapi import Response
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from freshet import sse
from freshet.errors import NotFound, Stopped
from freshet.runs.events import Content, Done, Item, Reasoning, Reset, RunEvent, Started, ToolCall, ToolResult
from freshet.runs.frame import frame
from freshet.runs.run import Run
from freshet.sse import EventStream, encode, event_schema
from freshet.web import create_app
from tests.serving import served

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


SHAPES = {shape["title"]: Draft202012Validator(shape) for shape in event_schema()["oneOf"]}


def read(raw: bytes) -> list[dict[str, str]]:
    """Events after the HTML standard's parsing rules, written independently of the encoder."""
    events: list[dict[str, str]] = [{}]
    for line in raw.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line:
            events.append({})
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            events[-1][name] = f"{events[-1][name]}\n{value}" if name in events[-1] else value
    return [event for event in events if event]


@settings(max_examples=40)
@given(st.lists(st.dictionaries(st.text(), JSON, max_size=5), max_size=5))
def test_whatever_an_event_holds_comes_out_as_it_went_in(drawn: list[dict[str, Any]]) -> None:
    payloads = [{**data, "done": False} for data in drawn]
    raw = b"".join(encode("01J", frame(seq, data)) for seq, data in enumerate(payloads))
    events = read(raw)
    assert [event["id"] for event in events] == [f"01J:{seq}" for seq in range(len(payloads))]
    assert [json.loads(event["data"]) for event in events] == payloads


def test_chinese_is_sent_as_it_is() -> None:
    assert "你好".encode() in encode("01J", frame(0, {"content": "你好", "done": False}))


async def paced(pause_s: float) -> AsyncGenerator[RunEvent, None]:
    yield Started({"model": "m", "sources": []})
    for text in "你好":
        await asyncio.sleep(pause_s)
        yield Content(text)
    yield Done({"output": "你好"})


async def says(*given: RunEvent) -> AsyncGenerator[RunEvent, None]:
    for event in given:
        yield event


async def refused() -> AsyncGenerator[RunEvent, None]:
    raise NotFound("nothing here")
    yield Started()


app = create_app("test")


@app.get("/paced/{pause_ms}")
async def stream_paced(pause_ms: int) -> Response:
    return await EventStream.open(Run("test", paced(pause_ms / 1000)))


@app.get("/refused")
async def stream_refused() -> Response:
    return await EventStream.open(Run("test", refused()))


async def test_a_run_streams_as_the_contract_says() -> None:
    async with served(app) as url, httpx.AsyncClient(base_url=url) as client:
        response = await client.get("/paced/0")
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["x-accel-buffering"] == "no"
    assert "content-length" not in response.headers
    events = read(response.content)
    assert events[-1] == {"data": "[DONE]"}
    shown = [json.loads(event["data"]) for event in events[:-1]]
    assert [event.get("content") for event in shown] == [None, "你", "好", None]
    assert shown[0]["run_id"] == events[0]["id"].split(":")[0]
    assert shown[-1]["done"]


async def test_pieces_arrive_while_later_ones_are_not_yet_made() -> None:
    loop = asyncio.get_running_loop()
    arrived: list[float] = []
    async with (
        served(app) as url,
        httpx.AsyncClient(base_url=url) as client,
        client.stream("GET", "/paced/300") as response,
    ):
        arrived += [loop.time() async for line in response.aiter_lines() if "content" in line]
    assert arrived[1] - arrived[0] > 0.15


async def test_silence_is_filled_with_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_S", 0.05)
    async with served(app) as url, httpx.AsyncClient(base_url=url) as client:
        response = await client.get("/paced/300")
    assert response.content.count(b": keep-alive\n\n") >= 4
    assert len(read(response.content)) == 5


async def test_what_fails_before_the_first_event_is_a_status() -> None:
    async with served(app) as url, httpx.AsyncClient(base_url=url) as client:
        response = await client.get("/refused")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


async def test_a_run_that_was_stopped_before_its_first_event_is_a_status() -> None:
    run = Run("test", paced(0))
    run.stop()
    with pytest.raises(Stopped) as caught:
        await EventStream.open(run)
    assert caught.value.extra["run_id"] == run.run_id


def test_every_event_of_the_contract_is_in_the_schema() -> None:
    assert set(SHAPES) == {
        "started",
        "content",
        "reasoning",
        "tool_call",
        "tool_result",
        "item",
        "reset",
        "done",
        "error",
        "stopped",
    }


async def shown(run: Run) -> list[list[str]]:
    """The titles of the shapes that each event of the run has."""
    return [
        [title for title, shape in SHAPES.items() if shape.is_valid(one.data)] async for one in run.frames()
    ]


async def test_every_event_has_one_shape_of_the_schema() -> None:
    every = (
        Started({"model": "m", "sources": []}),
        Content("你"),
        Reasoning("hm"),
        ToolCall(0, None, None, "{"),
        ToolResult("c1", "3"),
        Item({"id": 1}),
        Reset("upstream_cut"),
        Done({"output": "好", "finish_reason": "stop"}),
    )
    assert await shown(Run("test", says(*every))) == [
        ["started"],
        ["content"],
        ["reasoning"],
        ["tool_call"],
        ["tool_result"],
        ["item"],
        ["reset"],
        ["done"],
    ]


async def test_every_end_without_an_answer_has_one_shape_of_the_schema() -> None:
    stopped = Run("test", says(Started()))
    stopped.stop()
    assert await shown(stopped) == [["stopped"]]
    assert (await shown(Run("test", says(Started({"model": "m"}))))) == [["started"], ["error"]]
