"""Texts scored against a query by a rerank endpoint, whose model reads both together.

There is no standard. Cohere, Jina, Voyage, SiliconFlow, DashScope, vLLM and Infinity all take `model`,
`query` and `documents`, and better nothing else: Cohere refuses Voyage's `top_k`, Voyage refuses Cohere's
`top_n`. So no limit is asked for, and every text gets a score. Their answers differ in a name only (`results`
or `data`). text-embeddings-inference serves one model and takes no name: without one its dialect is spoken.

What does not belong here: the wire (`providers`), which texts (`freshet.rag.rerank`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import count
from math import isfinite
from typing import Any

from freshet.errors import ModelBadRequest, ModelError, ModelMalformed, ModelTimeout
from freshet.llm.endpoint import Key
from freshet.llm.providers.http import Http
from freshet.llm.retry import wait_for_retry

TIMEOUT_S = 5.0  # somebody waits for the search, which has an order without this, too

_AT_ONCE = 5  # searches that are reranked at a time; further ones wait, within their deadline
_SPLIT_FROM = 8  # texts; an endpoint that refuses fewer has another reason than their number


class Reranker:
    """One rerank endpoint, used from one event loop; `url` is all of its address, since the paths differ.

    `model` is empty for text-embeddings-inference only. `timeout_s` bounds a call with its retries.
    """

    def __init__(
        self, url: str, model: str = "", *, key: Key | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._http = Http(url, "httpx2", {})
        self._key = key
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._model = model
        self._timeout_s = timeout_s

    async def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score a text, in their order; higher is better, the scale is the model's. Raises ModelError."""
        if not texts:
            return []
        until = asyncio.get_running_loop().time() + self._timeout_s
        try:
            async with asyncio.timeout_at(until):
                return await self._scored(query, texts, until)
        except TimeoutError:
            raise ModelTimeout(f"The reranker did not answer within {self._timeout_s:g} s") from None

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _scored(self, query: str, texts: Sequence[str], until: float) -> list[float]:
        for attempt in count(1):
            try:
                return scores(await self._answer(self._body(query, texts)), count=len(texts))
            except ModelBadRequest:
                if len(texts) < _SPLIT_FROM:
                    raise
                break
            except ModelError as error:
                await wait_for_retry(error, attempt, until)
        # Too many texts (32 at text-embeddings-inference), or too much of them (30,000 tokens at DashScope).
        half = len(texts) // 2
        return [
            *await self._scored(query, texts[:half], until),
            *await self._scored(query, texts[half:], until),
        ]

    async def _answer(self, body: Mapping[str, Any]) -> Any:
        key = await self._key() if self._key else None
        async with self._free:
            return await self._http.post_json("", body, {"Authorization": f"Bearer {key}"} if key else {})

    def _body(self, query: str, texts: Sequence[str]) -> dict[str, Any]:
        if self._model:
            return {"model": self._model, "query": query, "documents": list(texts)}
        return {"query": query, "texts": list(texts), "truncate": True}


def scores(body: Any, *, count: int) -> list[float]:
    """The scores of a rerank answer, by `index`. Raises ModelMalformed unless each text has a sound one."""
    try:
        rows = sorted((int(row["index"]), _score(row)) for row in _rows(body))
    except (TypeError, ValueError, LookupError, OverflowError) as error:
        raise ModelMalformed("The reranker's answer holds no scores") from error
    if [index for index, _ in rows] != list(range(count)):
        raise ModelMalformed(f"The reranker scored other texts than the {count} it was sent")
    if not all(isfinite(score) for _, score in rows):
        raise ModelMalformed("The reranker sent a score that is not finite")
    return [score for _, score in rows]


def _rows(body: Any) -> Any:
    if isinstance(body, list):  # text-embeddings-inference
        return body
    return body["results"] if "results" in body else body["data"]  # `data`: Voyage, Infinity


def _score(row: Any) -> float:
    return float(row["relevance_score"] if "relevance_score" in row else row["score"])
