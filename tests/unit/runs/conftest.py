"""The Runs table and its bucket, and an owner who has nothing in them yet."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from freshet import wiring
from freshet.ids import new_id
from freshet.runs import follow, recorder
from freshet.runs.frame import Frame
from freshet.runs.journal import Journal
from freshet.runs.record import KEPT_S, LAPSE_S, new_item
from freshet.runs.records import Records
from freshet.runs.service import Runs
from freshet.settings import settings
from freshet.stores import aws
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.stack import Stack
from tests.unit.runs.trouble import GRACE_S, READ_S, WRITE_S, TroubledTable, troubled_table

Keep = Callable[..., Awaitable[None]]
Lapse = Callable[[str], Awaitable[None]]


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


@pytest.fixture
def table(cloud: Stack) -> Table:
    return Table(wiring.dynamodb(), settings().runs_table)


@pytest.fixture
def objects(cloud: Stack) -> Objects:
    return Objects(wiring.s3(), settings().bucket, "runs")


@pytest.fixture
def records(table: Table, objects: Objects) -> Records:
    return Records(table, objects)


@pytest.fixture
def journal(table: Table, objects: Objects) -> Journal:
    return Journal(table, objects)


@pytest.fixture
async def run_id(records: Records, owner: str) -> str:
    """A run that another process makes."""
    item = new_item(new_id(), "query", heartbeat=time.time())
    await records.create(owner, item)
    return str(item["id"])


@pytest.fixture
def keep(journal: Journal, owner: str) -> Keep:
    """`keep(run_id, *batch)`: a batch of frames in the journal of that run of the owner's."""

    async def append(run_id: str, *batch: Frame) -> None:
        await journal.append(owner, run_id, batch, int(time.time()) + KEPT_S)

    return append


@pytest.fixture
def runs(cloud: Stack) -> Runs:
    return wiring.runs()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches and looks that are a tenth of a second apart, and less."""
    monkeypatch.setattr(recorder, "BATCH_S", 0.05)
    monkeypatch.setattr(follow, "POLL_S", 0.02)
    monkeypatch.setattr(follow, "RECORD_POLL_S", 0.05)


@pytest.fixture
def lapse(table: Table, owner: str) -> Lapse:
    """`lapse(run_id)`: the heart of that run of the owner's stopped a while ago."""

    async def age(run_id: str) -> None:
        stopped = {"heartbeat": time.time() - LAPSE_S - 1}
        await table.update(owner, run_id, stopped, when="attribute_exists(#id)")

    return age


@pytest.fixture
async def troubled(
    cloud: Stack, quick: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TroubledTable]:
    """The table that the product talks to, with patience a tenth of the real one."""
    await wiring.dynamodb().run(lambda _: None)  # the SDK's first client takes long, and much of the CPU
    await wiring.aclose()
    monkeypatch.setattr(aws, "READ_TIMEOUT_S", READ_S)
    monkeypatch.setattr(recorder, "WRITE_S", WRITE_S)
    monkeypatch.setattr(recorder, "LONGEST_REST_S", 0.3)
    monkeypatch.setattr(recorder, "GRACE_S", GRACE_S)
    async with troubled_table(int(cloud.aws.endpoint.rpartition(":")[2])) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", proxy.url)
        yield proxy
        await wiring.aclose()


@pytest.fixture
async def no_bucket(cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Objects]:
    """The bucket, where nobody answers."""
    service = aws.Service("s3", "bucket")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        elsewhere.setattr(aws, "ATTEMPTS", 1)
        await service.run(lambda _: None)  # its client is built with the first call
    yield Objects(service, settings().bucket, "runs")
    await service.aclose()
