"""What all request bodies of OpenAI's API have in common."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import orjson
from pydantic import BaseModel, ConfigDict, model_validator

from freshet.chat.openai_api.errors import dotted, wrong

_STEPS = 6  # towards what can't be sent: each reads the rest once more


class Known(BaseModel):
    """A member with members of its own. Those that are unknown are left out: newer clients send more."""

    model_config = ConfigDict(strict=True)


def _with_nulls(schema: dict[str, Any]) -> None:
    """Says in a body's schema that null is taken where a member may be absent."""
    members = schema["properties"]
    for name in members.keys() - set(schema.get("required", ())):
        member = members[name]
        if {"type": "null"} not in member.get("anyOf", ()):
            about = {word: member.pop(word) for word in ("title", "description", "default") if word in member}
            members[name] = {"anyOf": [member, {"type": "null"}], **about}


class Body(BaseModel):
    """A request body: null means absent, what OpenAI does not know is refused, types are taken as they are.

    `unserved` are the members that OpenAI knows and we do not serve, each with what to do instead.
    """

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=_with_nulls)

    unserved: ClassVar[dict[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        _require_json(sent)
        cls.require_served(sent)
        return {name: value for name, value in sent.items() if value is not None}

    @classmethod
    def require_served(cls, sent: dict[str, Any]) -> None:
        """Raises Invalid for a member that is not to be had here."""
        for name, instead in cls.unserved.items():
            if sent.get(name) is not None:
                raise wrong(name, f"'{name}' is not supported here: {instead}", "unsupported_parameter")


def _require_json(sent: dict[str, Any]) -> None:
    """What is taken as it is goes on to a model, and is kept with the run: it has to be JSON still."""
    if error := _fault(sent):
        field = dotted(list(_path_to_fault(sent)))
        named = f"Invalid value for '{field}'" if field else "Invalid request"
        raise wrong(field, f"{named}: it can't be passed on ({error}).")


def _path_to_fault(value: Any) -> Iterator[str | int]:
    """The way to the innermost value that is at fault; it ends early where it would be long."""
    for _ in range(_STEPS):
        step = next((step for step, inner in _inner(value) if _fault(inner)), None)
        if step is None:  # it is the value itself, or a name in it
            return
        yield step
        value = value[step]


def _inner(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _fault(value: Any) -> str:
    """Why it is no JSON: half of a character, a number of more than 64 bits, hundreds of levels."""
    try:
        orjson.dumps(value)
    except TypeError as error:
        return str(error)
    return ""
