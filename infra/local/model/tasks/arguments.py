"""The arguments of a call: what the question names, where the tool's schema has a place for it.

What is required is always there and validates, as far as `schema.Filler` can; what is not, only if the
question names it.
"""

import math
import re
from collections.abc import Callable
from typing import Any

from infra.local.model.tasks.schema import Filler, fits, type_of
from infra.local.model.tasks.values import FORMATS, Rank, Values
from infra.local.model.tasks.vocabulary import meaning, topics
from infra.local.model.tools import Tool

_MAX_DEPTH = 6
_MAX_ITEMS = 20


def arguments(tool: Tool, values: Values, elsewhere: Values) -> dict[str, Any]:
    """Arguments for a call of `tool`; what `values` lack and the tool requires is sought `elsewhere`."""
    return _Arguments(tool.parameters, values, elsewhere).whole()


def arguments_for(tool: Tool, query: str, value: str, elsewhere: Values) -> dict[str, Any]:
    """The argument `query` as given, and besides it only what the tool requires."""
    return _Arguments(tool.parameters, elsewhere, elsewhere).with_given({query: value})


def own_words(tool: Tool) -> frozenset[str]:
    """The meanings of the tool's own words: its name, its description, its arguments and their options."""
    properties = Filler.reading("", tool.parameters).resolved(tool.parameters).get("properties") or {}
    options = [
        option for part in properties.values() if isinstance(part, dict) for option in part.get("enum") or []
    ]
    return topics(" ".join([tool.name, tool.description, *properties, *map(str, options)]))


class _Arguments:
    def __init__(self, schema: dict[str, Any], values: Values, elsewhere: Values) -> None:
        self._schema = schema
        self._values = values
        self._elsewhere = elsewhere
        self._filler = Filler.reading(elsewhere.text, schema)

    def whole(self) -> dict[str, Any]:
        schema = self._filler.resolved(self._schema)
        return self._completed(schema, self._named(schema, self._values, 0), 0)

    def with_given(self, named: dict[str, Any]) -> dict[str, Any]:
        return self._completed(self._filler.resolved(self._schema), named, 0)

    def _completed(self, schema: dict[str, Any], named: dict[str, Any], depth: int) -> dict[str, Any]:
        """What the question names, and whatever else is required, in the schema's order."""
        properties, required = schema.get("properties") or {}, schema.get("required") or []
        wanted = [*properties, *(key for key in required if key not in properties)]
        return {
            key: named[key] if key in named else self._otherwise(properties.get(key, {}), key, depth)
            for key in wanted
            if key in named or key in required
        }

    def _named(self, schema: dict[str, Any], values: Values, depth: int) -> dict[str, Any]:
        """The arguments that the question names; the required ones choose first."""
        properties, required = schema.get("properties") or {}, schema.get("required") or []
        found = {}
        for key in sorted(properties, key=lambda key: key not in required):
            rank = Rank.ANY if key in required else Rank.SURE
            value = self._find(properties[key], key, values, depth + 1, rank)
            if value is not None:
                found[key] = value
        return found

    def _otherwise(self, schema: Any, name: str, depth: int) -> Any:
        """For what is required and not named."""
        if _may_be_null(schema):
            return None
        if isinstance(schema, dict) and "default" in schema:
            return schema["default"]
        value = self._find(schema, name, self._elsewhere, depth + 1, Rank.ANY)
        if value is not None:
            return value
        resolved = self._filler.resolved(schema)
        if type_of(resolved) == "object" and not resolved.keys() & {"const", "enum"} and depth < _MAX_DEPTH:
            return self._completed(resolved, {}, depth + 1)
        return self._filler.fill(schema, name, depth + 1)

    def _find(self, schema: Any, name: str, values: Values, depth: int, rank: Rank) -> Any:
        """The value that the question names, or None."""
        resolved = self._filler.resolved(schema)
        if "const" in resolved or depth > _MAX_DEPTH:
            return None
        if resolved.get("enum"):
            return values.option(resolved["enum"])
        match type_of(resolved):
            case "string":
                return _string(resolved, name, values, rank)
            case "integer" | "number" as kind:
                labels = _labels(name, resolved)
                number = values.number(labels, lambda value: fits(resolved, value), rank)
                return int(number) if number is not None and kind == "integer" else number
            case "boolean":
                return True if values.mentions(topics(name)) else None
            case "array":
                return self._items(resolved, name, values, depth, rank)
            case "object":
                named = self._named(resolved, values, depth)
                return self._completed(resolved, named, depth) if named else None
        return None

    def _items(
        self, schema: dict[str, Any], name: str, values: Values, depth: int, rank: Rank
    ) -> list[Any] | None:
        part = schema.get("items") or {}
        found: list[Any] = []
        while len(found) < min(schema.get("maxItems", _MAX_ITEMS), _MAX_ITEMS):
            item = self._find(part, name, values, depth + 1, Rank.LIKELY if found else rank)
            if item is None or item in found:
                break
            found.append(item)
        return found if len(found) >= max(1, schema.get("minItems", 1)) else None


def _string(schema: dict[str, Any], name: str, values: Values, rank: Rank) -> str | None:
    if schema.get("format") in FORMATS:
        return values.formatted(schema["format"])
    return values.string(name, _accepts(schema), rank)


def _accepts(schema: dict[str, Any]) -> Callable[[str], bool]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
    try:
        pattern = re.compile(schema.get("pattern", ""))
    except re.error:  # JavaScript's regular expressions, which JSON schema means, are not quite Python's
        pattern = re.compile("")
    return lambda text: least <= len(text) <= most and bool(pattern.search(text))


def _labels(name: str, schema: dict[str, Any]) -> frozenset[str]:
    """The meanings of the words that may stand by an argument's value."""
    # Units are single characters: the 天 of 天数.
    return topics(f"{name} {schema.get('description', '')}") | {meaning(character) for character in name}


def _may_be_null(schema: Any) -> bool:
    options = [schema]
    if isinstance(schema, dict):
        options += schema.get("anyOf") or schema.get("oneOf") or []
    types = [one.get("type") for one in options if isinstance(one, dict)]
    return any(kind == "null" or (isinstance(kind, list) and "null" in kind) for kind in types)
