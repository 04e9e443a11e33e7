"""SQS queues: sending work, and putting a failed message off.

Messages are grouped by owner, so that who sends many does not hold up the others: SQS calls that fair queues.
What S3 sends has no group, and counts as somebody of its own.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
"""

from collections.abc import Sequence
from typing import Any

import orjson

from freshet.concurrency import together
from freshet.errors import Unavailable
from freshet.stores.aws import Service

_BATCH = 10  # messages that SQS takes at a time
_AT_ONCE = 10  # batches that are under way at a time


class Queue:
    """One queue."""

    def __init__(self, service: Service, url: str) -> None:
        self._service = service
        self._url = url

    async def send(self, owner: str, message: dict[str, Any]) -> None:
        """Queues `message` for the owner's sake."""
        await self._service.call("send_message", QueueUrl=self._url, **_sent(owner, message))

    async def send_batch(self, owner: str, messages: Sequence[dict[str, Any]]) -> None:
        """Queues messages of a few kilobytes, however many. Raises Unavailable: then some may be queued."""
        batches = [messages[at : at + _BATCH] for at in range(0, len(messages), _BATCH)]
        for at in range(0, len(batches), _AT_ONCE):
            await together(*(self._send(owner, batch) for batch in batches[at : at + _AT_ONCE]))

    async def put_off(self, receipt: str, seconds: int) -> None:
        """Lets a received message come again after `seconds`, not after the whole visibility timeout."""
        await self._service.call(
            "change_message_visibility", QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )

    async def _send(self, owner: str, batch: Sequence[dict[str, Any]]) -> None:
        entries = [{"Id": str(place), **_sent(owner, message)} for place, message in enumerate(batch)]
        answer = await self._service.call("send_message_batch", QueueUrl=self._url, Entries=entries)
        if refused := answer.get("Failed"):
            raise Unavailable(
                f"The queue did not take {len(refused)} of {len(batch)} messages.", part="queue"
            )


def _sent(owner: str, message: dict[str, Any]) -> dict[str, str]:
    return {"MessageBody": orjson.dumps({**message, "owner": owner}).decode(), "MessageGroupId": owner}
