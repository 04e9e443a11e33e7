"""A proxy in front of a server that cuts its event streams where a test wants them cut."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

BLOCK = 65_536


@dataclass
class Proxy:
    """Cuts each event stream after the first match of the next of `cuts` in its bytes, the head included."""

    port: int
    cuts: list[str] = field(default_factory=list)
    url: str = ""
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        task = asyncio.current_task()
        assert task
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.port)
        asking = asyncio.create_task(_pass_on(reader, server_writer))
        try:
            with suppress(ConnectionError):
                await self._answer(server_reader, writer)
        finally:
            asking.cancel()
            server_writer.close()
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen, cut = b"", None
        while data := await reader.read(BLOCK):
            if data.startswith(b"HTTP/1.1 "):  # the next response on this connection
                seen, cut = b"", None
                if b"text/event-stream" in data and self.cuts:
                    cut = re.compile(self.cuts.pop(0).encode("latin-1"), re.DOTALL)
            seen += data
            if cut and (found := cut.search(seen)):
                writer.write(data[: len(data) - (len(seen) - found.end())])
                return
            writer.write(data)
            await writer.drain()

    async def aclose(self) -> None:
        """Ends what is open."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(BLOCK):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def cutting(port: int) -> AsyncIterator[Proxy]:
    """A proxy in front of the port."""
    proxy = Proxy(port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        await proxy.aclose()
