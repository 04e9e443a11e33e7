"""The library: an owner's documents, from upload to deletion. Parsing is `freshet.documents.ingest`."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from freshet.concurrency import together
from freshet.documents.record import (
    UPLOAD_KEPT_S,
    Document,
    Kind,
    Status,
    clean_filename,
    content_type_of,
    expired,
    given_up_before,
    now,
    original,
    view,
)
from freshet.errors import Conflict, Empty, FreshetError, NotFound, TooLarge
from freshet.ids import new_id
from freshet.stores.aws import ConditionFailed
from freshet.stores.objects import Objects
from freshet.stores.queue import Queue
from freshet.stores.table import Table
from freshet.stores.vectors import Hit, Vectors, point_id

MAX_DIRECT_BYTES = 4 * 1024 * 1024  # base64 of it fits Lambda's 6 MB event
POLL_S = 0.5
_FETCHED = 100  # chunks a request to the index: some 200 KB

_IDLE = "attribute_exists(#id) AND #lease_until < :now"  # nobody is at it

# `record.view` shows a parse that nobody follows up as failed: a filter has to see it so, too.
_IN_STATUS = {
    "parsing": "#status = :status AND (#lease_until = :none OR #lease_until >= :lapsed)",
    "failed": "(#status = :status "
    "OR (#status = :parsing AND #lease_until > :none AND #lease_until < :lapsed))",
}


@dataclass(frozen=True, slots=True)
class Indexed:
    """What is searchable of a document: one generation, of `chunks` chunks, and the summary of just that.

    `covered` is the share of the chunks that the summary was made from.
    """

    document: Document
    generation: int
    chunks: int
    summary: str | None
    covered: float


class Library:
    """All of it for one deployment; every method takes the owner first."""

    def __init__(
        self, table: Table, objects: Objects, queue: Queue, vectors: Vectors, max_bytes: int
    ) -> None:
        self._table = table
        self._objects = objects
        self._queue = queue
        self._vectors = vectors
        self._max_bytes = max_bytes

    async def start_upload(
        self,
        owner: str,
        filename: str,
        *,
        content_type: str | None = None,
        size: int | None = None,
        kind: Kind = "material",
        title: str | None = None,
        tags: list[str] | None = None,
    ) -> tuple[Document, dict[str, Any]]:
        """A record in state `uploading` and the presigned POST that fills it."""
        if size is not None and size > self._max_bytes:
            raise self._too_large(size)
        new = await asyncio.to_thread(_new_item, filename, content_type, kind, title, tags)
        item = {**new, "size": size}
        upload = await self._objects.presign_upload(
            owner, original(item["id"]), content_type=item["content_type"], max_bytes=self._max_bytes
        )
        await self._table.put(owner, item)
        return view(item), upload

    async def upload(
        self,
        owner: str,
        filename: str,
        data: bytes,
        *,
        content_type: str | None = None,
        kind: Kind = "material",
        document_id: str | None = None,
    ) -> Document:
        """A small file in one call: the record, then the object whose S3 event starts the parse.

        With a `document_id` it is safe to repeat: what came through before is returned as it is by now.
        """
        if not data:
            raise Empty("The file is empty: it has 0 bytes.")
        if len(data) > MAX_DIRECT_BYTES:
            raise TooLarge(
                f"The file has {len(data)} bytes; this route takes up to {MAX_DIRECT_BYTES}. "
                "Use POST /api/v1/documents for larger files."
            )
        new = await asyncio.to_thread(_new_item, filename, content_type, kind, None, None)
        item = {**new, "size": len(data), "id": document_id or new["id"]}
        try:
            await self._table.put(owner, item)
        except ConditionFailed:
            item = await self._item(owner, item["id"])
            if item["status"] != "uploading":
                return view(item)
        try:
            await self._objects.put(owner, original(item["id"]), data, content_type=item["content_type"])
        except FreshetError:
            await self._table.delete(owner, item["id"])
            raise
        return view(item)

    async def list_documents(
        self,
        owner: str,
        *,
        limit: int,
        cursor: str | None,
        status: Status | None = None,
        kind: Kind | None = None,
    ) -> tuple[list[Document], str | None]:
        """Newest first, and the cursor of what follows."""
        clauses = ["(attribute_not_exists(#expires_at) OR #expires_at > :now)"]
        values: dict[str, Any] = {}
        if kind:
            clauses.append("#kind = :kind")
            values["kind"] = kind
        if status:
            clauses.append(_IN_STATUS.get(status, "#status = :status"))
            values |= _status_values(status)
        page = await self._table.page(
            owner, limit=limit, cursor=cursor, matching=" AND ".join(clauses), now=int(time.time()), **values
        )
        return [view(item) for item in page.items], page.cursor

    async def get(self, owner: str, document_id: str, *, wait_s: float = 0) -> Document:
        """The document; with `wait_s`, as soon as it is ready or failed, or when the time is up."""
        deadline = time.monotonic() + wait_s
        while True:
            document = view(await self._item(owner, document_id))
            left = deadline - time.monotonic()
            if document.status in {"ready", "failed"} or left <= 0:
                return document
            await asyncio.sleep(min(POLL_S, left))

    async def file_url(self, owner: str, document_id: str) -> str:
        """A short-lived URL of the original file."""
        item = await self._item(owner, document_id)
        if item["status"] == "uploading":
            raise Conflict("The file has not been uploaded yet.")
        return await self._objects.presign_download(
            owner, original(document_id), filename=item["filename"], content_type=item["content_type"]
        )

    async def file(self, owner: str, document_id: str) -> bytes:
        """The original file: for those that fit the memory. Raises NotFound, Conflict."""
        item = await self._item(owner, document_id)
        if item["status"] == "uploading":
            raise Conflict("The file has not been uploaded yet.")
        return await self._objects.get(owner, original(document_id))

    async def chunks(
        self, owner: str, document_id: str, *, limit: int, cursor: int
    ) -> tuple[list[Hit], int | None]:
        """The indexed chunks from position `cursor` on, and where to go on."""
        item = await self._item(owner, document_id)
        end = min(cursor + limit, item["chunks"])
        generation = item.get("live_generation", 0)
        ids = [point_id(owner, document_id, generation, position) for position in range(cursor, end)]
        hits = await self._vectors.fetch(owner, ids) if ids else []
        return hits, end if end < item["chunks"] else None

    async def indexed(self, owner: str, document_id: str) -> Indexed:
        """What is searchable of the document, also while a later parse runs or after it failed.

        Raises NotFound; Conflict where no parse has been through yet.
        """
        item = await self._item(owner, document_id)
        document = view(item)
        if not item["chunks"]:
            raise Conflict(_why_unread(document))
        generation = item.get("live_generation", 0)
        own = item.get("summary_generation") == generation
        return Indexed(
            document=document,
            generation=generation,
            chunks=item["chunks"],
            summary=document.summary if own else None,
            covered=item.get("summary_covered", 1.0),
        )

    async def pick(self, owner: str, indexed: Indexed, positions: Sequence[int]) -> list[Hit]:
        """The chunks at these positions. Raises Conflict if they are gone: parsed anew since, or deleted."""
        ids = [point_id(owner, indexed.document.id, indexed.generation, position) for position in positions]
        hits: list[Hit] = []
        for start in range(0, len(ids), _FETCHED):
            hits += await self._vectors.fetch(owner, ids[start : start + _FETCHED])
        if len(hits) < len(ids):
            raise Conflict(
                "The document changed while it was read. Ask again; if that fails, parse it again."
            )
        return hits

    async def keep_summary(self, owner: str, indexed: Indexed, summary: str, *, covered: float) -> bool:
        """Keeps it on the document; False if that is gone, or another text is searchable by now."""
        changes = {"summary": summary, "summary_generation": indexed.generation, "summary_covered": covered}
        try:
            await self._table.update(
                owner,
                indexed.document.id,
                {**changes, "updated_at": now()},
                when="attribute_exists(#id) AND #live_generation = :generation",
                generation=indexed.generation,
            )
        except ConditionFailed:
            return False
        return True

    async def parse_again(self, owner: str, document_id: str) -> Document:
        """Queues another parse; quiet if one is under way. Of several calls the last one counts."""
        before = await self._item(owner, document_id)
        if before["status"] == "uploading":
            raise Conflict("The file has not been uploaded yet.")
        request = f"api:{new_id()}"
        queued = {"status": "parsing", "lease_until": 0, "attempts": 0, "error": None, "updated_at": now()}
        try:
            item = await self._table.update(
                owner, document_id, {**queued, "request": request}, when=_IDLE, now=int(time.time())
            )
        except ConditionFailed as failure:
            if failure.item is None:
                raise NotFound("There is no such document.") from None
            return view(failure.item)
        try:
            await self._queue.send(owner, {"document_id": document_id, "request": request})
        except FreshetError:
            await self._restore(owner, before, request)
            raise
        return view(item)

    async def _restore(self, owner: str, before: dict[str, Any], request: str) -> None:
        """The message could not be sent: the document is what it was."""
        changes = {name: before.get(name) for name in ("status", "error", "request")}
        with suppress(ConditionFailed):
            await self._table.update(owner, before["id"], changes, when="#request = :mine", mine=request)

    async def delete(self, owner: str, document_id: str) -> None:
        """Gone from index, bucket and table. A parse under way stops at its next step."""
        await self._item(owner, document_id)
        try:
            await self._table.update(
                owner, document_id, {"lease_until": 0}, when="attribute_exists(#id)", add={"generation": 1}
            )
        except ConditionFailed:
            raise NotFound("There is no such document.") from None
        await self._vectors.delete(owner, document_id)
        await self._objects.delete(owner, original(document_id))
        await self._table.delete(owner, document_id)

    async def require(self, owner: str, document_ids: list[str]) -> None:
        """Raises NotFound naming the first id that is not one of the owner's documents."""
        await together(*(self._item(owner, document_id) for document_id in document_ids))

    async def _item(self, owner: str, document_id: str) -> dict[str, Any]:
        item = await self._table.get(owner, document_id)
        if item is None or expired(item):
            raise NotFound(f"There is no document {document_id}.")
        return item

    def _too_large(self, size: int) -> TooLarge:
        return TooLarge(f"The file has {size} bytes; the limit is {self._max_bytes}.")


def _why_unread(document: Document) -> str:
    if document.error and document.status == "failed":
        return f"The document has no text to read. {document.error.message}"
    if document.status == "uploading":
        return "The file has not been uploaded yet."
    return "The document is still being parsed. Ask again when it is ready."


def _status_values(status: Status) -> dict[str, Any]:
    values: dict[str, Any] = {"status": status}
    if status in _IN_STATUS:
        values |= {"none": 0, "lapsed": given_up_before()}
    if status == "failed":
        values["parsing"] = "parsing"
    return values


def _new_item(
    filename: str, content_type: str | None, kind: Kind, title: str | None, tags: list[str] | None
) -> dict[str, Any]:
    """Runs in a thread: `mimetypes` reads the system's tables on first use."""
    name = clean_filename(filename)
    made = now()
    return {
        "id": new_id(),
        "filename": name,
        "title": title or name,
        "kind": kind,
        "status": "uploading",
        "content_type": content_type_of(name, content_type),
        "tags": tags or [],
        "generation": 0,
        "attempts": 0,
        "lease_until": 0,
        "chunks": 0,
        "pages_done": 0,
        "created_at": made,
        "updated_at": made,
        "expires_at": int(time.time()) + UPLOAD_KEPT_S,
    }
