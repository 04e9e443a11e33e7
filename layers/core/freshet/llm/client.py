"""The model client: one streaming path to an OpenAI-compatible endpoint, and folds over it.

What belongs here: the interface, slots and connections. What does not: attempts and time (`attempts`),
the wire (`providers`), the environment (`freshet.settings`).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, Self

from freshet.errors import ModelClosed, ModelNotFound, ModelTimeout
from freshet.llm.attempts import generate
from freshet.llm.completion import Completion, fold
from freshet.llm.embeddings import Embedder, Vector
from freshet.llm.events import Event
from freshet.llm.patience import Patience
from freshet.llm.providers.openai import Key, OpenAIProvider
from freshet.llm.request import Messages, Request, as_messages

_PING_S = 10.0  # the first call imports the SDK, too


class LLMClient:
    """Calls one endpoint. May be used from several event loops; each has its own slots and connections.

    `timeout_s` bounds the wait for a slot and the time to the first content, `stall_s` the silence between
    chunks, `timeout` of a call everything together. Every failure is a ModelError (or Invalid, before
    anything is sent).
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        key: Key | None = None,
        api_key: str | None = None,
        workers: int = 5,
        timeout_s: float = 30,
        stall_s: float = 30,
    ) -> None:
        self._base_url = base_url
        self.model = model
        self._key = key or (_constant(api_key) if api_key else None)
        self._workers = workers
        self._timeout_s = timeout_s
        self._stall_s = stall_s
        self._lanes: dict[asyncio.AbstractEventLoop, _Lane] = {}
        self._closed = False

    async def stream(
        self,
        messages: Messages,
        *,
        system_prompt: str | None = None,
        model: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        response_format: dict[str, Any] | None = None,
        timeout: float | None = None,
    ) -> AsyncGenerator[Event, None]:
        """The answer as it is generated. Break off by `aclose` (or `contextlib.aclosing`): that stops it."""
        request = Request(
            messages=as_messages(messages, system_prompt),
            model=_named(model or self.model),
            temperature=temperature,
            max_tokens=max_tokens,
            response_format=response_format,
        )
        lane = self._lane()
        patience = Patience(first_s=self._timeout_s, stall_s=self._stall_s, total_s=timeout)
        async with lane.slot(patience.first_by):
            patience.begin()
            async with aclosing(generate(lane.provider, request, patience)) as events:
                async for event in events:
                    yield event

    async def complete(self, messages: Messages, **options: Any) -> Completion:
        """The whole answer; options as for `stream`."""
        async with aclosing(self.stream(messages, **options)) as events:
            return await fold(events)

    async def chat_async(self, prompt: Messages, **options: Any) -> str:
        """The answer's text; options as for `stream`."""
        return (await self.complete(prompt, **options)).text

    async def embed(
        self,
        texts: Sequence[str],
        *,
        model: str,
        dimensions: int | None = None,
        timeout: float | None = None,
    ) -> list[Vector]:
        """One vector a text, in their order; every vector has `dimensions` numbers if those are given.

        A batch, with its retries, may take `timeout_s`; all of them together `timeout`, if given.
        """
        lane = self._lane()
        embedder = Embedder(
            lane.provider, lane.slot, model=_named(model), dimensions=dimensions, timeout_s=self._timeout_s
        )
        try:
            async with asyncio.timeout(timeout):
                return await embedder.embed(texts)
        except TimeoutError:
            raise ModelTimeout(f"The vectors did not come within {timeout:g} s") from None

    async def ping(self) -> None:
        """Raises ModelError unless the endpoint answers and accepts the key."""
        try:
            async with asyncio.timeout(_PING_S):
                await self._lane().provider.ping()
        except TimeoutError:
            raise ModelTimeout(f"The model's endpoint did not answer within {_PING_S:g} s") from None

    async def aclose(self) -> None:
        """Closes this loop's connections; calls after it raise ModelClosed."""
        self._closed = True
        lane = self._lanes.pop(asyncio.get_running_loop(), None)
        if lane:
            await lane.provider.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _lane(self) -> "_Lane":
        if self._closed:
            raise ModelClosed
        loop = asyncio.get_running_loop()
        if loop not in self._lanes:
            for gone in [other for other in self._lanes if other.is_closed()]:
                del self._lanes[gone]
            self._lanes[loop] = _Lane(self._base_url, self._key, self._workers)
        return self._lanes[loop]


class _Lane:
    """What is bound to one event loop: the slots, and the provider with its connections."""

    def __init__(self, base_url: str, key: Key | None, workers: int) -> None:
        self.provider = OpenAIProvider(base_url, key, connections=workers + 1)  # one more for `ping`
        self._workers = workers
        self._slots = asyncio.Semaphore(workers)

    @asynccontextmanager
    async def slot(self, until: float | None = None) -> AsyncIterator[None]:
        """One of the workers, free by `until` (in the loop's time) or ModelTimeout is raised."""
        try:
            async with asyncio.timeout_at(until):
                await self._slots.acquire()
        except TimeoutError:
            raise ModelTimeout(f"All {self._workers} model workers stayed busy") from None
        try:
            yield
        finally:
            self._slots.release()


def _constant(key: str) -> Key:
    async def constant() -> str:
        return key

    return constant


def _named(model: str) -> str:
    if not model:
        raise ModelNotFound("No model is named in the request, and none is configured")
    return model
