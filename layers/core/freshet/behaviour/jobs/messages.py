"""Queue messages of the extract worker: what S3 and the API send, and how a batch is worked off."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args
from urllib.parse import unquote_plus

import orjson

from freshet.behaviour.jobs.claim import Busy
from freshet.behaviour.jobs.extraction import ExtractionJob
from freshet.behaviour.jobs.uploads import Uploads
from freshet.behaviour.log.importing import original
from freshet.errors import FreshetError
from freshet.observe import log_failure, logger
from freshet.stores.queue import Queue

Kind = Literal["plan", "user", "import"]

MAX_RECEIVES = 10  # the queue's maxReceiveCount: after it a message is in the dead-letter queue
# Before the second delivery, the third … : in all longer than a worker and its claim live.
RETRY_S = (5, 15, 30, 60, 120, 300)
CLOSING_S = 10  # of the function's time, kept for writing down how it ended


@dataclass(frozen=True, slots=True)
class Step:
    """What a message asks for: a part of the run `run_id`. Only a `user`'s has a user."""

    kind: Kind
    owner: str
    run_id: str
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works the messages off."""

    extraction: ExtractionJob
    uploads: Uploads

    async def work(self, step: Step, *, budget_s: float, last: bool) -> None:
        """Returns when the message is done with; raises Busy, or why it should come again."""
        owner, run_id = step.owner, step.run_id
        match step.kind:
            case "plan":
                await self.extraction.plan(owner, run_id, budget_s=budget_s, last=last)
            case "user":
                await self.extraction.user(owner, run_id, step.user_id, budget_s=budget_s, last=last)
            case "import":
                await self.uploads.work(owner, run_id, budget_s=budget_s, last=last)


async def process_batch(
    records: list[dict[str, Any]], worker: Worker, queue: Queue, *, remaining_s: float
) -> list[str]:
    """Works off the messages one by one; returns the ids of those that should come again.

    `remaining_s` is what the function may still run: the queue hands it one message at a time.
    """
    until = time.monotonic() + remaining_s - CLOSING_S
    return [record["messageId"] for record in records if not await _processed(record, worker, queue, until)]


async def _processed(record: dict[str, Any], worker: Worker, queue: Queue, until: float) -> bool:
    receipts = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
    delay = RETRY_S[min(receipts, len(RETRY_S)) - 1]
    try:
        for step in steps(record["body"]):
            await worker.work(step, budget_s=until - time.monotonic(), last=receipts >= MAX_RECEIVES)
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


def steps(body: str) -> Iterator[Step]:
    """What a message asks for. A message that is neither S3's nor ours raises ValueError (→ DLQ)."""
    message = orjson.loads(body)
    if not isinstance(message, dict):
        raise ValueError("a message is not a JSON object")  # the value is wrong, not our type
    if message.get("Event") == "s3:TestEvent":
        return
    if "Records" in message:
        for record in message["Records"]:
            yield _from_s3(record)
    elif {"owner", "run_id"} <= message.keys() and message.get("step") in get_args(Kind):
        kind = cast("Kind", message["step"])
        yield Step(kind, message["owner"], message["run_id"], message.get("user_id", ""))
    else:
        raise ValueError("a message is neither an S3 event nor a part of a job")


def _from_s3(record: dict[str, Any]) -> Step:
    key = unquote_plus(record["s3"]["object"]["key"])
    area, owner, run_id, name = key.split("/")
    if (area, f"{run_id}/{name}") != ("logs", original(run_id)):
        raise ValueError(f"no log lies at {key}")
    return Step("import", owner, run_id)
