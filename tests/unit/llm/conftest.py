"""What the tests of the client share: one stand-in, both transports, and less patience."""

from collections.abc import AsyncIterator

import pytest

from freshet.llm import retry
from freshet.llm.providers.http import Transport
from tests.unit.llm.upstream import StandIn, started


@pytest.fixture(scope="session")
async def stand_in_process() -> AsyncIterator[StandIn]:
    async with started(pace_ms=5) as server:
        yield server


@pytest.fixture
async def stand_in(stand_in_process: StandIn) -> StandIn:
    await stand_in_process.forget()
    return stand_in_process


@pytest.fixture(params=["aiohttp", "httpx2"])
def transport(request: pytest.FixtureRequest) -> Transport:
    chosen: Transport = request.param
    return chosen


@pytest.fixture
def short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """For where it counts what follows a fault, and not that half a second lies between two attempts."""
    monkeypatch.setattr(retry, "_FIRST_DELAY_S", 0.02)
    monkeypatch.setattr(retry, "_MAX_RESET_DELAY_S", 0.01)
