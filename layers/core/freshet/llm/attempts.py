"""One generation: attempts, until one of them reaches its end. The only way to a model.

What belongs here: what holds for every provider: the bounds in time, what follows a failure. What does not:
slots and connections (`lane`), the wire (`providers`), which model comes next (`retry`).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from freshet.errors import FreshetError, ModelClosed, ModelError, ModelRateLimited
from freshet.llm.endpoint import Endpoint
from freshet.llm.events import Event, Reset, Usage
from freshet.llm.generation import Generation, Oversight, expected_of
from freshet.llm.limits import Pace
from freshet.llm.patience import Bounds, Patience, paced
from freshet.llm.providers import Provider
from freshet.llm.request import Request
from freshet.llm.retry import Course, delay_after, retryable
from freshet.llm.tally import Tally
from freshet.llm.tokens import Prompt


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that may answer: where it is, and what leads there from this event loop."""

    endpoint: Endpoint
    provider: Provider
    pace: Pace


# A slot for an attempt at a candidate: its request has gone out when it is given.
Turn = Callable[[Candidate, Tally, Patience, Course], AbstractAsyncContextManager[None]]


async def generate(
    candidates: Sequence[Candidate],
    request: Request,
    bounds: Bounds,
    turn: Turn,
    oversight: Oversight,
) -> AsyncGenerator[Event, None]:
    """The events of one answer; its `Usage` is the last of them. Raises ModelError.

    What is no ModelError is not the model's: no other attempt, and no other model, makes up for it.

    An answer that fails after something was shown still yields its (estimated) `Usage`, before the `Reset` or
    the error: the upstream bills it.
    """
    course, patience = Course(len(candidates)), Patience(bounds)
    record = Generation(candidates[0].endpoint.model)
    prompt, endpoints = Prompt(request.messages), [candidate.endpoint for candidate in candidates]
    async with oversight.over(record, partial(expected_of, prompt, request, endpoints)):
        while True:
            candidate = candidates[course.current]
            tally = _tally(request, prompt, candidate, record)
            async with _attempt(record, tally, patience), turn(candidate, tally, patience, course):
                tally.begun = True
                patience.begin(course.left)
                async with aclosing(paced(candidate.provider.stream(tally.request), patience)) as batches:
                    async for batch in batches:
                        for event in batch:
                            patience.note(event)
                            if isinstance(event, Reset):  # a router began again within one stream
                                await tally.count()
                                yield record.bill(tally.void())
                            if tally.is_shown(event):
                                yield event
            failure = tally.failure
            if failure is None or patience.shown:
                yield await _billed(record, tally)
            _take_down(record, tally, failure)
            if failure is None:
                return
            delay = _delay(candidate.pace, failure, course, patience, tally)
            if patience.shown:
                yield Reset(failure.code.replace("model_", "upstream_"))
                patience.renew()
            await patience.sleep(delay)
            record.outcome = "broken_off"


@asynccontextmanager
async def _attempt(record: Generation, tally: Tally, patience: Patience) -> AsyncIterator[None]:
    """Around an attempt: a failure of the model's is kept; what else ends it ends the generation."""
    try:
        yield
    except ModelError as error:
        tally.failure = ModelClosed() if patience.closed else error
    except FreshetError as error:  # its address is refused, its key can't be had: nothing went out
        _take_down(record, tally, error)
        raise
    except BaseException:  # it is left, or a bug of ours
        if tally.begun:  # even if nothing was shown, its prompt is billed
            await _billed(record, tally)
        raise


async def _billed(record: Generation, tally: Tally) -> Usage:
    """Takes down what an attempt used, even if who waits for the count is cancelled."""
    try:
        await tally.count()
    finally:
        used = record.bill(tally.usage())
    return used


def _tally(request: Request, prompt: Prompt, candidate: Candidate, record: Generation) -> Tally:
    endpoint = candidate.endpoint
    record.model = endpoint.model
    asked = replace(request, model=endpoint.model, extra={**endpoint.extra, **request.extra})
    return Tally(asked, prompt, endpoint, record.failures)


def _take_down(record: Generation, tally: Tally, failure: FreshetError | None) -> None:
    """Takes down how an attempt ended."""
    record.streamed = record.streamed and tally.streamed
    record.outcome = failure.code if failure else "done"
    if failure:
        record.failures += (f"{record.model}: {failure.code}",)


def _delay(pace: Pace, failure: ModelError, course: Course, patience: Patience, tally: Tally) -> float:
    """Seconds until the next attempt. Raises the failure where none follows."""
    _hold(pace, failure)
    if patience.shown:
        return course.after_content(failure, patience, tally.shown_tokens())
    return _beyond_hold(pace, failure, course.after_silence(failure, patience))


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
