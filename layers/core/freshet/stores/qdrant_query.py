"""What is asked of the collection, in the words of Qdrant's REST API: filters, and the fused query.

What does not belong here: who asks (`freshet.stores.vectors`), and how (`freshet.stores.qdrant_rest`,
`freshet.stores.qdrant`).
"""

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

_RRF_K = 2  # Qdrant's own default: the first ranks count most


def where(
    *, ids: Sequence[str] = (), below: int | None = None, above: int | None = None, **fields: Any
) -> Json:
    """Each field is its value, or one of its values (None: any); the generation is in bounds."""
    conditions: list[Json] = []
    for name, value in fields.items():
        if isinstance(value, str | int):
            conditions.append({"key": name, "match": {"value": value}})
        elif value is not None:
            conditions.append({"key": name, "match": {"any": list(value)}})
    if ids:
        conditions.append({"has_id": list(ids)})
    bounds = {name: bound for name, bound in (("lt", below), ("gt", above)) if bound is not None}
    if bounds:
        conditions.append({"key": "generation", "range": bounds})
    return {"must": conditions}


def sparse_vector(weights: dict[int, float]) -> Json:
    """Token ids and their weights, in the same order."""
    return {"indices": list(weights), "values": list(weights.values())}


def fused(
    owner: str,
    dense: list[float] | None,
    sparse: dict[int, float],
    *,
    weight: float,
    found: Json,
    candidates: int,
) -> Json:
    """The query: each leg that has a vector fetches its candidates among `found`, then they are fused."""
    among = {"filter": found, "limit": candidates}
    legs: list[Json] = []
    weights = []
    if dense:
        legs.append({"query": dense, "using": "dense", **among})
        weights.append(weight)
    if sparse:
        rarity = {"idf": {"corpus": where(owner=owner)}}
        legs.append({"query": sparse_vector(sparse), "using": "sparse", "params": rarity, **among})
        weights.append(1.0)
    return {"prefetch": legs, "query": {"rrf": {"k": _RRF_K, "weights": weights}}, "filter": found}
