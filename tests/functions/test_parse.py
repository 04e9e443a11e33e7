import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from freshet import wiring
from freshet.stores import batches
from tests.functions.conftest import Put
from tests.functions.events import batch, event
from tests.functions.sandbox import Sandbox
from tests.stack import Stack

Messages = list[dict[str, Any]]


class Queue:
    """The parse queue, as Lambda's poller sees it."""

    def __init__(self, stack: Stack) -> None:
        self._sqs = stack.aws.client("sqs")
        self._url = stack.outputs["ParseQueueUrl"]

    def clear(self) -> None:
        self._sqs.purge_queue(QueueUrl=self._url)

    def send(self, body: str) -> None:
        self._sqs.send_message(QueueUrl=self._url, MessageBody=body)

    def receive(self, count: int, wait_s: float = 5) -> Messages:
        """`count` messages; fewer if they don't come in time."""
        found: Messages = []
        until = time.monotonic() + wait_s
        while len(found) < count and time.monotonic() < until:
            answer = self._sqs.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=1, AttributeNames=["All"]
            )
            found += answer.get("Messages", [])
        return found


@pytest.fixture
def queue(product: Stack) -> Iterator[Queue]:
    queue = Queue(product)
    queue.clear()
    yield queue
    queue.clear()


def status(sandbox: Sandbox, owner: str, document_id: str) -> str:
    return sandbox.run(lambda: wiring.library().get(owner, document_id)).status


def failures(answer: dict[str, Any]) -> set[str]:
    assert answer.keys() == {"batchItemFailures"}
    return {item["itemIdentifier"] for item in answer["batchItemFailures"]}


def test_what_s3_says_of_an_upload_makes_the_document_ready(
    sandbox: Sandbox, queue: Queue, upload: Put, owner: str
) -> None:
    document_id = upload()
    (message,) = queue.receive(1)
    assert f"{document_id}/original" in message["Body"]
    assert failures(sandbox.invoke("parse", batch(message))) == set()
    assert status(sandbox, owner, document_id) == "ready"


def test_one_bad_message_does_not_hold_up_the_others(
    sandbox: Sandbox, queue: Queue, upload: Put, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "RETRY_S", (1, 1))  # 5 s are a long time for a test
    good, busy = upload(filename="good.md"), upload(filename="busy.md")
    held = {"lease_until": int(time.time()) + 60, "status": "parsing"}
    sandbox.run(lambda: wiring.documents_table().update(owner, busy, held, when="attribute_exists(#id)"))
    queue.send("not json")
    received = queue.receive(3)
    assert len(received) == 3
    kept = failures(sandbox.invoke("parse", batch(*received)))
    bodies = {message["Body"]: message["MessageId"] for message in received}
    expected = {id_ for body, id_ in bodies.items() if body == "not json" or busy in body}
    assert kept == expected
    assert [status(sandbox, owner, one) for one in (good, busy)] == ["ready", "parsing"]
    # Both come again after their pause; the good one does not.
    again = queue.receive(2)
    assert {message["MessageId"] for message in again} == expected
    assert {message["Attributes"]["ApproximateReceiveCount"] for message in again} == {"2"}


def test_a_document_that_cannot_be_read_is_done_with(
    sandbox: Sandbox, queue: Queue, upload: Put, owner: str
) -> None:
    document_id = upload("%PDF-1.7 nothing", "broken.pdf")
    assert failures(sandbox.invoke("parse", batch(*queue.receive(1)))) == set()
    failed = sandbox.run(lambda: wiring.library().get(owner, document_id))
    assert failed.error is not None
    assert (failed.status, failed.error.code) == ("failed", "damaged")


def test_the_test_event_that_s3_sends_first_is_done_with(sandbox: Sandbox) -> None:
    body = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "freshet"})
    assert failures(sandbox.invoke("parse", batch({"Body": body}))) == set()


def test_an_event_of_a_document_that_is_gone_is_done_with(sandbox: Sandbox) -> None:
    assert failures(sandbox.invoke("parse", event("parse"))) == set()


def test_an_empty_batch_is_an_empty_answer(sandbox: Sandbox) -> None:
    assert failures(sandbox.invoke("parse", {"Records": []})) == set()


def test_a_message_that_cannot_be_put_off_still_comes_again(sandbox: Sandbox) -> None:
    """Its receipt is not one of the queue's: the visibility timeout brings it back."""
    message = {"Body": "not json", "MessageId": "m1", "ReceiptHandle": "no receipt"}
    assert failures(sandbox.invoke("parse", batch(message))) == {"m1"}


@pytest.mark.parametrize("name", ["powertools__s3SqsEvent", "powertools__sqsEvent", "go__sqs-event"])
def test_messages_of_others_in_aws_own_shapes_are_kept_for_the_dead_letter_queue(
    sandbox: Sandbox, shared: Path, name: str
) -> None:
    found = json.loads((shared / f"lambda_events/events/{name}.json").read_text())
    expected = {record["messageId"] for record in found["Records"]}
    assert failures(sandbox.invoke("parse", found)) == expected
