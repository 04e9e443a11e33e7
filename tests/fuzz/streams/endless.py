"""Answers without an end, over a real connection: each ends in a clear error, in time and in little memory.

What does not belong here: what is broken but ends (`decoding`).
"""

import asyncio
import gzip
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path

from freshet.errors import FreshetError, ModelError
from freshet.llm import LLMClient
from freshet.llm.providers.http import Transport
from tests.unit.llm.upstream import Answer, chunk, raw_server

DEADLINE_S = 4.0  # that the call has
SLACK_S = 6.0  # what its end may take beyond that, on cores that are shared
GROWTH_MB = 300.0  # the largest event or body that is allowed, a few times over
_PIECE = 65_536
_PROCESS = Path("/proc/self")
_OK = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: %s\r\n\r\n"
_EVENTS, _JSON = b"text/event-stream", b"application/json"
_PACKED = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\ncontent-type: %s\r\n\r\n"
_FAILED = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/json\r\n\r\n"


def endless(head: bytes, pieces: Iterable[bytes]) -> Answer:
    """An answer of this head and these pieces, which does not stop by itself."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for piece in chain([head], pieces):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    return answer


def packed(piece: bytes) -> Iterator[bytes]:
    """The same piece again and again, as gzip packs it: a thousandth of its size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    first = packer.compress(piece * 100) + packer.flush(zlib.Z_FULL_FLUSH)
    yield first
    again = packer.compress(piece * 100) + packer.flush(zlib.Z_FULL_FLUSH)
    yield from repeat(again)


CASES: dict[str, Answer] = {
    "a line": endless(_OK % _EVENTS, repeat(b"x" * _PIECE)),
    "an event of one line": endless(_OK % _EVENTS, chain([b"data: "], repeat(b"x" * _PIECE))),
    "an event of many lines": endless(_OK % _EVENTS, repeat(b"data: x\n" * 8_000)),
    "an event of empty lines": endless(_OK % _EVENTS, repeat(b"data:\n" * 10_000)),
    "a comment": endless(_OK % _EVENTS, chain([b": "], repeat(b"x" * _PIECE))),
    "comments": endless(_OK % _EVENTS, repeat(b": keep-alive\n\n" * 4_000)),
    "blank lines": endless(_OK % _EVENTS, repeat(b"\n" * _PIECE)),
    "events that say nothing": endless(_OK % _EVENTS, repeat(b'data: {"choices": []}\n\n' * 3_000)),
    "ids": endless(_OK % _EVENTS, repeat(b"id: 1\n\n" * 9_000)),
    "tool calls": endless(_OK % _EVENTS, repeat(chunk(tool_calls=[{"index": 0, "function": {}}]) * 500)),
    "a document of JSON": endless(_OK % _JSON, repeat(b"[" * _PIECE)),
    "blanks before JSON": endless(_OK % _JSON, repeat(b" " * _PIECE)),
    "a web page": endless(_OK % b"text/html", repeat(b"<p>" * 20_000)),
    "an error's body": endless(_FAILED, repeat(b"x" * _PIECE)),
    "a header": endless(b"HTTP/1.1 200 OK\r\nx: ", repeat(b"x" * _PIECE)),
    "headers": endless(b"HTTP/1.1 200 OK\r\n", repeat(b"x: y\r\n" * 10_000)),
    "a status line": endless(b"HTTP/1.1 200 ", repeat(b"x" * _PIECE)),
    "answers to come": endless(b"", repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000)),
    "a chunk's size": endless(
        _OK[:-2] % _EVENTS + b"transfer-encoding: chunked\r\n\r\n", repeat(b"1" * _PIECE)
    ),
    "zeros packed": endless(_PACKED % _EVENTS, packed(bytes(_PIECE))),
    "comments packed": endless(_PACKED % _EVENTS, packed(b": c\n\n" * 10_000)),
    "JSON packed": endless(_PACKED % _JSON, packed(b"[" * _PIECE)),
    "a bomb of 1 GB": endless(_PACKED % _EVENTS, [gzip.compress(b"data: " + bytes(10**9), 6)]),
}


async def tried(
    name: str, transport: Transport, provider: str = "openai", timeout_s: float = DEADLINE_S
) -> tuple[str, float, float]:
    """How a call of that upstream ends: the error's code, its seconds, and the MB that memory grew by."""
    loop, before = asyncio.get_running_loop(), _rss_mb()
    _forget_peak()
    async with (
        raw_server(CASES[name]) as upstream,
        LLMClient(
            base_url=upstream.url, model="m", transport=transport, provider=provider, timeout_s=timeout_s
        ) as llm,
    ):
        begun = loop.time()
        try:
            await llm.chat_async("hi")
            state = "AN ANSWER"
        except FreshetError as error:
            state = error.code if isinstance(error, ModelError) else f"NO MODEL ERROR: {error!r}"
        except Exception as error:
            state = f"OUTSIDE THE TREE: {error!r}"
        return state, loop.time() - begun, _peak_mb() - before


def run() -> list[str]:
    """What must not be; prints a row of each case."""
    asyncio.run(_warm())
    wrong = []
    for name in CASES:
        for transport in ("httpx2", "aiohttp"):
            provider = "anthropic" if name == "comments" else "openai"
            state, seconds, grown = asyncio.run(tried(name, transport, provider))
            print(f"{state:<18} {seconds:6.2f} s {grown:6.0f} MB  {name}, by {transport}")  # noqa: T201
            if not state.islower() or seconds > DEADLINE_S + SLACK_S or grown > GROWTH_MB:
                wrong.append(f"an upstream that sends {name} without an end, by {transport}: {state}")
    return wrong


async def _warm() -> None:
    """Imports and TLS, which are no growth."""
    for transport in ("httpx2", "aiohttp"):
        await tried("a web page", transport)


def _rss_mb() -> float:
    return _status("VmRSS:")


def _peak_mb() -> float:
    return _status("VmHWM:")


def _forget_peak() -> None:
    if _PROCESS.is_dir():
        (_PROCESS / "clear_refs").write_text("5")


def _status(name: str) -> float:
    """0 where the system has no such files."""
    if not _PROCESS.is_dir():
        return 0.0
    text = (_PROCESS / "status").read_text()
    return int(text.split(name)[1].split(maxsplit=1)[0]) / 1024
