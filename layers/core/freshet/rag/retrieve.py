"""Retrieval from our own index: dense and BM25 legs, fused there."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from freshet.concurrency import together
from freshet.rag.passage import Passage, Query
from freshet.stores.vectors import Hit, Vectors

Embed = Callable[[Sequence[str]], Coroutine[Any, Any, list[list[float]]]]


class HybridRetriever:
    """A `Retriever`: dense and BM25 legs, fused in the index, filtered there by owner."""

    def __init__(self, vectors: Vectors, embed: Embed) -> None:
        self._vectors = vectors
        self._embed = embed

    async def search(self, owner: str, query: Query) -> list[Passage]:
        """The best passages, best first. Raises ModelError (embeddings) or Unavailable (index)."""
        embedding, sparse = await together(self._embed([query.text]), asyncio.to_thread(_sparse, query.text))
        hits = await self._vectors.search(
            owner,
            dense=embedding[0],
            sparse=sparse,
            limit=query.limit,
            document_ids=query.document_ids,
            kind=query.kind,
        )
        return [_passage(hit) for hit in hits]


def _sparse(query: str) -> dict[int, float]:
    from freshet.rag.sparse import encode_query  # on first use, on a thread: its tables take 20 ms

    return encode_query(query)


def _passage(hit: Hit) -> Passage:
    payload = hit.payload
    return Passage(
        document_id=hit.document_id,
        chunk_id=hit.id,
        filename=payload["filename"],
        text=payload["text"],
        page=payload["page"],
        heading=tuple(payload["heading"]),
        start=payload["start"],
        end=payload["end"],
        score=hit.score,
        marks=tuple((start, page, tuple(heading)) for start, page, heading in payload["marks"]),
        position=hit.position,
    )
