"""HTTP to addresses that users name, so that it reaches nothing but the public network and what is allowed.

A host is resolved here, its addresses are judged, and the connection goes to one of those very addresses: no
second answer of a name server comes in between, and no parser reads the URL differently. To HTTP and TLS the
host keeps its name: the certificate is verified for it, connections are kept and shared under it.

What belongs here: the transport. What does not: which addresses (`freshet.addresses`), what is asked.
Importing this imports httpx2, a fifth of a second: on first use, and in a thread.
"""

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache

import anyio._backends._asyncio  # noqa: F401  # the first connection would import it, in the event loop
import httpcore2
import httpx2

from freshet.addresses import FROM_A_RUN, Network, resolve

_NEXT_AFTER_S = 2.0  # to connect, where there is another address: a host's IPv6 may lead nowhere
TIMEOUT_S = 10.0  # to connect, and of silence, where the caller of `client` has no bounds of its own

_BROKEN = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
)


def client(
    allowed: Sequence[Network],
    *,
    timeout_s: float | None = TIMEOUT_S,
    limits: httpx2.Limits | None = None,
    tls: ssl.SSLContext | None = None,
) -> httpx2.AsyncClient:
    """A client that reaches public addresses and those in `allowed`, and raises AddressRefused for others.

    It follows no redirects and takes nothing from the environment: no proxy, no certificates, no passwords.
    """
    transport = GuardedTransport(allowed, limits=limits, tls=tls)
    return httpx2.AsyncClient(
        transport=transport,
        follow_redirects=False,
        trust_env=False,
        timeout=timeout_s,
        headers={FROM_A_RUN: "1"},
    )


class GuardedTransport(httpx2.AsyncBaseTransport):
    """As httpx2's own transport, but every connection goes to an address that was judged."""

    def __init__(
        self,
        allowed: Sequence[Network],
        *,
        limits: httpx2.Limits | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        limits = limits or httpx2.Limits(max_connections=100, max_keepalive_connections=20)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or _tls(),
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_GuardedNetwork(allowed),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer to `request`, begun. Raises AddressRefused, and httpx2's errors."""
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore2.Request(
            method=request.method,
            url=url,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx2():
            answer = await self._pool.handle_async_request(asked)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._pool.aclose()


@cache
def _tls() -> ssl.SSLContext:  # it reads all of the authorities that are trusted: 100 ms, once
    return httpx2.create_ssl_context(trust_env=False)


class _GuardedNetwork(httpcore2.AsyncNetworkBackend):
    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection to the first of the host's addresses that takes one."""
        *others, last = await self._resolved(host, port)
        briefly = _NEXT_AFTER_S if timeout is None else min(timeout, _NEXT_AFTER_S)
        for address in others:
            with suppress(httpcore2.ConnectError, httpcore2.ConnectTimeout):
                return await self._network.connect_tcp(address, port, briefly, local_address, socket_options)
        return await self._network.connect_tcp(last, port, timeout, local_address, socket_options)

    async def _resolved(self, host: str, port: int) -> list[str]:
        try:
            return await resolve(host, port, self._allowed)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error


class _Body(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._answer.stream, AsyncIterable)
        with _as_httpx2():
            async for data in self._answer.stream:
                yield data

    async def aclose(self) -> None:
        await self._answer.aclose()


@contextmanager
def _as_httpx2() -> Iterator[None]:
    """Raises httpcore2's errors as httpx2's, which have the same names."""
    try:
        yield
    except _BROKEN as error:
        raise getattr(httpx2, type(error).__name__)(str(error)) from error
