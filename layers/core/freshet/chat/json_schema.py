"""JSON schemas that callers give of a tool's arguments: whether they are sound.

What does not belong here: arguments against them (`arguments`); schemas of pydantic models
(`freshet.llm.structured`, `freshet.llm.tools`).
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

import orjson

MAX_BYTES = 16_000  # of a schema, as JSON: a model reads it with every request
MAX_NESTING = 40  # of its JSON, some 15 objects in objects; what reads and writes it ends at 200

TYPES = {"object", "array", "string", "integer", "number", "boolean", "null"}
LIMITS = {
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"),
    *("minItems", "maxItems"),
}

# Which keywords hold a schema, a list of schemas, schemas by name.
_ONE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_SEVERAL = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")


def require_sound(schema: Mapping[str, Any]) -> None:
    """Raises ValueError unless `schema` is a schema of an object that a model can be shown."""
    _require_plain(schema, MAX_NESTING)
    if len(_as_json(schema)) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES} bytes")
    if schema.get("type") != "object":
        raise ValueError('must be of `"type": "object"`')
    _require_schema(schema, "the schema")
    for reference in _references(schema):
        if target(schema, reference) is None:
            raise ValueError(f"refers to {reference!r}, which is not among its $defs")


def target(root: Mapping[str, Any], reference: str) -> Any:
    """The schema that `#` or `#/$defs/name` refers to; None if there is none."""
    if reference == "#":
        return root
    anchor, _, path = reference.partition("/")
    section, _, name = path.partition("/")
    if anchor != "#" or section not in {"$defs", "definitions"}:
        return None
    return root.get(section, {}).get(name.replace("~1", "/").replace("~0", "~"))


def is_number(value: Any) -> bool:
    """Whether a value is a number to JSON, to which true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_json(schema: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(schema)
    except TypeError as error:  # half a character, a number beyond 64 bits
        raise ValueError(f"has a value that can't be sent as JSON: {error}") from None


def _require_plain(node: Any, left: int) -> None:
    """Raises ValueError for more levels than are `left`, and for NaN, which would be sent as null."""
    if not left:
        raise ValueError("is nested too deep")
    if isinstance(node, float) and not isfinite(node):
        raise ValueError("has a number that JSON does not have")
    inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for part in inner:
        _require_plain(part, left - 1)


def _require_schema(schema: Any, place: str) -> None:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, Mapping):
        raise ValueError(f"{place} must be an object")
    _require_keywords(schema, place)
    for word in _ONE:
        _require_schema(schema.get(word, True), f"{place}.{word}")
    for word in _SEVERAL:
        for number, part in enumerate(_full_list(schema, word, place)):
            _require_schema(part, f"{place}.{word}[{number}]")
    for word in _NAMED:
        if not isinstance(named := schema.get(word, {}), Mapping):
            raise ValueError(f"{place}.{word} must be an object")
        for name, part in named.items():
            _require_schema(part, f"{place}.{word}.{name}")


def _require_keywords(schema: Mapping[str, Any], place: str) -> None:
    types = schema.get("type")
    for name in [types] if isinstance(types, str) else _full_list(schema, "type", place):
        if not isinstance(name, str) or name not in TYPES:
            raise ValueError(f"{place}.type names {name!r}, which is no type")
    _full_list(schema, "enum", place)
    required = schema.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise ValueError(f"{place}.required must be a list of names")
    if not isinstance(schema.get("$ref", ""), str):
        raise ValueError(f"{place}.$ref must be a text")
    for word in LIMITS & schema.keys():
        if not is_number(schema[word]):
            raise ValueError(f"{place}.{word} must be a number")


def _full_list(schema: Mapping[str, Any], word: str, place: str) -> list[Any]:
    """The list under a keyword; it may be missing, but not empty."""
    found = schema.get(word, [])
    if not isinstance(found, list) or (word in schema and not found):
        raise ValueError(f"{place}.{word} must be a list, and not empty")
    return found


def _references(node: Any) -> Iterator[str]:
    """Every `$ref` below. A property of that name holds a schema, and no text."""
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _references(part)
