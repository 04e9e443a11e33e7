"""JSON schemas of arguments: which are sound, and what fits them."""

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.chat.arguments import faults, reader
from freshet.chat.json_schema import require_sound
from freshet.llm import ToolError

WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "minLength": 1},
        "days": {"type": "integer", "minimum": 1, "maximum": 7},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "places": {"type": "array", "items": {"$ref": "#/$defs/place"}, "maxItems": 2},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["city"],
    "additionalProperties": False,
    "$defs": {"place": {"type": "object", "properties": {"lat": {"type": "number"}}, "required": ["lat"]}},
}

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, 1.0, 2.5, "", "a", "中"])
)
NAMES = st.sampled_from(["a", "b", "c"])
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null"])


def schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
            "enum": st.lists(SCALARS, min_size=1, max_size=3),
            "const": SCALARS,
            "properties": st.dictionaries(NAMES, inner, max_size=2),
            "required": st.lists(NAMES, unique=True, max_size=2),
            "additionalProperties": inner,
            "items": inner,
            "minimum": st.integers(-2, 2),
            "exclusiveMaximum": st.integers(-2, 2),
            "minLength": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
            "anyOf": several,
            "oneOf": several,
            "allOf": several,
            "$ref": st.just("#/$defs/d"),
        },
    )


SCHEMAS = st.recursive(st.booleans(), schemas, max_leaves=5)


def acyclic(node: Any) -> Any:
    """Without references, which a definition must not have to itself."""
    if isinstance(node, dict):
        return {key: acyclic(value) for key, value in node.items() if key != "$ref"}
    return [acyclic(part) for part in node] if isinstance(node, list) else node


@given(SCHEMAS, SCHEMAS, DATA)
def test_it_judges_as_the_reference_does(schema: Any, definition: Any, value: Any) -> None:
    root = {"allOf": [schema], "$defs": {"d": acyclic(definition)}}
    require_sound({"type": "object", "properties": {"x": schema}, "$defs": root["$defs"]})
    expected = jsonschema.Draft202012Validator(root).is_valid(value)
    assert (not list(faults(value, root))) is expected


def test_arguments_that_fit_are_read() -> None:
    arguments = {"city": "北京", "days": 3, "unit": "celsius", "places": [{"lat": 1}], "note": None}
    assert reader(WEATHER)(json.dumps(arguments)) == arguments


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("{}", "city: is missing"),
        ("", "city: is missing"),
        ('{"city": 1}', "city: must be string"),
        ('{"city": ""}', "city: breaks `minLength` 1"),
        ('{"city": "x", "days": "3"}', "days: must be integer"),
        ('{"city": "x", "days": true}', "days: must be integer"),
        ('{"city": "x", "days": 8}', "days: breaks `maximum` 7"),
        ('{"city": "x", "unit": "kelvin"}', 'unit: must be one of \\["celsius", "fahrenheit"\\]'),
        ('{"city": "x", "contry": "y"}', "contry: is not allowed"),
        ('{"city": "x", "places": [{"lat": 1}, {}]}', r"places\[1\].lat: is missing"),
        ('{"city": "x", "note": 1}', "note: must be string or note: must be null"),
        ("[]", "not a JSON object"),
        ('{"city', "not JSON"),
    ],
)
def test_what_does_not_fit_is_told_so_that_a_model_can_mend_it(arguments: str, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        reader(WEATHER)(arguments)


@pytest.mark.parametrize(
    "definition",
    [
        {"$ref": "#/$defs/a"},
        {"anyOf": [{"$ref": "#/$defs/a"}] * 2},
        {"allOf": [{"$ref": "#/$defs/a"}] * 9},
    ],
)
def test_references_that_go_in_circles_come_to_an_end(definition: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/a"}}, "$defs": {"a": definition}}
    require_sound(schema)
    with pytest.raises(ToolError):
        reader(schema)('{"x": 1}')


def test_a_schema_may_refer_to_itself() -> None:
    schema = {"type": "object", "properties": {"next": {"$ref": "#"}}, "additionalProperties": False}
    require_sound(schema)
    assert reader(schema)('{"next": {"next": {}}}')
    with pytest.raises(ToolError, match=r"next\.next\.x: is not allowed"):
        reader(schema)('{"next": {"next": {"x": 1}}}')


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, '"type": "object"'),
        ({"type": "array"}, '"type": "object"'),
        ({"type": "object", "properties": []}, "properties must be an object"),
        ({"type": "object", "properties": {"a": {"type": "text"}}}, "names 'text', which is no type"),
        ({"type": "object", "properties": {"a": {"type": []}}}, "must be a list, and not empty"),
        ({"type": "object", "properties": {"a": {"type": [["string"]]}}}, "which is no type"),
        ({"type": "object", "properties": {"a": "string"}}, "a must be an object"),
        ({"type": "object", "required": "a"}, "required must be a list of names"),
        ({"type": "object", "properties": {"a": {"enum": []}}}, "enum must be a list, and not empty"),
        ({"type": "object", "properties": {"a": {"anyOf": []}}}, "anyOf must be a list, and not empty"),
        ({"type": "object", "properties": {"a": {"items": [{}]}}}, "items must be an object"),
        ({"type": "object", "properties": {"a": {"minimum": "1"}}}, "minimum must be a number"),
        ({"type": "object", "properties": {"a": {"$ref": 1}}}, "ref must be a text"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}}, "not among its"),
        ({"type": "object", "properties": {"a": {"$ref": "http://h/"}}}, "not among its"),
        ({"type": "object", "description": "x" * 17_000}, "larger than 16000 bytes"),
        ({"type": "object", "description": "\ud800"}, "surrogates"),
        ({"type": "object", "properties": {"n": {"maximum": 10**30}}}, "64-bit"),
        ({"type": "object", "default": [float("nan")]}, "number that JSON does not have"),
        ({"type": "object", "default": float("-inf")}, "number that JSON does not have"),
    ],
)
def test_what_is_no_sound_schema_is_refused(schema: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        require_sound(schema)


@pytest.mark.parametrize("bad", ["schemas", "values"])
def test_what_is_nested_too_deep_is_refused(bad: str) -> None:
    node: Any = {"type": "string"}
    for _ in range(5000):
        node = {"items": node} if bad == "schemas" else [node]
    with pytest.raises(ValueError, match="nested too deep"):
        require_sound(
            {"type": "object", "properties": {"a": node if bad == "schemas" else {"default": node}}}
        )


def test_true_and_1_are_not_the_same() -> None:
    assert list(faults(True, {"enum": [1]}))
    assert not list(faults(1.0, {"enum": [1]}))
