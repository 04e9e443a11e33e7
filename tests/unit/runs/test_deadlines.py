"""A deadline counts from the request on, whatever the time goes to: the table before anything else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from freshet.errors import DeadlineExceeded
from freshet.runs.events import Started
from freshet.runs.service import Runs
from freshet.stores import aws
from tests.unit.runs.capabilities import Dictated, call, read
from tests.unit.runs.trouble import SLOW_S, TroubledTable

TIMEOUT_S = 0.3


@pytest.fixture(autouse=True)
async def patient(troubled: TroubledTable, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK waits longer than anybody here has time."""
    monkeypatch.setattr(aws, "READ_TIMEOUT_S", 3)
    await runs.page("nobody", 1, None)  # the connection is set up


@contextmanager
def in_time() -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 1.5


async def test_a_run_has_the_time_that_claiming_its_key_left(
    troubled: TroubledTable, runs: Runs, owner: str
) -> None:
    capability = Dictated(Started())
    timeout_s = SLOW_S + 0.6
    async with troubled.trouble("slow", "instead_of"):  # which is in claims only
        feed = await runs.start(call(owner, key="k", timeout_s=timeout_s), "query", capability.events())
    last = (await read(feed))[-1].data
    assert last["problem"]["code"] == "deadline"
    assert last["metrics"]["duration_ms"] < (timeout_s - SLOW_S + 0.1) * 1000


async def test_a_key_that_is_not_claimed_in_time_is_no_run(
    troubled: TroubledTable, runs: Runs, owner: str
) -> None:
    capability = Dictated(Started())
    with in_time():
        async with troubled.trouble("hung"):
            with pytest.raises(DeadlineExceeded):
                await runs.start(call(owner, key="k", timeout_s=TIMEOUT_S), "query", capability.events())
    assert not capability.begun


async def test_a_run_that_is_not_found_in_time_is_not_followed(
    troubled: TroubledTable, runs: Runs, owner: str, run_id: str
) -> None:
    with in_time():
        async with troubled.trouble("hung"):
            with pytest.raises(DeadlineExceeded):
                await runs.follow(owner, run_id, after=-1, timeout_s=TIMEOUT_S)


async def test_a_follower_whose_table_hangs_breaks_off_in_time(
    troubled: TroubledTable, runs: Runs, owner: str, run_id: str
) -> None:
    feed = await runs.follow(owner, run_id, after=-1, timeout_s=TIMEOUT_S)
    with in_time():
        async with troubled.trouble("hung"):
            assert await read(feed) == []
    assert not feed.ended
