"""Ingest: from a queue message to a searchable document, whatever is sent twice, late or half.

A message is a claim on a document. Whoever gets the claim (one conditional write) has a generation of his
own; every later write holds on to it, so a deleted document, a newer parse or a lapsed lease stops the
work at its next step. Chunks are invisible until all of them are written (`Vectors.publish`).
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from freshet.documents.blocks import Block, Progress
from freshet.documents.chunk import Chunk, Chunker
from freshet.documents.reading import read_document
from freshet.documents.record import ATTEMPTS
from freshet.errors import DocumentError, FreshetError, NoText, NotFound
from freshet.observe import logger, measure
from freshet.stores.aws import ConditionFailed
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from freshet.stores.vectors import Point, Vectors, point_id

LEASE_S = 60  # renewed with every batch; a worker silent for longer is taken for dead
BATCH = 64  # chunks that are embedded and written together

_CLAIMABLE = (
    "attribute_exists(#id) AND #lease_until < :now "
    "AND (attribute_not_exists(#request) OR #request <> :request OR #status <> :ready)"
)
_MINE = "attribute_exists(#id) AND #generation = :generation AND #status = :parsing"


class Busy(Exception):
    """Another worker is at this document; the message should come again."""


class _Lost(Exception):
    """The document was deleted, or a newer parse took over: what was written must go."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a queue message asks for; `receipts` counts its deliveries, this one included."""

    owner: str
    document_id: str
    request: str
    receipts: int = 1


Embed = Callable[[Sequence[str]], Awaitable[list[list[float]]]]
Encode = Callable[[str], dict[int, float]]


@dataclass(frozen=True, slots=True)
class Ingest:
    """The parse worker: its stores, how chunks become vectors, and what the parser may use."""

    table: Table
    objects: Objects
    vectors: Vectors
    embed: Embed
    encode: Encode
    memory_mb: int
    timeout_s: float

    async def process(self, work: Work) -> None:
        """Parses, chunks, embeds and indexes. Returns when the message is done with (also as `failed`).

        Raises Busy, or the passing trouble (Unavailable, ModelError) after which it should come again.
        """
        item = await self._claim(work)
        if item is None:
            return
        parse = _Parse(self, work, item)
        try:
            await parse.run()
        except _Lost:
            await self.vectors.delete(work.owner, work.document_id, generation=item["generation"])
        except DocumentError as error:
            await parse.fail(error.code, error.detail)
        except Exception as error:
            await parse.release(error)
            raise

    async def _claim(self, work: Work) -> dict[str, Any] | None:
        try:
            return await self.table.update(
                work.owner,
                work.document_id,
                {
                    "status": "parsing",
                    "request": work.request,
                    "attempts": work.receipts,
                    "lease_until": int(time.time()) + LEASE_S,
                    "pages_done": 0,
                    "pages_total": None,
                    "error": None,
                    "expires_at": None,
                    "updated_at": _now(),
                },
                add={"generation": 1},
                when=_CLAIMABLE,
                now=int(time.time()),
                request=work.request,
                ready="ready",
            )
        except ConditionFailed as failure:
            if failure.item is None:
                await self.objects.delete(work.owner, f"{work.document_id}/original")
                return None
            if failure.item["lease_until"] >= time.time():
                raise Busy from None
            return None


class _Parse:
    """One claimed parse."""

    def __init__(self, ingest: Ingest, work: Work, item: dict[str, Any]) -> None:
        self._in = ingest
        self._work = work
        self._item = item
        self._generation: int = item["generation"]
        self._pages = Progress(0, 0)
        self._chunks = 0

    async def run(self) -> None:
        begun = time.monotonic()
        folder = await asyncio.to_thread(tempfile.mkdtemp)
        try:
            size = await self._read(Path(folder) / "original")
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        if not self._chunks:
            raise NoText("No text was found in this file.")
        await self._advance({})
        await self._in.vectors.publish(self._work.owner, self._work.document_id, self._generation)
        await self._advance(
            {
                "status": "ready",
                "chunks": self._chunks,
                "live_generation": self._generation,
                "size": size,
                "lease_until": 0,
            }
        )
        measure("PagesIngested", max(self._pages.pages_total, 1))
        logger.info(
            "parsed",
            document_id=self._work.document_id,
            chunks=self._chunks,
            seconds=round(time.monotonic() - begun, 2),
        )

    async def _read(self, path: Path) -> int:
        await self._download(path)
        async with aclosing(self._batches(path)) as batches:  # type: ignore[type-var]  # an async generator
            async for batch in batches:
                await self._index(batch)
        return (await asyncio.to_thread(path.stat)).st_size

    async def fail(self, code: str, message: str) -> None:
        """Keeps the reason on the document; chunks of earlier parses stay searchable."""
        measure("ParseFailures", 1, code=code)
        try:
            await self._advance(
                {"status": "failed", "error": {"code": code, "message": message}, "lease_until": 0}
            )
        except _Lost:
            logger.info("failed after it was given up", document_id=self._work.document_id)
        await self._in.vectors.delete(self._work.owner, self._work.document_id, generation=self._generation)

    async def release(self, error: Exception) -> None:
        """Passing trouble: the next delivery may claim at once, after the last one the reason is kept."""
        known = (
            error
            if isinstance(error, FreshetError)
            else FreshetError(f"Parsing failed on our side ({type(error).__name__}).")
        )
        changes: dict[str, Any] = {"lease_until": 0}
        if self._work.receipts >= ATTEMPTS:
            changes |= {"status": "failed", "error": {"code": known.code, "message": known.detail}}
            measure("ParseFailures", 1, code=known.code)
        try:
            await self._advance(changes)
        except (FreshetError, _Lost):
            logger.warning("the lease could not be given back; it lapses", document_id=self._work.document_id)

    async def _download(self, path: Path) -> None:
        try:
            await self._in.objects.download(self._work.owner, f"{self._work.document_id}/original", path)
        except NotFound:
            raise NoText("The file is no longer in the bucket; upload it again.") from None

    async def _batches(self, path: Path) -> AsyncIterator[list[Chunk]]:
        chunker = Chunker()
        batch: list[Chunk] = []
        reading = read_document(
            path, self._item["filename"], memory_mb=self._in.memory_mb, timeout_s=self._in.timeout_s
        )
        async with aclosing(reading) as parts:  # type: ignore[type-var]  # an async generator
            async for part in parts:
                if isinstance(part, Block):
                    batch += chunker.add(part)
                else:
                    self._pages = part
                while len(batch) >= BATCH:
                    yield batch[:BATCH]
                    batch = batch[BATCH:]
        batch += chunker.close()
        if batch:
            yield batch

    async def _index(self, batch: list[Chunk]) -> None:
        work = self._work
        texts = ["\n".join([*chunk.heading, chunk.text]) for chunk in batch]
        dense = await self._in.embed(texts)
        sparse = await asyncio.to_thread(lambda: [self._in.encode(text) for text in texts])
        points = [
            Point(
                id=point_id(work.owner, work.document_id, self._generation, chunk.position),
                document_id=work.document_id,
                generation=self._generation,
                position=chunk.position,
                dense=vector,
                sparse=weights,
                payload=self._payload(chunk),
            )
            for chunk, vector, weights in zip(batch, dense, sparse, strict=True)
        ]
        await self._in.vectors.upsert(work.owner, points)
        self._chunks += len(points)
        await self._advance({"lease_until": int(time.time()) + LEASE_S})

    def _payload(self, chunk: Chunk) -> dict[str, Any]:
        return {
            "text": chunk.text,
            "page": chunk.page,
            "heading": list(chunk.heading),
            "start": chunk.start,
            "end": chunk.end,
            "marks": [[mark.start, mark.page, list(mark.heading)] for mark in chunk.marks],
            "filename": self._item["filename"],
            "kind": self._item["kind"],
        }

    async def _advance(self, changes: dict[str, Any]) -> None:
        progress = {"pages_done": self._pages.pages_done, "pages_total": self._pages.pages_total or None}
        try:
            await self._in.table.update(
                self._work.owner,
                self._work.document_id,
                {**progress, "updated_at": _now(), **changes},
                when=_MINE,
                generation=self._generation,
                parsing="parsing",
            )
        except ConditionFailed:
            raise _Lost from None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
