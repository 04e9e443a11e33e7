"""The product as evaluations use it: chunks are embedded and indexed as ingest does it, with the stand-ins.

What belongs here: starting the stand-ins, and the way into the index. What does not: what is measured.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from freshet import wiring
from freshet.documents.chunk import Chunk
from freshet.rag.sparse import encode_document
from freshet.stores.vectors import Point, point_id
from infra.local.children import Child
from infra.local.ports import free_ports
from infra.local.servers import model, qdrant

OWNER = "eval"
BATCH = 64  # chunks, as in ingest

Located = tuple[str, Chunk]  # a document's id and a chunk of it


@dataclass(frozen=True)
class StandIns:
    """Addresses of the index and the model."""

    index_url: str
    model_url: str

    @asynccontextmanager
    async def collection(self, name: str) -> AsyncIterator[None]:
        """The product's parts work on this collection for as long as this lasts."""
        os.environ |= {
            "QDRANT_URL": self.index_url,
            "QDRANT_COLLECTION": name,
            "MODEL_BASE_URL": self.model_url,
            "MODEL_NAME": "freshet-stand-in",
            "EMBEDDING_MODEL": "freshet-stand-in",
        }
        try:
            yield
        finally:
            await wiring.aclose()


@asynccontextmanager
async def stand_ins() -> AsyncIterator[StandIns]:
    """Runs index and model."""
    ports = free_ports([0, 0])
    with tempfile.TemporaryDirectory() as folder:
        children = [Child(qdrant(Path(folder), ports[0])), Child(model(ports[1]))]
        try:
            await asyncio.gather(*(child.start() for child in children))
            yield StandIns(f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}/v1")
        finally:
            await asyncio.gather(*(child.stop() for child in children))


async def index(chunks: Iterable[Located]) -> None:
    """Writes and publishes all chunks of these documents."""
    found = list(chunks)
    for start in range(0, len(found), BATCH):
        await _write(found[start : start + BATCH])
    for document_id in dict.fromkeys(document_id for document_id, _ in found):
        await wiring.vectors().publish(OWNER, document_id, 1)


async def _write(batch: list[Located]) -> None:
    texts = ["\n".join([*chunk.heading, chunk.text]) for _, chunk in batch]
    points = [
        Point(
            id=point_id(OWNER, document_id, 1, chunk.position),
            document_id=document_id,
            generation=1,
            position=chunk.position,
            dense=dense,
            sparse=encode_document(text),
            payload={
                "text": chunk.text,
                "page": chunk.page,
                "heading": list(chunk.heading),
                "start": chunk.start,
                "end": chunk.end,
                "marks": [],
                "filename": document_id,
            },
        )
        for (document_id, chunk), text, dense in zip(batch, texts, await wiring.embed(texts), strict=True)
    ]
    await wiring.vectors().upsert(OWNER, points)
