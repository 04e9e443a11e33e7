"""Lost connections: 460 cuts of runs of every shape, live and kept, over real sockets.

The rest of more than 500 is in tests/e2e, through the gateway and real sandboxes.
"""

import asyncio
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from freshet.ids import new_id
from freshet.runs.events import Content, Item
from freshet.runs.frame import shape
from tests.cut_reader import Ask, Reader, Whole
from tests.serving import as_caller, served
from tests.stack import Stack
from tests.unit.runs.scripted import SCRIPTS, TIMEOUT_MS, Script, player

CUTS = 10  # an example
EXAMPLES = 45


class Stage:
    """A server at `address`, and the scripts that it plays."""

    def __init__(self, address: str, scripts: dict[str, Script]) -> None:
        self._address = address
        self._scripts = scripts

    def reader(self, script: Script, key: str = "") -> Reader:
        """One that starts a run of the script, or with a known key joins it."""
        name = str(id(script))
        self._scripts[name] = script
        headers = {"Idempotency-Key": key} if key else {}
        if script.ending == "deadline":
            headers["X-Request-Timeout-Ms"] = str(TIMEOUT_MS)
        return Reader(self._address, Ask("POST", f"/play/{name}", headers=headers))

    async def play(self, script: Script, reader: Reader, cuts: list[float], size: int = 0) -> list[Whole]:
        """The run as the reader got it; one that waits to be stopped is, as soon as it is known."""
        if script.ending != "stopped":
            return await reader.read(cuts, size)
        read, _ = await asyncio.gather(reader.read(cuts, size), self._stop(reader))
        return read

    async def replay(self, run_id: str, cuts: list[float], size: int = 0) -> list[Whole]:
        """The run from its journal."""
        reader = Reader(self._address, Ask("GET", f"/api/v1/runs/{run_id}/stream"))
        read = await reader.read(cuts, size)
        assert reader.cuts == len(cuts)
        return read

    async def _stop(self, reader: Reader) -> None:
        await reader.known.wait()
        async with httpx.AsyncClient(base_url=self._address) as api:
            assert (await api.post(f"/api/v1/runs/{reader.run_id}/stop")).is_success


@pytest.fixture
async def stage(cloud: Stack, quick: None) -> AsyncIterator[Stage]:
    """The product over its table and bucket, at the scripts' own pace."""
    scripts: dict[str, Script] = {}
    async with served(as_caller(player(scripts), "dev")) as address:
        yield Stage(address, scripts)


@given(SCRIPTS, st.lists(st.floats(0, 1, exclude_max=True), min_size=CUTS, max_size=CUTS))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate],  # what hangs on the moment of a cut can't be made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # runs don't see each other
)
async def test_however_often_it_is_cut_a_reader_gets_each_event_once_and_in_order(
    stage: Stage, script: Script, cuts: list[float]
) -> None:
    await check_cuts(stage, script, cuts)


async def test_so_does_a_reader_of_frames_that_are_too_large_for_the_table(stage: Stage) -> None:
    large = Script((Content("大"), Item({"text": "图" * 150_000}), Content("后")))
    await check_cuts(stage, large, [number / CUTS for number in range(CUTS)])


async def check_cuts(stage: Stage, script: Script, cuts: list[float]) -> None:
    """Readers of three runs, live and from the journal, are cut; what each has is what the journal has."""
    whole = await stage.play(script, stage.reader(script), [])
    check_script(script, whole)
    size, key = sum(one.size for one in whole), new_id()
    anonymous, first, second = stage.reader(script), stage.reader(script, key), stage.reader(script, key)
    live = await asyncio.gather(
        stage.play(script, anonymous, cuts[:2], size),
        stage.play(script, first, cuts[2:5], size),
        stage.play(script, second, cuts[5:7], size),
    )
    assert first.run_id == second.run_id != anonymous.run_id
    assert await stage.replay(anonymous.run_id, []) == live[0]
    assert await stage.replay(first.run_id, []) == live[1] == live[2]
    assert await stage.replay(whole[0].id.partition(":")[0], cuts[7:], size) == whole


def check_script(script: Script, read: list[Whole]) -> None:
    """The run shows its script, whole or to where it was stopped, then its end."""
    run_id = read[0].id.partition(":")[0]
    assert [one.id for one in read] == [f"{run_id}:{seq}" for seq in range(len(read))]
    shown = [orjson.loads(one.data) for one in read[1:-1]]
    assert shown == [shape(event, run_id) for event in script.events][: len(shown)]
    assert script.ending in {"stopped", "deadline"} or len(shown) == len(script.events)
    end = orjson.loads(read[-1].data)
    code = {"error": "model_cut", "bug": "internal", "deadline": "deadline"}.get(script.ending)
    assert end.get("problem", {}).get("code") == code
    assert end.get("status") == ("stopped" if script.ending == "stopped" else "error" if code else None)
