"""Any OpenAI-compatible endpoint: OpenAI, DeepSeek, Qwen, vLLM, Ollama, Bedrock …

The home of the `openai` SDK, which is for requests, auth and transport; what it would decode is decoded in
`freshet.llm.decode`. Every generation streams: `_generation` is the one place that asks for one.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jiter

from freshet.errors import (
    FreshetError,
    ModelBadRequest,
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelOverloaded,
)
from freshet.llm.decode import ChatDecoder
from freshet.llm.events import Event
from freshet.llm.failures import from_status, from_stream
from freshet.llm.request import Request

if TYPE_CHECKING:
    from httpx2 import Response
    from openai import AsyncOpenAI

Key = Callable[[], Awaitable[str | None]]

_MAX_BODY = 64_000_000  # bytes of an answer that is no stream: 64 vectors of 8,192 numbers are 12 million
_DRAIN_S = 0.2  # the end of the body follows [DONE] at once; only a body read to its end frees the connection
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class OpenAIProvider:
    """One endpoint, used from one event loop. `key` is asked before every request: cache there."""

    def __init__(self, base_url: str, key: Key | None, *, connections: int) -> None:
        self._base_url = base_url
        self._key = key
        self._connections = connections
        self._building = asyncio.Lock()
        self._sdk: AsyncOpenAI | None = None

    async def stream(self, request: Request) -> AsyncGenerator[Sequence[Event], None]:
        """One attempt at an answer; the events of one read are one batch. Closing it closes the upstream."""
        async with self._generation(request) as response, aclosing(_reads(response)) as reads:
            decoder = ChatDecoder()
            async for data in reads:
                if events := decoder.feed(data):
                    yield events
                if decoder.done:
                    break
            yield decoder.flush()
            yield decoder.end()
            await _drain(reads)

    async def embed(self, texts: Sequence[str], *, model: str, dimensions: int | None) -> Any:
        """The decoded answer to one embeddings request."""
        sdk, headers = await self._ready()
        body: dict[str, Any] = {"input": list(texts), "model": model, "encoding_format": "float"}
        if dimensions is not None:
            body["dimensions"] = dimensions
        call = sdk.embeddings.with_streaming_response.create(**body, extra_headers=headers)
        async with _opened(call) as response:
            return _json(await _whole(response))

    async def post(self, body: Mapping[str, Any]) -> Any:
        """The decoded answer to a POST to the base URL itself: for what the SDK has no method for."""
        sdk, headers = await self._ready()
        from openai._response import async_to_streamed_response_wrapper  # the SDK's own way for its methods

        async def post(*, extra_headers: dict[str, Any]) -> Any:
            options: Any = {"headers": extra_headers}
            return await sdk.post(self._base_url, cast_to=object, body=body, options=options)

        async with _opened(async_to_streamed_response_wrapper(post)(extra_headers=headers)) as response:
            return _json(await _whole(response))

    async def ping(self) -> None:
        """Raises ModelError unless the endpoint answers and takes the key; it need not know `/models`."""
        sdk, headers = await self._ready()
        try:
            async with _opened(sdk.models.with_streaming_response.list(extra_headers=headers)):
                pass
        except ModelError as error:
            if error.extra.get("upstream_status") not in {404, 405}:
                raise

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._sdk is not None:
            await self._sdk.close()

    @asynccontextmanager
    async def _generation(self, request: Request) -> AsyncIterator["Response"]:
        sdk, headers = await self._ready()
        create: Any = sdk.chat.completions.with_streaming_response.create
        call = create(
            **_body(request), stream=True, stream_options={"include_usage": True}, extra_headers=headers
        )
        async with _opened(call) as response:
            await _refuse_what_is_no_stream(response)
            yield response

    async def _ready(self) -> tuple["AsyncOpenAI", dict[str, Any]]:
        async with self._building:
            if self._sdk is None:
                # In a thread: the import and the TLS context take half a second.
                with _translated():
                    self._sdk = await asyncio.to_thread(_build, self._base_url, self._connections)
        with _translated():
            key = await self._key() if self._key else None
        from openai import Omit

        # Said with every request, so that the SDK never falls back to a key from the environment.
        return self._sdk, {"Authorization": f"Bearer {key}" if key else Omit()}


def _build(base_url: str, connections: int) -> "AsyncOpenAI":
    from httpx2 import Limits
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    http = DefaultAsyncHttpxClient(
        # A pool is rescanned on every open and close: no larger than the calls that may be under way.
        limits=Limits(max_connections=connections, max_keepalive_connections=connections),
        # The key goes to this endpoint and nowhere that it points to.
        follow_redirects=False,
        trust_env=urlsplit(base_url).hostname not in _LOOPBACK,
    )
    # No retries and no timeouts here: both are `freshet.llm`'s, with one deadline over all attempts.
    sdk = AsyncOpenAI(base_url=base_url, api_key="unused", max_retries=0, timeout=None, http_client=http)
    sdk.organization = sdk.project = None  # the SDK takes them from the environment
    _import_what_the_first_call_would(sdk)
    return sdk


def _import_what_the_first_call_would(sdk: "AsyncOpenAI") -> None:
    """The SDK imports its resources on first use: here in the thread, not there in the event loop."""
    import anyio._backends._asyncio  # noqa: F401

    _ = (
        sdk.default_headers,
        sdk.chat.completions.with_streaming_response,
        sdk.embeddings.with_streaming_response,
        sdk.models.with_streaming_response,
    )


def _body(request: Request) -> dict[str, Any]:
    body: dict[str, Any] = {"messages": request.messages, "model": request.model}
    for name in ("temperature", "max_tokens", "response_format"):
        if (value := getattr(request, name)) is not None:
            body[name] = value
    return {**body, **request.extra}


@asynccontextmanager
async def _opened(call: AbstractAsyncContextManager[Any]) -> AsyncIterator["Response"]:
    """The HTTP answer to an SDK call, once its status is known to be good; closed at the end."""
    with _translated():
        response = await call.__aenter__()
    try:
        yield response.http_response
    finally:
        await response.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Exceptions of the SDK, and of whoever supplies the key, as ours."""
    try:
        yield
    except FreshetError:
        raise
    except Exception as error:
        raise _as_ours(error) from error


def _as_ours(error: Exception) -> ModelError:
    from openai import APIConnectionError, APIStatusError

    if isinstance(error, APIStatusError):
        return from_status(error.status_code, error.body or error.message, error.response.headers)
    if isinstance(error, APIConnectionError):
        return ModelOverloaded("The model's endpoint can't be reached")
    if isinstance(error, TypeError | ValueError):  # half of a surrogate pair in a message, a bad base URL …
        return ModelBadRequest(f"The request can't be sent: {type(error).__name__}")
    return ModelError(f"The model's endpoint could not be asked: {type(error).__name__}")


async def _reads(response: "Response") -> AsyncGenerator[bytes, None]:
    """The body as it comes. A broken connection is an end like any other: the decoder knows if too early."""
    from httpx2 import HTTPError

    try:
        async for data in response.aiter_bytes():
            yield data
    except (HTTPError, OSError):
        return


async def _drain(reads: AsyncGenerator[bytes, None]) -> None:
    try:
        async with asyncio.timeout(_DRAIN_S):
            async for _ in reads:
                pass
    except TimeoutError:
        return


async def _refuse_what_is_no_stream(response: "Response") -> None:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        body = _json(await _whole(response))
        if isinstance(body, dict) and body.get("error"):
            raise from_stream(body["error"])
    if kind in {"application/json", "text/html"}:
        raise ModelMalformed(f"The model's endpoint answered with {kind}, not with a stream")


async def _whole(response: "Response") -> bytes:
    from httpx2 import HTTPError

    body = bytearray()
    try:
        async for data in response.aiter_bytes():
            body += data
            if len(body) > _MAX_BODY:
                raise ModelMalformed(f"The model's endpoint answered with more than {_MAX_BODY} bytes")
    except (HTTPError, OSError) as error:
        raise ModelCut("The model's answer was cut off") from error
    return bytes(body)


def _json(body: bytes) -> Any:
    try:
        return jiter.from_json(body)
    except ValueError as error:
        raise ModelMalformed("The model's endpoint answered with something that is not JSON") from error
