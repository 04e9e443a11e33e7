"""A small load on the `chat` app in this process leaves nothing behind. `make load` is the large one."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator

import httpx
import psutil
import pytest

from freshet import wiring
from infra.openapi import load
from tests.bench.model_upstream import pieces, running
from tests.bench.streaming_client import Target
from tests.load.crowd import crowd, orders
from tests.load.records import kept
from tests.serving import as_caller, served
from tests.stack import Stack

STREAMS, SECONDS, ANSWER_S = 10, 2.0, 0.5
OVER_S = 5.0  # less than any timer of a stream: what waits for one is left over
POOL = "aws"  # threads that stay, as many as there are calls at a time


@pytest.fixture
async def target(product: Stack, owner: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Target]:
    """The `chat` app under uvicorn for `owner`, with a model that keeps a pace."""
    with running() as upstream:
        model = {"MODEL_BASE_URL": upstream, "MODEL_NAME": "bench", "LLM_ASYNC_WORKERS": str(STREAMS)}
        for name, value in model.items():
            monkeypatch.setenv(name, value)
        await wiring.aclose()
        async with served(as_caller(load("chat").app, owner)) as url:
            yield Target(int(url.rpartition(":")[2]), model="bench")


def held() -> tuple[int, int, int]:
    """Tasks, connections that are open here, and threads that are no pool's."""
    open_here = [
        one for one in psutil.Process().net_connections("tcp") if one.status == psutil.CONN_ESTABLISHED
    ]
    threads = [one for one in threading.enumerate() if not one.name.startswith(POOL)]
    return len(asyncio.all_tasks()), len(open_here), len(threads)


async def test_streams_that_are_over_leave_no_task_thread_or_socket(target: Target, owner: str) -> None:
    await crowd(target, STREAMS, 0, ANSWER_S)  # fills what stays: pools
    await wiring.aclose()
    before = held()
    tally = await crowd(target, STREAMS, SECONDS, ANSWER_S)
    assert not tally.errors
    assert tally.streams >= 2 * STREAMS
    await wiring.aclose()
    deadline = time.monotonic() + OVER_S
    while any(now > then for now, then in zip(held(), before, strict=True)):
        assert time.monotonic() < deadline, f"{before} before, {held()} after"
        await asyncio.sleep(0.05)

    async with (
        served(as_caller(load("runs").app, owner)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as api,
    ):
        found = await kept(api, {"".join(pieces(order)) for order in orders(ANSWER_S)})
    assert not found.wrong
    assert set(found.statuses) == {"done"}
    assert found.statuses["done"] >= tally.streams
