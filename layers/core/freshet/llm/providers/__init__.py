"""One module a protocol: its requests and its wire; all yield the same events over the same transport."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, Protocol

from freshet.llm.endpoint import Endpoint
from freshet.llm.events import Event, Unstreamed
from freshet.llm.files import FileStore
from freshet.llm.providers.http import Transport
from freshet.llm.providers.openai import OpenAIProvider
from freshet.llm.request import Request


class Provider(Protocol):
    """One endpoint, used from one event loop."""

    def stream(self, request: Request) -> AsyncGenerator[Sequence[Event | Unstreamed], None]:
        """One attempt at an answer; the events of one read are one batch. Closing it closes the upstream.

        Raises ModelError, after the events before the failure. Ends only after a `Finish`.
        """

    async def embed(self, texts: Sequence[str], *, model: str, dimensions: int | None) -> Any:
        """The decoded body of the answer to one embeddings request. Raises ModelError."""

    async def ping(self) -> None:
        """Raises ModelError unless the endpoint answers and takes the key."""

    def files(self) -> FileStore:
        """Its files API. Raises Invalid where the protocol has none that we know."""

    async def aclose(self) -> None:
        """Closes the connections."""


def provider_named(name: str) -> Callable[[Endpoint, Transport], Provider]:
    """The provider of that name; one that few use is imported only now."""
    if name == "anthropic":
        from freshet.llm.providers.anthropic import AnthropicProvider

        return AnthropicProvider
    return OpenAIProvider
