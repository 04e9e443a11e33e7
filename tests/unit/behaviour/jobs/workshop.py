"""A workshop: an extraction's parts over the real table and queue, and its messages delivered one by one.

What a user's events are, a test dictates: a small extraction of its own stands in the model's place.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from freshet import wiring
from freshet.behaviour.jobs.extraction import ExtractionJob
from freshet.behaviour.jobs.items import markers_of
from freshet.behaviour.jobs.messages import Worker, process_batch
from freshet.behaviour.jobs.progress import Progress
from freshet.behaviour.jobs.uploads import Uploads
from freshet.behaviour.log.importing import Importer
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Extract
from freshet.errors import FreshetError
from freshet.runs.events import Done, Item, RunEvent, Started
from freshet.runs.job import Jobs
from freshet.runs.journal import Journal
from freshet.runs.records import Records
from freshet.runs.request import Call, Request
from freshet.settings import settings
from freshet.stores.aws import CALL_TIMEOUT_S, Service
from freshet.stores.objects import Objects
from freshet.stores.queue import Queue
from freshet.stores.table import Table
from tests.unit.behaviour.log.rows import Calls, row

T = TypeVar("T")
REMAINING_S = 60.0
NEVER = 1_000_000  # writes

_READS = {"get_item", "query"}

Happens = Callable[[str], Awaitable[Any]]


class Mortal(Service):
    """A service of a process that is killed before some write: before a read is after the write before."""

    def __init__(self, service: Service, writes: Calls) -> None:
        super().__init__("", service.part)
        self._service = service
        self._writes = writes

    async def call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        if operation not in _READS:
            self._writes.made()
        return await self._service.call(operation, **arguments)

    async def run(self, work: Callable[[Any], T], *, timeout_s: float = CALL_TIMEOUT_S) -> T:
        return await self._service.run(work, timeout_s=timeout_s)


class Scripted:
    """An extraction that finds an event for each letter of a user's name; `asked` of whom, in order.

    `happens` is awaited amid it; it may raise. What it returns goes over the result.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.happens: Happens | None = None

    async def extract(
        self, owner: str, user_id: str, asked: Extract, *, budget_s: float | None = None
    ) -> AsyncGenerator[RunEvent, None]:
        self.asked.append((user_id, asked.refresh))
        yield Started({"user_id": user_id, "cached": 0})
        said = await self.happens(user_id) if self.happens else None
        for letter in user_id:
            yield Item({"title": letter})
        final = {"user_id": user_id, "event_count": len(user_id), "partial": False, "left_sessions": 0}
        yield Done(final | (said or {}))


class Workshop:
    """An owner's jobs. `extraction` is what finds events; `url` the queue's."""

    def __init__(self, owner: str, log: Log, url: str) -> None:
        self.owner = owner
        self.log = log
        self.url = url
        self.queue = Queue(wiring.sqs(), url)
        self.extraction = Scripted()
        self.worker = self.mortal(Calls(NEVER))
        self.job = self.worker.extraction
        self.uploads = self.worker.uploads
        self.progresses = self.job.progresses

    def mortal(self, calls: Calls) -> Worker:
        """A worker whose process ends before one of its writes."""
        dynamodb, s3 = Mortal(wiring.dynamodb(), calls), Mortal(wiring.s3(), calls)
        sqs, chosen = Mortal(wiring.sqs(), calls), settings()
        table, runs = Table(dynamodb, chosen.behaviour_table), Table(dynamodb, chosen.runs_table)
        kept = Objects(s3, chosen.bucket, "runs")
        jobs = Jobs(Records(runs, kept), Journal(runs, kept))
        log = Log(table, Objects(s3, chosen.bucket, "behaviours"))
        files, queue = Objects(s3, chosen.bucket, "logs"), Queue(sqs, self.url)
        uploads = Uploads(jobs, Importer(table, files, log), files, queue)
        return Worker(ExtractionJob(table, queue, jobs, log, self.extraction), uploads)

    def unqueued(self) -> ExtractionJob:
        """Jobs whose queue is not there."""
        runs, kept = (Table(wiring.dynamodb(), settings().runs_table), Objects(wiring.s3(), "", "runs"))
        jobs = Jobs(Records(runs, kept), Journal(runs, kept))
        queue = Queue(wiring.sqs(), f"{self.url}-gone")
        return ExtractionJob(wiring.behaviour_table(), queue, jobs, self.log, self.extraction)

    async def users(self, *user_ids: str) -> None:
        """These have a log of one row."""
        await self.log.append(self.owner, [row(0, user_id=user_id) for user_id in user_ids])

    def call(self, **members: Any) -> Call:
        """A client's call."""
        request = Request("POST", "/api/v1/events/extract", {}, {}, b"{}", function="behaviour")
        return Call(owner=self.owner, request=request, timeout_s=20.0, **members)

    async def begin(self, **members: Any) -> str:
        return await self.job.begin(self.call(), Extract(**members))

    async def progress(self, run_id: str | None = None) -> Progress:
        return await self.progresses.of(self.owner, run_id)

    async def received(self, count: int = 1) -> list[dict[str, Any]]:
        """Messages as Lambda has them."""
        answer = await wiring.sqs().call(
            "receive_message",
            QueueUrl=self.url,
            MaxNumberOfMessages=count,
            AttributeNames=["ApproximateReceiveCount"],
        )
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
            }
            for message in answer.get("Messages", ())
        ]

    async def process(self, record: dict[str, Any], worker: Worker | None = None) -> bool:
        """Has the message worked off; if that is done it is deleted, else it comes again."""
        if await process_batch([record], worker or self.worker, self.queue, remaining_s=REMAINING_S):
            return False
        with suppress(FreshetError):  # the emulator refuses what the queue does not: to delete it twice
            await wiring.sqs().call(
                "delete_message", QueueUrl=self.url, ReceiptHandle=record["receiptHandle"]
            )
        return True

    async def drain(self, worker: Worker | None = None) -> int:
        """Delivers messages until there are none; how many deliveries it took."""
        deliveries = 0
        while records := await self.received(10):
            for record in records:
                await self.process(record, worker)
            deliveries += len(records)
        return deliveries

    async def free(self, run_id: str) -> None:
        """The leases of those who died are over."""
        table = wiring.behaviour_table()
        place = markers_of(self.owner, run_id)
        for partition, prefix in ((place, "user#"), (self.owner, f"job#{run_id}")):
            page = await table.page(partition, limit=100, prefix=prefix)
            for item in page.items:
                await table.update(partition, item["id"], {"lease_until": 0}, when="attribute_exists(#id)")
