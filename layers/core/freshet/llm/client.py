"""The model client: one streaming path to whatever model, and folds over it.

What belongs here: the interface. What does not: attempts and time (`attempts`), what belongs to one event
loop (`lane`), the wire (`providers`).
"""

import asyncio
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar, Unpack

from pydantic import BaseModel

from freshet.addresses import Network
from freshet.errors import ModelNotFound, ModelTimeout
from freshet.llm.attempts import generate
from freshet.llm.batch import BatchItem, run_batch
from freshet.llm.bridge import iterate_sync, run_sync
from freshet.llm.completion import Completion, fold
from freshet.llm.embeddings import Embedder, Vector
from freshet.llm.endpoint import Endpoint, Key, Price
from freshet.llm.events import Event, Reset
from freshet.llm.files import Files
from freshet.llm.generation import Admit, Generation, Oversight, expected_of_vectors
from freshet.llm.lane import Lanes
from freshet.llm.limits import Limits, Slots
from freshet.llm.options import Options, ToolOptions, as_request, deciding, require_known
from freshet.llm.patience import Bounds
from freshet.llm.providers import provider_named
from freshet.llm.providers.http import Transport, best_transport
from freshet.llm.request import Messages, Request
from freshet.llm.structured import Preview, items, parse, previewed, previewed_items, structured
from freshet.llm.tools import AnyTool, ToolChoice, ToolResult, definitions, run_tools
from freshet.settings import settings

_PING_S = 10.0  # the first call imports the SDK, too

Item = TypeVar("Item", bound=BaseModel)
Ask = Callable[[Request], AsyncGenerator[Event, None]]


@dataclass(frozen=True, slots=True)
class Stats:
    """A client now, and `generations` since it was made, of which `streamed` came as a stream."""

    running: int
    waiting: int
    held_back: int
    limits: Limits
    generations: int
    streamed: int


class LLMClient:
    """Calls one model, and its fallbacks. May be used from several event loops and threads.

    `fallbacks` are models of the same endpoint, by name, or endpoints of their own; they are asked in order.
    `workers` calls run at a time and `queue_size` wait, `timeout_s` bounds the time to the first content, the
    wait for a worker included, `stall_s` the silence between chunks. What is None comes from the settings
    (`LLM_ASYNC_*`, `LLM_*_PER_MINUTE`). Limits hold for each event loop. `on_generation` hears of the end of
    every generation, embeddings included. `admit` is asked for leave before each of them; what it returns is
    told what was used, however that ended. With `allowed` only public addresses and these networks are
    reached: for an address that users name. Every failure is a ModelError, but for what is found before
    anything is sent: Invalid, and what `admit` raises.
    """

    def __init__(
        self,
        *,
        model: str = "",
        provider: str = "openai",
        base_url: str = "",
        api_key: str | None = None,
        key: Key | None = None,
        fallbacks: Sequence[str | Endpoint] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        price: Price | None = None,
        prices: Mapping[str, Price] | None = None,
        workers: int | None = None,
        queue_size: int | None = None,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        timeout_s: float | None = None,
        stall_s: float = 30,
        enabled: bool | None = None,
        transport: Transport | None = None,
        on_generation: Callable[[Generation], None] | None = None,
        admit: Admit | None = None,
        allowed: tuple[Network, ...] | None = None,
    ) -> None:
        chosen = settings()
        self._endpoint = Endpoint(
            model, provider, base_url, api_key, key, headers or {}, extra or {}, price, allowed
        )
        fallbacks = [fallbacks] if isinstance(fallbacks, str) else fallbacks
        self._fallbacks = [
            self._endpoint.named(fallback) if isinstance(fallback, str) else fallback
            for fallback in fallbacks
        ]
        for endpoint in (self._endpoint, *self._fallbacks):
            provider_named(endpoint.provider)
        known = {name: Price(*usd) for name, usd in chosen.model_prices.items()}
        self._prices = _given(prices, known)
        concurrent = chosen.llm_async_enabled if enabled is None else enabled
        self.limits = Limits(
            workers=_given(workers, chosen.llm_async_workers) if concurrent else 1,
            queue_size=_given(queue_size, chosen.llm_async_queue_size),
            requests_per_minute=_given(requests_per_minute, chosen.llm_requests_per_minute),
            tokens_per_minute=_given(tokens_per_minute, chosen.llm_tokens_per_minute),
        )
        self._concurrent = concurrent
        self._timeout_s = _given(timeout_s, chosen.llm_async_timeout)
        self._stall_s = stall_s
        self._on_generation = on_generation
        self._oversight = Oversight(self._count, admit)
        self._lanes = Lanes(self.limits, transport or best_transport())
        self._generations = self._streamed = 0

    @property
    def model(self) -> str:
        """The name of the model that is asked first."""
        return self._endpoint.model

    def stream(self, messages: Messages, **options: Unpack[Options]) -> AsyncGenerator[Event, None]:
        """The answer as it is generated. Break off by `aclose` (or `contextlib.aclosing`): that stops it.

        With a `response_model` the text is JSON that fits it, or the stream ends with ModelMalformed.
        """
        return self._events(messages, options)

    async def complete(self, messages: Messages, **options: Unpack[Options]) -> Completion:
        """The whole answer; `parsed` is an instance of the `response_model`, if one was given."""
        return await self._complete(messages, options)

    async def chat_async(self, prompt: Messages, **options: Unpack[Options]) -> str:
        """The answer's text, within the client's `timeout_s` altogether unless a `timeout` is given."""
        options.setdefault("timeout", self._timeout_s)
        return (await self._complete(prompt, options)).text

    async def chat_with_context_async(
        self, messages: Sequence[Mapping[str, Any]], **options: Unpack[Options]
    ) -> str:
        """The text of the answer to a conversation; as `chat_async`."""
        return await self.chat_async(messages, **options)

    async def map(
        self,
        prompts: Iterable[Messages] | AsyncIterable[Messages],
        *,
        limit: int | None = None,
        on_progress: Callable[[int, int | None], Awaitable[None] | None] | None = None,
        journal: str | Path | None = None,
        **options: Unpack[Options],
    ) -> list[BatchItem]:
        """One outcome a prompt, in their order: a completion, or the error of this one.

        `limit` calls at a time, whatever the client's `workers`; prompts are taken as places become free.
        `on_progress(done, total)` hears of every one. With a `journal` file, answers are kept as they come,
        and the same batch begun again asks only for the others.
        """
        limit = _given(limit, self.limits.workers) if self._concurrent else 1
        options["tools"] = definitions(options.get("tools") or ())  # once: an iterator has only one end
        model = options.get("response_model")
        lane = self._lanes.here()
        with lane.more_slots(max(limit, 1)) if self._concurrent else nullcontext(lane.slots) as slots:

            async def call(prompt: Messages) -> Completion:
                return await self._complete(prompt, options, slots)

            return await run_batch(
                prompts,
                call,
                limit=limit,
                on_progress=on_progress,
                journal=journal,
                options=deciding(self._endpoint.named(options.get("model")), options),
                parse=(lambda text: parse(text, model)) if model else None,
            )

    def stream_items(
        self, messages: Messages, *, item_model: type[Item], **options: Unpack[ToolOptions]
    ) -> AsyncGenerator[Item, None]:
        """Each element of the answered array as soon as it is complete."""
        return items(self._asks(options), self._request(messages, options), item_model)

    def preview_items(
        self, messages: Messages, *, item_model: type[Item], field: str, **options: Unpack[ToolOptions]
    ) -> AsyncGenerator[Preview | Item, None]:
        """As `stream_items`; before each element the pieces of its string `field`, as they are written."""
        return previewed_items(self._asks(options), self._request(messages, options), item_model, field)

    def preview(
        self, messages: Messages, *, response_model: type[Item], field: str, **options: Unpack[ToolOptions]
    ) -> AsyncGenerator[Preview | Reset | Item, None]:
        """The pieces of the answer's string `field` as they are written, last the answer, a `response_model`.

        After a `Reset` the answer begins again, and the pieces before it are void.
        """
        events = structured(self._asks(options), self._request(messages, options), response_model)
        return previewed(events, response_model, field)

    async def run_tools(
        self,
        messages: Messages,
        tools: Iterable[AnyTool],
        *,
        max_rounds: int = 8,
        tool_timeout: float = 30,
        **options: Unpack[ToolOptions],
    ) -> AsyncGenerator[Event | ToolResult, None]:
        """Answers with the help of `tools`: calls those that the model asks for, until it asks for none.

        Yields the events of every round, and after its calls their results. After `max_rounds` the model has
        to answer without tools. A call of a tool may take `tool_timeout` seconds; `timeout` bounds the rest.
        """
        ask, request = self._asks(options), self._request(messages, options)

        def generation(
            messages: list[dict[str, Any]], tools: Sequence[Mapping[str, Any]], choice: ToolChoice
        ) -> AsyncGenerator[Event, None]:
            return ask(replace(request, messages=messages, tools=tools, tool_choice=choice))

        rounds = run_tools(
            generation,
            request.messages,
            tools,
            max_rounds=max_rounds,
            timeout_s=tool_timeout,
            tool_choice=request.tool_choice,
        )
        async with aclosing(rounds) as events:
            async for event in events:
                yield event

    def chat(self, prompt: Messages, **options: Unpack[Options]) -> str:
        """As `chat_async`, from plain code, from any thread, and inside a running loop, which it blocks."""
        return run_sync(self.chat_async(prompt, **options))

    def stream_sync(self, messages: Messages, **options: Unpack[Options]) -> Generator[Event, None, None]:
        """As `stream`, for sync code. Break off by `close` (or `contextlib.closing`): that stops it."""
        return iterate_sync(lambda: self.stream(messages, **options))

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
        lane = self._lanes.here()
        endpoint = self._priced(_named(self._endpoint.named(model)))
        record = Generation(endpoint.model, embedding=True)
        embedder = Embedder(
            lane.candidate(self._endpoint).provider,
            lane.slots,
            endpoint=endpoint,
            record=record,
            dimensions=dimensions,
            timeout_s=self._timeout_s,
        )
        try:
            async with (
                self._oversight.over(record, partial(expected_of_vectors, texts, endpoint)),
                asyncio.timeout(timeout),
            ):
                return await embedder.embed(texts)
        except TimeoutError:
            raise ModelTimeout(f"The vectors did not come within {timeout:g} s") from None

    @property
    def files(self) -> Files:
        """The files at the first model's endpoint, which prompts name."""
        return Files(self._lanes.here, self._endpoint)

    async def ping(self) -> None:
        """Raises ModelError unless the first model's endpoint answers and accepts the key."""
        try:
            async with asyncio.timeout(_PING_S):
                await self._lanes.here().candidate(self._endpoint).provider.ping()
        except TimeoutError:
            raise ModelTimeout(f"The model's endpoint did not answer within {_PING_S:g} s") from None

    def stats(self) -> Stats:
        """What goes on, in all event loops together."""
        lanes = self._lanes.open()
        return Stats(
            running=sum(lane.running for lane in lanes),
            waiting=sum(lane.slots.waiting for lane in lanes),
            held_back=sum(pace.held_back for lane in lanes for pace in list(lane.paces.values())),
            limits=self.limits,
            generations=self._generations,
            streamed=self._streamed,
        )

    def _events(
        self, messages: Messages, options: Options, slots: Slots | None = None
    ) -> AsyncGenerator[Event, None]:
        ask, request = self._asks(options, slots), self._request(messages, options, Options)
        if tools := options.get("tools"):
            request = replace(request, tools=definitions(tools))
        model = options.get("response_model")
        return structured(ask, request, model) if model else ask(request)

    async def _complete(self, messages: Messages, options: Options, slots: Slots | None = None) -> Completion:
        async with aclosing(self._events(messages, options, slots)) as events:
            completion = await fold(events)
        model = options.get("response_model")
        if model is None or completion.tool_calls:
            return completion
        return replace(completion, parsed=parse(completion.text, model))

    def _request(self, messages: Messages, options: ToolOptions, known: type = ToolOptions) -> Request:
        require_known(options, known)
        endpoint = self._endpoint.named(options.get("model"))
        request = as_request(messages, options, endpoint.model)
        _named(endpoint)  # after the messages, whose faults are told first
        return request

    def _asks(self, options: ToolOptions, slots: Slots | None = None) -> Ask:
        """How the generations of one call are asked for; its `timeout` bounds all of them together."""
        lane = self._lanes.here()
        first = self._endpoint.named(options.get("model"))
        others = [
            one for one in self._fallbacks if (one.connection, one.model) != (first.connection, first.model)
        ]
        candidates = [lane.candidate(self._priced(endpoint)) for endpoint in (first, *others)]
        timeout = options.get("timeout")
        begun: float | None = None

        def ask(request: Request) -> AsyncGenerator[Event, None]:
            nonlocal begun
            now = time.monotonic()
            # Who was let in already is not refused for the next round.
            turn = lane.turns(slots or lane.slots, bounded=slots is None and begun is None)
            begun = begun or now
            bounds = Bounds(self._timeout_s, self._stall_s, timeout, now - begun)
            return generate(candidates, request, bounds, turn, self._oversight)

        return ask

    def _priced(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint with its model's price from the table, unless it has one of its own."""
        return replace(endpoint, price=endpoint.price or self._prices.get(endpoint.model))

    def _count(self, generation: Generation) -> None:
        if not generation.embedding:
            self._generations += 1
            self._streamed += generation.streamed
        if self._on_generation:
            self._on_generation(generation)

    async def aclose(self) -> None:
        """Closes the connections of all loops; calls after it raise ModelClosed."""
        await self._lanes.aclose()

    cleanup = aclose

    def close(self) -> None:
        """As `aclose`, for sync code."""
        run_sync(self.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


T = TypeVar("T")


def _given(value: T | None, otherwise: T) -> T:
    return otherwise if value is None else value


def _named(endpoint: Endpoint) -> Endpoint:
    if not endpoint.model:
        raise ModelNotFound("No model is named in the request, and none is configured")
    return endpoint
