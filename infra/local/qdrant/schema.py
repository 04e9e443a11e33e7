"""Collections and payload indexes: Qdrant's JSON as the engine's configuration, and their description."""

from typing import Any

import qdrant_edge as edge

from infra.local.qdrant.refusal import members, required, truth, whole, wrong

_DISTANCES = {
    "Cosine": edge.Distance.Cosine,
    "Dot": edge.Distance.Dot,
    "Euclid": edge.Distance.Euclid,
    "Manhattan": edge.Distance.Manhattan,
}
_INDEXES = {
    "keyword": edge.PayloadSchemaType.Keyword,
    "integer": edge.PayloadSchemaType.Integer,
    "float": edge.PayloadSchemaType.Float,
}
_NEVER = 1 << 40  # KB until a segment gets an HNSW graph


def read_collection(body: Any) -> edge.EdgeConfig:
    """The vectors of a new collection. Raises Refused."""
    given = members(body, "body", "vectors", "sparse_vectors")
    dense = _named(given.get("vectors", {}), "body.vectors")
    sparse = _named(given.get("sparse_vectors", {}), "body.sparse_vectors")
    return edge.EdgeConfig(
        vectors={name: _dense(params, f"body.vectors.{name}") for name, params in dense.items()},
        sparse_vectors={
            name: _sparse(params, f"body.sparse_vectors.{name}") for name, params in sparse.items()
        },
        optimizers=edge.EdgeOptimizersConfig(indexing_threshold=_NEVER),
    )


def vector_sizes(params: dict[str, Any]) -> dict[str, int | None]:
    """The vectors' names with their sizes; None for sparse ones."""
    dense = {name: each["size"] for name, each in (params.get("vectors") or {}).items()}
    return {**dict.fromkeys(params.get("sparse_vectors") or {}), **dense}


def read_index(body: Any) -> tuple[str, dict[str, Any]]:
    """The field and the parameters of a payload index, `type` among them."""
    given = members(body, "body", "field_name", "field_schema")
    field = required(given, "field_name", "body")
    schema = required(given, "field_schema", "body")
    params = (
        {"type": schema}
        if isinstance(schema, str)
        else members(schema, "body.field_schema", "type", "is_tenant")
    )
    if params.get("type") not in _INDEXES:
        raise wrong(f"body.field_schema: this stand-in indexes {', '.join(_INDEXES)}")
    if "is_tenant" in params and params["type"] != "keyword":
        raise wrong("body.field_schema.is_tenant is for keywords")
    return str(field), params


def engine_index(params: dict[str, Any]) -> Any:
    """The engine's form of `read_index`'s parameters."""
    if "is_tenant" in params:
        return edge.KeywordIndexParams(is_tenant=truth(params["is_tenant"], "body.field_schema.is_tenant"))
    return _INDEXES[params["type"]]


def describe(
    shard: edge.EdgeShard, params: dict[str, Any], indexes: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """What `GET /collections/{name}` answers."""
    info = shard.info()
    counted = info.payload_schema
    return {
        "status": "green",
        "optimizer_status": "ok",
        "points_count": info.points_count,
        "indexed_vectors_count": info.indexed_vectors_count,
        "segments_count": info.segments_count,
        "config": {
            "params": {**params, "shard_number": 1, "replication_factor": 1, "on_disk_payload": True},
            "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10_000},
            "optimizer_config": {
                "deleted_threshold": 0.2,
                "vacuum_min_vector_number": 1000,
                "default_segment_number": 0,
                "flush_interval_sec": 5,
            },
        },
        "payload_schema": {
            name: {
                "data_type": params["type"],
                "points": counted[name].points if name in counted else 0,
                **({"params": params} if len(params) > 1 else {}),
            }
            for name, params in indexes.items()
        },
    }


def _named(body: Any, where: str) -> dict[str, Any]:
    if not isinstance(body, dict) or not all(isinstance(params, dict) for params in body.values()):
        raise wrong(f"{where}: this stand-in carries named vectors")
    return body


def _dense(body: dict[str, Any], where: str) -> edge.EdgeVectorParams:
    given = members(body, where, "size", "distance")
    size = whole(required(given, "size", where), f"{where}.size", least=1)
    distance = required(given, "distance", where)
    if distance not in _DISTANCES:
        raise wrong(f"{where}.distance must be one of {', '.join(_DISTANCES)}")
    return edge.EdgeVectorParams(size=size, distance=_DISTANCES[distance])


def _sparse(body: dict[str, Any], where: str) -> edge.EdgeSparseVectorParams:
    modifier = members(body, where, "modifier").get("modifier", "none")
    if modifier not in ("none", "idf"):
        raise wrong(f"{where}.modifier must be idf or none")
    return edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf if modifier == "idf" else None)
