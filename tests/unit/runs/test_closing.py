"""However a run ends, it closes its capability: what that reports is counted, what takes long is cut off."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest

from freshet.runs import run
from freshet.runs.events import Content, Done, RunEvent, Started
from freshet.runs.meter import Consumed, consume
from freshet.runs.recorder import BATCH_S
from freshet.runs.run import Run
from tests.unit.runs.capabilities import Dictated, read

Ending = Callable[[Run], Awaitable[list[dict[str, Any]]]]


async def data(run: Run) -> list[dict[str, Any]]:
    return [frame.data for frame in await read(run)]


async def stopped_in_the_middle(one: Run) -> list[dict[str, Any]]:
    """The frames of a run that is stopped while it waits for its third event."""
    asyncio.get_running_loop().call_later(0.05, one.stop)
    async with asyncio.timeout(5):
        return await data(one)


async def stopped_between_two_events(one: Run) -> list[dict[str, Any]]:
    """The frames of a run that is stopped while its second event is being sent."""
    shown = []
    async for frame in one.frames():
        shown.append(frame.data)
        if frame.seq == 1:
            one.stop()
    return shown


async def test_abandoning_the_frames_closes_the_capability() -> None:
    capability = Dictated(Started(), Content("a"))
    frames = Run("test", capability.events()).frames()
    await anext(frames)
    await frames.aclose()
    assert capability.closed


async def test_a_capability_that_fails_while_it_is_closed_does_not_undo_the_end() -> None:
    async def untidy() -> AsyncGenerator[RunEvent, None]:
        try:
            yield Started()
            yield Done({"output": "好"})
        finally:
            raise RuntimeError("secret key sk-123")

    shown = await data(Run("test", untidy()))
    assert shown[-1]["final_response"] == {"output": "好"}
    assert "status" not in shown[-1]


async def test_a_stop_ends_a_run_that_waits_with_what_was_written() -> None:
    capability = Dictated(Started(), Content("一半"))
    one = Run("test", capability.events())
    shown = await stopped_in_the_middle(one)
    assert shown[-1] == {
        "done": True,
        "final_response": {"output": "一半", "finish_reason": "stopped"},
        "status": "stopped",
        "metrics": shown[-1]["metrics"],
    }
    assert capability.closed
    assert one.status == "stopped"


async def calling() -> AsyncGenerator[RunEvent, None]:
    """A capability whose model call reports what it consumed when it is closed."""
    yield Started()
    with contextlib.ExitStack() as closing:
        closing.callback(consume, Consumed(7, 3, estimated=True, cost=0.5))
        yield Content("half")
        await asyncio.sleep(30)


@pytest.mark.parametrize("shown_by", [stopped_in_the_middle, stopped_between_two_events])
async def test_what_a_model_call_reports_while_it_is_closed_is_counted_though_stopped(
    shown_by: Ending,
) -> None:
    last = (await shown_by(Run("test", calling())))[-1]
    assert (last["status"], last["final_response"]["output"]) == ("stopped", "half")
    metrics = last["metrics"]
    assert (metrics["prompt_tokens"], metrics["completion_tokens"]) == (7, 3)
    assert (metrics["estimated"], metrics["cost"]) == (True, 0.5)


async def clinging(*last: RunEvent) -> AsyncGenerator[RunEvent, None]:
    """A capability that takes long to close."""
    try:
        for event in (Started(), Content("half"), *last):
            yield event
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(30)


@pytest.mark.parametrize(
    ("ending", "last", "status"),
    [
        (stopped_in_the_middle, (), "stopped"),
        (stopped_between_two_events, (), "stopped"),
        (data, (), "error"),  # by its deadline
        (data, (Done({"output": "好"}),), None),
    ],
)
async def test_a_capability_that_takes_long_to_close_holds_up_no_end(
    monkeypatch: pytest.MonkeyPatch, ending: Ending, last: tuple[RunEvent, ...], status: str | None
) -> None:
    monkeypatch.setattr(run, "CLOSE_S", 0.1)
    begun = time.monotonic()
    shown = await ending(Run("test", clinging(*last), timeout_s=0.3))
    assert shown[-1].get("status") == status
    assert shown[-1]["final_response"]["output"] == ("half" if status else "好")
    assert time.monotonic() - begun < 2


def test_a_stop_ends_a_run_within_a_second() -> None:
    assert BATCH_S + run.CLOSE_S < 1
