"""SQS triggers against a real queue, with the worker in a real sandbox."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.lambda_service import FunctionPool
from infra.local.template import Trigger
from infra.local.triggers import Poller, failed
from tests.stack import Stack
from tests.unit.local.rig import small_stack, spec


class Queues:
    """A queue, its dead-letter queue, and what the worker was given."""

    def __init__(self, sqs: Any, arn: str, url: str, dead_url: str, notes: Path) -> None:
        self._sqs = sqs
        self.arn = arn
        self.url = url
        self._dead_url = dead_url
        self._notes = notes

    async def send(self, *bodies: dict[str, Any]) -> None:
        for body in bodies:
            await self._call(
                "send_message", QueueUrl=self.url, MessageBody=json.dumps(body, ensure_ascii=False)
            )

    async def dead(self) -> list[Any]:
        answer = await self._call("receive_message", QueueUrl=self._dead_url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    async def empty(self) -> None:
        """Returns when nothing is on the queue, neither waiting nor in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        async with asyncio.timeout(20):
            while True:
                answer = await self._call("get_queue_attributes", QueueUrl=self.url, AttributeNames=names)
                if not any(int(answer["Attributes"][name]) for name in names):
                    return
                await asyncio.sleep(0.1)

    def records(self) -> list[dict[str, Any]]:
        """All records that the worker was given, in order, repeats included."""
        if not self._notes.exists():
            return []
        batches = [json.loads(line) for line in self._notes.read_text().splitlines()]
        return [record for batch in batches for record in batch["Records"]]

    def times(self, name: str) -> int:
        return sum(json.loads(record["body"])["name"] == name for record in self.records())

    async def _call(self, operation: str, **arguments: Any) -> Any:
        return await asyncio.to_thread(getattr(self._sqs, operation), **arguments)


@pytest.fixture
async def queues(stack: Stack, tmp_path: Path) -> Queues:
    sqs = stack.aws.client("sqs")
    dead_url = sqs.create_queue(QueueName=f"dead-{tmp_path.name}"[:80])["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    attributes = {
        "VisibilityTimeout": "2",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2}),
    }
    url = sqs.create_queue(QueueName=f"work-{tmp_path.name}"[:80], Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Queues(sqs, arn, url, dead_url, tmp_path / "notes")


@contextlib.asynccontextmanager
async def polling(stack: Stack, queues: Queues, tmp_path: Path, **changes: Any) -> AsyncIterator[None]:
    settings = {"batch_size": 5, "window_s": 0.0, "reports_failures": True, "concurrency": 2}
    trigger = Trigger("work", queues.arn, **{**settings, **changes})
    pool = FunctionPool(spec(small_stack(), "work", NOTES=str(tmp_path / "notes")))
    running = asyncio.create_task(Poller(trigger, pool, stack.aws).run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await pool.close()


async def test_a_message_comes_with_what_lambda_tells_of_it(
    stack: Stack, queues: Queues, tmp_path: Path
) -> None:
    async with polling(stack, queues, tmp_path):
        await queues.send({"name": "你好"})
        await queues.empty()
    (record,) = queues.records()
    assert json.loads(record["body"]) == {"name": "你好"}
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert int(record["attributes"]["SentTimestamp"]) > 1_700_000_000_000
    assert (record["eventSource"], record["eventSourceARN"]) == ("aws:sqs", queues.arn)
    assert record["awsRegion"] == "us-east-1"
    assert record.keys() >= {"messageId", "receiptHandle", "md5OfBody", "messageAttributes"}


async def test_only_the_failed_message_comes_again_and_ends_in_the_dead_letter_queue(
    stack: Stack, queues: Queues, tmp_path: Path
) -> None:
    await queues.send({"name": "good"}, {"name": "bad", "fail": True})
    async with polling(stack, queues, tmp_path):
        await queues.empty()
    assert (queues.times("good"), queues.times("bad")) == (1, 2)
    assert await queues.dead() == [{"name": "bad", "fail": True}]


@pytest.mark.parametrize("trouble", ["crash", "nonsense"])
async def test_a_batch_without_a_sensible_answer_comes_again_as_a_whole(
    stack: Stack, queues: Queues, tmp_path: Path, trouble: str
) -> None:
    await queues.send({"name": "good"}, {"name": "bad", trouble: True})
    async with polling(stack, queues, tmp_path):
        await queues.empty()
    assert queues.times("bad") == 2
    assert {"name": "bad", trouble: True} in await queues.dead()


async def test_a_batch_is_as_large_as_the_template_says(stack: Stack, queues: Queues, tmp_path: Path) -> None:
    await queues.send(*({"name": str(number)} for number in range(5)))
    async with polling(stack, queues, tmp_path, batch_size=2, window_s=0.2):
        await queues.empty()
    lines = (tmp_path / "notes").read_text().splitlines()
    assert max(len(json.loads(line)["Records"]) for line in lines) == 2
    assert sorted(json.loads(record["body"])["name"] for record in queues.records()) == list("01234")


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (b"", set()),
        (b"null", set()),
        (b"{}", set()),
        (b'{"batchItemFailures": null}', set()),
        (b'{"batchItemFailures": []}', set()),
        (b'{"batchItemFailures": [{"itemIdentifier": "a"}]}', {"a"}),
        (b'{"batchItemFailures": [{"itemIdentifier": "c"}]}', {"a", "b"}),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', {"a", "b"}),
        (b'{"batchItemFailures": [{"itemIdentifier": null}]}', {"a", "b"}),
        (b'{"batchItemFailures": [{"id": "a"}]}', {"a", "b"}),
        (b'{"batchItemFailures": "a"}', {"a", "b"}),
        (b'"done"', {"a", "b"}),
        (b"no json", {"a", "b"}),
    ],
)
def test_what_is_kept_of_a_batch_follows_the_answer(answer: bytes, kept: set[str]) -> None:
    assert failed(answer, ["a", "b"]) == kept
