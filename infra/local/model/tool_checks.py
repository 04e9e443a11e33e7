"""What OpenAI refuses where tools are used: their definitions, the choice, calls and results in messages.

What does not belong here: what the tools are for (`tools`).
"""

import re
from collections.abc import Iterator
from typing import Any

from infra.local.model.protocol import BadRequestError

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MAX_TOOLS = 128
_MAX_DEPTH = 50
_TYPES = {type(None): "null", str: "string", list: "array", dict: "object", bool: "boolean"}
_CHOICES = {"none", "auto", "required"}
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_LARGEST = 1e300  # JSON has numbers beyond a float's range
_KEYWORDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(_NUMBERS, (int, float)),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), int),
    **dict.fromkeys(("pattern", "format", "description", "$ref"), str),
    **dict.fromkeys(("enum", "required", "anyOf", "oneOf", "allOf"), list),
    **dict.fromkeys(("properties", "$defs"), dict),
    "type": (str, list),
}


def check_tools(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a chat request, known to be sound in what concerns tools. Raises BadRequestError."""
    names = _check_definitions(body.get("tools"))
    _check_choice(body.get("tool_choice"), names)
    _check_history(body["messages"])
    return body


def _check_definitions(tools: Any) -> list[str]:
    if tools is None:
        return []
    if not isinstance(tools, list):
        raise _wrong_type("tools", "an array of objects", tools)
    if not 1 <= len(tools) <= _MAX_TOOLS:
        raise BadRequestError(
            f"Invalid 'tools': expected 1 to {_MAX_TOOLS} tools, got {len(tools)}.", "tools"
        )
    return [_check_definition(tool, f"tools[{number}]") for number, tool in enumerate(tools)]


def _check_definition(tool: Any, where: str) -> str:
    kind = _member(tool, "type", where, str)
    if kind != "function":
        raise BadRequestError(
            f"Invalid value: '{kind}'. Supported values are: 'function'.", f"{where}.type", "invalid_value"
        )
    function = _member(tool, "function", where, dict)
    name: str = _member(function, "name", f"{where}.function", str)
    if not _NAME.fullmatch(name):
        raise BadRequestError(
            f"Invalid '{where}.function.name': string does not match pattern. "
            "Expected a string that matches the pattern '^[a-zA-Z0-9_-]{1,64}$'.",
            f"{where}.function.name",
            "invalid_value",
        )
    if not isinstance(function.get("description"), str | None):
        raise _wrong_type(f"{where}.function.description", "a string", function["description"])
    parameters = function.get("parameters")
    if parameters and not (_is_sound(parameters) and parameters.get("type") == "object"):
        raise BadRequestError(
            f"Invalid schema for function '{name}': schema must be a JSON Schema of 'type: \"object\"'.",
            f"{where}.function.parameters",
            "invalid_function_parameters",
        )
    return name


def _is_sound(schema: Any, depth: int = 0) -> bool:
    """Whether the keywords of a schema, and of those in it, have values that mean something."""
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return isinstance(schema, bool) and depth > 0
    if not all(isinstance(schema[name], kind) for name, kind in _KEYWORDS.items() if name in schema):
        return False
    kinds = schema.get("type", [])
    return (
        all(isinstance(name, str) for name in [*schema.get("required", []), *kinds])
        and all(-_LARGEST < schema[name] < _LARGEST for name in _NUMBERS if name in schema)
        and schema.get("multipleOf", 1) > 0
        and all(_is_sound(part, depth + 1) for part in _parts(schema))
    )


def _parts(schema: dict[str, Any]) -> Iterator[Any]:
    """The schemas in a schema."""
    for name in ("properties", "$defs"):
        yield from schema.get(name, {}).values()
    for name in ("anyOf", "oneOf", "allOf"):
        yield from schema.get(name, [])
    yield from [schema["items"]] if "items" in schema else []


def _check_choice(choice: Any, names: list[str]) -> None:
    if choice is None or choice == "none":
        return
    if not names:
        raise BadRequestError(
            "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
            "tool_choice",
        )
    if isinstance(choice, str):
        if choice not in _CHOICES:
            raise BadRequestError(
                f"Invalid value: '{choice}'. Supported values are: 'none', 'auto', and 'required'.",
                "tool_choice",
                "invalid_value",
            )
        return
    function = _member(choice, "function", "tool_choice", dict)
    name = _member(function, "name", "tool_choice.function", str)
    if name not in names:
        raise BadRequestError(f"Tool choice '{name}' not found in 'tools' parameter.", "tool_choice")


def _check_history(messages: list[dict[str, Any]]) -> None:
    """Every call has its result after it, and every result its call before it."""
    waiting: list[str] = []
    for number, message in enumerate(messages):
        where = f"messages[{number}]"
        if message["role"] == "tool":
            answered = _member(message, "tool_call_id", where, str)
            if answered not in waiting:
                raise BadRequestError(
                    "Invalid parameter: messages with role 'tool' must be a response to a preceding message "
                    "with 'tool_calls'.",
                    f"{where}.role",
                )
            waiting.remove(answered)
            continue
        _check_answered(waiting, where)
        waiting = _ids(message, where)
    _check_answered(waiting, f"messages[{len(messages)}]")


def _check_answered(waiting: list[str], where: str) -> None:
    if waiting:
        raise BadRequestError(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            "'tool_call_id'. The following tool_call_ids did not have response messages: "
            + ", ".join(waiting),
            f"{where}.role",
        )


def _ids(message: dict[str, Any], where: str) -> list[str]:
    calls = message.get("tool_calls")
    if calls is None:
        return []
    if not isinstance(calls, list):
        raise _wrong_type(f"{where}.tool_calls", "an array of objects", calls)
    for number, call in enumerate(calls):
        place = f"{where}.tool_calls[{number}]"
        _member(call, "id", place, str)
        function = _member(call, "function", place, dict)
        _member(function, "name", f"{place}.function", str)
        _member(function, "arguments", f"{place}.function", str)
    return [call["id"] for call in calls]


def _member(value: Any, name: str, where: str, kind: type) -> Any:
    """A member that must be there."""
    if not isinstance(value, dict):
        raise _wrong_type(where, "an object", value)
    if value.get(name) is None:
        raise BadRequestError(
            f"Missing required parameter: '{where}.{name}'.", f"{where}.{name}", "missing_required_parameter"
        )
    if not isinstance(value[name], kind):
        raise _wrong_type(f"{where}.{name}", "an object" if kind is dict else "a string", value[name])
    return value[name]


def _wrong_type(where: str, expected: str, value: Any) -> BadRequestError:
    got = _TYPES.get(type(value), "number")
    return BadRequestError(
        f"Invalid type for '{where}': expected {expected}, but got {got} instead.", where, "invalid_type"
    )
