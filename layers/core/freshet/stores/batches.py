"""Batches of queue messages, as a worker gets them: worked off one by one, and put off where they failed.

What does not belong here: what a message asks for, and who does it.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote_plus

import orjson

from freshet.errors import FreshetError
from freshet.observe import log_failure, logger
from freshet.stores.queue import Queue

MAX_RECEIVES = 10  # the queues' maxReceiveCount: after it a message is in the dead-letter queue
# Before the second delivery, the third … : in all longer than a worker and its lease live.
RETRY_S = (5, 15, 30, 60, 120, 300)
CLOSING_S = 10  # of the function's time, kept for writing down how it ended

Work = Callable[[str, int, float], Awaitable[None]]  # a message, its deliveries, until when


class Busy(Exception):
    """Another worker is at it; in `wait_s` seconds it can be over."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("another worker is at it")
        self.wait_s = wait_s


async def work_off(
    records: list[dict[str, Any]], queue: Queue, work: Work, *, remaining_s: float
) -> list[str]:
    """Has `work` done for each message; returns the ids of those that should come again.

    `remaining_s` is what the function may still run: the queue hands it one message at a time. `work` raises
    Busy, or why the message should come again; its deadline is on the clock of `time.monotonic`.
    """
    until = time.monotonic() + remaining_s - CLOSING_S
    return [record["messageId"] for record in records if not await _done(record, queue, work, until)]


async def _done(record: dict[str, Any], queue: Queue, work: Work, until: float) -> bool:
    receipts = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
    delay = RETRY_S[min(receipts, len(RETRY_S)) - 1]
    try:
        await work(record["body"], receipts, until)
    except Busy as busy:
        delay = min(delay, busy.wait_s)
    except Exception as error:
        log_failure("a message failed", error, message_id=record["messageId"], receipts=receipts)
    else:
        return True
    await _put_off(queue, record["receiptHandle"], delay)
    return False


async def _put_off(queue: Queue, receipt: str, delay: int) -> None:
    try:
        await queue.put_off(receipt, delay)
    except FreshetError:
        logger.warning("a message could not be put off; it comes again after the visibility timeout")


def message_of(body: str) -> dict[str, Any]:
    """The message. Raises ValueError for what is no JSON object (→ DLQ)."""
    message = orjson.loads(body)
    if not isinstance(message, dict):
        raise ValueError("a message is not a JSON object")  # the value is wrong, not our type
    return message


def from_s3(message: dict[str, Any]) -> list[tuple[str, dict[str, Any]]] | None:
    """Key and description of each object that S3 tells of; None if the message is not S3's.

    The test that S3 sends when a notification is set up tells of none.
    """
    if message.get("Event") == "s3:TestEvent":
        return []
    if "Records" not in message:
        return None
    things = [record["s3"]["object"] for record in message["Records"]]
    return [(unquote_plus(thing["key"]), thing) for thing in things]
