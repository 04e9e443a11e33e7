"""What is asked of a model, the same for every provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from freshet.errors import Invalid

if TYPE_CHECKING:
    from freshet.llm.structured import Schema

Messages = str | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Request:
    """One generation. Messages, `tools` and `tool_choice` have the shapes of OpenAI's chat API.

    None leaves a value to the upstream. `schema` is what the answer's JSON must fit; `extra` goes into the
    body as it is.
    """

    messages: list[dict[str, Any]]
    model: str
    temperature: float | None = None
    max_tokens: int | None = None
    tools: Sequence[Mapping[str, Any]] = ()
    tool_choice: str | Mapping[str, Any] | None = None
    response_format: Mapping[str, Any] | None = None
    schema: "Schema | None" = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def as_messages(messages: Messages, system_prompt: str | None = None) -> list[dict[str, Any]]:
    """A prompt, or messages, as messages; the system prompt goes first. Raises Invalid if there are none."""
    if isinstance(messages, str):
        asked = [{"role": "user", "content": messages}]
    else:
        try:
            asked = [dict(message) for message in messages]
        except (TypeError, ValueError):
            raise Invalid("Messages are a text, or a list of objects with `role` and `content`") from None
    if any(not isinstance(message.get("role"), str) for message in asked):
        raise Invalid("Every message needs a `role`")
    if not asked:
        raise Invalid("A model call needs at least one message")
    return [{"role": "system", "content": system_prompt}, *asked] if system_prompt else asked
