"""The body of `POST /v1/chat/completions`, and what it asks of a model."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from freshet.chat.ask import Ask
from freshet.chat.openai_api.body import Body, Known
from freshet.chat.openai_api.errors import wrong
from freshet.chat.openai_api.messages import ChatMessage, as_sent, require_order
from freshet.chat.response_format import ResponseFormat

Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
Share = Annotated[float, Field(ge=-2, le=2)]

# What goes to the model under the same name. `max_tokens` is one of two names for one thing, and `store`,
# `metadata` and `service_tier` are OpenAI's own business.
_PARAMS = (
    "temperature",
    "top_p",
    "stop",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "response_format",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning_effort",
    "verbosity",
    "prediction",
    "prompt_cache_key",
    "safety_identifier",
    "user",
)


class StreamOptions(Known):
    include_usage: bool = False


class CallableFunction(Known):
    name: Name
    description: str | None = None
    parameters: dict[str, Any] | None = Field(None, description="JSON schema of the arguments")
    strict: bool | None = None


class FunctionTool(Known):
    type: Literal["function"]
    function: CallableFunction


class NamedFunction(Known):
    name: Name


class ToolChoice(Known):
    type: Literal["function"]
    function: NamedFunction


class ChatCompletionRequest(Body):
    """A conversation to go on with. Parameters mean what they mean to OpenAI."""

    unserved: ClassVar = {
        "audio": "answers are text.",
        "functions": "use 'tools'.",
        "function_call": "use 'tool_choice'.",
        "web_search_options": "use a tool.",
        "moderation": "moderate in a call of its own.",
        "prompt_cache_options": "use 'prompt_cache_key'.",
        "prompt_cache_retention": "use 'prompt_cache_key'.",
    }

    model: str = Field(min_length=1, description="a configured model's name, or `freshet-rag`")
    messages: list[ChatMessage]
    stream: bool = False
    stream_options: StreamOptions | None = None
    tools: list[FunctionTool] = Field([], max_length=128, description="their calls are left to the caller")
    tool_choice: Literal["none", "auto", "required"] | ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    seed: int | None = None
    presence_penalty: Share | None = None
    frequency_penalty: Share | None = None
    logit_bias: dict[str, Annotated[float, Field(ge=-100, le=100)]] | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    prediction: dict[str, Any] | None = None
    prompt_cache_key: str | None = None
    safety_identifier: str | None = None
    user: str | None = None
    n: Literal[1] = Field(1, description="one answer is written")
    modalities: list[Literal["text"]] | None = None
    logprobs: bool = Field(False, description="only false: not every provider has them")
    top_logprobs: int = Field(0, description="only 0")
    store: bool | None = Field(None, description="accepted, not used: every run is kept for a day")
    metadata: dict[str, str] | None = Field(None, max_length=16, description="accepted, not used")
    service_tier: Literal["auto", "default"] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "ChatCompletionRequest":
        require_order(self.messages)
        if self.logprobs or self.top_logprobs:
            raise wrong("logprobs", "'logprobs' are not supported here.", "unsupported_value")
        if self.stream_options and not self.stream:
            raise _only_with("stream_options", "'stream' is enabled")
        if not self.tools and self.tool_choice not in (None, "none"):
            raise _only_with("tool_choice", "'tools' are specified")
        if not self.tools and self.parallel_tool_calls is not None:
            raise _only_with("parallel_tool_calls", "'tools' are specified")
        if isinstance(self.tool_choice, ToolChoice) and self.tool_choice.function.name not in self.tool_names:
            raise wrong("tool_choice", f"There is no tool '{self.tool_choice.function.name}' in 'tools'.")
        if self.max_tokens and self.max_completion_tokens:
            both = "Give 'max_tokens' or 'max_completion_tokens', not both."
            raise wrong("max_tokens", both, "invalid_parameter_combination")
        return self

    @property
    def tool_names(self) -> frozenset[str]:
        """The tools whose calls are left to the caller."""
        return frozenset(tool.function.name for tool in self.tools)

    @property
    def include_usage(self) -> bool:
        """Whether a stream ends with the usage."""
        return bool(self.stream_options and self.stream_options.include_usage)

    def ask(self) -> Ask:
        """What a model is asked."""
        given = self.model_dump(include=set(_PARAMS), exclude_none=True)
        params = {name: given[name] for name in _PARAMS if name in given}
        if limit := self.max_tokens or self.max_completion_tokens:
            params["max_tokens"] = limit  # the model client finds out which name an endpoint takes
        if not self.tools:
            params.pop("tool_choice", None)
        return Ask(
            messages=[as_sent(message) for message in self.messages],
            definitions=[tool.model_dump(exclude_none=True) for tool in self.tools],
            params=params,
        )


def _only_with(field: str, what: str) -> Exception:
    return wrong(field, f"'{field}' is only allowed when {what}.")
