"""What tests stand on: the local cloud's own stand-ins as processes on loopback, started on first use."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from freshet import wiring
from infra.local.children import Child
from infra.local.ports import free_ports
from infra.local.servers import emulator
from tests.stack import Stack, deploy


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """`infra/data.yaml`, deployed on an emulator of the suite's own."""
    (port,) = free_ports([0])
    child = Child(emulator(tmp_path_factory.mktemp("aws"), port, region="us-east-1", checks_access=False))
    await child.start()
    try:
        yield await deploy(port)
    finally:
        await child.stop()


@pytest.fixture
def cloud(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """The product's settings point at the stack; parts are built anew for each test."""
    for name, value in stack.environment().items():
        monkeypatch.setenv(name, value)
    wiring.reset()
    yield stack
    wiring.reset()


SHARED = Path(__file__).parents[2] / "shared/data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real material; the tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no material at {SHARED}")
    return SHARED
