"""Structured output: a JSON schema filled from the prompt's text so that it validates.

Strings are sentences, arrays hold a few items, an enum's first value that the text names wins. Tasks with
shapes of their own (exercises, events) stand before this one in the registry.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from infra.local.model.prompt import Prompt
from infra.local.model.tasks.summary import central
from infra.local.model.text import sentences, terms

_ITEMS = 3  # of an array that asks for no number
_MAX_ITEMS = 50
_MAX_DEPTH = 12
_SENTENCES = 12
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LOWER, _UPPER = ("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")
_KEYWORDS = re.compile(r"key ?words?|tags?|concepts?|topics?|labels?|terms?", re.IGNORECASE)
_ZONE = re.compile(r"time_?zone|tz", re.IGNORECASE)
_FORMATS = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00",
    "email": "a@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def reply(prompt: Prompt) -> str | None:
    """JSON of the shape that `response_format` asks for; None if it asks for none."""
    wanted = prompt.body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        schema = (wanted.get("json_schema") or {}).get("schema") or {}
    elif wanted.get("type") == "json_object":
        schema = {"type": "object", "properties": {"answer": {"type": "string"}}}
    else:
        return None
    return json.dumps(Filler.reading(_text(prompt), schema).fill(schema, ""), ensure_ascii=False)


def _text(prompt: Prompt) -> str:
    """What the prompt is about."""
    sources = "\n".join(source.text for source in (*prompt.sources, *prompt.found))
    results = "\n".join(result.text for result in prompt.results)
    return prompt.fenced("document") or sources or results or prompt.last_user


@dataclass
class Filler:
    """Fills schemas with what a text holds, each sentence and keyword in turn."""

    root: dict[str, Any]
    text: str
    said: Iterator[str]
    keywords: Iterator[str]
    numbers: list[str] = field(default_factory=list)

    @classmethod
    def reading(cls, text: str, schema: dict[str, Any]) -> "Filler":
        """One for `schema`, where its references lead, that knows `text`."""
        said = central(text, _SENTENCES) or sentences(text) or [text]
        frequent = [term for term, _ in Counter(terms(text)).most_common(_SENTENCES)] or ["text"]
        return cls(schema, text, cycle(said), cycle(frequent), _NUMBER.findall(text))

    def fill(self, schema: Any, name: str, depth: int = 0) -> Any:
        """A value that validates against `schema`, as far as its text allows."""
        schema = self.resolved(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._choice(schema["enum"])
        fill: Callable[[dict[str, Any], str, int], Any] = {
            "object": self._object,
            "array": self._array,
            "integer": self._number,
            "number": self._number,
            "boolean": self._yes,
            "null": self._nothing,
        }.get(type_of(schema), self._string)
        return fill(schema, name, depth)

    def resolved(self, schema: Any) -> dict[str, Any]:
        """The schema behind references, and the first of several that is not null."""
        for _ in range(_MAX_DEPTH):
            if not isinstance(schema, dict):
                return {}
            options = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if "$ref" in schema:
                schema = self._at(str(schema["$ref"]))
            elif options:
                schema = next((o for o in options if not _is_null(o)), {"type": "null"})
            else:
                return schema
        return {"type": "null"}

    def _at(self, reference: str) -> Any:
        found: Any = self.root
        for step in reference.removeprefix("#").strip("/").split("/"):
            found = found.get(step, {}) if step and isinstance(found, dict) else found
        return found

    def _object(self, schema: dict[str, Any], name: str, depth: int) -> dict[str, Any]:
        properties = schema.get("properties") or {}
        required = schema.get("required") or []
        wanted = [key for key in properties if depth < _MAX_DEPTH // 2 or key in required]
        return (
            {key: self.fill(properties[key], key, depth + 1) for key in wanted} if depth < _MAX_DEPTH else {}
        )

    def _array(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", _MAX_ITEMS)
        count = 0 if depth >= _MAX_DEPTH // 2 else _ITEMS
        return [
            self.fill(schema.get("items") or {}, name, depth + 1)
            for _ in range(min(max(count, least), most, _MAX_ITEMS))
        ]

    def _choice(self, options: list[Any]) -> Any:
        folded = self.text.casefold()
        return next((o for o in options if isinstance(o, str) and o.casefold() in folded), options[0])

    def _number(self, schema: dict[str, Any], name: str, depth: int) -> int | float:
        cast = int if type_of(schema) == "integer" else float
        low = _least(schema)
        said = (value for value in map(float, self.numbers) if low <= value and fits(schema, value))
        return cast(next(said, low))

    def _yes(self, schema: dict[str, Any], name: str, depth: int) -> bool:
        return True

    def _nothing(self, schema: dict[str, Any], name: str, depth: int) -> None:
        return None

    def _string(self, schema: dict[str, Any], name: str, depth: int) -> str:
        if schema.get("format") in _FORMATS:
            return _FORMATS[schema["format"]]
        if _ZONE.fullmatch(name):
            return "UTC"
        text = next(self.keywords if _KEYWORDS.search(name) else self.said)
        text = text[: schema.get("maxLength", len(text))]
        return text.ljust(schema.get("minLength", 0), ".")


def type_of(schema: dict[str, Any]) -> str:
    """The schema's type, of several the first that is not null, guessed if it has none."""
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    return kind or ("object" if "properties" in schema else "array" if "items" in schema else "string")


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def fits(schema: dict[str, Any], value: float) -> bool:
    """Whether a number validates."""
    step = schema.get("multipleOf", 1 if type_of(schema) == "integer" else 0)
    return (
        math.isfinite(value)
        and schema.get("minimum", value) <= value <= schema.get("maximum", value)
        and ("exclusiveMinimum" not in schema or schema["exclusiveMinimum"] < value)
        and ("exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"])
        and not (step and value % step)
    )


def _least(schema: dict[str, Any]) -> float:
    """A number that fits, near the lowest bound; zero if there is none."""
    step = schema.get("multipleOf", 1)
    bounds: list[float] = [schema[bound] for bound in _LOWER if bound in schema] or [0]
    bounds += [schema[bound] for bound in _UPPER if bound in schema]
    steps = (step * (math.ceil(bound / step) + more) for bound in bounds for more in (0, 1, -1))
    candidates = (*bounds[:1], *steps, sum(bounds) / len(bounds))
    return next((number for number in candidates if fits(schema, number)), bounds[0])
