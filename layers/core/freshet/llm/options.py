"""What a call may ask for besides its messages, and what becomes of it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from pydantic import BaseModel

from freshet.llm.endpoint import Endpoint
from freshet.llm.request import Messages, Request, as_messages
from freshet.llm.structured import Schema
from freshet.llm.tools import AnyTool, ToolChoice


class ToolOptions(TypedDict, total=False):
    """Absent or None leaves it to the upstream.

    `model` names another model of the first endpoint; `timeout` bounds everything, in seconds; `extra` goes
    into the body as it is.
    """

    system_prompt: str | None
    model: str | None
    temperature: float | None
    max_tokens: int | None
    tool_choice: ToolChoice
    response_format: Mapping[str, Any] | None
    extra: Mapping[str, Any]
    timeout: float | None


class Options(ToolOptions, total=False):
    """And where tools are not run: their definitions (or functions), and what the answer's JSON must fit."""

    tools: Iterable[AnyTool]
    response_model: type[BaseModel] | None


def require_known(options: ToolOptions, known: type) -> None:
    """Raises TypeError for an option that the TypedDict `known` does not have."""
    if unknown := options.keys() - known.__optional_keys__:  # type: ignore[attr-defined]  # of a TypedDict
        raise TypeError(f"Unknown options: {', '.join(sorted(unknown))}; the API's own go into `extra`")


def as_request(messages: Messages, options: ToolOptions, model: str) -> Request:
    """The request that a call makes of `model`, without tools and schema. Raises Invalid."""
    return Request(
        messages=as_messages(messages, options.get("system_prompt")),
        model=model,
        temperature=options.get("temperature"),
        max_tokens=options.get("max_tokens"),
        tool_choice=options.get("tool_choice"),
        response_format=options.get("response_format"),
        extra=options.get("extra") or {},
    )


def deciding(endpoint: Endpoint, options: Options) -> dict[str, Any]:
    """What the answers depend on besides their prompts; the journal's word for the same question."""
    model = options.get("response_model")
    fitting = Schema.of(model).json_schema if model else None
    unimportant = {"model", "timeout", "response_model"}
    asked = {name: value for name, value in options.items() if value is not None and name not in unimportant}
    place = {"provider": endpoint.provider, "url": endpoint.url, "model": endpoint.model}
    return {**place, "defaults": dict(endpoint.extra), "schema": fitting, **asked}
