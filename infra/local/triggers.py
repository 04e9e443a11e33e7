"""SQS event sources: what Lambda's pollers do between a queue and a function.

What belongs here: batches, partial failures, deleting. What does not: redrive to a dead-letter queue and
S3's notifications; those are the queue's and the bucket's own business.
Source: "Using Lambda with Amazon SQS" in the Lambda developer guide.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from infra.local.aws import Aws
from infra.local.lambda_service import FunctionPool, TooManyRequests
from infra.local.template import Trigger

LONG_POLL_S = 2  # shutting down waits for it
RECEIVE_MAX = 10  # of SQS, for one call
WINDOW_POLL_S = 0.1  # SQS waits whole seconds only
PAUSE_S = 1.0  # after a queue that does not answer, or a function that is throttled

log = logging.getLogger("triggers")


class Poller:
    """One trigger: polls its queue, invokes its function, deletes what was done."""

    def __init__(self, trigger: Trigger, pool: FunctionPool, aws: Aws) -> None:
        """`aws` carries the rights that the pollers have: on AWS, the function's own."""
        self._trigger = trigger
        self._pool = pool
        self._sqs = aws.client("sqs")
        *_, self._region, account, queue = trigger.queue_arn.split(":")
        self._url = f"{aws.endpoint}/{account}/{queue}"
        self._slots = asyncio.Semaphore(trigger.concurrency)
        self._running: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(trigger.concurrency + 1, thread_name_prefix="sqs")

    async def run(self) -> None:
        """Polls until it is cancelled; batches that run then still come to their end."""
        while True:
            await self._slots.acquire()
            messages = await self._batch()
            if not messages:
                self._slots.release()
                continue
            task = asyncio.create_task(self._serve(messages))
            self._running.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()):
            log.error("%s: a batch broke off and comes again: %r", self._trigger.function, error)

    async def _batch(self) -> list[dict[str, Any]]:
        """Up to a batch of messages; within the window, if the trigger has one."""
        messages = await self._receive(self._trigger.batch_size, LONG_POLL_S)
        try:
            return await self._filled(messages)
        except asyncio.CancelledError:
            self._threads.submit(self._give_back, messages)
            raise

    async def _filled(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        deadline = time.monotonic() + self._trigger.window_s
        while messages and len(messages) < self._trigger.batch_size:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                break
            found = await self._receive(
                self._trigger.batch_size - len(messages), min(int(left_s), LONG_POLL_S)
            )
            messages += found
            if not found:
                await asyncio.sleep(WINDOW_POLL_S)
        return messages

    async def _receive(self, limit: int, wait_s: int) -> list[dict[str, Any]]:
        from botocore.exceptions import BotoCoreError, ClientError

        polling = self._threads.submit(
            self._sqs.receive_message,
            QueueUrl=self._url,
            MaxNumberOfMessages=min(limit, RECEIVE_MAX),
            WaitTimeSeconds=wait_s,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        try:
            answer = await asyncio.wrap_future(polling)
        except asyncio.CancelledError:
            polling.add_done_callback(self._give_back_answer)  # its thread polls on
            raise
        except (ClientError, BotoCoreError) as error:
            log.warning("%s: the queue does not answer: %s", self._trigger.function, error)
            await asyncio.sleep(PAUSE_S)
            return []
        return list(answer.get("Messages", []))

    def _give_back_answer(self, polling: Future[dict[str, Any]]) -> None:
        if not polling.cancelled() and not polling.exception():
            self._give_back(polling.result().get("Messages", []))

    def _give_back(self, messages: list[dict[str, Any]]) -> None:
        """Shows the messages to other pollers at once; nobody here will serve them. Runs on a thread."""
        from botocore.exceptions import BotoCoreError, ClientError

        for message in messages:
            with contextlib.suppress(ClientError, BotoCoreError):
                self._sqs.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )

    async def _serve(self, messages: list[dict[str, Any]]) -> None:
        event = {"Records": [self._record(message) for message in messages]}
        try:
            invocation = await self._pool.invoke(json.dumps(event, ensure_ascii=False).encode())
        except TooManyRequests:
            await asyncio.sleep(PAUSE_S)
            return
        if invocation.function_error:
            return
        ids = [message["MessageId"] for message in messages]
        kept = failed(invocation.payload, ids) if self._trigger.reports_failures else set()
        await self._delete([message for message in messages if message["MessageId"] not in kept])

    async def _delete(self, messages: list[dict[str, Any]]) -> None:
        """One by one: for a batch the emulator wants a permission that IAM does not know."""
        handles = [message["ReceiptHandle"] for message in messages]
        await asyncio.gather(
            *(self._call(self._sqs.delete_message, QueueUrl=self._url, ReceiptHandle=one) for one in handles)
        )

    async def _call(self, operation: Any, **arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: operation(**arguments))

    def _record(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """A message as Lambda shows it to a function."""
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {
                name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._trigger.queue_arn,
            "awsRegion": self._region,
        }


def failed(payload: bytes, ids: Iterable[str]) -> set[str]:
    """Which messages of a batch are kept, by the function's answer; all, if it makes no sense."""
    everything = set(ids)
    try:
        answer = json.loads(payload or b"null")
        items = (answer or {}).get("batchItemFailures") or []
        named = {item["itemIdentifier"] for item in items}
    except (ValueError, AttributeError, KeyError, TypeError):
        return everything
    return everything if named - everything else named


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "stringValue": value.get("StringValue"),
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }
