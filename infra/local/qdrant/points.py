"""Points: Qdrant's JSON as the engine's values, and back."""

from typing import Any

import qdrant_edge as edge

from infra.local.qdrant.filters import read_id
from infra.local.qdrant.refusal import listed, members, required, wrong


def read_points(body: Any, sizes: dict[str, int | None]) -> list[edge.Point]:
    """The points of an upsert, all or none; `sizes` has the vectors' names (None: sparse). Raises Refused."""
    given = members(body, "body", "points")
    points = listed(required(given, "points", "body"), "body.points")
    return [_point(each, f"body.points[{n}]", sizes) for n, each in enumerate(points)]


def read_vector(value: Any, where: str) -> Any:
    """A dense vector (a list of numbers) or a sparse one (`indices` and `values`)."""
    if isinstance(value, dict):
        given = members(value, where, "indices", "values")
        indices = listed(required(given, "indices", where), f"{where}.indices")
        values = listed(required(given, "values", where), f"{where}.values")
        if len(indices) != len(values) or len(set(indices)) != len(indices):
            raise wrong(f"{where}: indices must be unique and as many as values")
        return edge.SparseVector(indices, values)
    if not all(isinstance(number, int | float) for number in listed(value, where)):
        raise wrong(f"{where} must hold numbers")
    return value


def found(point: Any) -> dict[str, Any]:
    """A point as Qdrant answers it; a scored one with score and version."""
    answer: dict[str, Any] = {"id": plain_id(point.id), "payload": point.payload}
    if point.vector is not None:
        answer["vector"] = {name: _plain_vector(vector) for name, vector in point.vector.items()}
    if isinstance(point, edge.ScoredPoint):
        answer |= {"score": point.score, "version": point.version}
    return answer


def plain_id(value: Any) -> int | str | None:
    """A point id as JSON."""
    return value if value is None or isinstance(value, int) else str(value)


def _point(body: Any, where: str, sizes: dict[str, int | None]) -> edge.Point:
    given = members(body, where, "id", "vector", "payload")
    vectors = required(given, "vector", where)
    if not isinstance(vectors, dict):
        raise wrong(f"{where}.vector: this stand-in carries named vectors")
    for name, vector in vectors.items():
        _check_size(name, vector, sizes)
    payload = given.get("payload", {})
    if not isinstance(payload, dict):
        raise wrong(f"{where}.payload must be an object")
    return edge.Point(
        read_id(required(given, "id", where), f"{where}.id"),
        {name: read_vector(vector, f"{where}.vector.{name}") for name, vector in vectors.items()},
        payload,
    )


def _check_size(name: str, vector: Any, sizes: dict[str, int | None]) -> None:
    """The engine finds it out only after it has written the points before."""
    if name not in sizes:
        raise wrong(f"Not existing vector name error: {name}")
    if isinstance(vector, list) and len(vector) != sizes[name]:
        raise wrong(f"Vector dimension error: expected dim: {sizes[name]}, got {len(vector)}")


def _plain_vector(vector: Any) -> Any:
    if isinstance(vector, edge.SparseVector):
        return {"indices": vector.indices, "values": vector.values}
    return vector
