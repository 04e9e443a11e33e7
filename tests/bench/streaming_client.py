"""Many streams of chat completions at once, over raw sockets: it must never be the slow part.

What belongs here: requests out, tokens counted, times taken. What does not: who answers, what is concluded.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

TOKEN, END = b'" token', b"[DONE]"  # as the upstream writes it, and every relay after it
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where a relay answers, and the model that it is asked for (empty: the order itself)."""

    port: int
    path: str = "/v1/chat/completions"
    model: str = ""
    headers: tuple[str, ...] = ()

    def request(self, order: str) -> bytes:
        """The bytes of a request for a stream."""
        body = json.dumps(
            {
                "model": self.model or order,
                "messages": [{"role": "user", "content": order}],
                "stream": True,
            }
        ).encode()
        head = [
            f"POST {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            *self.headers,
        ]
        return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@dataclass(slots=True)
class Stream(asyncio.Protocol):
    """One stream: its tokens, when they came, and whether it reached its end."""

    request: bytes
    gaps: list[float] | None = None  # between reads with tokens, in seconds, if they are wanted
    received: list[bytes] | None = None  # all that came, if it is wanted
    tokens: int = 0
    begun: float = field(default_factory=time.perf_counter)
    first_s: float = 0.0
    total_s: float = 0.0
    status: bytes = b""
    whole: bool = False
    _last: float = 0.0
    _tail: bytes = b""
    transport: asyncio.Transport | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if not self.status:
            self.status = data[9:12]
        if self.received is not None:
            self.received.append(data)
        seen = self._tail + data
        count = seen.count(TOKEN)
        self._tail = seen[-(len(TOKEN) - 1) :]
        if count:
            self._note(count, now)
        if END in seen or (self.status != b"200" and b"}" in seen):
            self.whole = self.status == b"200"
            self._finish(now)

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish(time.perf_counter())

    def _note(self, count: int, now: float) -> None:
        if not self.tokens:
            self.first_s = now - self.begun
            self.started.set()
        elif self.gaps is not None:
            self.gaps.append(now - self._last)
        self.tokens += count
        self._last = now

    def _finish(self, now: float) -> None:
        if not self.over.is_set():
            self.total_s = now - self.begun
            self.started.set()
            self.over.set()
            self.close()

    def close(self) -> None:
        """Leaves, without reading to the end."""
        if self.transport:
            self.transport.close()


async def open_streams(
    target: Target, count: int, order: str, *, ramp_s: float = 0.0, gaps: bool = False, kept: bool = False
) -> list[Stream]:
    """So many streams, spread over `ramp_s`. They may not have begun. `kept`: with all that they receive."""
    request, loop = target.request(order), asyncio.get_running_loop()
    streams = []
    for number in range(count):
        stream = Stream(request, [] if gaps else None, [] if kept else None)
        await loop.create_connection(lambda stream=stream: stream, "127.0.0.1", target.port)  # type: ignore[misc]
        streams.append(stream)
        if ramp_s and number + 1 < count:
            await asyncio.sleep(ramp_s / count)
    return streams


async def begun(streams: Sequence[Stream]) -> None:
    """Returns once every stream has its first token, or has failed."""
    async with asyncio.timeout(PATIENCE_S):
        for stream in streams:
            await stream.started.wait()


async def finished(streams: Sequence[Stream], patience_s: float = PATIENCE_S) -> None:
    """Returns once every stream is over."""
    async with asyncio.timeout(patience_s):
        for stream in streams:
            await stream.over.wait()


def close(streams: Sequence[Stream]) -> None:
    """Leaves them all."""
    for stream in streams:
        stream.close()
