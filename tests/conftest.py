"""What tests stand on, as processes on loopback that start on first use; and how the suite is run."""

import gc
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import hypothesis
import pytest
from httpx import _config, _transports
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it has no types

from freshet import wiring
from freshet.ids import new_id
from infra.local.children import Child
from infra.local.ports import free_ports
from infra.local.servers import emulator, model, qdrant
from tests.stack import Stack, deploy

MEMORY = Path("/dev/shm")  # where it is a file system in memory
MEMORY_BYTES = 1 << 30
APART = ("tests/e2e/described/", "tests/e2e/fragile/")  # they take as long as all others with a cloud

# Tests share the cores with others: how long an example takes says nothing.
hypothesis.settings.register_profile(
    "suite", max_examples=50, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")

# Every client reads the authorities that are trusted, for 20 ms; tests make thousands, and ask none of them.
_transports.default.create_ssl_context = cache(_config.create_ssl_context)  # type: ignore[attr-defined]


class ByCloud(LoadFileScheduling):  # type: ignore[misc]  # as above
    """How tests are given to several workers: file by file, but those of a local cloud together.

    Two clouds at a time: with more, one starves for want of processor time.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        if not file.startswith("tests/e2e/"):
            return file
        return "apart" if file.startswith(APART) else "together"


def pytest_configure() -> None:
    """A shell starts what runs in its background deaf to Ctrl-C, and so would be all that tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """What all tests share stays to the end: who collects garbage need not look through it each time."""
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByCloud:
    return ByCloud(config, log)


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
def index_folder() -> Iterator[Path]:
    """In memory if there is room: the engine syncs what it writes, and a collection takes a disk a second."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES
    with TemporaryDirectory(prefix="freshet-", dir=MEMORY if roomy else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
async def index_url(index_folder: Path) -> AsyncIterator[str]:
    """Qdrant's REST API over the embedded engine."""
    (port,) = free_ports([0])
    child = Child(qdrant(index_folder, port))
    await child.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await child.stop()


@pytest.fixture
def collection(index_url: str) -> Iterator[str]:
    """The name of a collection of the test's own, which is gone after it."""
    name = f"test-{new_id()}"
    yield name
    httpx.delete(f"{index_url}/collections/{name}", verify=False, trust_env=False).raise_for_status()


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
def product(
    cloud: Stack, index_url: str, collection: str, model_url: str, monkeypatch: pytest.MonkeyPatch
) -> Stack:
    """Everything that product code reaches, with a collection of the test's own."""
    monkeypatch.setenv("QDRANT_URL", index_url)
    monkeypatch.setenv("QDRANT_COLLECTION", collection)
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
