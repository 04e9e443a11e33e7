"""How much at a time and how much a minute: slots with a bounded queue, and one pace a model.

What does not belong here: what is retried (`retry`), how long a caller waits altogether (`patience`).
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from freshet.errors import ModelRateLimited, ModelTimeout, QueueFull

_MINUTE_S = 60.0
_SPREAD_S = 0.02  # on average, between two that a rate limit held back
_MAX_SPREAD_S = 2.0
_MAX_HOLD_S = 60.0  # an upstream may say it again


Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """`workers` calls at a time and `queue_size` waiting; 0 a minute is no bound. The rates are a model's.

    Raises ValueError for a limit that is none.
    """

    workers: int = 5
    queue_size: int = 100
    requests_per_minute: int = 0
    tokens_per_minute: int = 0

    def __post_init__(self) -> None:
        least = {"workers": 1, "queue_size": 0, "requests_per_minute": 0, "tokens_per_minute": 0}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise ValueError(f"{name} is {getattr(self, name)}, not {low} or more")


class Slots:
    """So many calls at a time; so many waiting, and no more."""

    def __init__(self, workers: int, queue_size: int) -> None:
        self.running = 0
        self.waiting = 0
        self.workers = workers
        self._queue_size = queue_size
        self._free = asyncio.Semaphore(workers)

    def admit(self, held_back: int) -> None:
        """Raises QueueFull if too many wait already, those included that a rate holds back."""
        waiting = self.waiting + held_back
        if waiting >= self._queue_size and (held_back or self._free.locked()):
            raise QueueFull(f"{waiting} model calls wait for {self.workers} workers already")

    @asynccontextmanager
    async def slot(self, until: float) -> AsyncGenerator[None, None]:
        """One of the slots, free by `until` (in the loop's time) or ModelTimeout is raised."""
        self.waiting += 1
        try:
            async with asyncio.timeout_at(until):
                await self._free.acquire()
        except TimeoutError:
            raise ModelTimeout(f"All {self.workers} model workers stayed busy") from None
        finally:
            self.waiting -= 1
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            self._free.release()


@dataclass(eq=False, slots=True)
class Taken:
    """So much of a window, since then."""

    when: float
    amount: float


class Window:
    """At most `limit` in any minute; 0 is no bound. What is larger than the limit goes alone."""

    def __init__(self, limit: int, seconds: float = _MINUTE_S) -> None:
        self._limit = limit
        self._seconds = seconds
        self._taken: deque[Taken] = deque()
        self._sum = 0.0

    def delay(self, amount: float, now: float) -> float:
        """Seconds until so much may be taken."""
        self._forget(now)
        excess = self._sum + min(amount, self._limit) - self._limit
        if not self._limit or excess <= 0:
            return 0.0
        for taken in self._taken:
            excess -= taken.amount
            if excess <= 0:
                return taken.when + self._seconds - now
        return 0.0

    def take(self, amount: float, now: float) -> Taken:
        """Counts it; `settle` corrects it."""
        taken = Taken(now, amount)
        if self._limit:
            self._taken.append(taken)
            self._sum += amount
        return taken

    def settle(self, taken: Taken, amount: float) -> None:
        """It turned out to be so much."""
        if self._taken and taken.when >= self._taken[0].when:
            self._sum += amount - taken.amount
        taken.amount = amount

    def _forget(self, now: float) -> None:
        while self._taken and self._taken[0].when + self._seconds <= now:
            self._sum -= self._taken.popleft().amount


class Pace:
    """One model's rate: requests and tokens a minute, and how long its endpoint wants to be left alone."""

    def __init__(self, limits: Limits) -> None:
        self.held_back = 0
        self.counts_tokens = limits.tokens_per_minute > 0
        self._requests = Window(limits.requests_per_minute)
        self._tokens = Window(limits.tokens_per_minute)
        self._clock = asyncio.get_running_loop().time
        self._held_until = 0.0

    def hold(self, seconds: float) -> None:
        """The endpoint limits the rate: nobody asks this model for so long."""
        self._held_until = max(self._held_until, self._clock() + min(seconds, _MAX_HOLD_S))

    async def ready(self, tokens: int, until: float, sleep: Sleep = asyncio.sleep) -> None:
        """Returns when a request may go out. Raises ModelRateLimited if that is not before `until`."""
        while (delay := self._delay(tokens)) > 0:
            left = until - self._clock() - delay
            if left <= 0:
                raise ModelRateLimited(
                    "The model's rate limit lasts longer than this call", retry_after=delay, held_back=True
                )
            self.held_back += 1
            try:
                await sleep(delay + min(left, self._spread()))
            finally:
                self.held_back -= 1

    def take(self, tokens: int) -> Taken | None:
        """Counts a request that goes out now; None if it may not, since others were faster."""
        now = self._clock()
        if self._delay(tokens) > 0:
            return None
        self._requests.take(1, now)
        return self._tokens.take(tokens, now)

    def settle(self, taken: Taken, tokens: int) -> None:
        """The request took so many tokens."""
        self._tokens.settle(taken, tokens)

    def _delay(self, tokens: int) -> float:
        now = self._clock()
        return max(self._held_until - now, self._requests.delay(1, now), self._tokens.delay(tokens, now))

    def _spread(self) -> float:
        """Those who wait for the same moment don't set out as one, or they meet the limit again as one."""
        return random.uniform(0, min(_MAX_SPREAD_S, _SPREAD_S * (self.held_back - 1)))  # noqa: S311
