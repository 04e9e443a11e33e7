"""Indexing: chunks become vectors and are written to the index, where nobody finds them yet.

What is embedded and weighed is more than the chunk's text: its headings and, if the deployment asks for it,
a sentence that says where in the document it stands. What does not belong here: where chunks come from and
when they are published (`ingest`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from freshet.documents.chunk import Chunk
from freshet.stores.vectors import Point, Vectors, point_id

SOFT_HYPHEN = "\u00ad"  # in a PDF's cut words: invisible to readers, in the way of vectors

Embed = Callable[[Sequence[str]], Awaitable[list[list[float]]]]
Encode = Callable[[str], dict[int, float]]
Situate = Callable[[str, Sequence[str]], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Target:
    """The document that chunks are written for, and the generation of the parse that found them."""

    owner: str
    document_id: str
    generation: int
    filename: str
    kind: str


@dataclass(frozen=True, slots=True)
class Indexer:
    """How chunks become vectors. `situate`, if there is one, says of texts where they stand in a document."""

    vectors: Vectors
    embed: Embed
    encode: Encode
    situate: Situate | None = None

    async def write(self, target: Target, batch: Sequence[Chunk], opening: str) -> None:
        """Embeds and writes a batch of chunks; `opening` is how the document begins.

        Raises Unavailable (index) or ModelError.
        """
        texts = [searchable(chunk) for chunk in batch]
        contexts = await self.situate(opening, texts) if self.situate else [""] * len(texts)
        texts = [
            f"{context}\n{text}" if context else text for context, text in zip(contexts, texts, strict=True)
        ]
        dense = await self.embed(texts)
        sparse = await asyncio.to_thread(lambda: [self.encode(text) for text in texts])
        points = [
            _point(target, chunk, vector, weights, context)
            for chunk, vector, weights, context in zip(batch, dense, sparse, contexts, strict=True)
        ]
        await self.vectors.upsert(target.owner, points)


def searchable(chunk: Chunk) -> str:
    """What of a chunk is searched: its headings and its text."""
    return "\n".join([*chunk.heading, chunk.text]).replace(SOFT_HYPHEN, "")


def _point(target: Target, chunk: Chunk, dense: list[float], sparse: dict[int, float], context: str) -> Point:
    return Point(
        id=point_id(target.owner, target.document_id, target.generation, chunk.position),
        document_id=target.document_id,
        generation=target.generation,
        position=chunk.position,
        dense=dense,
        sparse=sparse,
        payload=_payload(target, chunk, context),
    )


def _payload(target: Target, chunk: Chunk, context: str) -> dict[str, Any]:
    return {
        "text": chunk.text,
        "page": chunk.page,
        "heading": list(chunk.heading),
        "start": chunk.start,
        "end": chunk.end,
        "marks": [[mark.start, mark.page, list(mark.heading)] for mark in chunk.marks],
        "filename": target.filename,
        "kind": target.kind,
        **({"context": context} if context else {}),
    }
