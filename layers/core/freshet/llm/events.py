"""What a model call yields, whatever the provider: frozen values, in the order they came."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning, where the provider shows it."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call; `id` and `name` come with the first piece of an `index`."""

    index: int
    id: str | None
    name: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; `estimated` where the upstream did not say. `attempts` counts the tries it took."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    estimated: bool = False
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Finish:
    """The upstream's finish reason (`stop`, `length`, `tool_calls`, `content_filter` …)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reset:
    """A retry began after content was shown: what came before is void."""

    reason: str


Event = TextDelta | ReasoningDelta | ToolCallDelta | Usage | Finish | Reset
