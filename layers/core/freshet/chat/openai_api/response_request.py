"""The body of `POST /v1/responses`, as OpenAI has it, and the chat that it asks for.

What belongs here: its members, those that are not to be had among them. What does not: items of its input
(`response_input`) and tools (`response_tools`).
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from freshet.chat.ask import Ask
from freshet.chat.door import FileSearch
from freshet.chat.openai_api.body import Body, Known
from freshet.chat.openai_api.errors import wrong
from freshet.chat.openai_api.response_input import Item, Message, as_messages, require_paired
from freshet.chat.openai_api.response_tools import Toolset, toolset
from freshet.chat.openai_api.responses import run_id_of_item

_BACKGROUND = (
    "Background mode is not needed: every response goes on if its connection breaks. "
    "Stream it, and take it up again by its id, with `stream=true` and `starting_after`."
)
_MOST_REFERENCES = 20  # each is a run to be read
_UNSUPPORTED = "unsupported_parameter"
_INCLUDABLE = {  # what there is of them; the other tools do not exist here
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
}
_REPEATED = {
    "include",
    "instructions",
    "max_output_tokens",
    "metadata",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt_cache_key",
    "reasoning",
    "safety_identifier",
    "store",
    "stream",
    "temperature",
    "text",
    "tool_choice",
    "top_p",
    "user",
}


class Format(Known):
    """How the text is to look."""

    type: Literal["text", "json_object", "json_schema"]
    name: str | None = None
    description: str | None = None
    json_schema: dict[str, Any] | None = Field(None, alias="schema")
    strict: bool | None = None

    def response_format(self) -> dict[str, Any]:
        """It in the shape of the chat API. Raises Invalid."""
        if self.type != "json_schema":
            return {"type": self.type}
        if not self.name or self.json_schema is None:
            raise wrong("text.format", "A format of type 'json_schema' needs `name` and `schema`.")
        given = self.model_dump(by_alias=True, exclude_none=True, exclude={"type"})
        return {"type": "json_schema", "json_schema": given}


class Text(Known):
    format: Format | None = None
    verbosity: Literal["low", "medium", "high"] | None = None


class Reasoning(Known):
    effort: str | None = None
    summary: str | None = None


class ResponseRequest(Body):
    """What is asked for."""

    unserved: ClassVar[dict[str, str]] = {
        "access_programs": "there are none.",
        "context_management": "nothing is compacted.",
        "conversation": "go on from a response by `previous_response_id`.",
        "image": "images go to the model as they are.",
        "max_tool_calls": "the model decides how often it searches, within our bounds.",
        "moderation": "nothing is moderated.",
        "prompt": "no prompts are stored; send `instructions` and `input`.",
    }

    model: str = Field(min_length=1)
    input: str | list[dict[str, Any]]
    instructions: str | None = None
    previous_response_id: str | None = None
    tools: list[dict[str, Any]] = Field([], max_length=128)
    tool_choice: str | dict[str, Any] = "auto"
    parallel_tool_calls: bool = True
    max_output_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    text: Text = Text()
    reasoning: Reasoning = Reasoning()
    include: list[str] = Field([])
    metadata: dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]] = Field(
        {}, max_length=16
    )
    stream: bool = False
    stream_options: dict[str, Any] = Field({})
    background: bool = False
    store: bool = True
    truncation: Literal["auto", "disabled"] = Field("disabled", description="only disabled")
    top_logprobs: int = 0
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: dict[str, Any] = Field({})
    prompt_cache_retention: str | None = None
    service_tier: Literal["auto", "default"] | None = None

    @classmethod
    def require_served(cls, sent: dict[str, Any]) -> None:
        """This API of OpenAI's has words of its own for what it does not know."""
        for name in sent:
            if name not in cls.model_fields and name not in cls.unserved:
                raise wrong(name, f"Unknown parameter: '{name}'.", "unknown_parameter")
        super().require_served(sent)

    @model_validator(mode="after")
    def _possible(self) -> "ResponseRequest":
        if self.background:
            raise wrong("background", _BACKGROUND, _UNSUPPORTED)
        if self.top_logprobs or "message.output_text.logprobs" in self.include:
            raise wrong("top_logprobs", "'top_logprobs' is not supported here.", _UNSUPPORTED)
        if self.truncation == "auto":
            whole = "'truncation' is not supported here: nothing is left out of a conversation."
            raise wrong("truncation", whole, _UNSUPPORTED)
        for number, name in enumerate(self.include):
            if name not in _INCLUDABLE:
                raise wrong(f"include[{number}]", f"Invalid value: '{name}'.")
        return self

    def ask(self, earlier: Sequence[Mapping[str, Any]] = (), known: Mapping[str, Item] | None = None) -> Ask:
        """The chat. Raises Invalid.

        `earlier` is the conversation so far, without instructions: they are not carried over. `known` are the
        output items of the runs in `references`, by id.
        """
        asked = [*earlier, *self.own_messages(known)]
        require_paired(asked)
        instructed = [{"role": "system", "content": self.instructions}] if self.instructions else []
        return Ask([*instructed, *asked], definitions=self.toolset.definitions, params=self._params())

    def own_messages(self, known: Mapping[str, Item] | None = None) -> list[Message]:
        """The input as messages of the chat API. Raises Invalid."""
        return as_messages(self.input, known or {})

    def references(self) -> set[str]:
        """The runs that items are only referred to of. Raises Invalid if there are too many."""
        items = self.input if isinstance(self.input, list) else []
        ids = [str(item.get("id")) for item in items if item.get("type") == "item_reference"]
        run_ids = {run_id for run_id in map(run_id_of_item, ids) if run_id}
        if len(run_ids) > _MOST_REFERENCES:
            most = f"At most {_MOST_REFERENCES} responses can be referred to: send the items themselves."
            raise wrong("input", most)
        return run_ids

    def file_search(self) -> FileSearch | None:
        """The search of the caller's documents, if it is among the tools. Raises Invalid."""
        return self.toolset.file_search

    @cached_property
    def toolset(self) -> Toolset:
        """The tools. Raises Invalid."""
        return toolset(self.tools)

    def echo(self) -> dict[str, Any]:
        """What the Response object repeats, and what its making needs to know: of all, what was given."""
        given = self.model_dump(by_alias=True, exclude_unset=True, include=_REPEATED)
        shown = {"tools": list(self.toolset.shown)} if self.tools else {}
        return {**given, **shown, "stream": self.stream}

    def _params(self) -> dict[str, Any]:
        """The members of the chat API's body."""
        params: dict[str, Any] = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_output_tokens,
            "reasoning_effort": self.reasoning.effort,
            "verbosity": self.text.verbosity,
            "prompt_cache_key": self.prompt_cache_key,
            "safety_identifier": self.safety_identifier,
            "user": self.user,
        }
        if self.text.format and self.text.format.type != "text":
            params["response_format"] = self.text.format.response_format()
        choice = self.toolset.choice(self.tool_choice)
        if self.tools and choice != "auto":
            params["tool_choice"] = choice
        if self.tools and not self.parallel_tool_calls:
            params["parallel_tool_calls"] = False
        return {name: value for name, value in params.items() if value is not None}
