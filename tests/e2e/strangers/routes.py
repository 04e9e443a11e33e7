"""The API's operations as its OpenAPI document has them: what a request of each has that may name a thing.

What does not belong here: what such a name refers to (`names.py`), and what stands in a valid request
(`bodies.py`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from infra.openapi import PUBLIC, TARGET

# Of these types a value can't name a thing that somebody has.
_SAYING_NOTHING = {"boolean", "number", "null"}
_TIMES = {"date", "date-time"}

Pointer = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a request may name something: in its path, query, a header or, by members, its body."""

    part: str
    pointer: Pointer
    required: bool = False
    first: Any = None  # of an enumeration

    @property
    def name(self) -> str:
        """The parameter or member, of an array's elements the array's."""
        return next(one for one in reversed(self.pointer) if one != "[]")


@dataclass(frozen=True)
class Operation:
    """One method of one path; `function` serves it."""

    method: str
    path: str
    function: str
    places: tuple[Place, ...]
    has_body: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def public(self) -> bool:
        return self.path in PUBLIC

    def of(self, part: str) -> list[Place]:
        return [place for place in self.places if place.part == part]


@cache
def operations() -> list[Operation]:
    """All of them: those that only read first, those that delete last, the deeper before what holds it."""
    document = json.loads(TARGET.read_bytes())
    found = [
        Operation(
            method.upper(),
            path,
            described["tags"][0],
            (*_parameters(described), *_members(described, document)),
            "requestBody" in described,
        )
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    order = ("GET", "POST", "PUT", "DELETE")
    return sorted(found, key=lambda one: (order.index(one.method), -one.path.count("/"), one.path))


def closed() -> list[Operation]:
    """Those that need a caller."""
    return [one for one in operations() if not one.public]


def _parameters(described: dict[str, Any]) -> Iterator[Place]:
    for parameter in described.get("parameters", ()):
        schema, required = parameter["schema"], parameter.get("required", False)
        if "enum" in schema and required:
            yield Place(parameter["in"], (parameter["name"],), required, schema["enum"][0])
        elif _may_name(schema):
            yield Place(parameter["in"], (parameter["name"],), required)


def _members(described: dict[str, Any], document: dict[str, Any]) -> Iterator[Place]:
    content = described.get("requestBody", {}).get("content", {})
    seen = {
        pointer for kind in content.values() for pointer in _leaves(kind["schema"], document, (), frozenset())
    }
    yield from (Place("body", pointer) for pointer in sorted(seen) if pointer and set(pointer) != {"[]"})


def _leaves(
    schema: dict[str, Any], document: dict[str, Any], at: Pointer, above: frozenset[str]
) -> Iterator[Pointer]:
    """Where a schema has texts, integers, or objects of free members; a schema in itself is left out."""
    if name := schema.get("$ref"):
        if name not in above:
            found = document["components"]["schemas"][name.rpartition("/")[2]]
            yield from _leaves(found, document, at, above | {name})
        return
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _leaves(choice, document, at, above)
    for member, inner in schema.get("properties", {}).items():
        yield from _leaves(inner, document, (*at, member), above)
    if "items" in schema:
        yield from _leaves(schema["items"], document, (*at, "[]"), above)
    elif "properties" not in schema and not schema.keys() & {"anyOf", "oneOf", "allOf"} and _may_name(schema):
        yield at


def _may_name(schema: dict[str, Any]) -> bool:
    said = schema.get("enum") or schema.get("const") or schema.get("format") in _TIMES
    return not said and schema.get("type") not in _SAYING_NOTHING
