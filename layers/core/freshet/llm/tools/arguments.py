"""The arguments of a call as the model wrote them: JSON text, in the best case."""

from typing import Any

import jiter

from freshet.llm.tools.results import ToolError

_SHOWN = 200  # characters of unreadable arguments that the model is shown


def read_object(arguments: str) -> dict[str, Any]:
    """The JSON object in `arguments`. Raises ToolError."""
    try:
        value = jiter.from_json(tidied(arguments).encode(), allow_inf_nan=False)
    except ValueError as error:
        raise ToolError(f"The arguments are not JSON ({error}): {arguments[:_SHOWN]}") from None
    if not isinstance(value, dict):
        raise ToolError(f"The arguments are not a JSON object: {arguments[:_SHOWN]}")
    return value


def tidied(arguments: str) -> str:
    """The arguments; for a call without any, models write nothing or null where `{}` is meant."""
    stripped = arguments.strip()
    return "{}" if stripped in {"", "null"} else stripped


def readable(arguments: str) -> str:
    """The arguments if they are a JSON object, else an empty one.

    For the history: some upstreams parse the arguments of earlier calls and refuse the request if they can't.
    """
    try:
        read_object(arguments)
    except ToolError:
        return "{}"
    return tidied(arguments)
