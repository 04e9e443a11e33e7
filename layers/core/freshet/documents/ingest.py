"""Ingest: from a queue message to a searchable document, whatever is sent twice, late or half.

Whoever has the claim (`freshet.documents.claim`) works; every later write holds on to its generation, so a
deleted document, a newer parse or a lapsed lease stops the work within seconds. Chunks are invisible until
all of them are written (`Vectors.publish`).
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freshet.concurrency import accompanied, task_group
from freshet.documents.blocks import Block, Progress
from freshet.documents.chunk import Chunk, Chunker
from freshet.documents.claim import Gone, Work, claim, lease
from freshet.documents.indexing import Indexer, Target
from freshet.documents.reading import read_document
from freshet.documents.record import ATTEMPTS, now, original
from freshet.errors import BudgetSpent, Conflict, DocumentError, FreshetError, NoText, NotFound, OverLimit
from freshet.observe import log_failure, logger, measure
from freshet.runs.meter import metered
from freshet.stores.aws import ConditionFailed
from freshet.stores.batches import MAX_RECEIVES
from freshet.stores.objects import Objects
from freshet.stores.queue import Queue
from freshet.stores.table import Table

BATCH = 64  # chunks that are embedded and written together
BATCHES = 2  # on their way at a time: while one is embedded, the other is written
OPENING = 4_000  # characters of a document's beginning that say what it is about
BEAT_S = 2.0  # between two signs of life on the record; also how long a deletion goes unnoticed
CAPABILITY = "parse"  # that the models' work is counted for
SUMMARY = "summary"  # the request of a message that asks for one
TOO_LONG = "The file has more text than can be indexed in one go. Split it into parts."

_MINE = "attribute_exists(#id) AND #generation = :generation AND #status = :parsing"


class _Lost(Exception):
    """The document was deleted, or a newer parse took over: what was written must go."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """The parse worker: its stores, how chunks are indexed, and what the parser may use.

    `summarise`, if there is one, makes and keeps a document's summary.
    """

    table: Table
    objects: Objects
    queue: Queue
    indexer: Indexer
    memory_mb: int
    timeout_s: float
    summarise: Callable[[str, str], Awaitable[None]] | None = None

    async def process(self, work: Work, *, budget_s: float) -> None:
        """Parses, chunks, embeds and indexes; or summarises. Returns when the message is done with.

        Raises Busy, or the passing trouble (Unavailable, ModelError) after which it should come again.
        """
        with metered(work.owner, CAPABILITY):
            await self._process(work, asyncio.get_running_loop().time() + budget_s)

    async def _process(self, work: Work, until: float) -> None:
        if work.request == SUMMARY:
            await self._summarise(work, until)
            return
        try:
            item = await claim(self.table, work)
        except Gone:
            await self._forget(work)
            return
        if item is not None and await self._parse(work, item, until):
            await self._ask_for_summary(work)

    async def _parse(self, work: Work, item: dict[str, Any], until: float) -> bool:
        """Whether the document is ready."""
        parse = _Parse(self, work, item)
        try:
            async with asyncio.timeout_at(until):
                await parse.run()
        except _Lost:
            await self.indexer.vectors.delete(work.owner, work.document_id, generation=item["generation"])
        except (DocumentError, BudgetSpent) as error:
            await parse.fail(error.code, error.detail)
        except TimeoutError:
            await parse.fail(OverLimit.code, TOO_LONG)
        except Exception as error:
            await parse.release(error)
            raise
        else:
            return True
        return False

    async def _ask_for_summary(self, work: Work) -> None:
        """By a message of its own, behind those that wait: to be found matters more than to be summarised."""
        if not self.summarise:
            return
        try:
            await self.queue.send(work.owner, {"document_id": work.document_id, "request": SUMMARY})
        except FreshetError as error:
            _without_summary(work, error)

    async def _summarise(self, work: Work, until: float) -> None:
        """A document without a summary is as good as ever: its owner can ask for one."""
        if not self.summarise:
            return
        try:
            async with asyncio.timeout_at(until):
                await self.summarise(work.owner, work.document_id)
        except (Conflict, NotFound):
            logger.info("not summarised: deleted or parsed again meanwhile", document_id=work.document_id)
        except FreshetError as error:
            if work.receipts < ATTEMPTS and not isinstance(error, BudgetSpent):
                raise
            _without_summary(work, error)
        except TimeoutError as error:
            _without_summary(work, error)

    async def _forget(self, work: Work) -> None:
        """The document was deleted, maybe while somebody worked at it: nothing of it stays."""
        await self.indexer.vectors.delete(work.owner, work.document_id)
        await self.objects.delete(work.owner, original(work.document_id))


def _without_summary(work: Work, error: Exception) -> None:
    log_failure("a summary failed", error, document_id=work.document_id)
    measure("SummaryFailures", 1)


class _Parse:
    """One claimed parse."""

    def __init__(self, ingest: Ingest, work: Work, item: dict[str, Any]) -> None:
        self._in = ingest
        self._work = work
        self._item = item
        self._generation: int = item["generation"]
        self._target = Target(work.owner, work.document_id, self._generation, item["filename"], item["kind"])
        self._pages = Progress(0, 0)
        self._chunks = 0
        self._opening = f"{item['title']}\n"
        self._shown = time.monotonic()

    async def run(self) -> None:
        begun = time.monotonic()
        folder = await asyncio.to_thread(tempfile.mkdtemp)
        try:
            async with accompanied(self._beat()):
                size = await self._read(Path(folder) / "original")
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        if not self._chunks:
            raise NoText("No text was found in this file.")
        done = {"chunks": self._chunks, "live_generation": self._generation, "size": size}
        await self._advance({**done, "lease_until": lease()})
        await self._in.indexer.vectors.publish(self._work.owner, self._work.document_id, self._generation)
        await self._advance({"status": "ready", "lease_until": 0, "attempts": 0, "summary": None})
        measure("PagesIngested", max(self._pages.pages_total, 1))
        logger.info(
            "parsed",
            document_id=self._work.document_id,
            chunks=self._chunks,
            seconds=round(time.monotonic() - begun, 2),
        )

    async def _read(self, path: Path) -> int:
        await self._download(path)
        places = asyncio.Semaphore(BATCHES)
        async with task_group() as group, aclosing(self._batches(path)) as batches:  # type: ignore[type-var]  # an async generator
            async for batch in batches:
                await places.acquire()
                group.create_task(self._index(batch, places))
        return (await asyncio.to_thread(path.stat)).st_size

    async def _beat(self) -> None:
        """Shows for as long as the work takes that it is going on. Raises _Lost when it no longer should."""
        while True:
            await asyncio.sleep(max(self._shown + BEAT_S - time.monotonic(), 0))
            if time.monotonic() - self._shown >= BEAT_S:
                await self._advance({"lease_until": lease()})

    async def fail(self, code: str, message: str) -> None:
        """Keeps the reason on the document; chunks of earlier parses stay searchable."""
        measure("ParseFailures", 1, code=code)
        try:
            await self._advance(
                {"status": "failed", "error": {"code": code, "message": message}, "lease_until": 0}
            )
        except _Lost:
            logger.info("failed after it was given up", document_id=self._work.document_id)
        await self._in.indexer.vectors.delete(
            self._work.owner, self._work.document_id, generation=self._generation
        )

    async def release(self, error: Exception) -> None:
        """Passing trouble: the next delivery may claim at once; after the last one the document is failed."""
        known = (
            error
            if isinstance(error, FreshetError)
            else FreshetError(f"Parsing failed on our side ({type(error).__name__}).")
        )
        changes: dict[str, Any] = {
            "lease_until": 0,
            "attempts": self._item["attempts"] - 1,
            "error": {"code": known.code, "message": known.detail},
        }
        if self._work.receipts >= MAX_RECEIVES:
            changes["status"] = "failed"
            measure("ParseFailures", 1, code=known.code)
        try:
            await self._advance(changes)
        except (FreshetError, _Lost):
            logger.warning("the lease could not be given back; it lapses", document_id=self._work.document_id)

    async def _download(self, path: Path) -> None:
        try:
            await self._in.objects.download(self._work.owner, original(self._work.document_id), path)
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
                    self._open(part)
                    batch += chunker.add(part)
                else:
                    self._pages = part
                while len(batch) >= BATCH:
                    yield batch[:BATCH]
                    batch = batch[BATCH:]
        batch += chunker.close()
        if batch:
            yield batch

    def _open(self, block: Block) -> None:
        """Keeps how the document begins."""
        if len(self._opening) < OPENING:
            self._opening = f"{self._opening}\n{block.text}"[:OPENING]

    async def _index(self, batch: list[Chunk], places: asyncio.Semaphore) -> None:
        try:
            await self._in.indexer.write(self._target, batch, self._opening)
        finally:
            places.release()
        self._chunks += len(batch)
        await self._advance({"lease_until": lease()})

    async def _advance(self, changes: dict[str, Any]) -> None:
        """Writes to the record. Raises _Lost if the document is no longer this parse's."""
        self._shown = time.monotonic()
        progress = {"pages_done": self._pages.pages_done, "pages_total": self._pages.pages_total or None}
        update = asyncio.ensure_future(
            self._in.table.update(
                self._work.owner,
                self._work.document_id,
                {**progress, "updated_at": now(), **changes},
                when=_MINE,
                generation=self._generation,
                parsing="parsing",
            )
        )
        try:
            await asyncio.shield(update)
        except ConditionFailed:
            raise _Lost from None
        except asyncio.CancelledError:
            # It runs on in its thread: whatever is written next must not be overtaken by it.
            await asyncio.gather(update, return_exceptions=True)
            raise
