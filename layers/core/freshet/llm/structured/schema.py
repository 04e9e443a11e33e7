"""The JSON schema of a pydantic model, in the form that strict modes take.

Strict modes differ in what they take beyond a common core: closed objects whose properties are all required,
arrays, `anyOf`, `enum`, `const`, `$ref`. The core is what is sent. Constraints (`minLength`, `maximum` …) and
defaults go into the description, as words: the answer is validated in any case. What the core can't say (a
dictionary, a tuple, anything at all) makes the schema a plain one, which is not enforced to the letter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pydantic.dataclasses  # noqa: F401  # the first schema would import what is in it, in the event loop
from pydantic import BaseModel, PydanticUserError, create_model

from freshet.errors import Invalid

_TYPES = {"type", "anyOf", "oneOf", "enum", "const", "$ref"}  # one of them says what a value is
_LOOSE = {"prefixItems", "patternProperties", "allOf", "not", "if", "contains"}
_SPOKEN = {
    *("minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum"),
    *("exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "default", "examples"),
}
_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_MAX_NAME = 64  # OpenAI's bound


@dataclass(frozen=True, slots=True)
class Schema:
    """What an answer must fit. `strict` tells that a strict mode can enforce it."""

    name: str
    json_schema: dict[str, Any]
    strict: bool = True

    @classmethod
    def of(cls, model: type[BaseModel]) -> "Schema":
        """An answer that is a `model`. Raises Invalid for one that is no object (`RootModel[list[int]]`)."""
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise Invalid(f"A structured answer is a pydantic model, which {model!r} is not")
        try:
            plain = _root(model.model_json_schema())
        except PydanticUserError as error:
            raise Invalid(f"{model.__name__} has no JSON schema: {error.message}") from error
        if plain.get("type") != "object":
            raise Invalid(
                f"{model.__name__} is no object, which a structured answer is: make it a field of a model"
            )
        name = _NAME.sub("_", model.__name__).strip("_")[:_MAX_NAME] or "answer"
        try:
            return cls(name, _closed(plain))
        except _NotStrictError:
            return cls(name, _untitled(plain), strict=False)

    @classmethod
    def of_items(cls, model: type[BaseModel]) -> "Schema":
        """An answer that is `{"items": [model, …]}`: strict modes want an object at the top."""
        wrapper: type[BaseModel] = create_model(f"{model.__name__}_items", items=(list[model], ...))  # type: ignore[valid-type] # a type at run time
        return cls.of(wrapper)

    def response_format(self) -> dict[str, Any]:
        """It as OpenAI's chat API takes it."""
        content = {"name": self.name, "strict": self.strict, "schema": self.json_schema}
        return {"type": "json_schema", "json_schema": content}

    def instructions(self) -> str:
        """It as a prompt, for endpoints that take no schema."""
        return (
            "Answer with one JSON object and nothing else: no text around it, no code fence. "
            f"It must fit this JSON schema:\n{orjson.dumps(self.json_schema).decode()}"
        )


class _NotStrictError(Exception):
    """A part of the schema that strict modes can't express."""


def _root(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its top in place: pydantic puts a recursive model among `$defs` and refers to it."""
    definitions = schema.get("$defs", {})
    top = schema
    while "$ref" in top:
        top = definitions[top["$ref"].rpartition("/")[2]]
    return {**top, "$defs": definitions} if definitions else top


def _closed(node: Mapping[str, Any]) -> dict[str, Any]:
    """A schema in the common core. Raises _NotStrictError."""
    if _LOOSE & node.keys() or not _TYPES & node.keys():
        raise _NotStrictError
    closed: dict[str, Any] = {key: node[key] for key in ("type", "enum", "const") if key in node}
    if description := _description(node):
        closed["description"] = description
    if node.get("type") == "object":
        closed |= _closed_object(node)
    if node.get("type") == "array":
        closed["items"] = _closed(node.get("items", {}))
    if variants := node.get("anyOf") or node.get("oneOf"):
        closed["anyOf"] = [_closed(variant) for variant in variants]
    if "$ref" in node:
        # Beside a reference no other keyword may stand; beside `anyOf` a description may.
        closed |= {"anyOf": [{"$ref": node["$ref"]}]} if closed else {"$ref": node["$ref"]}
    if "$defs" in node:
        closed["$defs"] = {name: _closed(definition) for name, definition in node["$defs"].items()}
    return closed


def _closed_object(node: Mapping[str, Any]) -> dict[str, Any]:
    if node.get("additionalProperties", False) is not False or "properties" not in node:
        raise _NotStrictError
    properties = {name: _closed(value) for name, value in node["properties"].items()}
    return {"properties": properties, "required": list(properties), "additionalProperties": False}


def _description(node: Mapping[str, Any]) -> str:
    said = str(node.get("description") or "")
    words = ", ".join(
        f"{key}: {orjson.dumps(node[key]).decode()}"
        for key in node
        if key in _SPOKEN and node[key] is not None
    )
    return f"{said} ({words})".strip() if words else said


def _untitled(node: Any) -> Any:
    """A schema without the titles that pydantic makes of names. Properties and values may hold a `title`."""
    if isinstance(node, list):
        return [_untitled(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _untitled_part(key, value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
    }


def _untitled_part(key: str, value: Any) -> Any:
    if key in {"properties", "$defs"}:
        return {name: _untitled(schema) for name, schema in value.items()}
    return value if key in {"default", "examples", "enum", "const"} else _untitled(value)
