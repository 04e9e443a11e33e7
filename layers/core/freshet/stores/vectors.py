"""The index of chunks: one Qdrant collection over its REST API. The one home of qdrant_client.

A point is one chunk: two named vectors, `dense` (cosine) and `sparse` (BM25 without its IDF, which Qdrant
multiplies in), and a payload of `owner`, `document_id`, `generation`, `position`, `live`, `kind` and the
caller's own, below `chunk`. `live` is 1 once the generation is published, 0 before.

Needs Qdrant 1.17 (weighted fusion); from 1.19 on IDF is counted over the owner's own chunks, before over all.

What belongs here: filters, fusion, what Qdrant's errors mean. What does not: how text becomes vectors
(`freshet.rag.sparse`, `freshet.llm.embeddings`) and which generation is the right one (`freshet.documents`).
"""

import asyncio
import json
import math
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from freshet.errors import FreshetError, Unavailable

if TYPE_CHECKING:
    from qdrant_client import AsyncQdrantClient, models

T = TypeVar("T")

_NAMESPACE = uuid.UUID("6f1c3c5e-53a5-5d0a-9d9c-0f2a8f0c9b1e")  # drawn once; stored ids depend on it
_CONNECTIONS = 8  # httpx walks through its whole pool at every open and close
_BATCH = 32  # points a request: 12 ms of encoding at 1024 dimensions, and far below Qdrant's 32 MB
_RRF_K = 2  # Qdrant's own default: the first ranks count most
_CANDIDATES = 50  # hits of each leg that enter the fusion, at least
_LIVE, _NEW = 1, 0


@dataclass(frozen=True, slots=True)
class Point:
    """One chunk to index. The payload comes back as it is; its `kind`, if any, can be searched by."""

    id: str
    document_id: str
    generation: int
    position: int
    dense: list[float]
    sparse: dict[int, float]
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """One chunk found. `score` orders the hits of one search; between searches it means nothing."""

    id: str
    document_id: str
    generation: int
    position: int
    score: float
    payload: dict[str, Any]


def point_id(owner: str, document_id: str, generation: int, position: int) -> str:
    """The id of a chunk: a UUID (version 5) of its four coordinates, joined by line feeds."""
    return str(uuid.uuid5(_NAMESPACE, f"{owner}\n{document_id}\n{generation}\n{position}"))


class Vectors:
    """One collection. Every method raises Unavailable (part `index`) when Qdrant does not do its part."""

    def __init__(
        self,
        url: str,
        collection: str,
        dimensions: int,
        *,
        key: Callable[[], Awaitable[str | None]] | None = None,
        dense_weight: float = 0.25,
        timeout_s: float = 10,
    ) -> None:
        self._url = url
        self._collection = collection
        self._dimensions = dimensions
        self._key = key
        self._dense_weight = dense_weight
        self._timeout_s = timeout_s
        self._client: AsyncQdrantClient | None = None
        self._connecting = asyncio.Lock()
        self._ensured = False
        self._ensuring = asyncio.Lock()

    async def ensure(self) -> None:
        """Creates the collection and its payload indexes where they are missing; asks once per process."""
        async with self._ensuring:
            if not self._ensured:
                self._ensured = bool(await self._call(self._prepare))
            if not self._ensured:
                raise _nowhere()

    async def upsert(self, owner: str, points: Sequence[Point]) -> None:
        """Writes the points; nobody finds them before `publish`."""
        for start in range(0, len(points), _BATCH):
            await self._upsert(owner, points[start : start + _BATCH])

    async def publish(self, owner: str, document_id: str, generation: int) -> None:
        """Lets this generation be found, then deletes the older ones.

        If a newer one is live already, this one is deleted instead: a late worker changes nothing. A newer
        one that is still being written is left alone.
        """
        document: dict[str, Any] = {"owner": owner, "document_id": document_id}
        if await self._is_live(**document, above=generation):
            await self._remove(**document, generation=generation)
            return
        await self._call(
            lambda client: client.set_payload(
                self._collection, {"live": _LIVE}, points=_where(**document, generation=generation), wait=True
            )
        )
        await self._remove(**document, below=generation)

    async def search(
        self,
        owner: str,
        *,
        dense: list[float] | None,
        sparse: dict[int, float],
        limit: int,
        document_ids: Sequence[str] | None = None,
        kind: str | None = None,
    ) -> list[Hit]:
        """The owner's live chunks that fit best, best first: both legs, fused by weighted reciprocal rank.

        Without one of the vectors (or with a dense weight of 0) the other leg alone. `document_ids` None
        means all documents, empty means none.
        """
        dense = dense if self._dense_weight else None
        if not (dense or sparse) or (document_ids is not None and not document_ids):
            return []
        await self.ensure()
        answer = await self._call(
            lambda client: client.query_points(
                self._collection,
                **_fused(
                    owner,
                    dense,
                    sparse,
                    weight=self._dense_weight,
                    where=_where(owner=owner, live=_LIVE, document_id=document_ids, kind=kind),
                    candidates=max(limit, _CANDIDATES),
                ),
                limit=limit,
                with_payload=True,
            )
        )
        return _newest([_hit(point, point.score) for point in answer.points]) if answer else []

    async def fetch(self, owner: str, ids: Sequence[str]) -> list[Hit]:
        """The owner's chunks with these ids, live or not, in this order; missing ones are left out."""
        known = [id_ for id_ in ids if _is_uuid(id_)]
        if not known:
            return []
        answer = await self._call(
            lambda client: client.scroll(
                self._collection,
                scroll_filter=_where(owner=owner, ids=known),
                limit=len(known),
                with_payload=True,
            )
        )
        hits = {str(record.id): _hit(record, 0) for record in answer[0]} if answer else {}
        return [hits[id_] for id_ in known if id_ in hits]

    async def delete(self, owner: str, document_id: str, *, generation: int | None = None) -> None:
        """Removes the document's chunks, or those of one generation; quiet if there are none."""
        await self._remove(owner=owner, document_id=document_id, generation=generation)

    async def ping(self) -> None:
        """Raises Unavailable if Qdrant does not answer or refuses the key."""
        if await self._call(lambda client: client.collection_exists(self._collection)) is None:
            raise _nowhere()

    async def aclose(self) -> None:
        """Closes the connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client:
            await client.close()

    async def _upsert(self, owner: str, points: Sequence[Point]) -> None:
        def write(client: "AsyncQdrantClient") -> "Awaitable[models.UpdateResult]":
            return client.upsert(self._collection, [_struct(owner, point) for point in points], wait=True)

        await self.ensure()
        if await self._call(write) is None:  # the collection was deleted since it was ensured
            self._ensured = False
            await self.ensure()
            await self._call(write)

    async def _remove(self, **fields: Any) -> None:
        await self._call(lambda client: client.delete(self._collection, _where(**fields), wait=True))

    async def _is_live(self, **fields: Any) -> bool:
        answer = await self._call(
            lambda client: client.count(self._collection, _where(**fields, live=_LIVE), exact=True)
        )
        return bool(answer and answer.count)

    async def _call(self, work: "Callable[[AsyncQdrantClient], Awaitable[T]]") -> T | None:
        """What Qdrant answers, or None if there is no such collection."""
        key = await self._key() if self._key else None
        client = await self._connect()
        from qdrant_client.common.client_exceptions import QdrantException
        from qdrant_client.context_headers import async_headers
        from qdrant_client.http.exceptions import ApiException

        try:
            async with asyncio.timeout(self._timeout_s), async_headers({"api-key": key} if key else {}):
                return await work(client)
        except TimeoutError:
            raise Unavailable(
                f"The index did not answer within {self._timeout_s:g} s.", part="index"
            ) from None
        except (ApiException, QdrantException, json.JSONDecodeError) as error:
            if getattr(error, "status_code", None) == 404:
                return None
            raise _mapped(error) from error

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
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            check_compatibility=False,  # it would ask in a thread of its own, and only warn
        )

    async def _prepare(self, client: "AsyncQdrantClient") -> bool:
        info = await self._described(client)
        vectors = info.config.params.vectors
        dense = vectors.get("dense") if isinstance(vectors, dict) else None
        if not dense or dense.size != self._dimensions:
            held = f"vectors of {dense.size} dimensions" if dense else "no vectors named dense"
            raise Unavailable(
                f"The collection {self._collection} holds {held}, but EMBEDDING_DIMENSIONS is"
                f" {self._dimensions}: choose another collection, or the model that wrote this one.",
                part="index",
                retry_after=None,
            )
        for name, schema in _indexes().items():
            if name not in info.payload_schema:
                await client.create_payload_index(self._collection, name, schema, wait=True)
        return True

    async def _described(self, client: "AsyncQdrantClient") -> "models.CollectionInfo":
        """The collection as it is, created if it is not there."""
        from qdrant_client.http.exceptions import UnexpectedResponse

        try:
            return await client.get_collection(self._collection)
        except UnexpectedResponse as error:
            if error.status_code != 404:
                raise
        try:
            await self._create(client)
        except UnexpectedResponse as error:
            if error.status_code != 409:  # another process was quicker
                raise
        return await client.get_collection(self._collection)

    async def _create(self, client: "AsyncQdrantClient") -> None:
        from qdrant_client import models

        dense = models.VectorParams(size=self._dimensions, distance=models.Distance.COSINE)
        await client.create_collection(
            self._collection,
            vectors_config={"dense": dense},
            sparse_vectors_config={"sparse": models.SparseVectorParams(modifier=models.Modifier.IDF)},
        )


def _nowhere() -> Unavailable:
    return Unavailable("There is no Qdrant at the index's address.", part="index")


def _mapped(error: Exception) -> Exception:
    status = getattr(error, "status_code", None)
    if status in (401, 403):
        return Unavailable(
            "The index refused the key: see QDRANT_KEY_PARAMETER.", part="index", retry_after=None
        )
    if status and 400 <= status < 500 and status not in (408, 429):
        return FreshetError(f"The index refused the call ({_reason(error)}).")
    after = getattr(error, "retry_after_s", None) or 1.0
    return Unavailable("The index does not answer, or is failing.", part="index", retry_after=after)


def _reason(error: Any) -> str:
    """Qdrant's own sentence."""
    try:
        return str(error.structured()["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {error.status_code}"


def _indexes() -> "dict[str, models.PayloadSchemaType | models.KeywordIndexParams]":
    from qdrant_client import models

    return {
        "owner": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True),
        "document_id": models.PayloadSchemaType.KEYWORD,
        "kind": models.PayloadSchemaType.KEYWORD,
        "live": models.PayloadSchemaType.INTEGER,
        "generation": models.PayloadSchemaType.INTEGER,
    }


def _struct(owner: str, point: Point) -> "models.PointStruct":
    from qdrant_client import models

    return models.PointStruct(
        id=point.id,
        vector={"dense": point.dense, "sparse": _sparse(point.sparse)},
        payload={
            "owner": owner,
            "document_id": point.document_id,
            "generation": point.generation,
            "position": point.position,
            "live": _NEW,
            "kind": point.payload.get("kind"),
            "chunk": point.payload,
        },
    )


def _sparse(weights: dict[int, float]) -> "models.SparseVector":
    from qdrant_client import models

    return models.SparseVector(indices=list(weights), values=list(weights.values()))


def _where(
    *, ids: Sequence[str] = (), below: int | None = None, above: int | None = None, **fields: Any
) -> "models.Filter":
    """Each field is its value, or one of its values (None: any); the generation is in bounds."""
    from qdrant_client import models

    conditions: list[models.Condition] = []
    for name, value in fields.items():
        if isinstance(value, str | int):
            conditions.append(models.FieldCondition(key=name, match=models.MatchValue(value=value)))
        elif value is not None:
            conditions.append(models.FieldCondition(key=name, match=models.MatchAny(any=list(value))))
    if ids:
        conditions.append(models.HasIdCondition(has_id=list(ids)))
    if below is not None or above is not None:
        bounds = models.Range(lt=below, gt=above)
        conditions.append(models.FieldCondition(key="generation", range=bounds))
    return models.Filter(must=conditions)


def _fused(
    owner: str,
    dense: list[float] | None,
    sparse: dict[int, float],
    *,
    weight: float,
    where: "models.Filter",
    candidates: int,
) -> dict[str, Any]:
    """The query: each leg that has a vector fetches its candidates, then they are fused."""
    from qdrant_client import models

    legs, weights = [], []
    if dense:
        legs.append(models.Prefetch(query=dense, using="dense", filter=where, limit=candidates))
        weights.append(weight)
    if sparse:
        rarity = models.SearchParams(idf=models.IdfCorpusParams(corpus=_where(owner=owner)))
        query = _sparse(sparse)
        legs.append(
            models.Prefetch(query=query, using="sparse", filter=where, limit=candidates, params=rarity)
        )
        weights.append(1.0)
    fusion = models.RrfQuery(rrf=models.Rrf(k=_RRF_K, weights=weights))
    return {"prefetch": legs, "query": fusion, "query_filter": where}


def _hit(point: Any, score: float) -> Hit:
    kept = point.payload
    return Hit(
        id=str(point.id),
        document_id=kept["document_id"],
        generation=kept["generation"],
        position=kept["position"],
        score=score,
        payload=kept["chunk"],
    )


def _newest(hits: list[Hit]) -> list[Hit]:
    """Without the older generation of a document that is being published this very moment."""
    newest: dict[str, int] = {}
    for hit in hits:
        newest[hit.document_id] = max(hit.generation, newest.get(hit.document_id, 0))
    return [hit for hit in hits if hit.generation == newest[hit.document_id]]


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
