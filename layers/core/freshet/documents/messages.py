"""Queue messages of the parse worker: what S3 and the API send, and how a batch is worked off."""

import time
from collections.abc import Iterator
from typing import Any

from freshet.documents.claim import Work
from freshet.documents.ingest import Ingest
from freshet.stores.batches import from_s3, message_of, work_off
from freshet.stores.queue import Queue


async def process_batch(
    records: list[dict[str, Any]], ingest: Ingest, queue: Queue, *, remaining_s: float
) -> list[str]:
    """Works off the messages one by one; returns the ids of those that should come again."""

    async def work(body: str, receipts: int, until: float) -> None:
        for wanted in works(body, receipts):
            await ingest.process(wanted, budget_s=until - time.monotonic())

    return await work_off(records, queue, work, remaining_s=remaining_s)


def works(body: str, receipts: int = 1) -> Iterator[Work]:
    """What a message asks for. A message that is neither S3's nor ours raises ValueError (→ DLQ)."""
    message = message_of(body)
    if (objects := from_s3(message)) is not None:
        yield from (_uploaded(key, thing, receipts) for key, thing in objects)
    elif {"owner", "document_id", "request"} <= message.keys():
        yield Work(message["owner"], message["document_id"], message["request"], receipts)
    else:
        raise ValueError("a message is neither an S3 event nor a call to parse")


def _uploaded(key: str, thing: dict[str, Any], receipts: int) -> Work:
    area, owner, document_id, name = key.split("/")
    if (area, name) != ("documents", "original"):
        raise ValueError(f"no document lies at {key}")
    request = f"s3:{thing.get('eTag', '')}:{thing.get('sequencer', '')}"
    return Work(owner, document_id, request, receipts)
