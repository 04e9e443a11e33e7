"""What tests stand on: the local cloud's own stand-ins as processes on loopback, started on first use."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from freshet import wiring
from freshet.ids import new_id
from infra.local.children import Child
from infra.local.ports import free_ports
from infra.local.servers import emulator, model, qdrant
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
async def cloud(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stack]:
    """The product's settings point at the stack; parts are built anew for each test."""
    for name, value in stack.environment().items():
        monkeypatch.setenv(name, value)
    await wiring.aclose()
    yield stack
    await wiring.aclose()


@pytest.fixture(scope="session")
async def index_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Qdrant's REST API over the embedded engine."""
    (port,) = free_ports([0])
    child = Child(qdrant(tmp_path_factory.mktemp("qdrant"), port))
    await child.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await child.stop()


@pytest.fixture(scope="session")
async def model_url() -> AsyncIterator[str]:
    """The stand-in model."""
    (port,) = free_ports([0])
    child = Child(model(port))
    await child.start()
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        await child.stop()


@pytest.fixture
def product(cloud: Stack, index_url: str, model_url: str, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """Everything that product code reaches, with a collection of the test's own."""
    monkeypatch.setenv("QDRANT_URL", index_url)
    monkeypatch.setenv("QDRANT_COLLECTION", f"test-{new_id()}")
    monkeypatch.setenv("MODEL_BASE_URL", model_url)
    monkeypatch.setenv("MODEL_NAME", "freshet-stand-in")
    monkeypatch.setenv("EMBEDDING_MODEL", "freshet-stand-in")
    monkeypatch.setenv("EMBEDDING_DIMENSIONS", "256")
    return cloud


SHARED = Path(__file__).parents[2] / "shared/data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real material; the tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no material at {SHARED}")
    return SHARED
