"""SQS queues: sending work, and putting a failed message off."""

from typing import Any

import orjson

from freshet.stores.aws import Service


class Queue:
    """One queue."""

    def __init__(self, service: Service, url: str) -> None:
        self._service = service
        self._url = url

    async def send(self, owner: str, message: dict[str, Any]) -> None:
        """Queues `message` for the owner's sake."""
        body = orjson.dumps({**message, "owner": owner}).decode()
        await self._service.call("send_message", QueueUrl=self._url, MessageBody=body)

    async def put_off(self, receipt: str, seconds: int) -> None:
        """Lets a received message come again after `seconds`, not after the whole visibility timeout."""
        await self._service.call(
            "change_message_visibility", QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )
