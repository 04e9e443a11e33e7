"""Clients that misbehave, on sockets of their own: one that leaves, one that reads slowly, one that says no
more. What does not belong here: what the product makes of them (`observe`).
"""

import asyncio
import socket
import time
from typing import Any

import h11
import httpx

from tests.faults.answers import Answer

_LEAVES_S = 1.0  # after this, or once something came
_SIP_BYTES, _SIP_S = 512, 0.02
_WINDOW = 4096  # bytes that the kernel takes for a slow reader
_READ_S = 120.0


async def gone(api: httpx.AsyncClient, request: dict[str, Any]) -> Answer:
    """Leaves as soon as something came or a second is over: of a file, in the midst of sending it."""
    begun = time.monotonic()
    raw = await _raw(api, request)
    half = "files" in request
    reader, writer = await _connected(api)
    writer.write(raw[: len(raw) // 2] if half else raw)
    await writer.drain()
    body = b""
    try:
        async with asyncio.timeout(_LEAVES_S):
            body = await reader.read(_SIP_BYTES)
    except TimeoutError:
        pass
    writer.transport.abort()
    return Answer(body=body, broken="it left", seconds=time.monotonic() - begun)


async def slow(api: httpx.AsyncClient, request: dict[str, Any]) -> Answer:
    """Reads half a kilobyte at a time, with pauses, through a small window."""
    return await _read(api, request, slowly=True)


async def half_closed(api: httpx.AsyncClient, request: dict[str, Any]) -> Answer:
    """Closes its side once the request is out, and reads on."""
    return await _read(api, request, half=True)


MANNERS = {"gone": gone, "slow reader": slow, "half-closed": half_closed}


async def _read(
    api: httpx.AsyncClient, request: dict[str, Any], *, slowly: bool = False, half: bool = False
) -> Answer:
    begun, raw = time.monotonic(), b""
    reader, writer = await _connected(api, window=_WINDOW if slowly else 0)
    try:
        writer.write(await _raw(api, request))
        await writer.drain()
        if half:
            writer.write_eof()
        async with asyncio.timeout(_READ_S):
            while data := await reader.read(_SIP_BYTES if slowly else 65_536):
                raw += data
                if slowly:
                    await asyncio.sleep(_SIP_S)
    except (ConnectionError, TimeoutError) as error:
        return _parsed(raw, time.monotonic() - begun, type(error).__name__)
    finally:
        writer.transport.abort()
    return _parsed(raw, time.monotonic() - begun)


async def _connected(
    api: httpx.AsyncClient, window: int = 0
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if window:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    own.setblocking(False)
    await asyncio.get_running_loop().sock_connect(own, (api.base_url.host, api.base_url.port))
    return await asyncio.open_connection(sock=own, limit=window or 65_536)


async def _raw(api: httpx.AsyncClient, request: dict[str, Any]) -> bytes:
    """The request as bytes, with the end of the connection asked for."""
    built = api.build_request(**request)
    content = await built.aread()
    kept = [(name, value) for name, value in built.headers.raw if name.lower() != b"connection"]
    lines = [b"%s: %s\r\n" % pair for pair in [*kept, (b"Connection", b"close")]]
    head = b"%s %s HTTP/1.1\r\n" % (built.method.encode(), built.url.raw_path)
    return head + b"".join(lines) + b"\r\n" + content


def _parsed(raw: bytes, seconds: float, broken: str = "") -> Answer:
    http = h11.Connection(h11.CLIENT)
    http.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    http.send(h11.EndOfMessage())
    http.receive_data(raw)
    http.receive_data(b"")
    status, headers, body = 0, httpx.Headers(), b""
    try:
        while not isinstance(event := http.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                status, headers = event.status_code, httpx.Headers(list(event.headers))
            elif isinstance(event, h11.Data):
                body += event.data
            else:
                broken = broken or "no end"
                break
    except h11.RemoteProtocolError:
        broken = broken or "no end"
    return Answer(status, headers, body, broken, seconds)
