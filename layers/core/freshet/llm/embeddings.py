"""Texts into vectors: batches of a size that endpoints take, their order kept, every vector checked.

What does not belong here: the wire (`providers`).
"""

import asyncio
from array import array
from collections.abc import Iterator, Sequence
from math import inf, isfinite
from typing import Any, Protocol

from freshet.errors import FreshetError, ModelBadRequest, ModelError, ModelMalformed, ModelTimeout
from freshet.llm.bounded import gather_with_limit
from freshet.llm.decode import is_count
from freshet.llm.endpoint import Endpoint
from freshet.llm.events import Usage
from freshet.llm.generation import Generation
from freshet.llm.limits import Slots
from freshet.llm.retry import wait_for_retry
from freshet.llm.tally import priced
from freshet.llm.tokens import LONG, estimate_tokens

# OpenAI takes 2,048 texts and 300,000 tokens a request; the rest of the market is far below. A batch that
# an endpoint finds too large is halved until it takes it (some stop at 10 texts).
MAX_BATCH_TEXTS = 64
MAX_BATCH_CHARACTERS = 60_000

Vector = list[float]


class Embeds(Protocol):
    """A provider's side: one request for one batch."""

    async def embed(self, texts: Sequence[str], *, model: str, dimensions: int | None) -> Any:
        """The decoded body of the endpoint's answer."""


class Embedder:
    """Embeds with one model; `slots` bound the requests under way, `timeout_s` a batch with its retries.

    `record` is told what was used, and how it ended.
    """

    def __init__(
        self,
        provider: Embeds,
        slots: Slots,
        *,
        endpoint: Endpoint,
        record: Generation,
        dimensions: int | None,
        timeout_s: float,
    ) -> None:
        self._provider = provider
        self._slots = slots
        self._endpoint = endpoint
        self._record = record
        self._dimensions = dimensions
        self._timeout_s = timeout_s

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """One vector a text, in their order. Raises ModelError; the first failure ends the other batches."""
        # Not more at a time than may run: what waits would count in the queue of others.
        try:
            found = await gather_with_limit(map(self._batch, batches(texts)), self._slots.workers)
        except FreshetError as error:
            self._record.outcome = error.code
            raise
        self._record.outcome = "done"
        return [vector for batch in found for vector in batch]

    async def _batch(self, texts: Sequence[str]) -> list[Vector]:
        try:
            return await self._persistently(texts)
        except ModelBadRequest:
            if len(texts) == 1:
                raise
        half = len(texts) // 2
        return [*await self._batch(texts[:half]), *await self._batch(texts[half:])]

    async def _persistently(self, texts: Sequence[str]) -> list[Vector]:
        until, attempt = inf, 0
        while True:
            attempt += 1
            try:
                async with self._slots.slot(inf):
                    until = min(until, asyncio.get_running_loop().time() + self._timeout_s)
                    async with asyncio.timeout_at(until):
                        body = await self._provider.embed(
                            texts, model=self._endpoint.model, dimensions=self._dimensions
                        )
                self._record.bill(priced(await _used(body, texts), self._endpoint))
                return vectors(body, count=len(texts), dimensions=self._dimensions)
            except TimeoutError:
                raise ModelTimeout(f"No vectors came within {self._timeout_s:g} s") from None
            except ModelError as error:
                await wait_for_retry(error, attempt, until)


def batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Consecutive slices of `texts`, bounded by number and by characters; a longer text stands alone."""
    start = size = 0
    for position, text in enumerate(texts):
        full = position - start >= MAX_BATCH_TEXTS or size + len(text) > MAX_BATCH_CHARACTERS
        if position > start and full:
            yield texts[start:position]
            start, size = position, 0
        size += len(text)
    if start < len(texts):
        yield texts[start:]


def used(body: Any, texts: Sequence[str]) -> Usage:
    """What an embeddings answer says of its tokens; estimated if it does not."""
    told = body.get("usage") if isinstance(body, dict) else None
    for name in ("prompt_tokens", "total_tokens"):
        tokens = told.get(name) if isinstance(told, dict) else None
        if tokens and is_count(tokens):
            return Usage(tokens, 0)
    return Usage(sum(map(estimate_tokens, texts)), 0, estimated=True)


async def _used(body: Any, texts: Sequence[str]) -> Usage:
    """As `used`; of long texts, which it may have to estimate, in a thread."""
    long = sum(map(len, texts)) > LONG
    return await asyncio.to_thread(used, body, texts) if long else used(body, texts)


def vectors(body: Any, *, count: int, dimensions: int | None) -> list[Vector]:
    """The vectors of an embeddings answer, by `index`. Raises ModelMalformed unless all are sound."""
    try:
        rows = {int(row["index"]): array("d", row["embedding"]) for row in body["data"]}
        found = [rows[index].tolist() for index in range(count)]
    except (TypeError, ValueError, LookupError, OverflowError) as error:
        raise ModelMalformed("The model's endpoint sent no vector for some of the texts") from error
    for vector in found:
        if dimensions is not None and len(vector) != dimensions:
            raise ModelMalformed(f"The embeddings model sent {len(vector)} dimensions, not {dimensions}")
        if not vector or not isfinite(sum(vector)):
            raise ModelMalformed("The embeddings model sent a vector that is empty or not finite")
    return found
