"""CloudFormation's intrinsic functions, evaluated on plain data.

What belongs here: `Ref`, `Fn::Sub`, conditions and their like. What does not: what a name stands for; that
is the `Names` given by the caller.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.errors import TemplateError

_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")
_NOTHING = object()  # AWS::NoValue: the property is not there


@dataclass(frozen=True)
class Names:
    """What references stand for. Both lookups raise KeyError for a name that they don't know."""

    ref: Callable[[str], Any]
    attribute: Callable[[str, str], Any]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)


def resolve(node: Any, names: Names) -> Any:
    """`node` with every intrinsic function replaced by its value. Raises TemplateError."""
    value = _resolve(node, names)
    return None if value is _NOTHING else value


def holds(condition: str, names: Names) -> bool:
    """Whether the template's condition of that name is true."""
    if condition not in names.conditions:
        raise TemplateError(f"The template names the condition {condition}, which it does not define.")
    return bool(_resolve(names.conditions[condition], names))


def _resolve(node: Any, names: Names) -> Any:
    if isinstance(node, dict):
        if len(node) == 1:
            (key, argument), *_ = node.items()
            if function := _FUNCTIONS.get(key):
                return function(argument, names)
        values = {key: _resolve(value, names) for key, value in node.items()}
        return {key: value for key, value in values.items() if value is not _NOTHING}
    if isinstance(node, list):
        values_list = [_resolve(value, names) for value in node]
        return [value for value in values_list if value is not _NOTHING]
    return node


def _ref(name: str, names: Names) -> Any:
    if name == "AWS::NoValue":
        return _NOTHING
    try:
        return names.ref(name)
    except KeyError:
        raise TemplateError(f"The template refers to {name}, which the local cloud does not know.") from None


def _get_att(argument: Any, names: Names) -> Any:
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    resource, attribute = str(parts[0]), ".".join(str(part) for part in parts[1:])
    try:
        return names.attribute(resource, attribute)
    except KeyError:
        raise TemplateError(
            f"The template refers to {resource}.{attribute}, which the local cloud does not know."
        ) from None


def _sub(argument: Any, names: Names) -> str:
    text, variables = argument if isinstance(argument, list) else (argument, {})

    def value(found: re.Match[str]) -> str:
        literal, name = found.groups()
        if literal:
            return "${" + name + "}"
        if name in variables:
            return _text(_resolve(variables[name], names))
        return _text(_get_att(name, names) if "." in name else _ref(name, names))

    return _VARIABLE.sub(value, text)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _if(argument: list[Any], names: Names) -> Any:
    condition, yes, no = argument
    return _resolve(yes if holds(condition, names) else no, names)


def _equals(argument: list[Any], names: Names) -> bool:
    left, right = (_text(_resolve(side, names)) for side in argument)
    return left == right


def _join(argument: list[Any], names: Names) -> str:
    separator, parts = argument
    return str(separator).join(_text(part) for part in _resolve(parts, names))


def _select(argument: list[Any], names: Names) -> Any:
    index, values = argument
    return _resolve(values, names)[int(_resolve(index, names))]


def _split(argument: list[Any], names: Names) -> list[str]:
    separator, text = argument
    return str(_resolve(text, names)).split(separator)


def _find_in_map(argument: list[Any], names: Names) -> Any:
    table, first, second = (_resolve(part, names) for part in argument[:3])
    try:
        return names.mappings[table][first][second]
    except KeyError:
        raise TemplateError(f"The template's mapping {table} has no {first}.{second}.") from None


def _import_value(argument: Any, names: Names) -> str:
    name = _resolve(argument, names)
    if name not in names.exports:
        raise TemplateError(f"The template imports {name}, which no local stack exports.")
    return names.exports[name]


def _base64(argument: Any, names: Names) -> str:
    return base64.b64encode(str(_resolve(argument, names)).encode()).decode()


_FUNCTIONS: dict[str, Callable[[Any, Names], Any]] = {
    "Ref": _ref,
    "Condition": lambda argument, names: (
        holds(argument, names)
        if isinstance(argument, str)
        else {
            "Condition": _resolve(argument, names)  # a policy statement's own word, not CloudFormation's
        }
    ),
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::If": _if,
    "Fn::Equals": _equals,
    "Fn::Not": lambda argument, names: not _resolve(argument[0], names),
    "Fn::And": lambda argument, names: all(_resolve(one, names) for one in argument),
    "Fn::Or": lambda argument, names: any(_resolve(one, names) for one in argument),
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import_value,
    "Fn::Base64": _base64,
    "Fn::ToJsonString": lambda argument, names: json.dumps(_resolve(argument, names)),
}
