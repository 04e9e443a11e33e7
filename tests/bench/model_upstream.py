"""A lean OpenAI-compatible upstream for the benches, as a process of its own: it must never be the slow part.

The order is the model's name, or, where that is none, the last message: `chunks=200,pace_ms=10,first_ms=20`
answers with 200 chunks, one every 10 ms, the first after 20. `pace_ms=0` sends one chunk a turn of the event
loop; without a pace they come at once. `chinese=1` answers with Chinese characters among them. Streams of one
pace share ten clocks, so that they don't all come at once. `GET /open` tells how many answers are open: asked
for, not ended, and their connections not closed.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, cycle, islice
from typing import Any, ClassVar

_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
)
_CLOCKS = 10  # of one pace


@contextmanager
def running() -> Iterator[str]:
    """The base URL of an upstream that runs for the time of the block."""
    command = [sys.executable, "-m", "tests.bench.model_upstream"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.terminate()


def _chunk(delta: dict[str, Any], finish: str | None = None, usage: dict[str, int] | None = None) -> bytes:
    body = {
        "id": "chatcmpl-BKq0abcdefghijklmnopqrstuvwx",
        "object": "chat.completion.chunk",
        "created": 1776000000,
        "model": "bench",
        "system_fingerprint": "fp_0123456789",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
        "usage": usage,
    }
    return _framed(b"data: " + json.dumps(body, separators=(",", ":")).encode() + b"\n\n")


def _framed(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


# Not one piece again and again: LiteLLM breaks off an answer that repeats itself.
_ENGLISH = [f" token{digit}" for digit in range(10)]
_CHINESE = [f" token{character}" for character in "零一二三四五六七八九"]
_CHUNKS = {piece: _chunk({"content": piece}) for piece in (*_ENGLISH, *_CHINESE)}
_END = _chunk({}, "stop", {"prompt_tokens": 5, "completion_tokens": 200, "total_tokens": 205})
_DONE = _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"


def pieces(order: str) -> Iterator[str]:
    """What an order is answered with, one by one: it may be a million."""
    asked = _asked(order)
    words = _CHINESE if asked.get("chinese") else _ENGLISH
    return islice(cycle(words), int(asked["chunks"]))


def _asked(order: str) -> dict[str, float]:
    return {name: float(value) for name, _, value in (part.partition("=") for part in order.split(","))}


class Upstream(asyncio.Protocol):
    """One connection; requests one after the other."""

    answering = 0

    def __init__(self) -> None:
        self._received = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._task:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = bytes(self._received).partition(b"\r\n\r\n")
        if not end:
            return
        if head.startswith(b"GET"):
            self._received.clear()
            self._tell(head)
            return
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        if len(body) >= length:
            self._received.clear()
            self._task = asyncio.ensure_future(self._answer(_order(json.loads(body))))

    def _tell(self, head: bytes) -> None:
        status, body = b"404 Not Found", b""
        if head.startswith(b"GET /open"):
            status, body = b"200 OK", str(Upstream.answering).encode()
        self._transport.write(b"HTTP/1.1 %b\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body))

    async def _answer(self, order: str) -> None:
        asked, chunks = _asked(order), map(_CHUNKS.__getitem__, pieces(order))
        Upstream.answering += 1
        try:
            await asyncio.sleep(asked.get("first_ms", 0) / 1000)
            if asked.get("pace_ms"):
                self._transport.write(_HEAD)
                await _Clock.next(asked["pace_ms"] / 1000).tick(self._transport, chunks)
                self._transport.write(_END + _DONE)
            elif "pace_ms" in asked:
                self._transport.write(_HEAD)
                for chunk in chunks:
                    self._transport.write(chunk)
                    await asyncio.sleep(0)
                self._transport.write(_END + _DONE)
            else:
                self._transport.write(_HEAD + b"".join(chunks) + _END + _DONE)
        finally:
            Upstream.answering -= 1


def _order(body: dict[str, Any]) -> str:
    model = str(body["model"])
    return model if model.startswith("chunks=") else str(body["messages"][-1]["content"])


class _Clock:
    """Writes a chunk to each of its streams at every tick: a timer for each would cost more."""

    _clocks: ClassVar[dict[tuple[float, int], "_Clock"]] = {}
    _number = count()

    def __init__(self, pace_s: float) -> None:
        self._pace_s = pace_s
        self._left: dict[asyncio.Transport, tuple[Iterator[bytes], asyncio.Future[None]]] = {}
        self._loop = asyncio.get_running_loop()
        self._due = 0.0
        self._ticking = False

    @classmethod
    def next(cls, pace_s: float) -> "_Clock":
        """The clock whose turn it is."""
        key = pace_s, next(cls._number) % _CLOCKS
        if key not in cls._clocks:
            cls._clocks[key] = cls(pace_s)
        return cls._clocks[key]

    async def tick(self, transport: asyncio.Transport, left: Iterator[bytes]) -> None:
        """Writes the chunks, the first at once."""
        transport.write(next(left, b""))
        over = self._loop.create_future()
        if not self._ticking:
            self._ticking = True
            self._due = self._loop.time() + self._pace_s
            self._loop.call_at(self._due, self._fire)
        self._left[transport] = left, over
        try:
            await over
        finally:
            self._left.pop(transport, None)

    def _fire(self) -> None:
        for transport, (left, over) in list(self._left.items()):
            if chunk := next(left, b""):
                transport.write(chunk)
            elif not over.done():
                over.set_result(None)
                del self._left[transport]
        self._ticking = bool(self._left)
        if self._ticking:
            self._due += self._pace_s  # a late tick is made up for
            self._loop.call_at(self._due, self._fire)


async def main() -> None:
    """Serves on a free port, which it prints."""
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0, backlog=2048)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
