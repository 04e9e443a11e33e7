"""How long a stream may take: until its first content, between two chunks, and altogether."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from freshet.errors import ModelTimeout
from freshet.llm.events import Event, Finish, ReasoningDelta, TextDelta, ToolCallDelta

# After the finish reason only the usage and the end of the stream are due: seconds to wait for them.
_TAIL_S = 2.0


class Patience:
    """The bounds of one call, over all of its attempts; times are the running loop's."""

    def __init__(self, *, first_s: float, stall_s: float, total_s: float | None) -> None:
        self._first_s = first_s
        self._stall_s = stall_s
        self._total_s = total_s
        self._end = _now() + total_s if total_s is not None else float("inf")
        self.shown = False
        self.finished = False
        self.begin()

    def begin(self) -> None:
        """The wait for the first content begins now, that for a slot is over; the end stays where it is."""
        self.first_by = min(self._end, _now() + self._first_s)  # retries end here, too

    def until(self) -> float:
        """When the next chunk must be there."""
        if not self.shown and not self.finished:
            return self.first_by
        silence = _TAIL_S if self.finished else self._stall_s
        return min(self._end, _now() + silence)

    def note(self, event: Event) -> None:
        """Takes notice of what came."""
        if isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta):
            self.shown = True
        elif isinstance(event, Finish):
            self.finished = True

    def error(self) -> ModelTimeout:
        """What to say once a bound has passed."""
        if _now() + 0.01 >= self._end:  # a timer may fire a clock tick early
            return ModelTimeout(f"The model's answer was not complete within {self._total_s:g} s")
        if self.shown:
            return ModelTimeout(f"The model sent nothing for {self._stall_s:g} s")
        return ModelTimeout(f"The model sent no content within {self._first_s:g} s")


def _now() -> float:
    return asyncio.get_running_loop().time()


async def paced(
    batches: AsyncGenerator[Sequence[Event], None], patience: Patience
) -> AsyncGenerator[Sequence[Event], None]:
    """The batches, each waited for as long as `patience` has it. Closes `batches`; raises ModelTimeout.

    The timeout is around each wait and never around a `yield`: there it would cancel the consumer.
    """
    async with aclosing(batches):
        while True:
            try:
                async with asyncio.timeout_at(patience.until()):
                    batch = await anext(batches)
            except StopAsyncIteration:
                return
            except TimeoutError:
                if patience.finished:
                    return  # the answer is whole, only its usage is missing
                raise patience.error() from None
            yield batch
