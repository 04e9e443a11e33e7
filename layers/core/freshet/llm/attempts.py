"""One generation: attempts until something is shown, then that stream to its end. The only way to a model.

What belongs here: what holds for every provider: the bounds in time, the retry before the first content,
the usage that the upstream did not send. What does not: slots and connections (`client`), the wire
(`providers`).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import count
from typing import Protocol

from freshet.errors import ModelError
from freshet.llm.events import Event, ReasoningDelta, TextDelta, ToolCallDelta, Usage
from freshet.llm.patience import Patience, paced
from freshet.llm.request import Request
from freshet.llm.retry import wait_for_retry
from freshet.llm.tokens import estimate_prompt_tokens, estimate_tokens


class Generates(Protocol):
    """A provider's side of a generation: one attempt; events in batches, one a read."""

    def stream(self, request: Request) -> AsyncGenerator[Sequence[Event], None]: ...


async def generate(provider: Generates, request: Request, patience: Patience) -> AsyncGenerator[Event, None]:
    """The events of one answer; one `Usage` is the last of them. Raises ModelError.

    An answer that fails after something was shown still yields its (estimated) `Usage` before it raises:
    the upstream bills it.
    """
    tally = _Tally(request)
    for attempt in count(1):
        try:
            async with aclosing(paced(provider.stream(request), patience)) as batches:
                async for batch in batches:
                    for event in batch:
                        patience.note(event)
                        if tally.is_shown(event):
                            yield event
            yield tally.usage(attempt)
        except ModelError as error:
            if not patience.shown:
                await wait_for_retry(error, attempt, patience.first_by)
                continue
            yield tally.usage(attempt)
            raise
        return


class _Tally:
    """Keeps what an answer used: the upstream's word, or the text to estimate it from."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._pieces: list[str] = []
        self._usage: Usage | None = None

    def is_shown(self, event: Event) -> bool:
        """Takes notice of an event; a `Usage` is kept back for the end."""
        if isinstance(event, TextDelta | ReasoningDelta):
            self._pieces.append(event.text)
        elif isinstance(event, ToolCallDelta):
            self._pieces.append(event.arguments)
        elif isinstance(event, Usage):
            self._usage = event
            return False
        return True

    def usage(self, attempts: int) -> Usage:
        if self._usage:
            return replace(self._usage, attempts=attempts)
        prompt = estimate_prompt_tokens(self._request.messages)
        return Usage(prompt, estimate_tokens("".join(self._pieces)), estimated=True, attempts=attempts)
