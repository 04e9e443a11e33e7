"""The stand-in as a process of its own, and servers that answer with exactly the bytes of a test."""

import asyncio
import json
import re
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from freshet.errors import ModelError
from freshet.llm import Event, LLMClient
from freshet.llm.decode import Decoder

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
            self.bodies.append(_read(head, body))
            self.heads.append(head)
            answer = self.answers[min(len(self.heads), len(self.answers)) - 1]
            await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def _read(head: str, body: bytes) -> Any:
    """A body as it is meant: a form as its bytes."""
    return body if "multipart/form-data" in head else json.loads(body) if body else None


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
# What upstreams say in place of a number of tokens.
NO_COUNTS: tuple[object, ...] = (-1_000_000, 10**9 + 1, 10**30, 1.5, "7", True, [])


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


@dataclass(eq=False)
class Call:
    """One request, as the upstream saw it. Times are the event loop's; `left` is when the client hung up."""

    model: str
    body: dict[str, Any]
    head: str
    begun: float
    ended: float | None = None
    left: float | None = None


@dataclass
class Models:
    """Knows when its clients leave. A model gives the next of its answers, the last one again and again."""

    answers: dict[str, tuple[Answer, ...]]
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    peak: int = 0
    connections: int = 0

    @property
    def asked(self) -> list[str]:
        """The models that were asked, in order."""
        return [call.model for call in self.calls]

    @property
    def running(self) -> list[Call]:
        return [call for call in self.calls if call.ended is None]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            call, answer = await self._begin(reader)
            with suppress(ConnectionError):
                await _answer_until_left(call, answer, reader, writer)
            call.ended = asyncio.get_running_loop().time()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # it left before it asked
        finally:
            self.connections -= 1
            writer.close()

    async def _begin(self, reader: asyncio.StreamReader) -> tuple[Call, Answer]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
        assert length
        body = json.loads(await reader.readexactly(int(length[1])))
        answers = self.answers[body["model"]]
        answer = answers[min(self.asked.count(body["model"]), len(answers) - 1)]
        call = Call(body["model"], body, head, asyncio.get_running_loop().time())
        self.calls.append(call)
        self.peak = max(self.peak, len(self.running))
        return call, answer


async def _answer_until_left(
    call: Call, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    answering = asyncio.ensure_future(answer(writer))
    leaving = asyncio.ensure_future(reader.read())
    await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
    if not answering.done():
        call.left = asyncio.get_running_loop().time()
    for task in (answering, leaving):
        task.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    with suppress(asyncio.CancelledError):
        await answering


@asynccontextmanager
async def models(
    tls: ssl.SSLContext | None = None, **answers: Answer | tuple[Answer, ...]
) -> AsyncIterator[Models]:
    """An upstream of these models, each with its answer or its answers, one after the other."""
    known = {name: given if isinstance(given, tuple) else (given,) for name, given in answers.items()}
    upstream = Models(known)
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0, ssl=tls, backlog=1000)
    scheme = "https" if tls else "http"
    upstream.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield upstream


def whole(*pieces: str) -> bytes:
    """A whole answer in these pieces."""
    return b"".join(map(chunk, pieces)) + chunk(finish="stop") + USAGE + DONE


def says(*pieces: str, pause: float = 0) -> Answer:
    """A whole answer in these pieces."""
    return sends(*map(chunk, pieces), chunk(finish="stop") + USAGE + DONE, pause=pause)


def refuses(status: int, code: str | None = None, **headers: str) -> Answer:
    """An error with this status; `retry_after` becomes the header `retry-after`."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    body = json.dumps({"error": {"message": "no", "code": code}}).encode()
    return sends(body, status="\r\n".join([f"{status} No", *lines]), kind="application/json", pause=0)


def hangs(*reads: bytes, headers: bool = True) -> Answer:
    """These reads, then nothing, until the client leaves; without `headers` nothing at all."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        if headers:
            await sends(*reads, pause=0)(writer)
        await asyncio.Event().wait()

    return answer


def aborts(*reads: bytes) -> Answer:
    """These reads, then the connection is reset; without any, before the headers."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        if reads:
            await sends(*reads)(writer)
        writer.transport.abort()

    return answer


def speaks(*reads: bytes, pause: float = 0) -> Answer:
    """Exactly these bytes, the head included."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for read in reads:
            writer.write(read)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


def framed(*reads: bytes) -> bytes:
    """These reads in HTTP's chunked encoding, without its end."""
    return b"".join(b"%x\r\n%b\r\n" % (len(read), read) for read in reads)


async def until(condition: Callable[[], Any], within: float = 5) -> None:
    """Returns once `condition` holds. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - what it waits for is no event
            await asyncio.sleep(0.002)


def outcome(decoder: Decoder, *reads: bytes) -> tuple[list[Event], ModelError | None]:
    """The events that a decoder makes of the reads of a body, and the error that ended them."""
    events = [event for read in reads if not decoder.done for event in decoder.feed(read)]
    events += decoder.flush()
    try:
        return events + decoder.end(), None
    except ModelError as error:
        return events, error
