"""One stand-in for all tests of the client."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.llm.upstream import StandIn, started


@pytest.fixture(scope="session")
async def stand_in_process() -> AsyncIterator[StandIn]:
    async with started(pace_ms=5) as server:
        yield server


@pytest.fixture
async def stand_in(stand_in_process: StandIn) -> StandIn:
    await stand_in_process.forget()
    return stand_in_process
