"""Every route of the OpenAPI document, and a body that fits its schema: so that a new route can't escape."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freshet import reference

JSON, FORM = "application/json", "multipart/form-data"
_DOCUMENT = json.loads(Path(reference.__file__).with_name("openapi.json").read_text())
# What makes a request good where its schema alone does not say it: by the name of a member.
_GOOD: dict[str, Any] = {
    "prompt": "几点开门？",
    "name": "text_1",
    "value": "s3cr3t",
    "model": "freshet-stand-in",
    "text": "The tickets of the museum cost 10 euros. 博物馆九点开门。",
    "messages": [{"role": "user", "content": "When does the museum open? 几点开门？"}],
    "base_url": "http://127.0.0.1:9/v1",
    "answers": {"q1": "10"},
    "content": "What does a ticket cost? {#10}",
    "filename": "年假.md",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "http": {"url": "http://127.0.0.1:9/{city}"},
    "types": ["true_false"],
    "judge": False,
}


@dataclass(frozen=True, slots=True)
class Route:
    """A route, and what it takes. `bodies` are schemas by media type."""

    function: str
    method: str
    path: str
    parameters: tuple[Mapping[str, Any], ...]
    bodies: Mapping[str, Any]

    def named(self, place: str) -> list[str]:
        """The names of its parameters in `path`, `query` or `header`."""
        return [one["name"] for one in self.parameters if one["in"] == place]

    def filled(self, value: str = "1") -> str:
        """Its path with `value` in place of every parameter."""
        return re.sub(r"\{\w+\}", lambda _: value, self.path)


def routes() -> list[Route]:
    """All of them, in the document's order."""
    return [
        Route(
            operation["tags"][0],
            method.upper(),
            path,
            tuple(operation.get("parameters", [])),
            {
                kind: content.get("schema", {})
                for kind, content in operation.get("requestBody", {}).get("content", {}).items()
            },
        )
        for path, operations in _DOCUMENT["paths"].items()
        for method, operation in operations.items()
    ]


def example(schema: Mapping[str, Any], name: str = "") -> Any:
    """A small value of a schema, with the members that it requires."""
    schema = _resolved(schema)
    if name in _GOOD:
        return _GOOD[name]
    if "const" in schema:
        return schema["const"]
    if found := schema.get("examples") or schema.get("enum"):
        return found[0]
    if options := schema.get("oneOf") or schema.get("anyOf"):
        return example(options[0])
    match schema.get("type"):
        case "object":
            known = schema.get("properties", {})
            required = schema.get("required") or [name for name in _GOOD if name in known][:1]
            return {name: example(schema["properties"][name], name) for name in required}
        case "array":
            return [example(schema.get("items", {}))] * max(1, schema.get("minItems", 0))
        case "string":
            return "text 年假"
        case "integer" | "number":
            return schema.get("minimum", 1)
    return {}


def members(schema: Mapping[str, Any]) -> dict[str, Any]:
    """An example of each member that an object of this schema may have."""
    properties = _resolved(schema).get("properties", {})
    return {name: example(member, name) for name, member in properties.items()}


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = _DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
