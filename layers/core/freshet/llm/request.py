"""What is asked of a model, the same for every provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from freshet.errors import Invalid

Messages = str | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Request:
    """One generation. Messages have the shapes of OpenAI's chat API; None leaves a value to the upstream."""

    messages: list[dict[str, Any]]
    model: str
    temperature: float | None = None
    max_tokens: int | None = None
    response_format: dict[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def as_messages(messages: Messages, system_prompt: str | None) -> list[dict[str, Any]]:
    """A prompt, or messages, as messages; the system prompt goes first. Raises Invalid if there are none."""
    asked = (
        [{"role": "user", "content": messages}] if isinstance(messages, str) else list(map(dict, messages))
    )
    if not asked:
        raise Invalid("A model call needs at least one message")
    return [{"role": "system", "content": system_prompt}, *asked] if system_prompt else asked
