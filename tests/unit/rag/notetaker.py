"""A model's endpoint that tells calls for notes from calls for the summary, and counts those under way."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from tests.unit.llm.upstream import DONE, USAGE, chunk

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
_TAKES_S = 0.02  # an answer: long enough for calls to meet


@dataclass
class NoteTaker:
    """`read` is what stood in each call's fence, `rules` its system prompt.

    `busy` calls for notes are under way, `busiest` have been at one time.
    """

    words: int  # that each note is made longer by
    silent: bool
    read: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            system, user = [one["content"] for one in json.loads(await _body(reader))["messages"]]
            self.rules.append(system)
            self.read.append(re.split(r"<document[^>]*>\n|\n</document>", user)[1])
            if "take notes" not in system:
                await _write(writer, "The whole.")
                return
            first = re.search(r"\d+", self.read[-1])
            with self._counted():
                if self.silent:
                    await reader.read()  # until the caller leaves
                await asyncio.sleep(_TAKES_S)
            await _write(writer, f"notes from {first and first.group()}." + " word" * self.words)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        yield
        self.busy -= 1


@asynccontextmanager
async def note_taker(*, words: int = 0, silent: bool = False) -> AsyncIterator[tuple[NoteTaker, str]]:
    """The server and its base URL."""
    taker = NoteTaker(words, silent)
    server = await asyncio.start_server(taker.serve, "127.0.0.1", 0, limit=1 << 20)
    async with server:
        yield taker, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
    assert length
    return await reader.readexactly(int(length[1]))


async def _write(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(_HEAD + chunk(text) + chunk(finish="stop") + USAGE + DONE)
    await writer.drain()
    writer.close()
