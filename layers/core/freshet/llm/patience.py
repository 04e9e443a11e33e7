"""How long a stream may take: until its first content, between two chunks, and altogether."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from freshet.errors import ModelClosed, ModelError, ModelTimeout
from freshet.llm.events import Event, Finish, ReasoningDelta, TextDelta, ToolCallDelta, Unstreamed
from freshet.watch import Watch

# After the finish reason only the usage and the end of the stream are due: seconds to wait for them.
_TAIL_S = 2.0
_TICK_S = 0.01  # a timer may fire a clock tick early

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds: to the first content (and that after a reset), of silence between chunks, in total."""

    first_s: float
    stall_s: float
    total_s: float | None = None
    spent_s: float = 0.0  # of the total, by generations before


class Patience:
    """The bounds of one generation, over its queue, its attempts and its stream, from now on."""

    def __init__(self, bounds: Bounds) -> None:
        self._clock = asyncio.get_running_loop().time
        self._bounds = bounds
        total_s = float("inf") if bounds.total_s is None else bounds.total_s
        self._end = self._clock() + max(0.0, total_s - bounds.spent_s)
        self.closed = False
        self.interrupt: Callable[[], None] | None = None  # of the wait that is under way
        self.renew()

    def renew(self) -> None:
        """The answer begins anew: the wait for its first content, too; the end stays where it is."""
        self.first_by = min(self._end, self._clock() + self._bounds.first_s)  # retries end here, too
        self.begin(1)

    def begin(self, models: int) -> None:
        """An attempt begins, with `models` to try if it fails: a silent one gets its share of the time."""
        self.shown = self.finished = False
        now = self._clock()
        self._attempt_by = now + (self.first_by - now) / models

    @property
    def over(self) -> bool:
        """Whether no time is left for another attempt."""
        return self._clock() + _TICK_S >= (self._end if self.shown else self.first_by)

    def leaves(self, seconds: float) -> bool:
        """Whether an attempt could begin so much later."""
        return self._clock() + seconds < self.first_by

    def until(self) -> float:
        """When the next chunk must be there."""
        if self.finished:
            return min(self._end, self._clock() + _TAIL_S)
        if self.shown:
            return min(self._end, self._clock() + self._bounds.stall_s)
        return self._attempt_by

    def note(self, event: Event | Unstreamed) -> None:
        """Takes notice of what came."""
        if isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta):
            self.shown = True
        elif isinstance(event, Finish):
            self.finished = True

    def close(self) -> None:
        """The client is closed: ends the wait that is under way."""
        self.closed = True
        if self.interrupt:
            self.interrupt()

    async def sleep(self, seconds: float) -> None:
        """Waits. Raises ModelClosed if the client is closed meanwhile."""
        closing = asyncio.Event()
        self.interrupt = closing.set
        try:
            async with asyncio.timeout(seconds):
                await closing.wait()
        except TimeoutError:
            return
        finally:
            self.interrupt = None
        raise ModelClosed

    def error(self) -> ModelError:
        """What to say once a wait is over without a chunk."""
        if self.closed:
            return ModelClosed()
        if self._clock() + _TICK_S >= self._end:
            return ModelTimeout(f"The model's answer was not complete within {self._bounds.total_s:g} s")
        if self.shown:
            return ModelTimeout(f"The model sent nothing for {self._bounds.stall_s:g} s")
        return ModelTimeout(f"The model sent no content within {self._bounds.first_s:g} s")


async def paced(
    batches: AsyncGenerator[Sequence[T], None], patience: Patience
) -> AsyncGenerator[Sequence[T], None]:
    """The batches, each waited for as long as `patience` has it. Closes `batches`; raises ModelTimeout.

    The bound is around each wait and never around a `yield`: there it would cancel the consumer.
    """
    watch = Watch()
    patience.interrupt = watch.interrupt
    async with aclosing(batches):
        try:
            while True:
                watch.begin(patience.until())
                try:
                    batch = await anext(batches)
                except StopAsyncIteration:
                    return
                except asyncio.CancelledError:
                    if not watch.was_it():
                        raise
                    error = patience.error()
                    if patience.finished and isinstance(error, ModelTimeout):
                        return  # the answer is whole, only its usage is missing
                    raise error from None
                watch.pause()
                yield batch
        finally:
            patience.interrupt = None
            watch.close()
