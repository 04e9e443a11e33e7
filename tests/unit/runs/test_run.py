import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from freshet.errors import ModelCut, ModelRateLimited, NotFound
from freshet.runs.events import Content, Done, Item, Reasoning, Reset, RunEvent, Started, ToolCall, ToolResult
from freshet.runs.meter import Consumed, consume
from freshet.runs.run import Run
from tests.unit.runs.capabilities import Dictated, Given, events


def run(*given: Given) -> Run:
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
    assert [frame.last for frame in frames] == [False] * 8 + [True]
    shown = [frame.data for frame in frames]
    assert shown[0] == {"run_id": one.run_id, "started": True, "model": "m", "sources": [], "done": False}
    assert shown[1:8] == [
        {"reasoning": "hm", "done": False},
        {"content": "你", "done": False},
        {"tool_call": {"index": 0, "id": "c1", "name": "add", "arguments": '{"a'}, "done": False},
        {"tool_result": {"id": "c1", "content": "3"}, "done": False},
        {"item": {"id": 1}, "done": False},
        {"reset": True, "reason": "upstream_cut", "done": False},
        {"content": "好", "done": False},
    ]
    assert shown[8] == {"done": True, "final_response": {"output": "好"}, "metrics": shown[8]["metrics"]}
    assert (one.status, one.ended) == ("done", True)


async def using(*given: RunEvent | Consumed) -> AsyncGenerator[RunEvent, None]:
    """A capability whose model calls report what they consumed."""
    for one in given:
        if isinstance(one, Consumed):
            consume(one)
        else:
            yield one


async def test_metrics_add_up_what_every_call_consumed() -> None:
    capability = using(
        Consumed(10, 5, cost=0.00006),
        Started(),
        Content("a"),
        Consumed(1_000_000, 500_000, estimated=True, attempts=2, cost=6.0),
        Done({}),
    )
    metrics = (await data(Run("test", capability)))[-1]["metrics"]
    assert (metrics["prompt_tokens"], metrics["completion_tokens"]) == (1_000_010, 500_005)
    assert metrics["cost"] == pytest.approx(6.00006)
    assert metrics["attempts"] == 2
    assert metrics["estimated"]
    assert 0 <= metrics["ttft_ms"] <= metrics["duration_ms"]


async def test_an_unknown_price_is_no_cost_rather_than_zero() -> None:
    shown = await data(Run("test", using(Started(), Consumed(10, 5), Consumed(10, 5, cost=0.1), Done({}))))
    assert shown[-1]["metrics"]["cost"] is None


async def test_a_failure_before_the_start_is_the_only_event() -> None:
    one = run(NotFound("no such thing"))
    (shown,) = await data(one)
    assert (shown["status"], shown["error"]) == ("error", "no such thing")
    assert (shown["problem"]["code"], shown["problem"]["run_id"]) == ("not_found", one.run_id)
    assert (one.status, one.started) == ("failed", False)


async def test_a_failure_after_the_start_is_the_last_event_with_what_was_written() -> None:
    half = Item({"id": 1})
    shown = await data(run(Started(), half, Content("一"), Content("半"), ModelCut("It was cut off.")))
    assert (shown[-1]["done"], shown[-1]["status"], shown[-1]["error"]) == (True, "error", "It was cut off.")
    assert shown[-1]["problem"]["code"] == "model_cut"
    assert shown[-1]["final_response"] == {
        "output": "一半",
        "finish_reason": "model_cut",
        "items": [{"id": 1}],
    }
    assert shown[-1]["metrics"]["duration_ms"] >= 0


async def test_what_a_reset_made_void_is_not_in_what_was_written() -> None:
    given = (Started(), Item({"id": 1}), Content("void"), Reset("upstream_cut"), Content("好"), ModelCut())
    shown = await data(run(*given))
    assert shown[-1]["final_response"] == {"output": "好", "finish_reason": "model_cut"}


async def test_a_failure_says_when_to_try_again() -> None:
    (shown,) = await data(run(ModelRateLimited(retry_after=7)))
    assert shown["problem"]["retry_after"] == 7


async def test_a_bug_never_shows_its_text() -> None:
    shown = await data(run(Started(), RuntimeError("secret key sk-123")))
    assert "sk-123" not in str(shown)
    assert shown[-1]["problem"]["code"] == "internal"


@pytest.mark.parametrize("bad", [Item({"n": 2**64}), Content("\ud800"), Done({"output": "\udfff"})])
async def test_an_event_that_is_no_json_is_a_failure_with_what_was_written(bad: RunEvent) -> None:
    one = run(Started(), Item({"n": 1}), Content("一半"), bad, Content("more"))
    *before, last = await data(one)
    assert len(before) == 3
    assert last["problem"]["code"] == "internal"
    assert last["final_response"] == {"output": "一半", "finish_reason": "internal", "items": [{"n": 1}]}
    assert one.status == "failed"


async def test_a_capability_without_an_end_is_a_failure_that_says_so() -> None:
    shown = await data(run(Started(), Content("half")))
    assert shown[-1]["problem"]["code"] == "internal"
    assert shown[-1]["error"] == "The answer has no end."
    assert shown[-1]["final_response"]["output"] == "half"


@pytest.mark.parametrize("begun", [True, False])
async def test_one_deadline_ends_the_run_honestly(begun: bool) -> None:
    given = (Started(), Content("half")) if begun else ()
    capability = Dictated(*given)
    one = Run("test", capability.events(), timeout_s=0.1)
    shown = await data(one)
    assert len(shown) == len(given) + 1
    assert shown[-1]["problem"]["code"] == "deadline"
    assert shown[-1]["problem"]["run_id"] == one.run_id
    assert shown[-1]["final_response"] == {"output": "half" if begun else "", "finish_reason": "deadline"}
    assert capability.closed


async def test_the_deadline_is_over_the_whole_run_and_not_over_each_event() -> None:
    async def steady() -> AsyncGenerator[RunEvent, None]:
        yield Started()
        for _ in range(1000):
            await asyncio.sleep(0.02)
            yield Content("a")

    shown = await data(Run("test", steady(), timeout_s=0.2))
    assert shown[-1]["problem"]["code"] == "deadline"
    assert 1 < len(shown) < 20


async def test_a_slow_reader_is_not_cancelled_by_the_deadline() -> None:
    frames = Run("test", Dictated(Started()).events(), timeout_s=0.05).frames()
    await anext(frames)
    await asyncio.sleep(0.1)  # the deadline passes here
    assert [one.data["problem"]["code"] async for one in frames] == ["deadline"]


async def test_a_timeout_of_the_capabilitys_own_is_no_deadline() -> None:
    shown = await data(run(Started(), TimeoutError()))
    assert shown[-1]["problem"]["code"] == "internal"


async def test_a_stop_before_the_first_event_asks_nothing_of_the_capability() -> None:
    capability = Dictated(*(Started(), Done({})))
    one = Run("test", capability.events())
    one.stop()
    (shown,) = await data(one)
    assert shown["status"] == "stopped"
    assert not capability.begun


async def test_a_stop_after_the_end_changes_nothing() -> None:
    one = run(Started(), Done({}))
    await data(one)
    one.stop()
    assert one.status == "done"
