"""A function's parameters: as a JSON schema for the model, and as the check of what it sends.

Pydantic does both. What does not belong here: the function's own running (`definition`).
"""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema

from freshet.llm.tools.arguments import read_object, tidied
from freshet.llm.tools.results import ToolError

_SHOWN = 10  # failed checks that the model is told at once
_UNNAMED = {
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.VAR_KEYWORD,
}


class Parameters:
    """The parameters of `function` that a model may set. Raises TypeError where they can't be described.

    What a `functools.partial` has bound is not among them.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = name_of_function(function)
        self._adapter = self._adapted(function)

    def schema(self, descriptions: Mapping[str, str]) -> dict[str, Any]:
        """The JSON schema of an object with the parameters; descriptions of their own come first."""
        try:
            schema = self._adapter.json_schema(schema_generator=_Schema)
        except PydanticUserError as error:
            raise self._refusal(error) from error
        for name, text in descriptions.items():
            if name in schema["properties"]:
                schema["properties"][name].setdefault("description", text)
        return schema

    def read(self, arguments: str) -> dict[str, Any]:
        """The values to call the function with, defaults included. Raises ToolError with what is wrong."""
        read_object(arguments)
        try:
            return self._adapter.validate_json(tidied(arguments))
        except ValidationError as error:
            raise ToolError(f"The arguments do not fit. {_failed_checks(error)}") from None

    def _adapted(self, function: Callable[..., Any]) -> TypeAdapter[dict[str, Any]]:
        try:
            signature = _settable(function)
            hints = get_type_hints(_code(function), include_extras=True)
            return TypeAdapter(_echo(signature, hints))
        except (NameError, AttributeError, ValueError, PydanticUserError) as error:
            raise self._refusal(error) from error

    def _refusal(self, error: Exception) -> TypeError:
        return TypeError(f"{self._name} can't be a tool: {str(error).splitlines()[0]}")


class _Schema(GenerateJsonSchema):
    """Pydantic's schema without a title for each field, which repeats its name for the price of tokens."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - as in the base class

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def documentation(function: Callable[..., Any]) -> str:
    """The docstring of what is called in the end, without its indentation."""
    return inspect.cleandoc(_code(function).__doc__ or "")


def name_of_function(function: Callable[..., Any]) -> str:
    """The name of what is called in the end; an object without one has its class's."""
    inner = _unbound(function)
    return str(getattr(inner, "__name__", type(inner).__name__))


def _echo(signature: inspect.Signature, hints: Mapping[str, Any]) -> Callable[..., dict[str, Any]]:
    """A function that takes the same parameters, by name only, and returns what it was given.

    Pydantic checks a function's arguments only to call it; called in place of the real one, this hands them
    over, and no error of the real one is taken for a failed check.
    """

    def echo(**values: Any) -> dict[str, Any]:
        return values

    types = {name: hints.get(name, Any) for name in signature.parameters}
    echo.__annotations__ = types
    echo.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what `inspect.signature` looks for
        [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=types[name])
            for name, parameter in signature.parameters.items()
        ]
    )
    return echo


def _settable(function: Callable[..., Any]) -> inspect.Signature:
    if inspect.isclass(function):
        raise ValueError("it is a class")
    signature = inspect.signature(function)
    bound = function.keywords if isinstance(function, partial) else {}
    parameters = [one for name, one in signature.parameters.items() if name not in bound]
    for number, parameter in enumerate(parameters):
        if parameter.kind in _UNNAMED:
            raise ValueError(f"a model can't give {parameter} by name")
        if number == 0 and parameter.name in {"self", "cls"}:
            raise ValueError("it is a method without its object; the bound method can be one")
    return signature.replace(parameters=parameters)


def _code(function: Callable[..., Any]) -> Callable[..., Any]:
    """What carries annotations and docstring: of a partial its function, of an object its `__call__`."""
    inner = _unbound(function)
    return inner if inspect.isroutine(inner) else type(inner).__call__


def _unbound(function: Callable[..., Any]) -> Callable[..., Any]:
    return _unbound(function.func) if isinstance(function, partial) else function


def _failed_checks(error: ValidationError) -> str:
    checks = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [f"{'.'.join(map(str, check['loc']))}: {check['msg']}" for check in checks[:_SHOWN]]
    more = [f"and {len(checks) - _SHOWN} more"] if len(checks) > _SHOWN else []
    return "; ".join(lines + more)
