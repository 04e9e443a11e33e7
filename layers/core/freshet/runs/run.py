"""A run: one generation from its first event to its last, numbered, measured, and honest about its end.

A capability yields `RunEvent`s; `Run.frames()` turns them into the numbered frames that clients see. Whatever
happens, the last frame says how it ended. What does not belong here: who listens, and what is kept.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any

from freshet.errors import DeadlineExceeded, FreshetError, Interrupted, Stopped
from freshet.ids import new_id
from freshet.observe import log_failure, logger, measure
from freshet.runs.events import Content, Done, Item, Reasoning, Reset, RunEvent, ToolCall
from freshet.runs.frame import Frame, Written, frame, frame_of, shape
from freshet.runs.meter import Meter, cost
from freshet.watch import Watch

RUN_TIMEOUT_S = 285  # where nobody says how much time there is
CLOSE_S = 0.5  # for a capability to clean up in: a stop ends its run within a second
MEASURABLE_S = 0.01  # a text that came at once has no speed


class Run:
    """One generation of a capability, within `timeout_s`. `frames()` may be iterated once.

    What it consumes is the `owner`'s; without one it is counted for the metrics only.
    """

    def __init__(
        self,
        capability: str,
        events: AsyncGenerator[RunEvent, None],
        *,
        owner: str = "",
        run_id: str = "",
        timeout_s: float = RUN_TIMEOUT_S,
    ) -> None:
        self.run_id = run_id or new_id()
        self.capability = capability
        self.failure: FreshetError | None = None
        self.started = self.ended = False
        self._events = events
        self._timeout_s = timeout_s
        self._begun = time.perf_counter()
        self._first: float | None = None
        self._meter = Meter(owner, capability)
        self._written = Written()
        self._stopped = False
        self._watch: Watch | None = None

    def stop(self) -> None:
        """Ends the run at once: the capability is closed, and with it its connection upstream."""
        self._stopped = True
        if self._watch:
            self._watch.interrupt()

    @property
    def status(self) -> str:
        """How it ended: `done`, `failed` or `stopped`."""
        if isinstance(self.failure, Stopped):
            return "stopped"
        return "failed" if self.failure else "done"

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """The events in order, then the end: an answer, an error or a stop."""
        seq = 0
        final: dict[str, Any] | None = None
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        self._watch = Watch(CLOSE_S)
        try:
            while final is None:
                event = await self._next(deadline, self._watch)
                one = frame_of(seq, event, self.run_id)  # what can't be encoded fails here: it is no answer
                self._note(event)
                if isinstance(event, Done):
                    final = shape(event, self.run_id)
                else:
                    yield one
                    seq += 1
        except FreshetError as error:
            self.failure = error
        except Exception as error:
            log_failure("a run failed", error, run_id=self.run_id, capability=self.capability)
            self.failure = FreshetError("Something went wrong on our side.")
        except (asyncio.CancelledError, GeneratorExit):
            self.failure = Interrupted()  # nobody reads it any more
            raise
        finally:
            self._watch.close()
            self._watch = None
            await self._close()
            metrics = self.metrics()
            self._report(metrics)
        if self.failure:
            final = self._unfinished(self.failure)
        assert final
        self.ended = True
        yield frame(seq, final | {"metrics": metrics})

    async def settle(self) -> None:
        """Nothing is left to do."""

    async def abandon(self) -> None:
        """Nothing is left to do: who closes the frames closes the capability."""

    async def _next(self, deadline: float, watch: Watch) -> RunEvent:
        """The capability's next event. Raises DeadlineExceeded or Stopped when it may not go on.

        What the watch cancels cleans up at once, and is cancelled again if that takes long.
        """
        if self._stopped:
            raise Stopped
        watch.begin(deadline)
        try:
            with self._meter.running():
                return await anext(self._events)
        except asyncio.CancelledError:
            if not watch.was_it():
                raise
            late = DeadlineExceeded("The time was over before the answer was complete.")
            raise (Stopped() if self._stopped else late) from None
        except StopAsyncIteration:
            raise FreshetError("The answer has no end.") from None
        finally:
            watch.pause()

    async def _close(self) -> None:
        """Closes the capability. How the run ends is settled by now: a failure here is no client's matter."""
        try:
            with self._meter.running():
                async with asyncio.timeout(CLOSE_S):
                    await self._events.aclose()
        except Exception as error:
            log_failure("a capability was not closed", error, capability=self.capability)

    def _note(self, event: RunEvent) -> None:
        """Takes notice of an event on its way out."""
        self.started = True
        if self._first is None and isinstance(event, Content | Reasoning | ToolCall | Item):
            self._first = time.perf_counter()
        if isinstance(event, Content):
            self._written.note_text(event.text)
            return
        if isinstance(event, Reset):
            measure("Resets", 1, reason=event.reason)
        self._written.note(shape(event, self.run_id))

    def _unfinished(self, error: FreshetError) -> dict[str, Any]:
        """The end of a run that has no answer, with what was written until then."""
        error.extra["run_id"] = self.run_id
        ended: dict[str, Any] = {"done": True, "final_response": self._written.unfinished(error.code)}
        if isinstance(error, Stopped):
            return {**ended, "status": "stopped"}
        problem = error.problem()
        if error.retry_after is not None:
            problem["retry_after"] = error.retry_after
        return {**ended, "status": "error", "error": error.detail, "problem": problem}

    def metrics(self) -> dict[str, Any]:
        """Times in ms, tokens, cost, model attempts. Embeddings are in the cost alone."""
        now = time.perf_counter()
        answers = self._meter.answers
        completion = sum(used.completion_tokens for used in answers)
        writing = now - self._first if self._first else 0.0
        return {
            "ttft_ms": round((self._first - self._begun) * 1000, 1) if self._first else None,
            "duration_ms": round((now - self._begun) * 1000, 1),
            "prompt_tokens": sum(used.prompt_tokens for used in answers),
            "cached_tokens": sum(used.cached_tokens for used in answers),
            "completion_tokens": completion,
            "tokens_per_second": round(completion / writing, 1) if writing > MEASURABLE_S else None,
            **cost(self._meter.consumed),
            "attempts": max((used.attempts for used in answers), default=0),
            "estimated": any(used.estimated for used in answers),
        }

    def _report(self, metrics: dict[str, Any]) -> None:
        about: dict[str, Any] = {"run_id": self.run_id, "capability": self.capability}
        outcome = self.failure.code if self.failure else "done"
        if self.failure and self.failure.__cause__:
            about["cause"] = type(self.failure.__cause__).__name__
        logger.info("run", **about, outcome=outcome, metrics=metrics)
        measure("Runs", 1, capability=self.capability, outcome=self.status)
        if metrics["ttft_ms"] is not None:
            measure("TimeToFirstToken", metrics["ttft_ms"], "Milliseconds", capability=self.capability)
        if self._meter.consumed:
            tokens = metrics["prompt_tokens"] + metrics["completion_tokens"]
            measure("Tokens", tokens, "Count", capability=self.capability)
        if metrics["cost"] is not None and metrics["currency"] == "USD":  # what the dashboard adds up
            measure("Cost", metrics["cost"], "None", capability=self.capability)
