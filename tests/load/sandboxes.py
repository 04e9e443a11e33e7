"""Twenty streams on twenty sandboxes of `chat`: through the local cloud's gateway and authorizer, as on AWS.

A sandbox serves one stream at a time. Twenty is also all that a function may have here: not one more answer
finds a place.
"""

import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import psutil

from tests.bench.model_upstream import pieces, running
from tests.bench.streaming_client import Target
from tests.bench.table import Row
from tests.e2e.local_cloud import LocalCloud, started
from tests.load import verdict
from tests.load.crowd import crowd, orders
from tests.load.records import kept
from tests.load.verdict import Load, Shown
from tests.load.watching import Bearer, Held

STREAMS, ANSWER_S = 20, 10.0
MODEL = "bench"
FUNCTION = "chat"
WARM_UP_S, WARM_UPS = 20.0, 5  # two sandboxes start at a time, and the first answers last meanwhile
FREE_S = 1.0  # a sandbox is free a moment after its answer: until then it counts among the twenty
YOUNG_S, SHORT_S = 30.0, 0.5  # a sandbox grows by 160 KB over its first thirty answers
GATEWAY_KB, SANDBOX_KB = 500.0, 100.0  # a minute
OVER_S = 20.0
# A sandbox may come to use a connection and a thread more for each part that it asks.
SANDBOX, GATEWAY = Held(threads=4, files=4), Held(threads=8, files=8)


async def measure(seconds: float, streams: int = 0) -> AsyncGenerator[Shown, None]:
    """Rows and faults."""
    with running() as upstream, tempfile.TemporaryDirectory() as folder:
        cloud = LocalCloud(Path(folder), "--no-demo", OPENAI_BASE_URL=upstream, MODEL_NAME=MODEL)
        with started(cloud):
            yield await _loaded(cloud, upstream, seconds, streams or STREAMS)


async def _loaded(cloud: LocalCloud, upstream: str, seconds: float, streams: int) -> Shown:
    direct, target = Target(int(upstream.split(":")[2].partition("/")[0])), Target(cloud.port, model=MODEL)
    alone = await crowd(direct, streams, 0, ANSWER_S)
    sandboxes = await _warmed_up(cloud, target, streams)
    bearers = [
        Bearer("the gateway", [cloud.gateway()], GATEWAY, GATEWAY_KB),
        Bearer("all sandboxes", sandboxes, SANDBOX * len(sandboxes), SANDBOX_KB * len(sandboxes)),
    ]
    begun = time.monotonic()
    async with AsyncExitStack() as stack:
        for bearer in bearers:
            await bearer.begin()
            await stack.enter_async_context(bearer.borne())
        tally = await crowd(target, streams, seconds, ANSWER_S, pause_s=FREE_S)
    took = time.monotonic() - begun
    for bearer in bearers:
        await bearer.settle(OVER_S)
    async with httpx.AsyncClient(base_url=cloud.url, trust_env=False, timeout=60) as api:
        asked = (*orders(WARM_UP_S), *orders(SHORT_S), *orders(ANSWER_S))
        records = await kept(api, {"".join(pieces(order)) for order in asked})
    load = Load(f"{streams} streams, {streams} sandboxes", took, tally, bearers, alone.gaps_s, records)
    after = cloud.sandboxes(FUNCTION)
    same = len(set(after) & set(sandboxes))
    count = Row(
        f"{load.name}: sandboxes",
        f"{len(sandboxes)} before, {len(after)} after, {same} the same",
        "",
        f"{streams}, the same",
    )
    wrong = [] if len(sandboxes) == len(after) == same == streams else [f"sandboxes: {count.figures}"]
    rows, others = verdict.shown(load)
    return [count, *rows], [*wrong, *others]


async def _warmed_up(cloud: LocalCloud, target: Target, streams: int) -> list[psutil.Process]:
    """The sandboxes, once each stream has one, and each has answered often enough to know its way."""
    for _ in range(WARM_UPS):
        await crowd(target, streams, 0, WARM_UP_S)
        if len(cloud.sandboxes(FUNCTION)) == streams:
            break
    await crowd(target, streams, YOUNG_S, SHORT_S, pause_s=FREE_S)
    return cloud.sandboxes(FUNCTION)
