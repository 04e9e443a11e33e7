"""Many streams on one process of the `chat` app under uvicorn: runs kept, and the same code straight.

Where the machine does not bear that many kept runs in time, the most that it bears is looked for.
"""

import os
import time
from collections.abc import AsyncGenerator

import httpx
import psutil

from infra.openapi import load as load_function
from tests.bench.model_upstream import pieces, running
from tests.bench.relays.freshet import OWNER
from tests.bench.relays.serving import OTHER_CORE, READY, Relay, programs, serving
from tests.bench.runs import product
from tests.bench.streaming_client import Target
from tests.bench.table import Row
from tests.load import verdict
from tests.load.crowd import crowd, orders
from tests.load.records import Kept, kept
from tests.load.verdict import GROWTH_KB, Load, Shown
from tests.load.watching import Bearer, Held
from tests.serving import as_caller, served

STREAMS, ANSWER_S = 200, 10.0
STRAIGHT, KEPT = "Freshet, straight", "Freshet, runs kept"
WARM_UP_S = 1.0  # an answer that goes before, for each place
OVER_S = 65.0  # aiohttp looks every 30 s for connections to the model that were idle for as long
# What stays is pools: 32 threads and as many connections for AWS, the loop's own six threads.
POOLS = Held(threads=32 + 6, files=32 + 4, tasks=0)
FEWER = (0.75, 0.5, 0.25, 0.125)
SHORT_S = 15.0


async def measure(seconds: float, streams: int = 0) -> AsyncGenerator[Shown, None]:
    """Rows and faults, of each way as it is done."""
    streams = streams or STREAMS
    psutil.Process().cpu_affinity([OTHER_CORE])
    try:
        with running() as upstream:
            direct = Target(int(upstream.split(":")[2].partition("/")[0]))
            async with product() as stack:
                found = programs(upstream, stack.environment())
                for name in (STRAIGHT, KEPT):
                    async with serving(name, found[name]) as relay:
                        load = await _load(relay, direct, streams, seconds)
                    yield verdict.shown(load)
                if not verdict.in_time(load.tally):
                    async with serving(KEPT, found[KEPT]) as relay:
                        yield [await _most(relay, streams)], []
    finally:
        psutil.Process().cpu_affinity(list(range(os.cpu_count() or 1)))


async def _load(relay: Relay, direct: Target, streams: int, seconds: float) -> Load:
    answers_a_minute = streams * 60 / ANSWER_S
    process = Bearer(
        "the process", [relay.process], POOLS, GROWTH_KB * answers_a_minute, lambda: _tasks(relay)
    )
    alone = await crowd(direct, streams, 0, ANSWER_S)
    await process.begin()
    await crowd(relay.target, streams, 0, WARM_UP_S)
    begun = time.monotonic()
    async with process.borne():
        tally = await crowd(relay.target, streams, seconds, ANSWER_S)
    took = time.monotonic() - begun
    await process.settle(OVER_S)
    records = await _kept() if relay.name == KEPT else None
    name = f"{streams} streams, {relay.name.partition(', ')[2]}"
    return Load(name, took, tally, [process], alone.gaps_s, records)


async def _tasks(relay: Relay) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        answer = await http.get(f"http://127.0.0.1:{relay.target.port}/__tasks")
    return int(answer.text)


async def _kept() -> Kept:
    asked = [READY, *orders(WARM_UP_S), *orders(ANSWER_S)]
    async with (
        served(as_caller(load_function("runs").app, OWNER)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as api,
    ):
        return await kept(api, {"".join(pieces(order)) for order in asked})


async def _most(relay: Relay, streams: int) -> Row:
    """The most kept runs that are held, by trial."""
    what = f"kept runs held: 99 in 100 gaps ≤ {verdict.GAP_MS} ms, first tokens ≤ {verdict.FIRST_MS:g} ms"
    await crowd(relay.target, streams, 0, WARM_UP_S)
    for part in FEWER:
        count = round(streams * part)
        tally = await crowd(relay.target, count, SHORT_S, ANSWER_S)
        if verdict.in_time(tally):
            return Row(what, f"{count}", "", f"{streams}")
    return Row(what, f"fewer than {count}", "", f"{streams}")
