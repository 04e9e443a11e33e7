"""HTTP/1.1 by h11: it keeps trailers, which servers for people leave out."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import h11

READ_BYTES = 64 * 1024
# awslambdaric sends an X-Ray cause of up to 1 MiB as a header.
MAX_HEAD_BYTES = 2 * 1024 * 1024


_log = logging.getLogger("lambda")


class TruncatedBodyError(Exception):
    """The peer left, or broke the protocol, before its body was complete."""


class Connection:
    """The server's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
        self.trailers: list[tuple[bytes, bytes]] = []

    async def request(self) -> h11.Request | None:
        """The next request's head; None when the peer has gone. Raises h11.RemoteProtocolError."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        if self._http.our_state is not h11.IDLE:
            return None
        event = await self._next_event()
        return event if isinstance(event, h11.Request) else None

    async def body(self) -> AsyncIterator[bytes]:
        """The request's body as it comes; afterwards `trailers` is set. Raises TruncatedBodyError."""
        while True:
            try:
                event = await self._next_event()
            except h11.RemoteProtocolError as error:
                raise TruncatedBodyError(str(error)) from error
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            else:
                self.trailers = list(event.headers) if isinstance(event, h11.EndOfMessage) else []
                return

    async def respond(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Answer the current request."""
        fields = {"content-type": "application/json", "content-length": str(len(body))} | (headers or {})
        self._write(h11.Response(status_code=status, headers=list(fields.items())))
        self._write(h11.Data(data=body))
        self._write(h11.EndOfMessage())
        await self._writer.drain()

    async def respond_json(self, status: int, document: dict[str, Any]) -> None:
        await self.respond(status, json.dumps(document).encode())

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):  # the peer was faster
            await self._writer.wait_closed()

    async def _next_event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                self._write(h11.InformationalResponse(status_code=100, headers=[]))
            self._http.receive_data(await self._read())
        return event

    async def _read(self) -> bytes:
        try:
            return await self._reader.read(READ_BYTES)
        except ConnectionError:
            return b""

    def _write(self, event: Any) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)


class Listener:
    """A server on 127.0.0.1. `answer` gets each request of a connection in turn, and reads its body."""

    def __init__(self, answer: Callable[[Connection, h11.Request], Awaitable[None]]) -> None:
        self._answer = answer
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listens; returns its `host:port`."""
        # In two steps: one that is cancelled on its way would leave a server that nobody can close.
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, start_serving=False)
        await self._server.start_serving()
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    async def close(self) -> None:
        """Takes no more, and breaks off what is open."""
        if self._server:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(Connection(reader, writer)))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, connection: Connection) -> None:
        try:
            while (request := await connection.request()) is not None:
                await self._answer(connection, request)
        except (h11.RemoteProtocolError, TruncatedBodyError, ConnectionError, TimeoutError) as error:
            _log.debug("A peer broke off: %r", error)
        finally:
            await connection.close()
