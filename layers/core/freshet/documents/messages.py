"""Queue messages of the parse worker: what S3 and the API send, and how a batch is worked off."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

import orjson

from freshet.documents.claim import Busy, Work
from freshet.documents.ingest import Ingest
from freshet.errors import FreshetError
from freshet.observe import log_failure, logger
from freshet.stores.queue import Queue

# Before the second delivery, the third … (MAX_RECEIVES): in all longer than a worker and its lease live.
RETRY_S = (5, 15, 30, 60, 120, 300)
CLOSING_S = 10  # of the function's time, kept for writing down how it ended


async def process_batch(
    records: list[dict[str, Any]], ingest: Ingest, queue: Queue, *, remaining_s: float
) -> list[str]:
    """Works off the messages one by one; returns the ids of those that should come again.

    `remaining_s` is what the function may still run: the queue hands it one message at a time.
    """
    until = time.monotonic() + remaining_s - CLOSING_S
    return [record["messageId"] for record in records if not await _processed(record, ingest, queue, until)]


async def _processed(record: dict[str, Any], ingest: Ingest, queue: Queue, until: float) -> bool:
    receipts = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
    delay = RETRY_S[min(receipts, len(RETRY_S)) - 1]
    try:
        for work in works(record["body"], receipts):
            await ingest.process(work, budget_s=until - time.monotonic())
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


def works(body: str, receipts: int = 1) -> Iterator[Work]:
    """What a message asks for. A message that is neither S3's nor ours raises ValueError (→ DLQ)."""
    message = orjson.loads(body)
    if not isinstance(message, dict):
        raise ValueError("a message is not a JSON object")  # the value is wrong, not our type
    if message.get("Event") == "s3:TestEvent":
        return
    if "Records" in message:
        for record in message["Records"]:
            yield _from_s3(record, receipts)
    elif {"owner", "document_id", "request"} <= message.keys():
        yield Work(message["owner"], message["document_id"], message["request"], receipts)
    else:
        raise ValueError("a message is neither an S3 event nor a call to parse")


def _from_s3(record: dict[str, Any], receipts: int) -> Work:
    thing = record["s3"]["object"]
    area, owner, document_id, name = unquote_plus(thing["key"]).split("/")
    if (area, name) != ("documents", "original"):
        raise ValueError(f"no document lies at {thing['key']}")
    request = f"s3:{thing.get('eTag', '')}:{thing.get('sequencer', '')}"
    return Work(owner, document_id, request, receipts)
