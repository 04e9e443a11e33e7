"""DynamoDB in trouble: its endpoint on loopback, behind a proxy that fails as it is told to.

What belongs here: HTTP as bytes, whole requests in and whole answers out, and the ways to fail. What does
not: what the product makes of it.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

Fault = Literal["throttled", "failing", "slow", "hung", "refused", "cut"]

FAULTS: tuple[Fault, ...] = ("throttled", "failing", "slow", "hung", "refused", "cut")
SLOW_S = 0.6  # until a slow request is let through, whether or not anybody waits for it
READ_S, WRITE_S, GRACE_S = 0.3, 0.4, 0.6  # the product's patience in tests, a tenth of the real one
_ERROR = "com.amazonaws.dynamodb.v20120810#"
_THROTTLED = (400, _ERROR + "ProvisionedThroughputExceededException", "Throughput exceeds the table's limit.")
_FAILING = (500, _ERROR + "InternalServerError", "The server encountered an internal error.")


class TroubledTable:
    """The proxy; `open` connections at the moment, `most_open` at once since the start; `asked` how often."""

    def __init__(self, upstream: int) -> None:
        self.port = 0
        self.asked = 0
        self.slow_s = SLOW_S
        self.most_open = 0
        self._upstream = upstream
        self._fault: Fault | None = None
        self._operation = b""
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def open(self) -> int:
        return len(self._clients)

    @asynccontextmanager
    async def trouble(self, fault: Fault, operation: str = "") -> AsyncIterator[None]:
        """Requests (of one operation) fail like this meanwhile. What hangs goes on hanging after."""
        self._fault, self._operation = fault, operation.encode()
        if fault == "refused":
            await self.close()
        try:
            yield
        finally:
            self._fault = None
            if fault == "refused":
                await self.listen()

    async def listen(self) -> None:
        """Accepts connections, always at the same port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuses connections, and drops those that are there."""
        assert self._server
        self._server.close()
        tasks = [task for task in self._clients.values() if task]
        for writer in self._clients:
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients[writer] = asyncio.current_task()
        self.most_open = max(self.most_open, self.open)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while not writer.is_closing():
                    await self._answer(await _message(reader), reader, writer)
        finally:
            del self._clients[writer]
            writer.close()

    async def _answer(
        self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.asked += 1
        match self._fault if self._operation in request else None:
            case "throttled":
                writer.write(_error(*_THROTTLED))
            case "failing":
                writer.write(_error(*_FAILING))
            case "hung":
                await reader.read()  # until the client gives up
                writer.close()
            case "cut":
                writer.write((await self._forwarded(request))[:-1])
                writer.close()
            case "slow":
                await asyncio.sleep(self.slow_s)
                writer.write(await self._forwarded(request))
            case _:
                writer.write(await self._forwarded(request))

    async def _forwarded(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        try:
            writer.write(request)
            return await _message(reader)
        finally:
            writer.close()


@asynccontextmanager
async def troubled_table(upstream: int) -> AsyncIterator[TroubledTable]:
    """The proxy in front of the endpoint at port `upstream`."""
    table = TroubledTable(upstream)
    await table.listen()
    try:
        yield table
    finally:
        await table.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One request or answer, as it stands."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    assert length, head
    return head + await reader.readexactly(int(length[1]))


def _error(status: int, kind: str, message: str) -> bytes:
    """An error as DynamoDB says it."""
    body = json.dumps({"__type": kind, "message": message}).encode()
    head = f"HTTP/1.1 {status} No\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body
