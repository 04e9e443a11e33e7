"""The index of chunks: what is written to a Qdrant collection, and how it is searched.

A point is one chunk: two named vectors, `dense` (cosine) and `sparse` (BM25 without its IDF, which Qdrant
multiplies in), and a payload of `owner`, `document_id`, `generation`, `position`, `live`, `kind` and the
caller's own, below `chunk`. `live` is 1 once the generation is published, 0 before.

Needs Qdrant 1.17 (weighted fusion); from 1.19 on IDF is counted over the owner's own chunks, before over all.

What belongs here: points, from their writing to their deletion, and finding them. What does not: filters and
fusion (`qdrant_query`), connections (`qdrant_rest` to read, `qdrant` to write), how text becomes vectors
(`freshet.rag.sparse`, `freshet.llm.embeddings`), which generation is the right one (`freshet.documents`).
"""

import uuid
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from freshet.errors import FreshetError, Unavailable
from freshet.stores.qdrant import Collection
from freshet.stores.qdrant_failures import nowhere
from freshet.stores.qdrant_query import fused, sparse_vector, where
from freshet.stores.qdrant_rest import Key, Reading

if TYPE_CHECKING:
    from qdrant_client import AsyncQdrantClient, models

_NAMESPACE = uuid.UUID("6f1c3c5e-53a5-5d0a-9d9c-0f2a8f0c9b1e")  # drawn once; stored ids depend on it
_BATCH = 32  # points a request: 12 ms of encoding at 1024 dimensions, and far below Qdrant's 32 MB
_CANDIDATES = 50  # hits of each leg that enter the fusion, at least
_LIVE, _NEW = 1, 0
_WITH_PAYLOAD = {"with_payload": True, "with_vector": False}


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
        key: Key | None = None,
        dense_weight: float = 0.25,
        timeout_s: float = 10,
    ) -> None:
        self._collection = Collection(url, collection, dimensions, key=key, timeout_s=timeout_s)
        self._reading = Reading(url, collection, key=key, timeout_s=timeout_s)
        self._dense_weight = dense_weight

    async def ensure(self) -> None:
        """Creates the collection and its payload indexes where they are missing; asks once per process."""
        await self._collection.ensure()

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
        await self._collection.call(
            lambda client: client.set_payload(
                self._collection.name,
                {"live": _LIVE},
                points=_filter(**document, generation=generation),
                wait=True,
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
        asked = fused(
            owner,
            dense,
            sparse,
            weight=self._dense_weight,
            found=where(owner=owner, live=_LIVE, document_id=document_ids, kind=kind),
            candidates=max(limit, _CANDIDATES),
        )
        answer = await self._query({**asked, "limit": limit, **_WITH_PAYLOAD})
        return _newest([_hit(point, point["score"]) for point in answer["points"]]) if answer else []

    async def fetch(self, owner: str, ids: Sequence[str]) -> list[Hit]:
        """The owner's chunks with these ids, live or not, in this order; missing ones are left out."""
        known = [id_ for id_ in ids if _is_uuid(id_)]
        if not known:
            return []
        asked = {"filter": where(owner=owner, ids=known), "limit": len(known), **_WITH_PAYLOAD}
        answer = await self._reading.post("/points/scroll", asked)
        hits = {str(point["id"]): _hit(point, 0) for point in answer["points"]} if answer else {}
        return [hits[id_] for id_ in known if id_ in hits]

    async def delete(self, owner: str, document_id: str, *, generation: int | None = None) -> None:
        """Removes the document's chunks, or those of one generation; quiet if there are none."""
        await self._remove(owner=owner, document_id=document_id, generation=generation)

    async def ping(self) -> None:
        """Raises Unavailable if Qdrant does not answer or refuses the key."""
        if await self._reading.get("/exists") is None:
            raise nowhere()

    async def aclose(self) -> None:
        """Closes the connections; the next call opens new ones."""
        await self._collection.aclose()
        await self._reading.aclose()

    async def _query(self, asked: Mapping[str, Any]) -> Any:
        try:
            return await self._reading.post("/points/query", asked)
        except Unavailable:
            raise
        except FreshetError:
            await self.ensure()  # knows better what does not fit, the sizes of vectors for one
            raise

    async def _upsert(self, owner: str, points: Sequence[Point]) -> None:
        def write(client: "AsyncQdrantClient") -> "Awaitable[models.UpdateResult]":
            return client.upsert(
                self._collection.name, [_struct(owner, point) for point in points], wait=True
            )

        await self.ensure()
        if await self._collection.call(write) is None:  # the collection was deleted since it was ensured
            self._collection.forget()
            await self.ensure()
            await self._collection.call(write)

    async def _remove(self, **fields: Any) -> None:
        await self._collection.call(
            lambda client: client.delete(self._collection.name, _filter(**fields), wait=True)
        )

    async def _is_live(self, **fields: Any) -> bool:
        answer = await self._collection.call(
            lambda client: client.count(self._collection.name, _filter(**fields, live=_LIVE), exact=True)
        )
        return bool(answer and answer.count)


def _struct(owner: str, point: Point) -> "models.PointStruct":
    from qdrant_client import models

    return models.PointStruct(
        id=point.id,
        vector={"dense": point.dense, "sparse": models.SparseVector(**sparse_vector(point.sparse))},
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


def _filter(**fields: Any) -> "models.Filter":
    from qdrant_client import models

    return models.Filter(**where(**fields))


def _hit(point: Any, score: float) -> Hit:
    kept = point["payload"]
    return Hit(
        id=str(point["id"]),
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
