"""Queue messages of the extract worker: what S3 and the API send, and how a batch is worked off."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from freshet.behaviour.jobs.extraction import ExtractionJob
from freshet.behaviour.jobs.uploads import Uploads
from freshet.behaviour.log.importing import original
from freshet.stores.batches import MAX_RECEIVES, from_s3, message_of, work_off
from freshet.stores.queue import Queue

Kind = Literal["plan", "user", "import"]


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
    """Works off the messages one by one; returns the ids of those that should come again."""

    async def work(body: str, receipts: int, until: float) -> None:
        for step in steps(body):
            await worker.work(step, budget_s=until - time.monotonic(), last=receipts >= MAX_RECEIVES)

    return await work_off(records, queue, work, remaining_s=remaining_s)


def steps(body: str) -> Iterator[Step]:
    """What a message asks for. A message that is neither S3's nor ours raises ValueError (→ DLQ)."""
    message = message_of(body)
    if (objects := from_s3(message)) is not None:
        yield from (_uploaded(key) for key, _ in objects)
    elif {"owner", "run_id"} <= message.keys() and message.get("step") in get_args(Kind):
        kind = cast("Kind", message["step"])
        yield Step(kind, message["owner"], message["run_id"], message.get("user_id", ""))
    else:
        raise ValueError("a message is neither an S3 event nor a part of a job")


def _uploaded(key: str) -> Step:
    area, owner, run_id, name = key.split("/")
    if (area, f"{run_id}/{name}") != ("logs", original(run_id)):
        raise ValueError(f"no log lies at {key}")
    return Step("import", owner, run_id)
