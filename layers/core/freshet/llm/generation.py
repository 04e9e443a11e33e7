"""The record of one generation, and who is asked before it and told after it.

What belongs here: what a generation may use and what it used. What does not: how it goes (`attempts`), who
says whether it may begin (`freshet.usage`).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshet.concurrency import in_background
from freshet.llm.endpoint import Endpoint, Price
from freshet.llm.events import Usage
from freshet.llm.request import Request
from freshet.llm.tokens import MOST_TOKENS, Prompt, estimate_tokens

ANSWER_TOKENS = 4096  # of an answer that nobody bounded: longer ones are rare


@dataclass(slots=True)
class Generation:
    """How one generation went, for metrics. `outcome` is `done`, `broken_off` or the error's code.

    `streamed` is false if an upstream answered in one piece, though a stream was asked for. `usages` are all
    that is billed: whole answers, void ones, and the attempt whose turn it was when it was broken off. With
    `embedding`, vectors were asked for: one usage a request, and nothing to stream.
    """

    model: str
    outcome: str = "broken_off"
    streamed: bool = True
    failures: tuple[str, ...] = ()
    usages: tuple[Usage, ...] = ()
    embedding: bool = False

    @property
    def retried(self) -> tuple[str, ...]:
        """The failures that another attempt followed."""
        ended = self.outcome in {"done", "broken_off"}
        return self.failures if ended else self.failures[:-1]

    def bill(self, used: Usage) -> Usage:
        """Takes down what an answer used."""
        self.usages += (used,)
        return used


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer may use, about: its prompt, and the most that it may write.

    `prices` are those of the models that may give it, as far as they are known.
    """

    prompt_tokens: int
    answer_tokens: int = 0
    prices: tuple[Price, ...] = ()

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.answer_tokens

    def cost(self, currency: str) -> float:
        """What it costs at the dearest of the prices in this currency; 0 if there is none."""
        used = Usage(self.prompt_tokens, self.answer_tokens)
        return max((price.of(used) for price in self.prices if price.currency == currency), default=0.0)


Settle = Callable[[Sequence[Usage]], Coroutine[Any, Any, None]]
Expect = Callable[[], Awaitable[Expected]]  # takes a while for a long prompt: for who needs it
Admit = Callable[[Expect], Awaitable[Settle]]


@dataclass(frozen=True, slots=True)
class Oversight:
    """Who is asked for leave before a generation, if anybody is, and who hears of its end."""

    report: Callable[[Generation], None]
    admit: Admit | None = None

    @asynccontextmanager
    async def over(self, generation: Generation, expect: Callable[[], Expected]) -> AsyncIterator[None]:
        """Around the generation, however it ends. Raises what `admit` raises, before it begins.

        What is expected is found out in a thread, for who wants to know: a megabyte takes most of a second.
        """
        settle = await self.admit(partial(asyncio.to_thread, expect)) if self.admit else None
        try:
            yield
        finally:
            self.report(generation)
            if settle:
                await asyncio.shield(in_background(settle(generation.usages)))


def expected_of(prompt: Prompt, request: Request, endpoints: Sequence[Endpoint]) -> Expected:
    """Of an answer that one of the endpoints gives."""
    longest = max(_longest(request, endpoint.extra) for endpoint in endpoints)
    return Expected(prompt.tokens(), longest, _prices(endpoints))


def expected_of_vectors(texts: Sequence[str], endpoint: Endpoint) -> Expected:
    """Of the vectors of these texts."""
    return Expected(sum(map(estimate_tokens, texts)), prices=_prices([endpoint]))


def _longest(request: Request, extra: Mapping[str, Any]) -> int:
    """The most tokens that the answer may have, by whichever name the upstream is told."""
    body = {**extra, **request.extra}
    named = (request.max_tokens, body.get("max_tokens"), body.get("max_completion_tokens"))
    bounds = (min(bound, MOST_TOKENS) for bound in named if type(bound) is int and bound > 0)
    return max(bounds, default=ANSWER_TOKENS)


def _prices(endpoints: Iterable[Endpoint]) -> tuple[Price, ...]:
    return tuple(endpoint.price for endpoint in endpoints if endpoint.price)
