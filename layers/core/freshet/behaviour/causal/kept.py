"""Where causal graphs are kept: an item each, packed, in the order of their ids.

What does not belong here: what a graph is (`graph`) and how it is made (`generate`).
"""

import asyncio
import zlib
from collections.abc import Iterator
from typing import Any

import orjson
from pydantic import BaseModel, Field

from freshet.behaviour.causal.graph import CausalGraph
from freshet.behaviour.forgetting import forget
from freshet.behaviour.requests import By, Of
from freshet.errors import NotFound, TooLarge
from freshet.stores.table import MAX_ITEM_BYTES, Table

_GRAPH = "graph#"
_PAIRS = (10, 5, 2, 1)  # of evidence that the edges keep, if all of it is too much for an item


class GraphSummary(BaseModel):
    """A graph as a list shows it."""

    id: str
    created_at: str = Field(description="ISO 8601, in UTC")
    user_id: str | None = Field(description="null: of all users")
    of: Of
    by: By
    edges: int
    judged: bool


class GraphPage(BaseModel):
    items: list[GraphSummary]
    next_cursor: str | None = Field(description="null at the end")


class CausalGraphs:
    """The causal graphs of all owners. One that is not there is NotFound."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def keep(self, owner: str, graph: CausalGraph) -> CausalGraph:
        """The graph as it is kept: over what has its id, and with less evidence if it would be too large.

        Raises TooLarge.
        """
        kept, data = await asyncio.to_thread(_fitting, graph)
        summary = GraphSummary(**graph.model_dump(exclude={"edges"}), edges=len(graph.edges))
        item = {"id": _GRAPH + graph.id, "packed": data, "summary": summary.model_dump_json()}
        await self._table.write(owner, item | ({"user": graph.user_id} if graph.user_id else {}))
        return kept

    async def get(self, owner: str, graph_id: str) -> CausalGraph:
        """The graph."""
        item = await self._table.get(owner, _GRAPH + graph_id)
        if item is None:
            raise NotFound(f"There is no causal graph {graph_id}.")
        return await asyncio.to_thread(_unpacked, item["packed"])

    async def newest(self, owner: str, user_id: str | None = None) -> CausalGraph:
        """The newest graph, or the newest one of this user alone."""
        mine: dict[str, Any] = {}
        if user_id is not None:
            mine = {"matching": "#user = :user", "user": user_id}
        cursor: str | None = None
        while True:
            page = await self._table.page(
                owner, limit=1, cursor=cursor, prefix=_GRAPH, consistent=True, **mine
            )
            if page.items:
                return await asyncio.to_thread(_unpacked, page.items[0]["packed"])
            if (cursor := page.cursor) is None:
                of = f" of {user_id}" if user_id is not None else ""
                raise NotFound(f"There is no causal graph{of} yet: /api/v1/causal-graph/generate makes one.")

    async def page(self, owner: str, limit: int, cursor: str | None = None) -> GraphPage:
        """The graphs, newest first."""
        start = _GRAPH + cursor if cursor else None
        page = await self._table.page(owner, limit=limit, cursor=start, prefix=_GRAPH, consistent=True)
        items = [GraphSummary.model_validate_json(item["summary"]) for item in page.items]
        return GraphPage(items=items, next_cursor=page.cursor and page.cursor.removeprefix(_GRAPH))

    async def delete(self, owner: str, graph_id: str) -> None:
        """Gone. Raises NotFound."""
        if not await self._table.delete(owner, _GRAPH + graph_id):
            raise NotFound(f"There is no causal graph {graph_id}.")

    async def forget(self, owner: str, user_id: str) -> None:
        """Removes the graphs of a user alone; safe to repeat."""
        await forget(self._table, owner, _GRAPH, user_id)


def _fitting(graph: CausalGraph) -> tuple[CausalGraph, bytes]:
    """The graph with as much evidence as an item has room for, and the item's bytes."""
    for pairs in _PAIRS:
        edges = [edge.model_copy(update={"evidence": edge.evidence[: 2 * pairs]}) for edge in graph.edges]
        kept = graph.model_copy(update={"edges": edges})
        if len(data := _packed(kept)) <= MAX_ITEM_BYTES:
            return kept, data
    raise TooLarge(f"The causal graph is more than {MAX_ITEM_BYTES} bytes, packed.")


def _packed(graph: CausalGraph) -> bytes:
    """The graph with each of its labels, which may be long, written once."""
    document = graph.model_dump(mode="json")
    labels: dict[str, int] = {}
    for part, member in _labelled(document):
        part[member] = labels.setdefault(part[member], len(labels))
    return zlib.compress(orjson.dumps([list(labels), document]))


def _unpacked(data: bytes) -> CausalGraph:
    labels, document = orjson.loads(zlib.decompress(data))
    for part, member in _labelled(document):
        part[member] = labels[part[member]]
    return CausalGraph.model_validate(document)


def _labelled(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Where labels stand in a graph: a part of it and the name of its member."""
    yield from ((node, "label") for node in document["nodes"])
    yield from ((edge, member) for edge in document["edges"] for member in ("cause", "effect"))
