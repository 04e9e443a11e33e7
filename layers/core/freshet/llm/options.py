"""What a call may ask for besides its messages."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from pydantic import BaseModel

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
