"""A run: one generation from its first event to its last, numbered, measured, and honest about failure.

A capability yields `RunEvent`s; `Run.frames()` turns them into the numbered events that clients see.
A failure before `Started` is raised (the edge makes an HTTP status of it); after it, it is the last frame.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from freshet.errors import DeadlineExceeded, FreshetError
from freshet.ids import new_id
from freshet.observe import log_failure, logger, measure
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

RUN_TIMEOUT_S = 285  # a stream: what the function's 300 s leave for an honest end
ANSWER_TIMEOUT_S = 240  # an answer that is not streamed: well inside the function's 300 s
MEASURABLE_S = 0.01  # a text that came at once has no speed


@dataclass(frozen=True, slots=True)
class Frame:
    """One numbered event; `data` is what stands on the wire."""

    seq: int
    data: dict[str, Any]


class Run:
    """One generation of a capability, within `timeout_s`. `frames()` may be iterated once."""

    def __init__(
        self,
        capability: str,
        events: AsyncGenerator[RunEvent, None],
        *,
        timeout_s: float | None = None,
    ) -> None:
        self.id = new_id()
        self.capability = capability
        self.failure: FreshetError | None = None
        self._events = events
        self._timeout_s = min(timeout_s or RUN_TIMEOUT_S, RUN_TIMEOUT_S)
        self._begun = time.perf_counter()
        self._first: float | None = None
        self._consumed: list[Consumed] = []

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """The events in order; the last one has `done: true`. Raises only before the first frame."""
        seq = 0
        try:
            async with aclosing(self._timely()) as events:
                async for event in events:
                    if isinstance(event, Consumed):
                        self._consumed.append(event)
                        continue
                    if isinstance(event, Reset):
                        measure("Resets", 1, reason=event.reason)
                    yield Frame(seq, self._wire(event))
                    seq += 1
        except FreshetError as error:
            self._fail(error)
        except Exception as error:
            log_failure("a run failed", error, run_id=self.id, capability=self.capability)
            self._fail(FreshetError("Something went wrong on our side."))
        finally:
            self._report()
        if self.failure:
            if seq == 0:
                raise self.failure
            yield Frame(seq, self._failed(self.failure))

    async def result(self) -> dict[str, Any]:
        """The last frame's data: the answer without its stream. Raises what failed, with `run_id`."""
        self._timeout_s = min(self._timeout_s, ANSWER_TIMEOUT_S)
        last: dict[str, Any] = {}
        async with aclosing(self.frames()) as frames:
            async for frame in frames:
                last = frame.data
        if self.failure:
            raise self.failure
        return last

    async def _timely(self) -> AsyncGenerator[RunEvent, None]:
        """The capability's events. Raises DeadlineExceeded when the time is up.

        The deadline is around each wait and never around a `yield`: there it would cancel the consumer.
        """
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        async with aclosing(self._events) as events:
            while True:
                try:
                    async with asyncio.timeout_at(deadline):
                        event = await anext(events)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise DeadlineExceeded(
                        f"The answer was not complete after {self._timeout_s:g} s."
                    ) from None
                yield event

    def _fail(self, error: FreshetError) -> None:
        error.extra["run_id"] = self.id
        self.failure = error

    def _wire(self, event: RunEvent) -> dict[str, Any]:
        if self._first is None and isinstance(event, Content | Reasoning | ToolCall | Item):
            self._first = time.perf_counter()
        match event:
            case Content(text):
                return {"content": text, "done": False}
            case Reasoning(text):
                return {"reasoning": text, "done": False}
            case Started(data):
                return {"run_id": self.id, "started": True, **data, "done": False}
            case ToolCall(index, id_, name, arguments):
                call = {"index": index, "id": id_, "name": name, "arguments": arguments}
                return {"tool_call": call, "done": False}
            case ToolResult(id_, content):
                return {"tool_result": {"id": id_, "content": content}, "done": False}
            case Item(item):
                return {"item": item, "done": False}
            case Reset(reason):
                return {"reset": True, "reason": reason, "done": False}
            case Done(final_response):
                return {"done": True, "final_response": final_response, "metrics": self.metrics()}
        raise AssertionError(event)

    def _failed(self, error: FreshetError) -> dict[str, Any]:
        return {"done": True, "status": "error", "error": error.detail, "problem": error.problem()}

    def metrics(self) -> dict[str, Any]:
        """Times in ms, tokens, cost in USD (None where the price is unknown), model attempts."""
        now = time.perf_counter()
        prompt = sum(used.prompt_tokens for used in self._consumed)
        completion = sum(used.completion_tokens for used in self._consumed)
        writing = now - self._first if self._first else 0.0
        return {
            "ttft_ms": round((self._first - self._begun) * 1000, 1) if self._first else None,
            "duration_ms": round((now - self._begun) * 1000, 1),
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "tokens_per_second": round(completion / writing, 1) if writing > MEASURABLE_S else None,
            "cost": self._cost(),
            "currency": "USD",
            "attempts": max((used.attempts for used in self._consumed), default=0),
            "estimated": any(used.estimated for used in self._consumed),
        }

    def _cost(self) -> float | None:
        costs = [used.cost for used in self._consumed if used.cost is not None]
        return round(sum(costs), 8) if costs and len(costs) == len(self._consumed) else None

    def _report(self) -> None:
        outcome = self.failure.code if self.failure else "done"
        metrics = self.metrics()
        logger.info("run", run_id=self.id, capability=self.capability, outcome=outcome, metrics=metrics)
        measure("Runs", 1, capability=self.capability, outcome="failed" if self.failure else "done")
        if metrics["ttft_ms"] is not None:
            measure("TimeToFirstToken", metrics["ttft_ms"], "Milliseconds", capability=self.capability)
        if self._consumed:
            tokens = metrics["prompt_tokens"] + metrics["completion_tokens"]
            measure("Tokens", tokens, "Count", capability=self.capability)
        if metrics["cost"] is not None:
            measure("Cost", metrics["cost"], "None", capability=self.capability)
