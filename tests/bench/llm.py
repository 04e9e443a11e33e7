"""The model client against a lean upstream on loopback, over both of its transports.

The references, in the same run: `AsyncOpenAI`'s own stream over the same transport, and five threads with
the sync `OpenAI`. "Transport aside": from each side's CPU that of reading the same bytes with the same HTTP
client is taken off. There every chunk comes on its own, so that it is one read for everybody, and requests
and ends lie outside of what is measured.
"""

import asyncio
import gc
import statistics
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import aclosing
from multiprocessing import get_context
from typing import Any

import httpx
import psutil
from openai import AsyncOpenAI, DefaultAioHttpClient, DefaultAsyncHttpxClient, OpenAI

from freshet.llm import LLMClient
from freshet.llm.providers.http import Http, Transport
from tests.bench.model_upstream import running
from tests.bench.table import Row

TRANSPORTS: tuple[Transport, ...] = ("aiohttp", "httpx2")
PROMPT = "Hello"
CALLS, CALL, CALL_ROUNDS, THREADS = 300, "chunks=5,first_ms=200", 5, 5
CPU_STREAMS, PACED, CPU_WINDOW_S, CPU_ROUNDS = 20, "chunks=1000000,pace_ms=20", 0.7, 15
OPEN_STREAMS, IDLE, CANCEL_ROUNDS = 500, "chunks=1000000,pace_ms=1000", 5
SLOW_STREAMS, SLOW = 100, "chunks=1000000,pace_ms=50"
FAST, FASTS, FAST_ROUNDS = "chunks=200,pace_ms=0", 10, 7
PATIENCE_S = 30  # then something is wrong

Tick = Callable[[], None]
Read = Callable[[str, Tick], Coroutine[Any, Any, None]]  # reads what was ordered, a tick a chunk


async def measure() -> list[Row]:
    """Each figure over each transport."""
    with running() as url:
        threads_s = await asyncio.to_thread(_by_threads, url)
        rows = []
        for transport in TRANSPORTS:
            rows += [
                await _chunks(url, transport),
                await _calls(url, transport, threads_s),
                await _memory(url, transport),
                await _beside(url, transport),
                await _cancelling(url, transport),
            ]
        return rows


async def _chunks(url: str, transport: Transport) -> Row:
    http = Http(url, transport, {})
    async with _client(url, transport) as client, _sdk(url, transport) as sdk:
        reads = (_ours(client), _our_bytes(http), _theirs(sdk), _their_bytes(sdk))
        rounds = [[await _cpu_us(read) for read in reads] for _ in range(1 + CPU_ROUNDS)][1:]
        await http.aclose()
    ours, _, theirs, _ = (statistics.median(side) for side in zip(*rounds, strict=True))
    our_own = statistics.median(cpu[0] - cpu[1] for cpu in rounds)
    their_own = statistics.median(cpu[2] - cpu[3] for cpu in rounds)
    return Row(
        f"CPU a chunk of `client.stream`, transport aside, {transport}",
        f"{our_own:.1f} µs (with it {ours:.0f}), AsyncOpenAI {their_own:.0f} µs (with it {theirs:.0f})",
        f"1/{their_own / our_own:.1f} (with it 1/{theirs / ours:.1f})",
        "≤ 1/8",
    )


async def _cpu_us(read: Read) -> float:
    """This process's CPU a chunk, while streams are open."""
    streams = await _opened(read, CPU_STREAMS, PACED)
    gc.collect()
    before, cpu = sum(stream.chunks for stream in streams), time.process_time_ns()
    await asyncio.sleep(CPU_WINDOW_S)
    used = time.process_time_ns() - cpu
    chunks = sum(stream.chunks for stream in streams) - before
    await _cancelled(streams)
    return used / 1000 / chunks


def _ours(client: LLMClient) -> Read:
    async def read(order: str, tick: Tick) -> None:
        async for _ in client.stream(PROMPT, model=order):
            tick()

    return read


def _our_bytes(http: Http) -> Read:
    async def read(order: str, tick: Tick) -> None:
        async with aclosing(await http.post("/chat/completions", _body(order), {})) as response:
            async for _ in response.aiter_raw():
                tick()

    return read


def _theirs(sdk: AsyncOpenAI) -> Read:
    async def read(order: str, tick: Tick) -> None:
        async for _ in await sdk.chat.completions.create(**_body(order)):
            tick()

    return read


def _their_bytes(sdk: AsyncOpenAI) -> Read:
    async def read(order: str, tick: Tick) -> None:
        async with sdk.chat.completions.with_streaming_response.create(**_body(order)) as response:
            async for _ in response.http_response.aiter_bytes():
                tick()

    return read


def _by_threads(url: str) -> float:
    """Seconds for all calls in a pool of threads."""
    with OpenAI(base_url=url, api_key="none") as sdk, ThreadPoolExecutor(THREADS) as pool:

        def call(_: int) -> int:
            return sum(1 for _ in sdk.chat.completions.create(**_body(CALL)))

        begun = time.perf_counter()
        assert all(pool.map(call, range(CALLS)))
        return time.perf_counter() - begun


async def _calls(url: str, transport: Transport, threads_s: float) -> Row:
    first, again = zip(*[await _by_map(url, transport) for _ in range(CALL_ROUNDS)], strict=True)
    first_s, again_s = statistics.median(first), statistics.median(again)
    return Row(
        f"{CALLS} calls of 200 ms, `map(limit={CALLS})`, {transport}",
        f"{first_s:.2f} s (again, over the same connections, {again_s:.2f}), "
        f"{THREADS} threads {threads_s:.1f} s",
        f"{threads_s / first_s:.1f} × as fast (again {threads_s / again_s:.1f} ×)",
        "≥ 20 ×",
    )


async def _by_map(url: str, transport: Transport) -> tuple[float, float]:
    """Seconds for all calls with a new client, and for all of them again."""
    times = []
    async with _client(url, transport, CALL) as client:
        for _ in range(2):
            gc.collect()
            begun = time.perf_counter()
            items = await client.map([PROMPT] * CALLS, limit=CALLS)
            times.append(time.perf_counter() - begun)
            assert all(item.ok for item in items)
    return times[0], times[1]


async def _memory(url: str, transport: Transport) -> Row:
    """In a new process: memory that another figure has left free would hide growth."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        first, again = await loop.run_in_executor(process, _growth_kb, url, transport)
    return Row(
        f"memory of an open stream, {OPEN_STREAMS} of them, {transport}",
        f"{first:.0f} KB (opened again after they were closed: {again:.0f})",
        "",
        "≤ 40 KB",
    )


def _growth_kb(url: str, transport: Transport) -> tuple[float, float]:
    """Growth of this process a stream, with the first streams, and with as many after those were closed."""

    async def grown() -> tuple[float, float]:
        async with _client(url, transport) as client:
            await _cancelled(await _opened(_ours(client), 1, IDLE))
            return await _kb_a_stream(client), await _kb_a_stream(client)

    return asyncio.run(grown())


async def _kb_a_stream(client: LLMClient) -> float:
    process = psutil.Process()
    gc.collect()
    before = process.memory_info().rss
    streams = await _opened(_ours(client), OPEN_STREAMS, IDLE)
    gc.collect()
    grown: float = (process.memory_info().rss - before) / OPEN_STREAMS / 1024
    await _cancelled(streams)
    return grown


async def _beside(url: str, transport: Transport) -> Row:
    alone, beside = [], []
    async with _client(url, transport) as client:
        await _fast_ms(client)
        for _ in range(FAST_ROUNDS):
            alone += await _fast_ms(client)
            slow = await _opened(_ours(client), SLOW_STREAMS, SLOW)
            beside += await _fast_ms(client)
            await _cancelled(slow)
    alone_ms, beside_ms = statistics.median(alone), statistics.median(beside)
    return Row(
        f"a fast stream beside {SLOW_STREAMS} slow ones, {transport}",
        f"{beside_ms:.1f} ms, alone {alone_ms:.1f} ms",
        f"{beside_ms - alone_ms:+.1f} ms",
        "≤ +5 ms",
    )


async def _fast_ms(client: LLMClient) -> list[float]:
    times = []
    for _ in range(FASTS):
        begun = time.perf_counter()
        async for _ in client.stream(PROMPT, model=FAST):
            pass
        times.append((time.perf_counter() - begun) * 1000)
    return times


async def _cancelling(url: str, transport: Transport) -> Row:
    async with _client(url, transport) as client:
        times = [await _closing_ms(url, client) for _ in range(CANCEL_ROUNDS)]
    return Row(
        f"cancelling {OPEN_STREAMS} open streams, until the upstream has them closed, {transport}",
        f"{statistics.median(times):.0f} ms, at most {max(times):.0f} ms",
        "",
        "≤ 1,000 ms",
    )


async def _closing_ms(url: str, client: LLMClient) -> float:
    streams = await _opened(_ours(client), OPEN_STREAMS, IDLE)
    async with httpx.AsyncClient(trust_env=False) as upstream, asyncio.timeout(PATIENCE_S):

        async def still_open() -> int:
            return int((await upstream.get(url.removesuffix("/v1") + "/open")).text)

        assert await still_open() == OPEN_STREAMS
        begun = time.perf_counter()
        await _cancelled(streams)
        while await still_open():  # noqa: ASYNC110 - in another process, where no event can be waited for
            await asyncio.sleep(0.001)
        return (time.perf_counter() - begun) * 1000


class _Stream:
    """A stream that is read in a task of its own, and how many chunks came."""

    def __init__(self, read: Read, order: str) -> None:
        self.chunks = 0
        self.begun = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(read(order, self._tick))

    def _tick(self) -> None:
        if not self.chunks:
            self.begun.set_result(None)
        self.chunks += 1


async def _opened(read: Read, count: int, order: str) -> list[_Stream]:
    """So many streams, each with its first chunk."""
    streams = [_Stream(read, order) for _ in range(count)]
    async with asyncio.timeout(PATIENCE_S):
        for stream in streams:
            await stream.begun
    return streams


async def _cancelled(streams: Sequence[_Stream]) -> None:
    for stream in streams:
        stream.task.cancel()
    await asyncio.wait([stream.task for stream in streams])


def _client(url: str, transport: Transport, order: str = "") -> LLMClient:
    return LLMClient(base_url=url, model=order, workers=OPEN_STREAMS, transport=transport)


def _sdk(url: str, transport: Transport) -> AsyncOpenAI:
    http = DefaultAioHttpClient() if transport == "aiohttp" else DefaultAsyncHttpxClient()
    return AsyncOpenAI(base_url=url, api_key="none", http_client=http)


def _body(order: str) -> dict[str, Any]:
    return {"model": order, "messages": [{"role": "user", "content": PROMPT}], "stream": True}
