"""One generation: attempts, until one of them reaches its end. The only way to a model.

What belongs here: what holds for every provider: the bounds in time, what follows a failure. What does not:
slots and connections (`lane`), the wire (`providers`), which model comes next (`retry`).
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, replace

from freshet.errors import ModelClosed, ModelError, ModelRateLimited
from freshet.llm.endpoint import Endpoint
from freshet.llm.events import Event, Reset, Usage
from freshet.llm.limits import Pace
from freshet.llm.patience import Bounds, Patience, paced
from freshet.llm.providers import Provider
from freshet.llm.request import Request
from freshet.llm.retry import Course, delay_after, retryable
from freshet.llm.tally import Tally


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that may answer: where it is, and what leads there from this event loop."""

    endpoint: Endpoint
    provider: Provider
    pace: Pace


@dataclass(slots=True)
class Generation:
    """How one generation went, for metrics. `outcome` is `done`, `broken_off` or the error's code.

    `streamed` is false if an upstream answered in one piece, though a stream was asked for. `usages` are all
    that is billed: whole answers, void ones, and the attempt whose turn it was when it was broken off.
    """

    model: str
    outcome: str = "broken_off"
    streamed: bool = True
    failures: tuple[str, ...] = ()
    usages: tuple[Usage, ...] = ()

    @property
    def retried(self) -> tuple[str, ...]:
        """The failures that another attempt followed."""
        ended = self.outcome in {"done", "broken_off"}
        return self.failures if ended else self.failures[:-1]


# A slot for an attempt at a candidate: its request has gone out when it is given.
Turn = Callable[[Candidate, Tally, Patience, Course], AbstractAsyncContextManager[None]]


async def generate(
    candidates: Sequence[Candidate],
    request: Request,
    bounds: Bounds,
    turn: Turn,
    report: Callable[[Generation], None],
) -> AsyncGenerator[Event, None]:
    """The events of one answer; its `Usage` is the last of them. Raises ModelError.

    An answer that fails after something was shown still yields its (estimated) `Usage`, before the `Reset` or
    the error: the upstream bills it.
    """
    course, patience = Course(len(candidates)), Patience(bounds)
    record = Generation(candidates[0].endpoint.model)
    under_way: Tally | None = None
    try:
        while True:
            candidate = candidates[course.current]
            tally = _tally(request, candidate, record)
            failure: ModelError | None = None
            try:
                async with turn(candidate, tally, patience, course):
                    under_way = tally
                    patience.begin(course.left)
                    stream = candidate.provider.stream(tally.request)
                    async with aclosing(paced(stream, patience)) as batches:
                        async for batch in batches:
                            for event in batch:
                                patience.note(event)
                                if isinstance(event, Reset):  # a router began again within one stream
                                    yield _billed(record, tally.void())
                                if tally.is_shown(event):
                                    yield event
            except ModelError as error:
                failure = ModelClosed() if patience.closed else error
            under_way = None
            if failure is None or patience.shown:
                yield _billed(record, tally.usage())
            _take_down(record, tally, failure)
            if failure is None:
                return
            _hold(candidate.pace, failure)
            if patience.shown:
                delay = course.after_content(failure, patience, tally.shown_tokens())
                yield Reset(failure.code.replace("model_", "upstream_"))
                patience.renew()
            else:
                delay = _beyond_hold(candidate.pace, failure, course.after_silence(failure, patience))
            await patience.sleep(delay)
            record.outcome = "broken_off"
    finally:
        report(_ended(record, under_way))


def _tally(request: Request, candidate: Candidate, record: Generation) -> Tally:
    endpoint = candidate.endpoint
    record.model = endpoint.model
    asked = replace(request, model=endpoint.model, extra={**endpoint.extra, **request.extra})
    return Tally(asked, endpoint, record.failures)


def _take_down(record: Generation, tally: Tally, failure: ModelError | None) -> None:
    """Takes down how an attempt ended."""
    record.streamed = record.streamed and tally.streamed
    record.outcome = failure.code if failure else "done"
    if failure:
        record.failures += (f"{record.model}: {failure.code}",)


def _billed(record: Generation, used: Usage) -> Usage:
    """Takes down what an answer used."""
    record.usages += (used,)
    return used


def _ended(record: Generation, under_way: Tally | None) -> Generation:
    """The record, with what a broken-off attempt used: even if nothing was shown, its prompt is billed."""
    if under_way:
        _billed(record, under_way.usage())
    return record


def _beyond_hold(pace: Pace, failure: ModelError, delay: float) -> float:
    """What is left of a delay to wait for here: a rate limit is waited for with the model's other callers."""
    if not isinstance(failure, ModelRateLimited):
        return delay
    pace.hold(delay)
    return 0.0


def _hold(pace: Pace, failure: ModelError) -> None:
    """A rate limit holds for all callers of the model."""
    if isinstance(failure, ModelRateLimited) and retryable(failure) and "held_back" not in failure.extra:
        pace.hold(delay_after(failure, attempt=1))
