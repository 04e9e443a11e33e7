"""The stand-in as a process of its own, and servers that answer with exactly the bytes of a test."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from freshet.errors import ModelError
from freshet.llm import Event, LLMClient

ROOT = Path(__file__).parents[3]


class StandIn:
    """The stand-in's address, and what it says of itself."""

    def __init__(self, url: str, process: asyncio.subprocess.Process) -> None:
        self.url = url
        self.process = process
        self._http = httpx.AsyncClient(base_url=url, trust_env=False, timeout=10)

    def client(self, **options: Any) -> LLMClient:
        return LLMClient(base_url=f"{self.url}/v1", model="freshet-stand-in", **options)

    async def fault(self, fault: str, times: int = 1) -> None:
        (await self._http.post("/__faults", json={"fault": fault, "times": times})).raise_for_status()

    async def requests(self) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = (await self._http.get("/__requests")).json()["requests"]
        return seen

    async def forget(self) -> None:
        await self._http.delete("/__faults")
        await self._http.delete("/__requests")

    async def aclose(self) -> None:
        await self._http.aclose()


@asynccontextmanager
async def started(*, pace_ms: float) -> AsyncIterator[StandIn]:
    """The stand-in in a process of its own; after it, known to be gone."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.local.model", "--port", "0", "--pace-ms", str(pace_ms)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
    server = StandIn(f"http://{line.removeprefix('listening on ').strip()}", process)
    try:
        yield server
    finally:
        await server.aclose()
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 5)


Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawServer:
    """Answers every connection with the next of `answers` (the last one again and again)."""

    answers: list[Answer]
    url: str = ""
    heads: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1])) if length else b""
            self.bodies.append(json.loads(body) if body else None)
            self.heads.append(head)
            answer = self.answers[min(len(self.heads), len(self.answers)) - 1]
            await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def raw_server(*answers: Answer) -> AsyncIterator[RawServer]:
    raw = RawServer(list(answers))
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    raw.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield raw


def sends(
    *reads: bytes, status: str = "200 OK", kind: str = "text/event-stream", pause: float = 0.01
) -> Answer:
    """An answer of exactly these reads; the connection's end is the body's."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n".encode())
        for read in reads:
            writer.write(read)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


def chunk(content: str | None = None, finish: str | None = None, **delta: Any) -> bytes:
    """One chunk of an OpenAI stream."""
    if content is not None:
        delta["content"] = content
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice]}, ensure_ascii=False).encode() + b"\n\n"


USAGE = b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}\n\n'
DONE = b"data: [DONE]\n\n"


async def collect(stream: Any) -> tuple[list[Event], ModelError | None]:
    """The events of a stream, and the error that ended it."""
    events: list[Event] = []
    try:
        async with aclosing(stream) as opened:
            async for event in opened:
                events.append(event)  # noqa: PERF401 - what came before an error is wanted, too
    except ModelError as error:
        return events, error
    return events, None
