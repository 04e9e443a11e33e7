"""Chat completions through a relay: Freshet's app under uvicorn beside the usual relay and LiteLLM's proxy.

Each is one process on a core of its own; the upstream and the client share the other. uvloop and httptools
serve those that take them. Freshet runs twice: with its runs kept in DynamoDB's emulator, and `straight`,
which is what the others do: the same capability by the same code, and nothing kept. What the libraries and
the kernel take, whatever is made of the bytes, is measured as well.
"""

import os
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import psutil

from tests.bench import streaming_client as client
from tests.bench.model_upstream import running
from tests.bench.relays.serving import OTHER_CORE, Program, Relay, programs, serving
from tests.bench.runs import product
from tests.bench.streaming_client import Target
from tests.bench.table import Row

STREAMS, CHUNKS, PACE_MS = 50, 500, 10
CPU_ROUNDS = 3
FIRST_MS, ALONE_ROUNDS, AT_ONCE_ROUNDS = 20, 40, 7
IDLE_STREAMS, IDLE = 500, "chunks=60,pace_ms=1000"
IDLE_OF_LITELLM = 100  # it needs minutes for more
ANSWER, ANSWER_S, RAMP_S = 200, 2.0, 1.0
LATE, SLOW_FIRST_S = 1.25, 0.25  # of the ideal time, and to the first token: then a relay does not hold them
STEPS = 3  # of bisection

OURS, KEPT, USUAL, LITELLM = "Freshet, straight", "Freshet, runs kept", "the usual relay", "LiteLLM"
Measured = dict[str, float]


async def measure() -> list[Row]:
    """CPU, first token, memory and how many streams each of them holds."""
    psutil.Process().cpu_affinity([OTHER_CORE])
    try:
        with running() as upstream:
            async with product() as stack:
                found = programs(upstream, stack.environment())
                memory = {name: await _memory_kb(program) for name, program in found.items()}
                async with _all(found) as relays:
                    direct = Target(int(upstream.split(":")[2].partition("/")[0]))
                    cpu = await _alternating(relays, _cpu_us, CPU_ROUNDS)
                    alone = await _added_ms(relays, direct, 1, ALONE_ROUNDS)
                    at_once = await _added_ms(relays, direct, STREAMS, AT_ONCE_ROUNDS)
                    held = {relay.name: float(await _held(relay)) for relay in relays}
    finally:
        psutil.Process().cpu_affinity(list(range(os.cpu_count() or 1)))
    return [
        *_leaner(cpu),
        *_rows("time to first token added, one stream", "ms", alone, reach="≤ 0.5 × the usual relay's"),
        *_rows(f"the same, {STREAMS} at once", "ms", at_once, reach="≤ 0.5 × the usual relay's"),
        *_rows("memory of an open stream", "KB", memory, reach="≤ 30 KB"),
        *_rows(
            f"streams held on one core, a token every {PACE_MS} ms", "", held, reach="≥ 4 × the usual relay's"
        ),
    ]


def _leaner(cpu: Measured) -> list[Row]:
    rows = _rows(
        f"CPU a token, {STREAMS} streams, a token every {PACE_MS} ms",
        "µs",
        cpu,
        reach="≤ 1/5 of the usual relay's",
    )
    for name in (OURS, KEPT):
        ratio = cpu[LITELLM] / cpu[name]
        rows.append(Row(f"the same, {name}, beside LiteLLM", "", f"1/{ratio:.1f}", "≤ 1/16"))
    return rows


def _rows(what: str, unit: str, found: Measured, reach: str) -> list[Row]:
    """A row for each, beside the usual relay."""
    usual = found[USUAL]
    return [
        Row(
            f"{what}: {name}",
            f"{value:.3g} {unit}".strip(),
            "1" if name == USUAL else f"{value / usual:.2f}",
            reach if name in (OURS, KEPT) else "",
        )
        for name, value in found.items()
    ]


@asynccontextmanager
async def _all(found: dict[str, Program]) -> AsyncIterator[list[Relay]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(serving(name, one)) for name, one in found.items()]


async def _alternating(
    relays: Sequence[Relay], figure: Callable[[Relay], Awaitable[float]], rounds: int
) -> Measured:
    """The medians of rounds in turn: other work on the machine meets all of them."""
    found: dict[str, list[float]] = {relay.name: [] for relay in relays}
    for _ in range(rounds):
        for relay in relays:
            found[relay.name].append(await figure(relay))
    return {name: statistics.median(values) for name, values in found.items()}


async def _cpu_us(relay: Relay) -> float:
    """CPU a token, kernel and user, from the first request to the last answer's end: some stall between."""
    cpu = relay.cpu_s()
    order = f"chunks={CHUNKS},pace_ms={PACE_MS}"
    opened = await client.open_streams(relay.target, STREAMS, order, ramp_s=0.5)
    await client.finished(opened)
    _require_whole(relay, opened, CHUNKS)
    return (relay.cpu_s() - cpu) * 1e6 / (STREAMS * CHUNKS)


async def _added_ms(relays: Sequence[Relay], direct: Target, streams: int, rounds: int) -> Measured:
    """What each adds to the time to the first token: medians, of rounds in turn with the upstream alone."""
    targets = {"": direct} | {relay.name: relay.target for relay in relays}
    found: dict[str, list[float]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name, target in targets.items():
            opened = await client.open_streams(target, streams, f"chunks=5,first_ms={FIRST_MS}")
            await client.finished(opened)
            found[name] += [stream.first_s * 1000 for stream in opened]
    bare = statistics.median(found.pop(""))
    return {name: statistics.median(times) - bare for name, times in found.items()}


async def _memory_kb(program: Program) -> float:
    """Growth of a new process a stream: memory that other work has left free would hide it."""
    streams = IDLE_OF_LITELLM if program.name == LITELLM else IDLE_STREAMS
    async with serving(program.name, program) as relay:
        await client.finished(await client.open_streams(relay.target, 3, "chunks=3,pace_ms=1"))
        before = relay.rss_kb()
        opened = await client.open_streams(relay.target, streams, IDLE, ramp_s=4.0)
        await client.begun(opened)
        grown = (relay.rss_kb() - before) / streams
        assert not any(stream.over.is_set() for stream in opened)
        client.close(opened)
    return grown


async def _held(relay: Relay) -> int:
    """The most streams that come in time, by doubling and then halving what is between."""
    low, high = 0, 25
    while await _in_time(relay, high):
        low, high = high, high * 2
    for _ in range(STEPS):
        between = (low + high) // 2
        low, high = (between, high) if await _in_time(relay, between) else (low, between)
    return low


async def _in_time(relay: Relay, streams: int) -> bool:
    """Whether 99 of 100 answers come whole and in time; twice asked before it is denied."""
    for _ in range(2):
        opened = await client.open_streams(
            relay.target, streams, f"chunks={ANSWER},pace_ms={PACE_MS}", ramp_s=RAMP_S
        )
        await client.finished(opened)
        if not all(stream.whole and stream.tokens == ANSWER for stream in opened):
            continue
        first, total = (
            statistics.quantiles([getattr(stream, name) for stream in opened], n=100, method="inclusive")[-1]
            for name in ("first_s", "total_s")
        )
        if total < ANSWER_S * LATE and first < SLOW_FIRST_S:
            return True
    return False


def _require_whole(relay: Relay, streams: Sequence[client.Stream], tokens: int) -> None:
    broken = [stream for stream in streams if not stream.whole or stream.tokens != tokens]
    if broken:
        raise AssertionError(f"{relay.name}: {len(broken)} of {len(streams)} streams came short")
