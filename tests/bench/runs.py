"""Durable runs: what keeping one adds to its first content, to the CPU and to the bill; five bad seconds.

The product's own code over real sockets in this process, against the local cloud's DynamoDB in another. The
references, in the same run: the same capability streamed without being kept; boto3's own client for the same
two calls; the same stream before and after the trouble.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import httpx
from starlette.responses import Response

from freshet import wiring
from freshet.ids import new_id
from freshet.runs.events import Content, Done, RunEvent, Started
from freshet.runs.frame import Frame, frame
from freshet.runs.journal import Journal
from freshet.runs.record import new_item
from freshet.runs.records import Records
from freshet.runs.request import Call, Request
from freshet.runs.run import Run
from freshet.settings import settings
from freshet.sse import EventStream
from freshet.stores.objects import Objects
from freshet.stores.table import Table, encode
from freshet.web import RunCall, create_app
from infra.local.children import Child
from infra.local.ports import free_ports
from infra.local.servers import emulator
from tests.bench.capacity import Bill, Meter
from tests.bench.table import Row
from tests.bench.text import Writer
from tests.serving import as_caller, served
from tests.stack import Stack, deploy
from tests.unit.runs.trouble import Fault, TroubledTable, troubled_table

OWNER = "bench"
FIRST_MS, FIRST_ROUNDS = (0, 50), 100  # until the first content; 0: while the record is being made
BATCH, BATCH_ROUNDS = 25, 200  # frames: what half a second brings at 50 tokens a second
WARM_UP = 10
TOKENS, RUN_S = 500, 10.0
SOURCES, SOURCE_WORDS = 6, 240
TROUBLES: tuple[Fault, ...] = ("throttled", "hung", "refused")
TROUBLE_S, CALM_S = 5.0, 1.5  # calm before it and after it

Events = AsyncGenerator[RunEvent, None]


async def measure() -> list[Row]:
    """All of it over one emulator."""
    async with product() as stack:
        return [
            *[await _first_content(after_ms) for after_ms in FIRST_MS],
            await _batch(),
            *[await _trouble(stack, fault) for fault in TROUBLES],
            *await _bills(),
        ]


@asynccontextmanager
async def product() -> AsyncIterator[Stack]:
    """The data stack on an emulator, and this process's settings pointing there."""
    (port,) = free_ports([0])
    with tempfile.TemporaryDirectory() as folder:
        child = Child(emulator(Path(folder), port, region="us-east-1", checks_access=False))
        await child.start()
        try:
            stack = await deploy(port)
            with patch.dict(os.environ, stack.environment()):
                await wiring.aclose()
                yield stack
                await wiring.aclose()
        finally:
            await child.stop()


async def _first_content(after_ms: int) -> Row:
    """What being kept adds to the time from a request until its first content."""
    took: dict[str, list[float]] = {"kept": [], "straight": []}
    async with _serving(lambda: _prompt(after_ms / 1000)) as api:
        for turn in range(WARM_UP + FIRST_ROUNDS):
            for how in sorted(took, reverse=bool(turn % 2)):
                took[how].append(await _until_content(api, how))
    kept, straight = (times[WARM_UP:] for times in took.values())
    added = statistics.median(with_ - without for with_, without in zip(kept, straight, strict=True))
    return Row(
        f"time to the first content that comes {after_ms} ms after the start",
        f"{statistics.median(kept):.1f} ms, of a run that is not kept {statistics.median(straight):.1f} ms",
        f"{added:+.1f} ms (median of pairs)",
        "≤ +2 ms",
    )


async def _prompt(after_s: float) -> Events:
    yield Started()
    await asyncio.sleep(after_s)
    yield Content("word ")
    yield Done({"output": "word"})


async def _until_content(api: httpx.AsyncClient, how: str) -> float:
    begun, took = time.perf_counter(), 0.0
    async with api.stream("POST", f"/{how}") as response:
        async for line in response.aiter_lines():
            if '"content"' in line:
                took = (time.perf_counter() - begun) * 1000
    return took


@asynccontextmanager
async def _serving(events: Callable[[], Events]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app that streams `events`, kept or straight."""
    app = create_app("bench")

    @app.post("/kept", response_class=Response)
    async def kept(call: RunCall) -> Response:
        return await EventStream.open(await wiring.runs().start(call, "bench", events()))

    @app.post("/straight", response_class=Response)
    async def straight(call: RunCall) -> Response:
        return await EventStream.open(Run("bench", events(), timeout_s=call.timeout_s))

    async with (
        served(as_caller(app, OWNER)) as url,
        httpx.AsyncClient(base_url=url, timeout=60) as api,
    ):
        yield api


async def _batch() -> Row:
    """CPU of all threads for a batch in the journal and the record beside it."""
    table, objects = Table(wiring.dynamodb(), settings().runs_table), Objects(wiring.s3(), "", "runs")
    records, journal = Records(table, objects), Journal(table, objects)
    item = new_item(new_id(), "bench", heartbeat=time.time())
    await records.create(OWNER, item)
    frames = [frame(seq, {"content": "token ", "done": False}) for seq in range(BATCH)]

    async def ours() -> None:
        await journal.append(OWNER, item["id"], frames, item["expires_at"])
        await records.beat(OWNER, item["id"], started=True, last_seq=BATCH - 1)

    plain = await asyncio.to_thread(_plain, item["id"], frames)
    spent: dict[Callable[[], Awaitable[None]], list[float]] = {ours: [], plain: []}
    for _ in range(WARM_UP + BATCH_ROUNDS):
        for once, times in spent.items():
            begun = time.process_time()
            await once()
            times.append((time.process_time() - begun) * 1000)
    mine, theirs = (statistics.median(times[WARM_UP:]) for times in spent.values())
    return Row(
        f"CPU of a batch: {BATCH} frames, and the record",
        f"{mine:.1f} ms (least {min(spent[ours]):.1f}), boto3's own client {theirs:.1f} ms",
        f"{mine / theirs:.2f} × boto3",
        "≤ 3 ms",
    )


def _plain(run_id: str, frames: list[Frame]) -> Callable[[], Awaitable[None]]:
    """The same two calls as anybody would make them, on a thread."""
    import boto3

    client = boto3.client("dynamodb")
    lines = b"\n".join(one.json for one in frames).decode()
    batch = {"owner": f"{OWNER}/{run_id}", "id": "0", "first": 0, "expires_at": 0, "frames": lines}
    values = {":heartbeat": time.time(), ":last_seq": 0, ":status": "running"}

    def calls() -> None:
        client.put_item(TableName=settings().runs_table, Item=encode(batch))
        client.update_item(
            TableName=settings().runs_table,
            Key=encode({"owner": OWNER, "id": run_id}),
            UpdateExpression="SET #heartbeat = :heartbeat, #last_seq = :last_seq, #status = :status",
            ConditionExpression="attribute_exists(#id) AND attribute_not_exists(#ended_at)",
            ExpressionAttributeNames={
                f"#{name}": name for name in ("heartbeat", "last_seq", "status", "id", "ended_at")
            },
            ExpressionAttributeValues=encode(values),
            ReturnValues="ALL_NEW",
        )

    return lambda: asyncio.to_thread(calls)


async def _trouble(stack: Stack, fault: Fault) -> Row:
    """The waits between the frames of a run in whose middle the table fails for five seconds."""
    port = int(stack.aws.endpoint.rpartition(":")[2])
    async with troubled_table(port) as table:
        with patch.dict(os.environ, {"AWS_ENDPOINT_URL_DYNAMODB": table.url}):
            await wiring.aclose()
            row = await _through(table, fault)
            await wiring.aclose()
    return row


async def _through(table: TroubledTable, fault: Fault) -> Row:
    times: list[float] = []
    last = ""
    async with _serving(_talk(2 * CALM_S + TROUBLE_S)) as api, asyncio.TaskGroup() as group:
        playing = group.create_task(_play(table, fault))
        async with api.stream("POST", "/kept") as response:
            async for line in response.aiter_lines():
                if '"content"' in line:
                    times.append(time.perf_counter())
                last = line if "final_response" in line else last
    begun, ended = playing.result()
    waits = {"in": 0.0, "out": 0.0}
    for sooner, later in pairwise(times):
        when = "in" if begun < later and sooner < ended else "out"
        waits[when] = max(waits[when], (later - sooner) * 1000)
    return Row(
        f"longest wait for a frame while the table is {fault} for {TROUBLE_S:g} s",
        f"{waits['in']:.0f} ms, before and after {waits['out']:.0f} ms",
        f"{waits['in'] - waits['out']:+.0f} ms, the journal is "
        + ("not whole" if "kept_seq" in last else "whole at the end"),
        "the same, and whole",
    )


async def _play(table: TroubledTable, fault: Fault) -> tuple[float, float]:
    await asyncio.sleep(CALM_S)
    begun = time.perf_counter()
    async with table.trouble(fault):
        await asyncio.sleep(TROUBLE_S)
    return begun, time.perf_counter()


def _talk(length_s: float) -> Callable[[], Events]:
    """An answer from documents: sources, then words at a steady pace, then the whole with its citations."""
    writer = Writer(1)
    words = writer.english(TOKENS).split()[:TOKENS]
    source = {"document_id": new_id(), "chunk_id": new_id(), "filename": "handbook.pdf", "page": 7}
    sources = [source | {"text": writer.english(SOURCE_WORDS), "score": 0.5} for _ in range(SOURCES)]
    citations = [source | {"marker": 1, "quote": writer.english(20), "start": 0, "end": 120}] * 3

    async def events() -> Events:
        begun = asyncio.get_running_loop().time()
        yield Started({"model": "bench", "sources": sources})
        for number, word in enumerate(words, 1):
            await asyncio.sleep(begun + number * length_s / TOKENS - asyncio.get_running_loop().time())
            yield Content(f"{word} ")
        yield Done({"output": " ".join(words), "citations": citations})

    return events


async def _silence() -> Events:
    yield Started({"model": "bench"})
    await asyncio.sleep(RUN_S)
    yield Done({"output": ""})


async def _bills() -> list[Row]:
    """Requests and units of whole runs, counted as they are made."""
    meter = Meter()
    await wiring.dynamodb().run(meter.attach)
    async with asyncio.TaskGroup() as group:
        group.create_task(_followed("plain", _talk(RUN_S)()))
        group.create_task(_run(_call("keyed", key="key"), _talk(RUN_S)()))
        group.create_task(_run(_call("silent"), _silence()))
    plain, keyed, silent = (meter.bills[owner] for owner in ("plain", "keyed", "silent"))
    run = Bill(writes=plain.writes, write_units=plain.write_units)
    follower = Bill(reads=plain.reads, read_units=plain.read_units)  # a run without a key reads nothing
    what = f"a run of {RUN_S:g} s and {TOKENS} tokens"
    return [
        _billed(what, run),
        _billed(f"{what}, with an Idempotency-Key", keyed),
        _billed("a follower over the whole of it", follower),
        _billed(f"a run that is silent for {RUN_S:g} s", silent),
    ]


def _billed(what: str, bill: Bill) -> Row:
    figures = (
        f"{bill.writes} writes ({bill.write_units:g} units), {bill.reads} reads ({bill.read_units:g} units)"
    )
    return Row(f"DynamoDB: {what}", figures, f"${bill.usd * 1e6:.0f} a million", "")


async def _followed(owner: str, events: Events) -> None:
    feed = await wiring.runs().start(_call(owner), "bench", events)

    async def follow() -> None:
        follower = await wiring.runs().follow(owner, feed.run_id, after=-1, timeout_s=60)
        async with aclosing(follower.frames()) as frames:
            assert [one async for one in frames][-1].last

    async with asyncio.TaskGroup() as group:
        group.create_task(follow())
        await feed.settle()


async def _run(call: Call, events: Events) -> None:
    feed = await wiring.runs().start(call, "bench", events)
    await feed.settle()


def _call(owner: str, key: str = "") -> Call:
    request = Request("POST", "/api/v1/query/stream", body=b'{"query": "How many days of leave are there?"}')
    return Call(owner, request, timeout_s=60, key=key)
