"""Filters: Qdrant's JSON as the engine's conditions."""

from typing import Any

import qdrant_edge as edge

from infra.local.qdrant.refusal import listed, members, required, whole, wrong

_CLAUSES = ("must", "should", "must_not", "min_should")


def read_filter(body: Any, where: str = "filter") -> edge.Filter:
    """A filter object. Raises Refused."""
    given = members(body, where, *_CLAUSES)
    clauses = {name: _conditions(given[name], f"{where}.{name}") for name in _CLAUSES[:3] if name in given}
    least = _min_should(given["min_should"], f"{where}.min_should") if "min_should" in given else None
    return edge.Filter(
        must=clauses.get("must"),
        should=clauses.get("should"),
        must_not=clauses.get("must_not"),
        min_should=least,
    )


def read_ids(value: Any, where: str) -> list[Any]:
    """Point ids: unsigned integers or UUIDs."""
    return [read_id(id_, where) for id_ in listed(value, where)]


def read_id(value: Any, where: str) -> int | str:
    """A point id."""
    if isinstance(value, str):
        return value  # the engine tells a UUID from another string
    return whole(value, where)


def _min_should(body: Any, where: str) -> edge.MinShould:
    given = members(body, where, "conditions", "min_count")
    conditions = _conditions(required(given, "conditions", where), f"{where}.conditions")
    return edge.MinShould(conditions, whole(required(given, "min_count", where), f"{where}.min_count"))


def _conditions(value: Any, where: str) -> list[Any]:
    return [_condition(each, where) for each in (value if isinstance(value, list) else [value])]


def _condition(body: Any, where: str) -> Any:
    if not isinstance(body, dict):
        raise wrong(f"{where} must hold objects")
    if "key" in body:
        return _field(body, where)
    if "has_id" in body:
        return edge.HasIdCondition(set(read_ids(members(body, where, "has_id")["has_id"], where)))
    if "is_empty" in body:
        return edge.IsEmptyCondition(_key(members(body, where, "is_empty")["is_empty"], where))
    if "is_null" in body:
        return edge.IsNullCondition(_key(members(body, where, "is_null")["is_null"], where))
    return read_filter(body, where)


def _key(body: Any, where: str) -> str:
    return str(required(members(body, where, "key"), "key", where))


def _field(body: Any, where: str) -> edge.FieldCondition:
    given = members(body, where, "key", "match", "range")
    key = str(given["key"])
    if len(given) != 2:
        raise wrong(f"{where}: the condition on {key} needs either match or range")
    if "match" in given:
        return edge.FieldCondition(key, match=_match(given["match"], f"{where}.match"))
    return edge.FieldCondition(key, range=_range(given["range"], f"{where}.range"))


def _match(body: Any, where: str) -> Any:
    given = members(body, where, "value", "any", "except")
    if len(given) != 1:
        raise wrong(f"{where} needs one of value, any, except")
    [(kind, value)] = given.items()
    values = [value] if kind == "value" else listed(value, f"{where}.{kind}")
    kinds = {type(each) for each in values}
    if len(kinds) > 1 or not kinds <= {str, int}:
        raise wrong(f"{where}.{kind}: this stand-in matches strings or integers")
    match kind:
        case "value":
            return edge.MatchValue(value)
        case "any":
            return edge.MatchAny(values)
        case _:
            return edge.MatchExcept(values)


def _range(body: Any, where: str) -> edge.RangeFloat:
    given = members(body, where, "gt", "gte", "lt", "lte")
    for name, value in given.items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong(f"{where}.{name}: this stand-in compares numbers")
    return edge.RangeFloat(**given)


def read_selector(given: dict[str, Any], where: str) -> tuple[list[Any] | None, edge.Filter | None]:
    """Which points: by `points` (ids) or by `filter`, one of them."""
    if ("points" in given) == ("filter" in given):
        raise wrong(f"{where} needs either points or filter")
    if "points" in given:
        return read_ids(given["points"], f"{where}.points"), None
    return None, read_filter(given["filter"], f"{where}.filter")
