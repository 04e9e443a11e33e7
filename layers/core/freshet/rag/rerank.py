"""Reranking: what another retriever finds, in the order of a model that reads query and passage together.

A reranker that fails must not fail the search: then the order in which the passages were found stands.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from freshet.documents.chunk import weigh
from freshet.errors import FreshetError
from freshet.observe import logger, measure
from freshet.rag.passage import Passage, Query, Retriever

CANDIDATES = 30  # one request at every endpoint (text-embeddings-inference refuses more than 32)
# Quarters of a token, as `weigh` has them: a chunk with its headings. Small rerankers read 512 tokens, query
# included; what is longer is cut by most of them anyway, and refused by vLLM.
LONGEST = 4 * 450

Rerank = Callable[[str, Sequence[str]], Coroutine[Any, Any, list[float]]]


class RerankingRetriever:
    """A `Retriever` that has the best of what another one finds scored anew.

    `rerank` is given the query and texts, and returns one score a text. `candidates` are looked at, or as
    many as are wanted if those are more.
    """

    def __init__(self, inner: Retriever, rerank: Rerank, *, candidates: int = CANDIDATES) -> None:
        self._inner = inner
        self._rerank = rerank
        self._candidates = candidates

    async def search(self, owner: str, query: Query) -> list[Passage]:
        """See `Retriever`; scores are the reranker's, or those of the search where it failed."""
        found = await self._inner.search(owner, replace(query, limit=max(query.limit, self._candidates)))
        return (await self._reranked(query.text, found))[: query.limit]

    async def _reranked(self, query: str, passages: list[Passage]) -> list[Passage]:
        if len(passages) < 2:
            return passages
        try:
            scores = await self._rerank(query, [readable(passage) for passage in passages])
        except FreshetError as error:  # the key's store may fail, too
            measure("RerankFailures", 1, code=error.code)
            logger.warning(
                "reranking failed; the passages keep their order",
                code=error.code,
                upstream_status=error.extra.get("upstream_status"),
            )
            return passages
        scored = [replace(passage, score=score) for passage, score in zip(passages, scores, strict=True)]
        return sorted(scored, key=lambda passage: passage.score, reverse=True)


def readable(passage: Passage) -> str:
    """What a reranker reads of a passage: as it is indexed, its headings first, at most `LONGEST`."""
    text = "\n".join([*passage.heading, passage.text]).replace("\u00ad", "")[:LONGEST]
    return text[
        : LONGEST * len(text) // max(weigh(text), 1)
    ]  # Chinese holds as much in a third of the length
