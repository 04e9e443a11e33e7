"""Answers of runs: streamed, or folded into one model with what they used.

What belongs here: what a route does with the events of a capability. What does not: the events, and a run.
"""

from collections.abc import AsyncGenerator
from typing import Any, TypeVar

from pydantic import BaseModel

from freshet import wiring
from freshet.runs.events import RunEvent
from freshet.runs.frame import Frame
from freshet.runs.record import measured
from freshet.runs.request import Call
from freshet.sse import EVENTS, EventStream

T = TypeVar("T", bound=BaseModel)

STREAMED: dict[int | str, dict[str, Any]] = {
    200: EVENTS[200] | {"description": "The answer, or events with `stream`"}
}


async def streamed(call: Call, capability: str, events: AsyncGenerator[RunEvent, None]) -> EventStream:
    """The run of these events as a stream. What fails before its start is raised."""
    return await EventStream.open(await wiring.runs().start(call, capability, events))


async def answered(
    call: Call, capability: str, events: AsyncGenerator[RunEvent, None], answer: type[T], *, stream: bool
) -> T | EventStream:
    """The run of these events: its stream, or its final response with what it used. Raises what failed."""
    if stream:
        return await streamed(call, capability, events)
    ended = await wiring.runs().answer(call, capability, events)
    return answer(**ended["final_response"], **measured(ended))


async def collected(
    call: Call, capability: str, events: AsyncGenerator[RunEvent, None]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The run's items, in their order, and how it ended: `run_id`, `final_response`, `metrics`."""
    items: list[dict[str, Any]] = []

    def collect(frame: Frame) -> None:
        if b'"item"' in frame.json and (item := frame.data.get("item")):
            items.append(item)

    return items, await wiring.runs().answer(call, capability, events, each=collect)
