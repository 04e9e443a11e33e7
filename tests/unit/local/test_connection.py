"""HTTP of Lambda's local APIs: the listener."""

import asyncio

import psutil
import pytest

from infra.local.lambda_service.connection import Listener


def listening() -> set[int]:
    """Ports that this process listens on."""
    found = psutil.Process().net_connections(kind="tcp")
    return {one.laddr.port for one in found if one.status == psutil.CONN_LISTEN}


@pytest.mark.parametrize("steps", range(8))
async def test_a_start_that_is_broken_off_leaves_nothing_open(steps: int) -> None:
    before = listening()

    async def answer(*_: object) -> None: ...

    listener = Listener(answer)
    starting = asyncio.create_task(listener.start())
    for _ in range(steps):
        await asyncio.sleep(0)
    starting.cancel()
    await asyncio.wait([starting])
    await listener.close()
    assert listening() == before
