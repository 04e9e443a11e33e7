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
    """Tokens of one answer, whole or void; `estimated` where the upstream did not say.

    `model` generated it and `cost` is its price in `currency`, None where that is not known. `attempts`
    counts the tries since the call began, `failures` says what became of those that failed: `model: error
    code`.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0  # of the prompt's
    estimated: bool = False
    model: str = ""
    cost: float | None = None
    attempts: int = 1
    failures: tuple[str, ...] = ()
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Finish:
    """The upstream's finish reason (`stop`, `length`, `tool_calls`, `content_filter` …)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reset:
    """The answer begins again after content was shown: what came before is void.

    A `Usage` of the void answer stands before it: the upstream bills that, too. `reason` is `upstream_cut`,
    `upstream_timeout`, `upstream_overloaded` …, or `invalid_json` of an answer that did not fit its model.
    """

    reason: str


Event = TextDelta | ReasoningDelta | ToolCallDelta | Usage | Finish | Reset


@dataclass(frozen=True, slots=True)
class Unstreamed:
    """A provider's note that the upstream answered in one piece; counted, never shown to a caller."""
