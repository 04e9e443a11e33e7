"""A Qdrant collection that is made and written by qdrant_client: its connection, and the collection itself.

What belongs here: how qdrant_client is imported, connected and made to fail in our words. What does not:
what is asked of the collection (`freshet.stores.vectors`), reading (`freshet.stores.qdrant_rest`).
"""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from freshet.errors import Unavailable
from freshet.stores.qdrant_failures import failing, nowhere, refused, within
from freshet.stores.qdrant_rest import CONNECTIONS, Key

if TYPE_CHECKING:
    from qdrant_client import AsyncQdrantClient, models

T = TypeVar("T")


class Collection:
    """One collection. Every method raises Unavailable (part `index`) when Qdrant does not do its part."""

    def __init__(self, url: str, name: str, dimensions: int, *, key: Key | None, timeout_s: float) -> None:
        self.name = name
        self._url = url
        self._dimensions = dimensions
        self._key = key
        self._timeout_s = timeout_s
        self._client: AsyncQdrantClient | None = None
        self._connecting = asyncio.Lock()
        self._ensured = False
        self._ensuring = asyncio.Lock()

    async def ensure(self) -> None:
        """Creates the collection and its payload indexes where they are missing; asks once per process."""
        async with self._ensuring:
            if not self._ensured:
                self._ensured = bool(await self.call(self._prepare))
            if not self._ensured:
                raise nowhere()

    def forget(self) -> None:
        """It was deleted since it was ensured: the next `ensure` asks again."""
        self._ensured = False

    async def call(self, work: "Callable[[AsyncQdrantClient], Awaitable[T]]") -> T | None:
        """What Qdrant answers, or None if there is no such collection."""
        key = await self._key() if self._key else None
        client = await self._connect()
        from qdrant_client.common.client_exceptions import QdrantException
        from qdrant_client.context_headers import async_headers
        from qdrant_client.http.exceptions import ApiException

        try:
            async with within(self._timeout_s), async_headers({"api-key": key} if key else {}):
                return await work(client)
        except (ApiException, QdrantException, json.JSONDecodeError) as error:
            if getattr(error, "status_code", None) == 404:
                return None
            raise _mapped(error) from error

    async def aclose(self) -> None:
        """Closes the connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client:
            await client.close()

    async def _connect(self) -> "AsyncQdrantClient":
        async with self._connecting:
            if not self._client:
                self._client = await asyncio.to_thread(self._build)
            return self._client

    def _build(self) -> "AsyncQdrantClient":
        """Runs in a thread: half a second of imports, and the certificates."""
        import anyio._backends._asyncio  # noqa: F401  # the first request would import it, in the event loop
        import httpx
        from qdrant_client import AsyncQdrantClient

        return AsyncQdrantClient(
            url=self._url,
            timeout=math.ceil(self._timeout_s),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            check_compatibility=False,  # it would ask in a thread of its own, and only warn
        )

    async def _prepare(self, client: "AsyncQdrantClient") -> bool:
        info = await self._described(client)
        vectors = info.config.params.vectors
        dense = vectors.get("dense") if isinstance(vectors, dict) else None
        if not dense or dense.size != self._dimensions:
            held = f"vectors of {dense.size} dimensions" if dense else "no vectors named dense"
            raise Unavailable(
                f"The collection {self.name} holds {held}, but EMBEDDING_DIMENSIONS is"
                f" {self._dimensions}: choose another collection, or the model that wrote this one.",
                part="index",
                retry_after=None,
            )
        for name, schema in _indexes().items():
            if name not in info.payload_schema:
                await client.create_payload_index(self.name, name, schema, wait=True)
        return True

    async def _described(self, client: "AsyncQdrantClient") -> "models.CollectionInfo":
        """The collection as it is, created if it is not there."""
        from qdrant_client.http.exceptions import UnexpectedResponse

        try:
            return await client.get_collection(self.name)
        except UnexpectedResponse as error:
            if error.status_code != 404:
                raise
        try:
            await self._create(client)
        except UnexpectedResponse as error:
            if error.status_code != 409:  # another process was quicker
                raise
        return await client.get_collection(self.name)

    async def _create(self, client: "AsyncQdrantClient") -> None:
        from qdrant_client import models

        dense = models.VectorParams(size=self._dimensions, distance=models.Distance.COSINE)
        await client.create_collection(
            self.name,
            vectors_config={"dense": dense},
            sparse_vectors_config={"sparse": models.SparseVectorParams(modifier=models.Modifier.IDF)},
        )


def _mapped(error: Exception) -> Exception:
    status = getattr(error, "status_code", None)
    if not status:
        return failing(getattr(error, "retry_after_s", 0))
    return refused(status, _reason(error))


def _reason(error: Any) -> str:
    """Qdrant's own sentence."""
    try:
        return str(error.structured()["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return ""


def _indexes() -> "dict[str, models.PayloadSchemaType | models.KeywordIndexParams]":
    from qdrant_client import models

    return {
        "owner": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True),
        "document_id": models.PayloadSchemaType.KEYWORD,
        "kind": models.PayloadSchemaType.KEYWORD,
        "live": models.PayloadSchemaType.INTEGER,
        "generation": models.PayloadSchemaType.INTEGER,
    }
