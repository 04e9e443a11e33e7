"""The proxy of the fault matrix: what passes untouched, and how each fault looks to an HTTP client."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from tests.faults.proxy import Fault, Proxy, answer

BODY = '{"words": ["渡轮", "a ferry"]}'.encode()
Spoil = Callable[[Fault], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def asked() -> list[bytes]:
    """What reached the server."""
    return []


@pytest.fixture
async def spoilt(asked: list[bytes]) -> AsyncIterator[Spoil]:
    """A client of a server that answers everything with BODY, behind a proxy with a fault."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
            asked.append(await reader.readexactly(length))
            writer.write(answer("200 OK", BODY, "application/json"))

    def quietly(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """The server above ends with its client."""

    asyncio.get_running_loop().set_exception_handler(quietly)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[1])
    await proxy.start()
    client = httpx.AsyncClient(base_url=proxy.url, timeout=0.3)

    async def spoil(fault: Fault) -> httpx.AsyncClient:
        proxy.rule = lambda request: fault
        return client

    yield spoil
    await client.aclose()
    await proxy.stop()
    server.close()


async def test_what_is_sound_passes_untouched_on_one_connection(spoilt: Spoil, asked: list[bytes]) -> None:
    api = await spoilt(Fault())
    for body in (b"", b"x" * 200_000, "问".encode()):
        assert (await api.post("/", content=body)).content == BODY
    assert asked == [b"", b"x" * 200_000, "问".encode()]


async def test_an_answer_of_the_proxy_s_own_does_not_reach_the_server(
    spoilt: Spoil, asked: list[bytes]
) -> None:
    api = await spoilt(Fault(answer=answer("503 No", b"no", "text/plain", retry_after="1")))
    for _ in range(2):
        found = await api.post("/", content=b"x" * 100_000)
        assert (found.status_code, found.content, found.headers["retry-after"]) == (503, b"no", "1")
    assert asked == []


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (Fault(reset=True), httpx.TransportError),
        (Fault(silent=True), httpx.ReadTimeout),
        (Fault(delay_s=1), httpx.ReadTimeout),
        (Fault(then="silence", after=5), httpx.ReadTimeout),
        (Fault(then="cut", after=5), httpx.RemoteProtocolError),
    ],
    ids=["reset", "silent", "late", "falls silent", "cut"],
)
async def test_a_fault_looks_to_a_client_like_what_it_is(
    spoilt: Spoil, fault: Fault, failure: type[Exception]
) -> None:
    api = await spoilt(fault)
    with pytest.raises(failure):
        await api.post("/", content=b"{}")
    api = await spoilt(Fault())
    assert (await api.post("/", content=b"{}")).content == BODY


async def test_a_cut_comes_after_as_many_bytes_as_were_asked_for(spoilt: Spoil) -> None:
    api = await spoilt(Fault(then="cut", after=5))
    seen = b""

    async def read() -> None:
        nonlocal seen
        async with api.stream("POST", "/", content=b"{}") as found:
            async for part in found.aiter_raw():
                seen += part

    with pytest.raises(httpx.RemoteProtocolError):
        await read()
    assert seen == BODY[:5]


async def test_what_is_garbled_has_its_length_and_is_no_json(spoilt: Spoil) -> None:
    api = await spoilt(Fault(then="garbled", after=5))
    found = await api.post("/", content=b"{}")
    assert found.content[:5] == BODY[:5]
    assert len(found.content) == len(BODY)
    with pytest.raises(json.JSONDecodeError):
        found.json()


async def test_a_proxy_that_stopped_refuses_and_listens_again_at_the_same_port() -> None:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[1])
    await proxy.start()
    url = proxy.url
    await proxy.stop()
    async with httpx.AsyncClient() as api:
        with pytest.raises(httpx.ConnectError):
            await api.get(url)
        await proxy.start()
        assert proxy.url == url
        with pytest.raises(httpx.RemoteProtocolError):
            await api.get(url)
    await proxy.stop()
    server.close()
