"""What a model's configuration is: shapes and what may stand in them.

What belongs here: everything that can be said of a configuration by looking at it. What does not: whether its
name is free, its fallbacks exist and its address may be reached (`models`), and its use (`clients`).
"""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

import orjson
from pydantic import AfterValidator, ConfigDict, Field, JsonValue, model_validator

from freshet.chat.directory import New, Shape
from freshet.chat.headers import KEEP_IT, PlainHeaders, SecretHeaders, SecretName, require_distinct
from freshet.chat.reach import MAX_URL
from freshet.chat.response_format import ResponseFormat

MAX_BYTES = 8_000  # of a configuration: a hundred fit into one answer of DynamoDB

# Of the API's body: what is said elsewhere, or not to be had.
_RESERVED = {"model", "messages", "stream", "stream_options", "tools", "n"}
# Of a question, and not of the model that answers it: a fallback gets them from the one it stands in for.
_QUESTION = ("temperature", "max_tokens", "tool_choice", "response_format")

Capability = Literal["chat", "tools", "vision", "json", "reasoning", "embeddings"]
Penalty = Annotated[float, Field(ge=-2, le=2)]
PerMillion = Annotated[float, Field(ge=0, le=1_000_000)]


def _unreserved(extra: dict[str, JsonValue]) -> dict[str, JsonValue]:
    for name in extra:
        if name in _RESERVED:
            raise ValueError(f"{name} is no parameter")
        if name in Params.model_fields:
            raise ValueError(f"{name} stands beside extra, not in it")
    if "max_completion_tokens" in extra:
        raise ValueError("max_completion_tokens is called max_tokens here, whatever the model calls it")
    _require_json(extra)
    return extra


def _sendable(format_: ResponseFormat) -> ResponseFormat:
    _require_json(format_.model_dump())
    return format_


def _require_json(value: dict[str, Any]) -> None:
    try:
        orjson.dumps(value)
    except TypeError:  # half a character, a number beyond 64 bits, a thousand levels
        raise ValueError("this can't be sent as JSON") from None


class Params(Shape):
    """Parameters of a generation, in the words of OpenAI's chat API; what is absent is left to the model."""

    model_config = ConfigDict(extra="forbid")

    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    max_tokens: int | None = Field(None, ge=1, le=10_000_000)
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)
    reasoning_effort: str | None = Field(None, min_length=1, max_length=20)
    response_format: Annotated[ResponseFormat, AfterValidator(_sendable)] | None = None
    extra: Annotated[dict[str, JsonValue], AfterValidator(_unreserved)] = Field(
        {}, description="further members of the request's body, as the model's endpoint knows them"
    )

    def members(self) -> dict[str, Any]:
        """They as members of the API's body."""
        return {**self.model_dump(exclude_none=True, exclude={"extra"}), **self.extra}

    def of_the_model(self) -> dict[str, Any]:
        """Those that go wherever the model is asked, and nowhere else."""
        return {name: value for name, value in self.members().items() if name not in _QUESTION}


def merged(configured: Params, asked: Params | Mapping[str, Any]) -> dict[str, Any]:
    """What is sent along with a question, as members of the API's body: what is `asked` for wins.

    Of the model's own parameters only those of the question: the others are its endpoint's (`clients`), so
    that a fallback is not asked for what another model knows.
    """
    call = asked.members() if isinstance(asked, Params) else asked
    defaults = {name: value for name, value in configured.members().items() if name in _QUESTION}
    if call.get("max_completion_tokens") is not None:  # the same, in newer words
        defaults.pop("max_tokens", None)
    return {**defaults, **{name: value for name, value in call.items() if value is not None}}


class Prices(Shape):
    """Per million tokens; cached prompt tokens cost as much as others unless `cached` says otherwise."""

    input: PerMillion
    cached: PerMillion | None = None
    output: PerMillion
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217")] = "USD"


def _name(name: str) -> str:
    name = unicodedata.normalize("NFC", name).strip()
    if not name or not name.isprintable():
        raise ValueError("a name has characters that can be seen")
    return name


def _base_url(url: str) -> str:
    parts = _split(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable():
        raise ValueError("a base URL begins with http:// or https:// and a host")
    if set(url) & set("\\ "):
        raise ValueError("a base URL has neither spaces nor backslashes")
    if "@" in parts.netloc:
        raise ValueError(f"a base URL has no user and no password in it; a key is a secret. {KEEP_IT}")
    if "#" in url:
        raise ValueError("a base URL has no fragment")
    return url


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("this is no URL") from None
    return parts


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("one of them is there twice")
    return values


class NewModel(New):
    """A model, as its owner configures it."""

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_name)]
    provider: Literal["openai", "anthropic"] = Field("openai", description="protocol of the endpoint")
    base_url: Annotated[str, Field(max_length=MAX_URL), AfterValidator(_base_url)] | None = Field(
        None, description="where it is; the provider's own endpoint if absent"
    )
    model: str = Field(min_length=1, max_length=200, description="what it is called there")
    key: SecretName | None = Field(None, description="name of the secret that is its key")
    headers: PlainHeaders = Field({}, description="further headers of every request")
    secret_headers: SecretHeaders = Field(
        {}, description="further headers whose values are secrets, by the secrets' names"
    )
    params: Params = Field(Params(), description="where a call does not say otherwise")
    prices: Prices | None = None
    capabilities: Annotated[list[Capability], Field(min_length=1), AfterValidator(_distinct)] = Field(
        ["chat", "tools"]
    )
    files: bool = Field(
        False,
        description="the endpoint takes files by its files API, and reads `fileid://` in a system message "
        "as Qwen-Long does; for `openai` only",
    )
    fallbacks: Annotated[list[int], Field(max_length=5), AfterValidator(_distinct)] = Field(
        [],
        description="ids of models that answer if it can't, in this order; deleted ones are passed over",
    )

    @model_validator(mode="before")
    @classmethod
    def _no_key(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and "api_key" in given:
            raise ValueError(f"a configuration holds no `api_key`. {KEEP_IT.replace('here', 'as `key`')}")
        return given

    @model_validator(mode="after")
    def _files_by_openais_protocol(self) -> "NewModel":
        if self.files and self.provider != "openai":
            raise ValueError(f"files are taken by endpoints that speak `openai`, not `{self.provider}`")
        return self

    @model_validator(mode="after")
    def _small(self) -> "NewModel":
        require_distinct(self.headers, self.secret_headers)
        if len(self.model_dump_json(include=set(NewModel.model_fields)).encode()) > MAX_BYTES:
            raise ValueError(f"a configuration has {MAX_BYTES} bytes at the most")
        return self


class Model(NewModel):
    """A model as its owner sees it. The stack's own can't be edited, and does not tell where it is."""

    id: int
    editable: bool = True
    created_at: str | None = Field(None, description="ISO 8601, in UTC")
    updated_at: str | None = Field(None, description="ISO 8601, in UTC")
