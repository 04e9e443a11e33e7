"""A model's endpoint that answers what a test says, counts calls under way, and keeps files until deleted."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.unit.llm.upstream import DONE, USAGE, chunk

Say = Callable[[str], Awaitable[str]]  # the answer to what stands in the fence, or is asked about a file

_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n"
_NOTES = {"language": "en", "level": "secondary", "difficulty": "medium"}


def notes(*points: tuple[str, str], concepts: tuple[str, ...] = (), **more: Any) -> str:
    """Notes with these key points, each a text and a quote."""
    listed = [{"text": text, "quote": quote, "concepts": []} for text, quote in points]
    return json.dumps({**_NOTES, "key_points": listed, "concepts": concepts, **more}, ensure_ascii=False)


def reduction(*numbers: int, concepts: tuple[str, ...] = (), **more: Any) -> str:
    """A choice of these key points."""
    chosen = {"level": "graduate", "difficulty": "hard", "key_points": numbers, "concepts": concepts}
    return json.dumps({**chosen, **more}, ensure_ascii=False)


@dataclass
class Analyst:
    """`messages` are what each chat call said; `busy` of them are under way, `busiest` were at one time."""

    say: Say
    choose: Say
    url: str = ""
    messages: list[list[dict[str, str]]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            method, path, body = await _request(reader)
            if "/files" in path:
                writer.write(self._file(method, path, body))
            else:
                writer.write(await self._chat(json.loads(body)["messages"], reader))
            await writer.drain()
        writer.close()

    def _file(self, method: str, path: str, body: bytes) -> bytes:
        id_ = f"file-{len(self.files)}" if method == "POST" else path.rpartition("/")[2]
        if method == "POST":
            self.files[id_] = body
        if method == "DELETE":
            self.deleted.append(id_)
        about = {"id": id_, "object": "file", "status": "processed", "deleted": method == "DELETE"}
        return _HEAD.format(kind="application/json").encode() + json.dumps(about).encode()

    async def _chat(self, messages: list[dict[str, str]], reader: asyncio.StreamReader) -> bytes:
        self.messages.append(messages)
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        user = next(message["content"] for message in messages if message["role"] == "user")
        fenced = re.split(r"<(?:document|key_points)[^>]*>\n|\n</(?:document|key_points)>", user)
        say = self.choose if "<key_points>" in user else self.say
        answering = asyncio.ensure_future(say(fenced[1] if len(fenced) > 1 else user))
        leaving = asyncio.ensure_future(reader.read())
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            text = answering.result() if answering.done() else ""
        finally:
            self.busy -= 1
            answering.cancel()
            leaving.cancel()
        finish = "content_filter" if not text else "stop"
        answer = chunk(text) + chunk(finish=finish) + USAGE + DONE
        return _HEAD.format(kind="text/event-stream").encode() + answer


@asynccontextmanager
async def analyst(say: Say, choose: Say | None = None) -> AsyncIterator[Analyst]:
    """The endpoint; an empty answer is one that was held back."""
    known = Analyst(say, choose or say)
    server = await asyncio.start_server(known.serve, "127.0.0.1", 0, limit=1 << 22)
    known.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield known


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    method, path, _ = head.split(" ", 2)
    length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
    return method, path, await reader.readexactly(int(length[1])) if length else b""
