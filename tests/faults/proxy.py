"""A proxy in front of a server of one's own that spoils what passes through it: real HTTP on real sockets.

What belongs here: how one exchange goes wrong on the wire. What does not: whose, and when (`kinds`).
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from infra.local.ports import HOST, free_ports

_BLOCK = 65_536
_SNIFFED = 65_536  # bytes of a request's body that a rule may look at
_PIECE_BYTES = 256  # of a slow answer
_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONTINUE = re.compile(rb"\r\nexpect: *100-continue", re.IGNORECASE)
# Framing stays as it was: no byte is added, and chunk sizes are hexadecimal digits.
_GARBLED = bytes.maketrans(b'{[":,', b"<<<<<")


@dataclass(frozen=True)
class Request:
    """A request on its way: its head, and the beginning of its body."""

    head: bytes
    body: bytes


@dataclass(frozen=True)
class Fault:
    """What befalls one exchange."""

    reset: bool = False  # the connection drops in place of an answer
    silent: bool = False  # no answer at all, until the fault is over
    answer: bytes = b""  # this whole answer, and the server is not asked
    delay_s: float = 0.0  # before the server is asked
    pause_s: float = 0.0  # the answer comes in small pieces, with a pause after each
    then: Literal["", "silence", "cut", "garbled"] = ""  # what follows after...
    after: int = 0  # so many bytes of the answer's body


SOUND = Fault()
Rule = Callable[[Request], Fault]


def answer(status: str, body: bytes, content_type: str, **headers: str) -> bytes:
    """A whole HTTP answer."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


class Proxy:
    """Stands in front of a port. `rule` says of each request what befalls it."""

    def __init__(self, upstream: int) -> None:
        self.rule: Rule = lambda request: SOUND
        self.over = asyncio.Event()  # the fault: what hangs because of it need hang no longer
        self._upstream = upstream
        (self._port,) = free_ports([0])
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    async def start(self) -> None:
        """Listens."""
        self._server = await asyncio.start_server(self._serve, HOST, self._port)

    def mend(self) -> None:
        """Nothing befalls anybody any more. Connections that hang are dropped, the others go on."""
        self.rule = lambda request: SOUND
        self.over.set()
        self.over = asyncio.Event()

    async def stop(self) -> None:
        """Listens no more and drops every connection: whoever comes now is refused."""
        if self._server:
            self._server.close()
            self._server = None
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        try:
            up_reader, up_writer = await asyncio.open_connection(HOST, self._upstream)
            try:
                await _Connection(self, reader, writer, up_reader, up_writer).serve()
            finally:
                up_writer.transport.abort()
        except OSError:  # the server has just died: so does this connection
            pass
        finally:
            writer.close()


class _Connection:
    """One client's connection and the one that it has to the server."""

    def __init__(
        self,
        proxy: Proxy,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader,
        up_writer: asyncio.StreamWriter,
    ) -> None:
        self._proxy = proxy
        self._reader, self._writer = reader, writer
        self._up_reader, self._up_writer = up_reader, up_writer
        self._fault = SOUND
        self._passed: int | None = None  # bytes of the answer's body so far; None before its body

    async def serve(self) -> None:
        """Exchanges until one of the two leaves."""
        answers = asyncio.create_task(self._answers())
        asks = asyncio.create_task(self._asks())
        try:
            await asyncio.wait({answers, asks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (answers, asks):
                task.cancel()
            await asyncio.gather(answers, asks, return_exceptions=True)

    async def _asks(self) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await self._reader.readuntil(_HEAD_END)
                length = int(found[1]) if (found := _LENGTH.search(head)) else 0
                sniffed = 0 if _CONTINUE.search(head) else min(length, _SNIFFED)
                body = await self._reader.readexactly(sniffed)
                self._fault, self._passed = self._proxy.rule(Request(head, body)), None
                await self._ask(head + body, length - sniffed)

    async def _ask(self, begun: bytes, left: int) -> None:
        fault = self._fault
        if fault.reset:
            self._writer.transport.abort()
        elif fault.answer:
            await self._reader.readexactly(left)
            self._writer.write(fault.answer)
        elif fault.silent:
            await self._proxy.over.wait()
            raise ConnectionResetError
        else:
            await asyncio.sleep(fault.delay_s)
            self._up_writer.write(begun)
            while left:
                data = await self._reader.read(min(left, _BLOCK))
                if not data:
                    raise ConnectionResetError
                self._up_writer.write(data)
                await self._up_writer.drain()
                left -= len(data)

    async def _answers(self) -> None:
        with suppress(ConnectionError):
            while data := await self._up_reader.read(_PIECE_BYTES if self._fault.pause_s else _BLOCK):
                kept, over = await self._spoilt(data)
                self._writer.write(kept)
                await self._writer.drain()
                if over:
                    return
                await asyncio.sleep(self._fault.pause_s)

    async def _spoilt(self, data: bytes) -> tuple[bytes, bool]:
        """What comes through of `data`, and whether the connection drops after it."""
        start = self._body_in(data)
        if start is None or not self._fault.then:
            return data, False
        assert self._passed is not None
        limit = start + max(0, self._fault.after - self._passed)
        self._passed += len(data) - start
        if limit >= len(data):
            return data, False
        if self._fault.then == "garbled":
            return data[:limit] + data[limit:].translate(_GARBLED), False
        if self._fault.then == "silence":
            self._writer.write(data[:limit])
            await self._proxy.over.wait()
            return b"", True
        return data[:limit], True

    def _body_in(self, data: bytes) -> int | None:
        """Where in `data` the answer's body goes on."""
        if self._passed is not None:
            return 0
        if data.startswith(b"HTTP/1.1 100") or _HEAD_END not in data:
            return None
        self._passed = 0
        return data.index(_HEAD_END) + len(_HEAD_END)
