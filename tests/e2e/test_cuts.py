"""Lost connections through the gateway and real sandboxes: 56 cuts of runs that answer from documents.

The other 460, of runs of more shapes, are in tests/unit/runs/test_cuts.py.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from freshet.ids import new_id
from infra.local.identity import LOCAL_SECRET
from tests.cut_reader import Ask, Reader, Whole
from tests.e2e.client import checked
from tests.e2e.local_cloud import LocalCloud

HEADERS = {"Authorization": f"Bearer {LOCAL_SECRET}"}
TOURS = "Where do the guided tours of the museum start every day?"
SHARES = st.floats(0, 1, exclude_max=True)
Play = Callable[..., Awaitable[Reader]]


@dataclass(frozen=True)
class Shape:
    """A question, how the model goes wrong meanwhile, and the status of the run's last event."""

    question: str = TOURS
    faults: tuple[str, ...] = ("", "slow=20")  # the first is of the request for vectors
    status: str | None = None


SHAPES = {
    "english": Shape(),
    "chinese": Shape("免费讲解每天上午几点在灯塔模型前开始？"),
    "reset": Shape(faults=("", "slow=20;cut=6", "slow=20")),
    "error": Shape(faults=("", "slow=20;cut=6", "status=400"), status="error"),
    "stopped": Shape(faults=("", "slow=600"), status="stopped"),
}


@pytest.fixture
def play(cloud: LocalCloud, api: httpx.Client, guide: Any, chinese_guide: Any, faults: Any) -> Play:
    """`await play(shape, cuts, size)`: a reader that has read a new run of the shape to its end."""
    document_ids = [guide["id"], chinese_guide["id"]]

    async def played(name: str, cuts: list[float], size: int = 0, **headers: str) -> Reader:
        shape = SHAPES[name]
        faults(*shape.faults)
        body = orjson.dumps({"query": shape.question, "document_ids": document_ids})
        headers["Content-Type"] = "application/json"
        reader = Reader(cloud.url, Ask("POST", "/api/v1/query/stream", body, headers), HEADERS)
        stop = _stop(api, reader) if shape.status == "stopped" else asyncio.sleep(0)
        await asyncio.gather(reader.read(cuts, size), stop)
        check_end(shape, reader.events)
        return reader

    return played


@pytest.fixture(scope="module")
def kept() -> dict[str, Reader]:
    """A reader of each shape that was not cut, once there is one."""
    return {}


async def _stop(api: httpx.Client, reader: Reader) -> None:
    await reader.known.wait()
    await asyncio.sleep(0.8)  # so that something was written
    checked(await asyncio.to_thread(api.post, f"/api/v1/runs/{reader.run_id}/stop"))


async def replay(cloud: LocalCloud, run_id: str, cuts: list[float], size: int = 0) -> list[Whole]:
    """The run from its journal."""
    reader = Reader(cloud.url, Ask("GET", f"/api/v1/runs/{run_id}/stream"), HEADERS)
    read = await reader.read(cuts, size)
    assert reader.cuts == len(cuts)
    return read


def check_end(shape: Shape, read: list[Whole]) -> None:
    """Every event has its number, and the run ended as its shape says."""
    run_id = read[0].id.partition(":")[0]
    assert [one.id for one in read] == [f"{run_id}:{seq}" for seq in range(len(read))]
    assert len(read) > 2
    assert json.loads(read[-1].data).get("status") == shape.status
    assert any(b'"reset":true' in one.data for one in read) == ("cut" in "".join(shape.faults))


@given(st.sampled_from(sorted(SHAPES)), st.lists(SHARES, min_size=2, max_size=2), st.booleans())
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_a_live_run_that_is_cut_is_read_whole(
    cloud: LocalCloud, play: Play, kept: dict[str, Reader], name: str, cuts: list[float], keyed: bool
) -> None:
    if name not in kept:
        kept[name] = await play(name, [])
    key = {"Idempotency-Key": new_id()} if keyed else {}
    reader = await play(name, cuts, kept[name].size, **key)
    assert await replay(cloud, reader.run_id, []) == reader.events


@given(st.sampled_from(sorted(SHAPES)), st.lists(SHARES, min_size=2, max_size=2))
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_a_replay_that_is_cut_is_read_whole(
    cloud: LocalCloud, play: Play, kept: dict[str, Reader], name: str, cuts: list[float]
) -> None:
    if name not in kept:
        kept[name] = await play(name, [])
    run = kept[name]
    assert await replay(cloud, run.run_id, cuts, run.size) == run.events
