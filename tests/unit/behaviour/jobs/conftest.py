"""An owner with logs, a queue of the test's own, and a workshop that works its messages off."""

from collections.abc import AsyncIterator

import pytest

from freshet import wiring
from freshet.behaviour.log.log import Log
from freshet.ids import new_id
from freshet.stores import batches
from freshet.stores.queue import Queue
from tests.stack import Stack
from tests.unit.behaviour.jobs.workshop import Workshop


@pytest.fixture
async def queue_url(cloud: Stack) -> AsyncIterator[str]:
    """What is received is there again at once, until it is deleted."""
    sqs = wiring.sqs()
    made = await sqs.call("create_queue", QueueName=f"q-{new_id()}", Attributes={"VisibilityTimeout": "0"})
    yield made["QueueUrl"]
    await sqs.call("delete_queue", QueueUrl=made["QueueUrl"])


@pytest.fixture
def queue(queue_url: str) -> Queue:
    return Queue(wiring.sqs(), queue_url)


@pytest.fixture
def shop(owner: str, log: Log, queue_url: str, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Messages that are put off come again at once."""
    monkeypatch.setattr(batches, "RETRY_S", (0,))
    return Workshop(owner, log, queue_url)
