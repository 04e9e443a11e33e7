"""Where a model is, what it is called there and what it costs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from freshet.addresses import Network
from freshet.errors import FreshetError, ModelError
from freshet.llm.events import Usage

Key = Callable[[], Awaitable[str | None]]

_DEFAULT_URLS = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}


@dataclass(frozen=True, slots=True)
class Price:
    """Per million tokens; cached prompt tokens cost as much as others unless `cached` says otherwise."""

    prompt: float
    completion: float
    cached: float | None = None
    currency: str = "USD"

    def of(self, usage: Usage) -> float:
        """What the tokens of `usage` cost."""
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        cached_price = self.prompt if self.cached is None else self.cached
        fresh = (usage.prompt_tokens - cached) * self.prompt
        return round((fresh + cached * cached_price + usage.completion_tokens * self.completion) / 1e6, 10)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one place.

    `provider` is the protocol: `openai` (whatever speaks OpenAI's chat API) or `anthropic`. `base_url` may
    carry a query (`?api-version=…`, as Azure wants it) and is the provider's own if empty. `key` is asked
    before every request and wins over `api_key`. `headers` go with every request, `extra` into every body.
    `allowed` is for what users name: only public addresses and these networks are reached. None is for the
    deployment's own: it may be anywhere.
    """

    model: str
    provider: str = "openai"
    base_url: str = ""
    api_key: str | None = field(default=None, repr=False)
    key: Key | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict)
    price: Price | None = None
    allowed: tuple[Network, ...] | None = None

    def __post_init__(self) -> None:
        if self.provider not in _DEFAULT_URLS:
            raise ValueError(f"provider is {self.provider!r}, not one of {', '.join(_DEFAULT_URLS)}")

    @property
    def url(self) -> str:
        return self.base_url or _DEFAULT_URLS[self.provider]

    def named(self, model: str | None) -> "Endpoint":
        """This endpoint with another of its models, whose price is not known."""
        return self if model in (None, self.model) else replace(self, model=model, price=None)

    @property
    def connection(self) -> tuple[object, ...]:
        """What endpoints have in common that may share connections."""
        headers = tuple(sorted(self.headers.items()))
        return (self.provider, self.url, self.api_key, self.key, headers, self.allowed)

    async def secret(self) -> str | None:
        """The API key. Raises ModelError if it can't be had."""
        try:
            key = await self.key() if self.key else self.api_key
            return key.strip() if key else None  # of a file it may bring its line's end
        except FreshetError:
            raise
        except Exception as error:
            raise ModelError(
                f"The key of the model's endpoint can't be had: {type(error).__name__}"
            ) from error
