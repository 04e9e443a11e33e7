"""What a run consumes, counted where it arises: model calls report here, capabilities need not.

The meter is the one of the run whose code makes the call, also in the tasks and threads that it starts
(a context variable). Outside of any run nothing is counted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Consumed:
    """What one answer of a model used, void and broken-off ones included.

    `cost` is in USD, None if it is not known; `attempts` are counted since the call began; `estimated` if the
    upstream did not say.
    """

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False
    attempts: int = 1
    cost: float | None = None


@dataclass(slots=True)
class Meter:
    """What has been consumed so far."""

    consumed: list[Consumed] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        """What is consumed inside is counted here. Never around a `yield` of an async generator."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Meter | None] = ContextVar("meter", default=None)


def consume(consumed: Consumed) -> None:
    """Counts it for the run that is going on."""
    if meter := _current.get():
        meter.consumed.append(consumed)
