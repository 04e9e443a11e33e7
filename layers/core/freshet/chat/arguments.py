"""The arguments of a call against the JSON schema of a tool's, for tools that are no typed functions.

Checked are types, `enum`, `const`, members and whether others may be there, items, lengths and bounds,
`anyOf`, `oneOf`, `allOf` and references. The rest (`pattern`, `format`, `not`, …) is shown to the model and
left to whom the arguments go to: a pattern, for one, can take for ever.

What does not belong here: whether the schema itself is sound (`json_schema`), which is presumed.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from operator import ge, gt, le, lt
from typing import Any

from freshet.chat.json_schema import is_number, target
from freshet.llm.tools import ToolError
from freshet.llm.tools.arguments import read_object

_MAX_DEPTH = 64  # schemas in schemas, references included: those can go in circles
_MAX_STEPS = 20_000  # a value against a schema; alternatives of alternatives can be without number
_SHOWN = 10  # faults that the model is told at once

_FITS: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: is_number(value) and value == value // 1,
    "number": is_number,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_LIMITS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "minimum": ("number", ge),
    "maximum": ("number", le),
    "exclusiveMinimum": ("number", gt),
    "exclusiveMaximum": ("number", lt),
    "minLength": ("string", ge),
    "maxLength": ("string", le),
    "minItems": ("array", ge),
    "maxItems": ("array", le),
}


def reader(schema: Mapping[str, Any]) -> Callable[[str], dict[str, Any]]:
    """What reads a call's arguments, JSON text, and raises ToolError unless they fit `schema`."""

    def read(arguments: str) -> dict[str, Any]:
        values = read_object(arguments)
        found = list(dict.fromkeys(faults(values, schema)))
        if found:
            more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
            raise ToolError(f"The arguments do not fit. {'; '.join(found[:_SHOWN] + more)}")
        return values

    return read


def faults(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with `value`, each as `place: sentence`; nothing if it fits. Raises ToolError."""
    return _Check(schema).faults(value, schema, "", 0)


class _Check:
    """One value, and the schema that references are into."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._steps = 0

    def faults(self, value: Any, schema: Any, place: str, depth: int) -> Iterator[str]:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise ToolError("The arguments are too many to be checked.")
        if schema is False:
            yield _at(place, "is not allowed")
        elif depth > _MAX_DEPTH:
            yield _at(place, "is nested too deep")
        elif schema is not True:
            own = list(_own_faults(value, schema, place))
            yield from own or self._inner_faults(value, schema, place, depth + 1)

    def _inner_faults(self, value: Any, schema: Any, place: str, depth: int) -> Iterator[str]:
        if "$ref" in schema:
            yield from self.faults(value, target(self._root, schema["$ref"]), place, depth)
        for part in schema.get("allOf", ()):
            yield from self.faults(value, part, place, depth)
        for word in {"anyOf", "oneOf"} & schema.keys():
            yield from self._choice_faults(value, schema[word], place, depth, only=word == "oneOf")
        if isinstance(value, dict):
            yield from self._member_faults(value, schema, place, depth)
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield from self.faults(item, schema.get("items", True), f"{place}[{number}]", depth)

    def _choice_faults(
        self, value: Any, choices: Any, place: str, depth: int, *, only: bool
    ) -> Iterator[str]:
        """Faults unless one of the choices fits; `only` one may."""
        wrong = [list(self.faults(value, choice, place, depth)) for choice in choices]
        if [] not in wrong:
            yield " or ".join(dict.fromkeys(found[0] for found in wrong))
        elif only and wrong.count([]) > 1:
            yield _at(place, "fits more than one of the alternatives")

    def _member_faults(self, value: Mapping[str, Any], schema: Any, place: str, depth: int) -> Iterator[str]:
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield _at(_member(place, name), "is missing")
        for name, member in value.items():
            inner = known.get(name, schema.get("additionalProperties", True))
            yield from self.faults(member, inner, _member(place, name), depth)


def _own_faults(value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    """What a schema has against the value itself, not against its parts."""
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(_FITS[name](value) for name in types):
        yield _at(place, f"must be {' or '.join(types)}")
    elif "enum" in schema and not any(_same(value, one) for one in schema["enum"]):
        yield _at(place, f"must be one of {_shown(schema['enum'])}")
    elif "const" in schema and not _same(value, schema["const"]):
        yield _at(place, f"must be {_shown(schema['const'])}")
    for word in _LIMITS.keys() & schema.keys():
        kind, holds = _LIMITS[word]
        if _FITS[kind](value) and not holds(value if kind == "number" else len(value), schema[word]):
            yield _at(place, f"breaks `{word}` {schema[word]}")


def _same(value: Any, other: Any) -> bool:
    """Equal to JSON, to which 1 is 1.0, but true is not 1."""
    return bool(value == other) and isinstance(value, bool) == isinstance(other, bool)


def _member(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _at(place: str, sentence: str) -> str:
    return f"{place}: {sentence}" if place else sentence


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:200]
