"""The way to an upstream: addresses that lead nowhere, TLS that is none, connections kept and lost.

What does not belong here: what an upstream answers (`test_faults`, `test_wire`).
"""

import asyncio
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from freshet.errors import ModelError, ModelOverloaded
from freshet.llm import LLMClient
from freshet.llm.providers.http import Transport
from tests.unit.llm.upstream import collect, framed, models, refuses, says, whole

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff")]

FINE = says("fine")
_CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def client(url: str, **options: Any) -> LLMClient:
    return LLMClient(base_url=url, model="m", **{"workers": 1, **options})


async def test_a_refused_connection_is_an_overloaded_endpoint(transport: Transport) -> None:
    async with models(m=FINE) as upstream:
        url = upstream.url  # nobody listens there any more
    async with client(url, transport=transport) as llm:
        _, error = await collect(llm.stream("hi", timeout=20))
        assert type(error) is ModelOverloaded
        assert llm.stats().running == 0


async def test_a_host_without_an_address_is_an_overloaded_endpoint(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    async with client("http://freshet.invalid/v1", transport=transport) as llm:
        _, error = await collect(llm.stream("hi", timeout=20))
    assert type(error) is ModelOverloaded


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    transport: Transport, tmp_path: Path
) -> None:
    async with (
        models(m=FINE, tls=self_signed(tmp_path)) as upstream,
        client(upstream.url, transport=transport, api_key="sk-secret") as llm,
    ):
        _, error = await collect(llm.stream("hi", timeout=20))
    assert type(error) is ModelOverloaded
    assert upstream.calls == []  # neither the prompt nor the key went out


async def test_plain_http_where_tls_is_expected_is_an_overloaded_endpoint(transport: Transport) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        await refuses(400)(writer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        async with client(url, transport=transport) as llm:
            _, error = await collect(llm.stream("hi", timeout=20))
    assert type(error) is ModelOverloaded


async def test_tls_where_plain_http_is_expected_is_an_error_of_the_tree(
    transport: Transport, tmp_path: Path
) -> None:
    async with (
        models(m=FINE, tls=self_signed(tmp_path)) as upstream,
        client(upstream.url.replace("https:", "http:"), transport=transport) as llm,
    ):
        _, error = await collect(llm.stream("hi", timeout=20))
    assert isinstance(error, ModelError)


@asynccontextmanager
async def kept_alive(
    after: Callable[[asyncio.StreamWriter, int], None],
) -> AsyncIterator[tuple[str, list[int]]]:
    """An upstream whose connections stay open; `after` each answer it does something with one. Yields its URL
    and, for each request answered, the number of its connection."""
    answered: list[int] = []
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        number = connections
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
                answered.append(number)
                writer.write(_CHUNKED + framed(whole("fine")) + b"0\r\n\r\n")
                await writer.drain()
                after(writer, len(answered))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", answered


async def test_a_connection_is_kept_and_used_again(transport: Transport) -> None:
    async with (
        kept_alive(lambda writer, count: None) as (url, answered),
        client(url, transport=transport) as llm,
    ):
        for _ in range(3):
            assert await llm.chat_async("hi") == "fine"
    assert answered == [1, 1, 1]


@pytest.mark.parametrize("delay", [0, 0.05])
async def test_an_idle_connection_that_the_upstream_closed_is_not_missed(
    delay: float, transport: Transport
) -> None:
    async with (
        kept_alive(lambda writer, count: writer.close()) as (url, answered),
        client(url, transport=transport) as llm,
    ):
        for _ in range(5):
            assert await llm.chat_async("hi", timeout=20) == "fine"
            await asyncio.sleep(delay)
    assert answered == [1, 2, 3, 4, 5]


async def test_a_connection_reset_by_the_next_request_is_not_missed(transport: Transport) -> None:
    """It is closed at the moment at which it is used again: neither side could know."""

    async with (
        kept_alive(lambda writer, count: writer.transport.abort() if count == 1 else None) as (url, answered),
        client(url, transport=transport) as llm,
    ):
        assert await llm.chat_async("hi", timeout=20) == "fine"
        assert await llm.chat_async("hi", timeout=20) == "fine"
    assert answered == [1, 2]


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS with a certificate that only it has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "self-signed.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


async def test_connections_that_died_while_the_loop_stood_still_are_not_missed(transport: Transport) -> None:
    """As in a frozen sandbox: the upstream closed them all, and nobody has noticed yet."""
    ready, close, closed = threading.Event(), asyncio.Event(), threading.Event()
    found: list[Any] = []

    async def serve_elsewhere() -> None:
        writers: list[asyncio.StreamWriter] = []
        async with kept_alive(lambda writer, _: writers.append(writer)) as (url, answered):
            found.extend([url, answered, asyncio.get_running_loop()])
            ready.set()
            await close.wait()
            for writer in writers:
                writer.close()
            closed.set()
            close.clear()
            await close.wait()

    server = threading.Thread(target=asyncio.run, args=(serve_elsewhere(),))
    server.start()
    try:
        await asyncio.to_thread(ready.wait, 5)
        url, answered, loop = found
        async with client(url, transport=transport, workers=5) as llm:
            await asyncio.gather(*(llm.chat_async("hi") for _ in range(5)))
            loop.call_soon_threadsafe(close.set)
            closed.wait(5)  # blocks this loop, as a freeze does
            time.sleep(0.05)  # noqa: ASYNC251
            assert await llm.chat_async("hi", timeout=20) == "fine"
        assert len(answered) == 6
    finally:
        loop.call_soon_threadsafe(close.set)
        await asyncio.to_thread(server.join, 5)
