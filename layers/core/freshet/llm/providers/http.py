"""The way to an endpoint: one pool of connections, requests out, bytes in, failures in our words.

What belongs here: transport for every protocol. What does not: what is asked and what the bytes mean (the
other modules here), when to try again (`freshet.llm.retry`), how long to wait (`freshet.llm.patience`).
"""

import asyncio
import io
import socket
import ssl
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import jiter
import orjson

from freshet.addresses import Network
from freshet.errors import (
    AddressRefused,
    FreshetError,
    ModelBadRequest,
    ModelClosed,
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelOverloaded,
)
from freshet.llm.failures import from_status

if TYPE_CHECKING:
    from httpx2 import URL, AsyncClient, Response

Transport = Literal["aiohttp", "httpx2"]

_MAX_BODY = 64_000_000  # bytes of an answer that is no stream: 64 vectors of 8,192 numbers are 12 million
_MAX_ERROR_BODY = 1_000_000  # bytes of an error that are read
_DRAIN_S = 0.2  # the end of the body follows [DONE] at once; only a body read to its end frees the connection
_MAX_URLS = 100  # that are kept parsed; of files each has its own
_MAX_IDLE = 20  # connections that httpx2 keeps while nobody uses them
_IDLE_S = 30.0  # a connection that nobody uses is kept so long
_SECRET_HEADERS = {"authorization", "api-key", "x-api-key"}
_SECRET_FROM = 8  # characters of another header that may be a secret
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def best_transport() -> Transport:
    """aiohttp where it is installed: half the CPU a chunk, and no pool that is rescanned with every call.

    It takes some 100 ms to import, which a sandbox with a stream at a time does not earn back.
    """
    return "aiohttp" if find_spec("aiohttp") else "httpx2"


class Http:
    """The connections to one base URL, from one event loop. Built with the first request, in a thread.

    Without `allowed` it may be anywhere; otherwise at a public address, or in one of these networks.
    """

    def __init__(
        self,
        base_url: str,
        transport: Transport,
        headers: Mapping[str, str],
        allowed: Sequence[Network] | None = None,
    ) -> None:
        self._base, _, self._query = base_url.partition("?")
        self._transport = transport
        self._headers = {"User-Agent": "freshet", **headers}
        self._allowed = allowed
        self._telling = {name.lower() for name in headers}
        self._building = asyncio.Lock()
        self._client: AsyncClient | None = None
        self._urls: dict[str, URL] = {}
        self._closed = False

    async def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> "Response":
        """The answer to a JSON body, its status known to be good; the caller closes it. Raises ModelError."""
        headers = {"Content-Type": "application/json", **headers}
        return await self._answer("POST", path, headers, content=_encoded(body))

    async def post_json(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
        """The decoded answer to a JSON body. Raises ModelError."""
        async with aclosing(await self.post(path, body, headers)) as response:
            return decoded(await whole(response))

    async def upload(
        self, path: str, form: Mapping[str, str], filename: str, data: bytes, headers: Mapping[str, str]
    ) -> Any:
        """The decoded answer to a form with one `file`, which goes out in small pieces. Raises ModelError."""
        # Its type is said: to guess it, the SDK would read tables from the disk.
        files = {"file": (filename, io.BytesIO(data), "application/octet-stream")}
        async with aclosing(await self._answer("POST", path, headers, data=form, files=files)) as response:
            return decoded(await whole(response))

    async def call(self, method: str, path: str, headers: Mapping[str, str]) -> Any:
        """The decoded answer to a request without a body. Raises ModelError."""
        async with aclosing(await self._answer(method, path, headers)) as response:
            return decoded(await whole(response))

    async def ping(self, path: str, headers: Mapping[str, str]) -> None:
        """Raises ModelError unless the endpoint answers and takes the key; it need not know `path`."""
        try:
            await (await self._answer("GET", path, headers)).aclose()
        except ModelError as error:
            if error.extra.get("upstream_status") not in {404, 405}:
                raise

    async def _connected(self) -> "AsyncClient":
        """The client that holds the connections. Raises ModelError."""
        if self._closed:
            raise ModelClosed
        if self._client is None:
            async with self._building:
                if self._client is None:
                    # In a thread: the import and the TLS context take a quarter of a second.
                    with translated():
                        self._client = await asyncio.to_thread(self._build)
        return self._client

    @contextmanager
    def discreet(self, sent: Mapping[str, str]) -> Iterator[None]:
        """Around what may fail in the upstream's words: what these quote of the headers sent is left out."""
        try:
            yield
        except ModelError as error:
            secrets = sorted(self._secrets(sent), key=len, reverse=True)  # one may be part of another
            told = {name: value for name, value in error.extra.items() if isinstance(value, str)}
            error.extra |= {name: _without(secrets, value) for name, value in told.items()}
            error.detail = _without(secrets, error.detail)
            error.args = (error.detail,)
            raise error from None  # its cause quotes them, too

    async def aclose(self) -> None:
        """Closes the connections; what still reads from them finds its answer cut, and asks no more."""
        self._closed = True
        if self._client is not None:
            await self._client.aclose()

    async def _answer(self, method: str, path: str, headers: Mapping[str, str], **body: Any) -> "Response":
        client = await self._connected()
        with translated():
            headers = {**self._headers, **headers}
            request = client.build_request(method, self._url(path), headers=headers, **body)
            response = await client.send(request, stream=True)
        if not response.is_success:
            async with aclosing(response):
                with self.discreet(response.request.headers):
                    await _refuse(response)
        return response

    def _secrets(self, sent: Mapping[str, str]) -> Iterator[str]:
        """What an upstream that quotes the request's headers must not tell through us."""
        for header, value in [*self._headers.items(), *sent.items()]:
            name = header.lower()
            least = 1 if name in _SECRET_HEADERS else _SECRET_FROM
            if name in _SECRET_HEADERS | self._telling:
                secrets = value, value.partition(" ")[2]  # with its `Bearer`, and without
                yield from (secret for secret in secrets if len(secret) >= least)

    def _url(self, path: str) -> "URL":
        """Parsed once: that costs as much as a tenth of a call."""
        if path not in self._urls:
            from httpx2 import URL

            if len(self._urls) >= _MAX_URLS:
                self._urls.clear()
            query = f"?{self._query}" if self._query else ""
            self._urls[path] = URL((self._base.rstrip("/") + path if path else self._base) + query)
        return self._urls[path]

    def _build(self) -> "AsyncClient":
        import anyio._backends._asyncio  # noqa: F401  # the first request would, in the event loop
        from httpx2 import AsyncClient, Limits

        # Its pool looks at every idle connection with each call: not too many of them.
        limits = Limits(max_keepalive_connections=_MAX_IDLE, keepalive_expiry=_IDLE_S)
        if self._allowed is not None:
            from freshet.outbound import client

            return client(self._allowed, limits=limits, timeout_s=None)
        trust_env = urlsplit(self._base).hostname not in _LOOPBACK
        options: dict[str, Any] = {
            # The key goes to this endpoint and nowhere that it points to.
            "follow_redirects": False,
            "trust_env": trust_env,
            "verify": _tls(trust_env),
            "timeout": None,
        }
        if self._transport == "aiohttp":
            from openai import DefaultAioHttpClient

            # 0 connections are no bound: `freshet.llm.limits` has it.
            return DefaultAioHttpClient(limits=Limits(max_connections=0, keepalive_expiry=_IDLE_S), **options)
        return AsyncClient(limits=limits, **options)


@cache
def _tls(trust_env: bool) -> ssl.SSLContext:  # 20 ms and more, once
    from httpx2 import create_ssl_context

    return create_ssl_context(trust_env=trust_env)


async def reads(response: "Response") -> AsyncGenerator[bytes, None]:
    """The body as it comes. A broken connection is an end like any other: the decoder knows if too early."""
    # What is not compressed need not go through a decoder.
    packed = "content-encoding" in response.headers
    try:
        async for data in response.aiter_bytes() if packed else response.aiter_raw():
            yield data
    except Exception:
        return


async def drain(body: AsyncGenerator[bytes, None]) -> None:
    """Reads a body to its end, if that comes at once."""
    try:
        async with asyncio.timeout(_DRAIN_S):
            async for _ in body:
                pass
    except TimeoutError:
        return


async def whole(response: "Response", limit: int = _MAX_BODY) -> bytes:
    """All of a body. Raises ModelMalformed beyond `limit` bytes, ModelCut where it breaks."""
    body = bytearray()
    try:
        async for data in response.aiter_bytes():
            body += data
            if len(body) > limit:
                raise ModelMalformed(f"The model's endpoint answered with more than {limit} bytes")
    except ModelError:
        raise
    except Exception as error:
        raise ModelCut("The model's answer was cut off") from error
    return bytes(body)


def decoded(body: bytes) -> Any:
    """The JSON of a body. Raises ModelMalformed."""
    try:
        return jiter.from_json(body)
    except ValueError as error:
        raise ModelMalformed("The model's endpoint answered with something that is not JSON") from error


def content_type(response: "Response") -> str:
    """The media type of an answer, without its parameters."""
    kind: str = response.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower()


async def _refuse(response: "Response") -> None:
    try:
        body = await whole(response, _MAX_ERROR_BODY)
    except ModelError:
        body = b""
    try:
        error: Any = jiter.from_json(body)
    except ValueError:
        error = body.decode(errors="replace")
    raise from_status(response.status_code, error, response.headers)


def _without(secrets: Iterable[str], text: str) -> str:
    """The text with `***` for every secret, and for what is left of one at its end: long words are cut."""
    for secret in secrets:
        text = text.replace(secret, "***")
        beginnings = (secret[:size] for size in range(len(secret) - 1, _SECRET_FROM - 1, -1))
        if cut := next(filter(text.endswith, beginnings), ""):
            text = f"{text.removesuffix(cut)}***"
    return text


def _encoded(body: Mapping[str, Any]) -> bytes:
    try:
        # A copy: what orjson returns holds 4 KB or more, and is kept as long as the stream is open.
        return bytes(memoryview(orjson.dumps(body)))
    except TypeError as error:  # half of a surrogate pair in a message, a value that JSON does not have
        raise ModelBadRequest(f"The request can't be sent: {error}") from error


def as_ours(error: Exception) -> FreshetError:
    """What the transport raises, as ours; what is ours already, as it is."""
    if isinstance(error, FreshetError):
        return error
    from httpx2 import InvalidURL, LocalProtocolError, TransportError, UnsupportedProtocol

    if isinstance(error, UnsupportedProtocol | InvalidURL | LocalProtocolError | TypeError | ValueError):
        return ModelBadRequest(
            f"The request, its address or its headers can't be sent: {type(error).__name__}"
        )
    if isinstance(error, TransportError | OSError):
        return ModelOverloaded(f"The model's endpoint can't be reached{_why(error)}")
    return ModelError(f"The model's endpoint could not be asked: {type(error).__name__}")


@contextmanager
def translated() -> Iterator[None]:
    """Raises as ours what is not ours yet."""
    try:
        yield
    except FreshetError:
        raise
    except Exception as error:
        ours = as_ours(error)
        # Of a bad request the cause may quote the key; a refused address was the cause.
        raise ours from None if isinstance(ours, ModelBadRequest | AddressRefused) else error


def _why(error: BaseException | None) -> str:
    """What the operator can mend, without the endpoint's address."""
    while error is not None:
        if isinstance(error, socket.gaierror):
            return ": its name is not known"
        if isinstance(error, ssl.SSLError):
            return ": its TLS certificate or handshake is not accepted"
        error = error.__cause__ or error.__context__
    return ""
