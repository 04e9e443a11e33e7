"""A whole answer: the fold over a stream, for who has no use for pieces."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from freshet.llm.events import Event, Finish, ReasoningDelta, Reset, TextDelta, ToolCallDelta, Usage


@dataclass(frozen=True, slots=True)
class Metrics:
    """Times of one call, in milliseconds; `ttft_ms` (to the first content) is None if there was none."""

    ttft_ms: float | None
    duration_ms: float
    attempts: int


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer, complete."""

    text: str
    finish_reason: str
    usage: Usage
    metrics: Metrics


async def fold(events: AsyncIterator[Event]) -> Completion:
    """The answer that `events` make up."""
    started, first = time.perf_counter(), None
    pieces: list[str] = []
    finish, usage = "", Usage(0, 0, estimated=True)
    async for event in events:
        if first is None and isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta):
            first = time.perf_counter()
        match event:
            case TextDelta(text):
                pieces.append(text)
            case Finish(reason):
                finish = reason
            case Usage():
                usage = event
            case Reset():
                pieces.clear()
    duration_ms = (time.perf_counter() - started) * 1000
    ttft_ms = None if first is None else (first - started) * 1000
    return Completion("".join(pieces), finish, usage, Metrics(ttft_ms, duration_ms, usage.attempts))
