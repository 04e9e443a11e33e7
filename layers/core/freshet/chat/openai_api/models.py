"""The list of models, as OpenAI's `GET /v1/models` has it."""

from collections.abc import Iterable
from typing import Any

from freshet.errors import NotFound


def model_list(models: Iterable[tuple[str, int, str]]) -> dict[str, Any]:
    """The list of `models`: each with its name, when it was configured (seconds since 1970) and by whom."""
    return {"object": "list", "data": [model(*one) for one in models]}


def one_model(name: str, models: Iterable[tuple[str, int, str]]) -> dict[str, Any]:
    """The one of `models` with this name. Raises NotFound."""
    for found in models:
        if found[0] == name:
            return model(*found)
    message = f"There is no model {name!r}."
    raise NotFound(message, errors=[{"field": "model", "message": message}])


def model(name: str, created: int, owned_by: str) -> dict[str, Any]:
    """One model."""
    return {"id": name, "object": "model", "created": created, "owned_by": owned_by}
