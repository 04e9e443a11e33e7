import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from freshet.errors import DeadlineExceeded, ModelCut, NotFound
from freshet.runs import run as running
from freshet.runs.events import (
    Consumed,
    Content,
    Done,
    Item,
    Reasoning,
    Reset,
    RunEvent,
    Started,
    ToolCall,
    ToolResult,
)
from freshet.runs.run import Run


async def events(*given: RunEvent | Exception) -> AsyncGenerator[RunEvent, None]:
    for event in given:
        if isinstance(event, Exception):
            raise event
        yield event


def run(*given: RunEvent | Exception) -> Run:
    return Run("test", events(*given))


async def data(run: Run) -> list[dict[str, Any]]:
    return [frame.data async for frame in run.frames()]


async def test_events_take_the_shapes_of_the_contract_in_order() -> None:
    one = run(
        Started({"model": "m", "sources": []}),
        Reasoning("hm"),
        Content("你"),
        ToolCall(0, "c1", "add", '{"a'),
        ToolResult("c1", "3"),
        Item({"id": 1}),
        Reset("upstream_cut"),
        Content("好"),
        Done({"output": "好"}),
    )
    frames = [frame async for frame in one.frames()]
    assert [frame.seq for frame in frames] == list(range(9))
    shown = [frame.data for frame in frames]
    assert shown[0] == {"run_id": one.id, "started": True, "model": "m", "sources": [], "done": False}
    assert shown[1:8] == [
        {"reasoning": "hm", "done": False},
        {"content": "你", "done": False},
        {"tool_call": {"index": 0, "id": "c1", "name": "add", "arguments": '{"a'}, "done": False},
        {"tool_result": {"id": "c1", "content": "3"}, "done": False},
        {"item": {"id": 1}, "done": False},
        {"reset": True, "reason": "upstream_cut", "done": False},
        {"content": "好", "done": False},
    ]
    assert shown[8]["done"]
    assert shown[8]["final_response"] == {"output": "好"}


async def test_metrics_add_up_what_every_call_consumed() -> None:
    shown = await data(
        run(
            Consumed(10, 5, cost=0.00006),
            Started(),
            Content("a"),
            Consumed(1_000_000, 500_000, estimated=True, attempts=2, cost=6.0),
            Done({}),
        )
    )
    metrics = shown[-1]["metrics"]
    assert (metrics["prompt_tokens"], metrics["completion_tokens"]) == (1_000_010, 500_005)
    assert metrics["cost"] == pytest.approx(6.00006)
    assert metrics["attempts"] == 2
    assert metrics["estimated"]
    assert 0 <= metrics["ttft_ms"] <= metrics["duration_ms"]


async def test_an_unknown_price_is_no_cost_rather_than_zero() -> None:
    shown = await data(run(Started(), Consumed(10, 5), Consumed(10, 5, cost=0.1), Done({})))
    assert shown[-1]["metrics"]["cost"] is None


async def test_a_failure_before_the_start_is_raised() -> None:
    with pytest.raises(NotFound):
        await data(run(NotFound("no such thing")))


async def test_a_failure_after_the_start_is_the_last_event() -> None:
    shown = await data(run(Started(), Content("half"), ModelCut("The answer was cut off.")))
    assert shown[-1]["done"]
    assert shown[-1]["status"] == "error"
    assert shown[-1]["error"] == "The answer was cut off."
    assert shown[-1]["problem"]["code"] == "model_cut"


async def test_a_bug_never_shows_its_text() -> None:
    shown = await data(run(Started(), RuntimeError("secret key sk-123")))
    assert "sk-123" not in str(shown)
    assert shown[-1]["problem"]["code"] == "internal"


async def test_the_answer_without_a_stream_is_the_last_event_of_the_stream() -> None:
    assert (await run(Started(), Content("a"), Done({"output": "a"})).result())["final_response"] == {
        "output": "a"
    }


async def test_the_answer_without_a_stream_raises_what_failed_and_names_the_run() -> None:
    one = run(Started(), ModelCut())
    with pytest.raises(ModelCut) as caught:
        await one.result()
    assert caught.value.extra["run_id"] == one.id


async def test_abandoning_the_frames_closes_the_capability() -> None:
    closed = []

    async def capability() -> AsyncGenerator[RunEvent, None]:
        try:
            yield Started()
            yield Content("a")
        finally:
            closed.append(True)

    frames = Run("test", capability()).frames()
    await anext(frames)
    await frames.aclose()
    assert closed == [True]


def test_answers_end_before_the_function_does() -> None:
    assert running.ANSWER_TIMEOUT_S < 300


async def test_one_deadline_ends_the_run_honestly() -> None:
    async def slow() -> AsyncGenerator[RunEvent, None]:
        yield Started()
        yield Content("half")
        await asyncio.sleep(30)

    one = Run("test", slow(), timeout_s=0.2)
    shown = await data(one)
    assert shown[1] == {"content": "half", "done": False}
    assert shown[-1]["problem"]["code"] == "deadline"
    assert shown[-1]["problem"]["run_id"] == one.id


async def test_a_deadline_before_the_start_is_a_status() -> None:
    async def stuck() -> AsyncGenerator[RunEvent, None]:
        await asyncio.sleep(30)
        yield Started()

    with pytest.raises(DeadlineExceeded):
        await Run("test", stuck(), timeout_s=0.1).result()
