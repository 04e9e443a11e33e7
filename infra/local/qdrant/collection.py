"""One collection on disk: what its routes do, on the engine's shard.

Every method blocks and is called on the engine's one thread (`engine.py`). `folder` holds `shard/` and
`collection.json`; the latter is written last, so that a folder without it is an unfinished one.
"""

from pathlib import Path
from typing import Any

import orjson
import qdrant_edge as edge

from infra.local.qdrant.filters import read_ids, read_selector
from infra.local.qdrant.points import found, plain_id, read_points
from infra.local.qdrant.queries import (
    read_count,
    read_payload_choice,
    read_query,
    read_scroll,
    read_vector_choice,
)
from infra.local.qdrant.refusal import listed, members, required, wrong
from infra.local.qdrant.schema import describe, engine_index, read_collection, read_index, vector_sizes

_ABOUT = "collection.json"


class Collection:
    """A collection that is open. `dirty`: something was written since the last flush."""

    def __init__(self, folder: Path, shard: edge.EdgeShard, about: dict[str, Any]) -> None:
        self.dirty = False
        self._folder = folder
        self._shard = shard
        self._params: dict[str, Any] = about["params"]
        self._indexes: dict[str, dict[str, Any]] = about["indexes"]
        self._sizes = vector_sizes(self._params)
        self._operations = 0

    @classmethod
    def create(cls, folder: Path, body: Any) -> "Collection":
        """A new one in an empty folder. Raises Refused."""
        config = read_collection(body)
        shard = folder / "shard"
        shard.mkdir(parents=True)
        collection = cls(folder, edge.EdgeShard.create(str(shard), config), {"params": body, "indexes": {}})
        collection._remember()
        return collection

    @classmethod
    def load(cls, folder: Path) -> "Collection | None":
        """The one in the folder, or None if it was never finished."""
        about = folder / _ABOUT
        if not about.exists():
            return None
        shard = edge.EdgeShard.load(str(folder / "shard"))
        if shard.optimize():  # gives back the room of what was deleted, if that is much
            shard.flush()
        return cls(folder, shard, orjson.loads(about.read_bytes()))

    def close(self) -> None:
        """Writes everything and lets go of the files."""
        self._shard.flush()
        self._shard.close()

    def flush(self) -> None:
        """Writes what is not yet in the segments; the log of a killed process is then short."""
        if self.dirty:
            self._shard.flush()
            self.dirty = False

    def forget(self) -> None:
        """Makes the folder an unfinished one: the first step of deleting it."""
        self._shard.close()
        (self._folder / _ABOUT).unlink()

    def info(self, _body: Any) -> dict[str, Any]:
        return describe(self._shard, self._params, self._indexes)

    def create_index(self, body: Any) -> dict[str, Any]:
        name, params = read_index(body)
        result = self._update(edge.UpdateOperation.create_field_index(name, engine_index(params)))
        self._indexes[name] = params
        self._remember()
        return result

    def upsert(self, body: Any) -> dict[str, Any]:
        return self._update(edge.UpdateOperation.upsert_points(read_points(body, self._sizes)))

    def delete(self, body: Any) -> dict[str, Any]:
        ids, where = read_selector(members(body, "body", "points", "filter"), "body")
        if where is not None:
            return self._update(edge.UpdateOperation.delete_points_by_filter(where))
        return self._update(edge.UpdateOperation.delete_points(ids or []))

    def set_payload(self, body: Any) -> dict[str, Any]:
        given = members(body, "body", "payload", "points", "filter")
        payload = required(given, "payload", "body")
        if not isinstance(payload, dict):
            raise wrong("body.payload must be an object")
        ids, where = read_selector(given, "body")
        if where is not None:
            return self._update(edge.UpdateOperation.set_payload_by_filter(where, payload))
        return self._update(edge.UpdateOperation.set_payload(ids or [], payload))

    def retrieve(self, body: Any) -> list[dict[str, Any]]:
        given = members(body, "body", "ids", "with_payload", "with_vector")
        records = self._shard.retrieve(
            read_ids(required(given, "ids", "body"), "body.ids"),
            read_payload_choice(given.get("with_payload", True), "body.with_payload"),
            read_vector_choice(given.get("with_vector", False), "body.with_vector"),
        )
        return [found(record) for record in records]

    def query(self, body: Any) -> dict[str, Any]:
        return {"points": [found(point) for point in self._shard.query(read_query(body))]}

    def query_batch(self, body: Any) -> list[dict[str, Any]]:
        searches = listed(required(members(body, "body", "searches"), "searches", "body"), "body.searches")
        return [self.query(search) for search in searches]

    def scroll(self, body: Any) -> dict[str, Any]:
        records, following = self._shard.scroll(read_scroll(body))
        return {"points": [found(record) for record in records], "next_page_offset": plain_id(following)}

    def count(self, body: Any) -> dict[str, Any]:
        return {"count": self._shard.count(read_count(body))}

    def _update(self, operation: edge.UpdateOperation) -> dict[str, Any]:
        self._shard.update(operation)
        self.dirty = True
        self._operations += 1
        return {"operation_id": self._operations, "status": "completed"}

    def _remember(self) -> None:
        draft = self._folder / f"{_ABOUT}.new"
        draft.write_bytes(orjson.dumps({"params": self._params, "indexes": self._indexes}))
        draft.replace(self._folder / _ABOUT)
