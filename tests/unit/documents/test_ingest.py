import asyncio
import io
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from reportlab.pdfgen.canvas import Canvas

from freshet import wiring
from freshet.documents.claim import LEASE_S, Work
from freshet.documents.ingest import BATCH, BEAT_S, SUMMARY, Ingest
from freshet.documents.messages import works
from freshet.documents.record import ATTEMPTS, Document
from freshet.errors import FreshetError, ModelError, NotFound, Unavailable
from freshet.ids import new_id
from freshet.rag.passage import Query
from freshet.rag.retrieve import HybridRetriever
from freshet.stores.batches import MAX_RECEIVES, Busy
from freshet.stores.queue import Queue
from freshet.stores.vectors import Vectors
from tests.stack import Stack

HANDBOOK = "# Leave\n\nStaff have 25 days of paid leave.\n\n# Pay\n\nWages come on the 28th.\n"
CHINESE = "# 休假\n\n员工每年享有25天带薪年假。\n"

pytestmark = pytest.mark.usefixtures("product")


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


async def uploaded(owner: str, text: str = HANDBOOK, filename: str = "handbook.md") -> Document:
    return await wiring.library().upload(owner, filename, text.encode())


def work(owner: str, document: Document, request: str = "s3:1:1", receipts: int = 1) -> Work:
    return Work(owner, document.id, request, receipts)


async def found(owner: str, query: str = "paid leave") -> list[str]:
    """The text of each chunk that the index finds."""
    index = HybridRetriever(wiring.vectors(), wiring.embed)
    return [passage.text for passage in await index.search(owner, Query(query, limit=50))]


async def indexed(owner: str, document: Document) -> int:
    hits, _ = await wiring.library().chunks(owner, document.id, limit=100, cursor=0)
    return len(hits)


async def generation(owner: str, document: Document) -> int:
    item = await wiring.documents_table().get(owner, document.id)
    assert item is not None
    return int(item["generation"])


def embedding(hook: Callable[[], Awaitable[None]]) -> Ingest:
    """The worker with something happening in the middle of its work."""

    async def embed(texts: Sequence[str]) -> list[list[float]]:
        await hook()
        return await wiring.embed(texts)

    return replace(wiring.ingest(), indexer=replace(wiring.ingest().indexer, embed=embed))


async def test_an_upload_becomes_a_searchable_document(owner: str) -> None:
    document = await uploaded(owner)
    assert document.status == "uploading"
    await wiring.ingest().process(work(owner, document), budget_s=60)
    ready = await wiring.library().get(owner, document.id)
    assert (ready.status, ready.error, ready.size) == ("ready", None, len(HANDBOOK))
    assert ready.chunks == await indexed(owner, document) >= 1
    assert "25 days" in (await found(owner))[0]
    assert await found("somebody-else") == []


async def test_chinese_is_found_by_chinese(owner: str) -> None:
    document = await uploaded(owner, CHINESE, "员工手册.md")
    await wiring.ingest().process(work(owner, document), budget_s=60)
    assert "25天" in (await found(owner, "年假有几天"))[0]


async def test_the_same_event_twice_parses_once(owner: str) -> None:
    document = await uploaded(owner)
    await wiring.ingest().process(work(owner, document), budget_s=60)
    await wiring.ingest().process(work(owner, document, receipts=2), budget_s=60)
    assert await generation(owner, document) == 1


async def test_two_workers_at_once_parse_once(owner: str) -> None:
    document = await uploaded(owner)
    results = await asyncio.gather(
        *(wiring.ingest().process(work(owner, document), budget_s=60) for _ in range(2)),
        return_exceptions=True,
    )
    assert {type(result) for result in results if result is not None} <= {Busy}
    assert await generation(owner, document) == 1
    assert len(await found(owner)) == await indexed(owner, document)


async def test_an_event_for_a_deleted_document_leaves_nothing_behind(owner: str) -> None:
    document = await uploaded(owner)
    await wiring.documents_table().delete(owner, document.id)
    await wiring.ingest().process(work(owner, document), budget_s=60)
    with pytest.raises(NotFound):
        await wiring.document_objects().download(owner, f"{document.id}/original", None)  # type: ignore[arg-type]  # never written


async def test_deleting_stops_a_parse_under_way(owner: str) -> None:
    document = await uploaded(owner)
    deleting = embedding(lambda: wiring.library().delete(owner, document.id))
    await deleting.process(work(owner, document), budget_s=60)
    with pytest.raises(NotFound):
        await wiring.library().get(owner, document.id)
    assert await found(owner) == []


async def test_deleting_stops_a_worker_that_waits_for_something_slow(owner: str) -> None:
    document = await uploaded(owner)

    async def deleted_meanwhile() -> None:
        await wiring.library().delete(owner, document.id)
        await asyncio.sleep(60)

    begun = time.monotonic()
    await embedding(deleted_meanwhile).process(work(owner, document), budget_s=60)
    assert time.monotonic() - begun < 5 * BEAT_S
    assert await found(owner) == []


async def test_pages_are_counted_while_the_chunks_are_indexed(owner: str) -> None:
    document = await wiring.library().upload(owner, "pages.pdf", pdf(pages=30))
    seen = []

    async def look() -> None:
        await asyncio.sleep(1.5 * BEAT_S)
        seen.append(await wiring.library().get(owner, document.id))

    await embedding(look).process(work(owner, document), budget_s=60)
    assert {(one.status, one.pages_done, one.pages_total) for one in seen} == {("parsing", 30, 30)}
    ready = await wiring.library().get(owner, document.id)
    assert (ready.status, ready.pages_done, ready.pages_total) == ("ready", 30, 30)


def pdf(pages: int) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file)
    for number in range(1, pages + 1):
        canvas.drawString(72, 720, f"Page {number} speaks of the river.")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


async def test_more_chunks_than_a_batch_holds_are_all_indexed_once(owner: str) -> None:
    text = "\n\n".join(f"# Part {number}\n\nIt speaks of river {number}." for number in range(3 * BATCH))
    document = await uploaded(owner, text)
    await wiring.ingest().process(work(owner, document), budget_s=60)
    ready = await wiring.library().get(owner, document.id)
    assert ready.chunks == 3 * BATCH
    hits, _ = await wiring.library().chunks(owner, document.id, limit=ready.chunks, cursor=0)
    assert [hit.position for hit in hits] == list(range(3 * BATCH))


class Summaries:
    """Makes summaries, or fails to."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.asked: list[str] = []

    async def make(self, owner: str, document_id: str) -> None:
        self.asked.append((await wiring.library().get(owner, document_id)).status)
        if self.failure:
            raise self.failure


async def queued(summaries: Summaries, owner: str, document: Document, stack: Stack) -> list[Work]:
    """What the queue holds after the document was parsed: a queue of its own, without S3's events."""
    sqs = stack.aws.client("sqs")
    url = (await asyncio.to_thread(sqs.create_queue, QueueName=f"later-{document.id}"))["QueueUrl"]
    ingest = replace(wiring.ingest(), summarise=summaries.make, queue=Queue(wiring.sqs(), url))
    await ingest.process(work(owner, document), budget_s=60)
    found = await asyncio.to_thread(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=10)
    return [one for message in found.get("Messages", []) for one in works(message["Body"])]


async def test_a_summary_is_asked_for_when_the_document_is_ready(owner: str, product: Stack) -> None:
    summaries = Summaries()
    document = await uploaded(owner)
    (message,) = await queued(summaries, owner, document, product)
    assert message == Work(owner, document.id, SUMMARY)
    assert summaries.asked == []
    await replace(wiring.ingest(), summarise=summaries.make).process(message, budget_s=60)
    assert summaries.asked == ["ready"]


async def test_what_failed_to_parse_is_not_summarised(owner: str, product: Stack) -> None:
    assert await queued(Summaries(), owner, await uploaded(owner, " "), product) == []


@pytest.mark.parametrize("failure", [ModelError("not today"), Unavailable("not today", part="index")])
async def test_a_summary_is_tried_again_and_given_up_without_harm(owner: str, failure: FreshetError) -> None:
    document = await uploaded(owner)
    await wiring.ingest().process(work(owner, document), budget_s=60)
    ingest = replace(wiring.ingest(), summarise=Summaries(failure).make)
    for receipts in range(1, ATTEMPTS):
        with pytest.raises(type(failure)):
            await ingest.process(work(owner, document, SUMMARY, receipts), budget_s=60)
    await ingest.process(work(owner, document, SUMMARY, ATTEMPTS), budget_s=60)
    assert (await wiring.library().get(owner, document.id)).status == "ready"


async def test_a_summary_of_what_was_deleted_is_no_failure(owner: str) -> None:
    document = await uploaded(owner)
    await wiring.library().delete(owner, document.id)
    ingest = replace(wiring.ingest(), summarise=Summaries().make)
    await ingest.process(work(owner, document, SUMMARY), budget_s=60)


async def test_a_chunk_is_found_by_what_the_model_says_of_its_place(owner: str) -> None:
    async def situate(opening: str, texts: Sequence[str]) -> list[str]:
        assert opening.startswith("handbook.md\n\nLeave\nStaff have 25")
        return [f"This is about Zanzibar, part {number}." for number in range(len(texts))]

    document = await uploaded(owner)
    ingest = replace(wiring.ingest(), indexer=replace(wiring.ingest().indexer, situate=situate))
    await ingest.process(work(owner, document), budget_s=60)
    best, *_ = await found(owner, "Zanzibar")
    assert "Zanzibar" not in best
    hits, _ = await wiring.library().chunks(owner, document.id, limit=9, cursor=0)
    assert hits[0].payload["context"] == "This is about Zanzibar, part 0."


class Killed(BaseException):
    """Nothing that runs after it belongs to the worker."""


async def killed() -> None:
    raise Killed


async def test_a_dead_worker_is_followed_by_another_after_its_lease(owner: str) -> None:
    document = await uploaded(owner)
    with pytest.raises(Killed):
        await embedding(killed).process(work(owner, document), budget_s=60)
    with pytest.raises(Busy) as busy:
        await wiring.ingest().process(work(owner, document, receipts=2), budget_s=60)
    assert 0 < busy.value.wait_s <= LEASE_S + 1
    await lapse(owner, document)
    await wiring.ingest().process(work(owner, document, receipts=2), budget_s=60)
    assert (await wiring.library().get(owner, document.id)).status == "ready"
    assert len(await found(owner)) == await indexed(owner, document)


async def test_a_document_that_kills_its_workers_is_given_up(owner: str) -> None:
    document = await uploaded(owner)
    for receipts in range(1, ATTEMPTS + 1):
        with pytest.raises(Killed):
            await embedding(killed).process(work(owner, document, receipts=receipts), budget_s=60)
        await lapse(owner, document)
    await wiring.ingest().process(work(owner, document, receipts=ATTEMPTS + 1), budget_s=60)
    failed = await wiring.library().get(owner, document.id)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == ("failed", "interrupted")


async def test_waiting_for_another_worker_does_not_use_up_attempts(owner: str) -> None:
    document = await uploaded(owner)
    with pytest.raises(Killed):
        await embedding(killed).process(work(owner, document), budget_s=60)
    for receipts in range(2, MAX_RECEIVES):
        with pytest.raises(Busy):
            await wiring.ingest().process(work(owner, document, receipts=receipts), budget_s=60)
    await lapse(owner, document)
    await wiring.ingest().process(work(owner, document, receipts=MAX_RECEIVES), budget_s=60)
    assert (await wiring.library().get(owner, document.id)).status == "ready"


async def test_a_document_that_takes_all_the_time_is_over_the_limit(owner: str) -> None:
    document = await uploaded(owner)
    slow = embedding(lambda: asyncio.sleep(30))
    await slow.process(work(owner, document), budget_s=1)
    failed = await wiring.library().get(owner, document.id)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == ("failed", "over_limit")


async def lapse(owner: str, document: Document) -> None:
    lapsed = {"lease_until": int(time.time()) - 1}
    await wiring.documents_table().update(owner, document.id, lapsed, when="attribute_exists(#id)")


async def test_a_worker_that_was_overtaken_changes_nothing(owner: str) -> None:
    document = await uploaded(owner)

    async def overtaken() -> None:
        await lapse(owner, document)
        await wiring.ingest().process(work(owner, document, receipts=2), budget_s=60)

    await embedding(overtaken).process(work(owner, document), budget_s=60)
    ready = await wiring.library().get(owner, document.id)
    assert ready.status == "ready"
    assert await generation(owner, document) == 2
    assert len(await found(owner)) == ready.chunks == await indexed(owner, document)


@pytest.mark.parametrize(
    ("filename", "text", "code"),
    [
        ("blank.md", "  \n\n ", "no_text"),
        ("broken.pdf", "%PDF-1.7 nothing", "damaged"),
        ("a.exe", "MZ\x00\x01" * 9, "unsupported_format"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_its_reason(
    owner: str, filename: str, text: str, code: str
) -> None:
    document = await uploaded(owner, text, filename)
    await wiring.ingest().process(work(owner, document), budget_s=60)
    failed = await wiring.library().get(owner, document.id)
    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error.code == code
    assert failed.error.message


async def test_passing_trouble_is_tried_again_and_then_named(owner: str) -> None:
    document = await uploaded(owner)
    nowhere = Vectors("http://127.0.0.1:9", "none", 256)
    down = replace(wiring.ingest(), indexer=replace(wiring.ingest().indexer, vectors=nowhere))
    for receipts in (1, 2, 3, 4, MAX_RECEIVES - 1):
        with pytest.raises(Unavailable):
            await down.process(work(owner, document, receipts=receipts), budget_s=60)
        waiting = await wiring.library().get(owner, document.id)
        assert waiting.error is not None
        assert (waiting.status, waiting.error.code) == ("parsing", "unavailable")
    with pytest.raises(Unavailable):
        await down.process(work(owner, document, receipts=MAX_RECEIVES), budget_s=60)
    failed = await wiring.library().get(owner, document.id)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == ("failed", "unavailable")
    await wiring.ingest().process(work(owner, document), budget_s=60)  # redriven from the dead-letter queue
    ready = await wiring.library().get(owner, document.id)
    assert (ready.status, ready.error) == ("ready", None)


async def request_of(owner: str, document: Document) -> str:
    item = await wiring.documents_table().get(owner, document.id)
    assert item is not None
    return str(item["request"])


async def test_parsing_again_replaces_and_doubles_nothing(owner: str) -> None:
    document = await uploaded(owner)
    await wiring.ingest().process(work(owner, document), budget_s=60)
    before = sorted(await found(owner))
    assert (await wiring.library().parse_again(owner, document.id)).status == "parsing"
    again = work(owner, document, request=await request_of(owner, document))
    await wiring.ingest().process(again, budget_s=60)
    await wiring.ingest().process(again, budget_s=60)
    assert sorted(await found(owner)) == before
    assert await generation(owner, document) == 2


async def test_of_several_calls_to_parse_again_only_the_last_is_worked_off(owner: str) -> None:
    document = await uploaded(owner)
    await wiring.ingest().process(work(owner, document), budget_s=60)
    requests = []
    for _ in range(3):
        await wiring.library().parse_again(owner, document.id)
        requests.append(await request_of(owner, document))
    for request in requests:
        await wiring.ingest().process(work(owner, document, request=request), budget_s=60)
    assert await generation(owner, document) == 2
    assert (await wiring.library().get(owner, document.id)).status == "ready"


async def test_chunks_that_a_dead_worker_left_of_a_deleted_document_go(owner: str) -> None:
    document = await uploaded(owner)
    await wiring.ingest().process(work(owner, document), budget_s=60)
    await wiring.documents_table().delete(owner, document.id)
    assert await found(owner)
    await wiring.ingest().process(work(owner, document, receipts=2), budget_s=60)
    assert await found(owner) == []


async def test_a_failed_second_parse_leaves_the_first_searchable(owner: str) -> None:
    document = await uploaded(owner)
    await wiring.ingest().process(work(owner, document), budget_s=60)
    await wiring.document_objects().put(owner, f"{document.id}/original", b" ", content_type="text/markdown")
    await wiring.ingest().process(work(owner, document, request="s3:2:2"), budget_s=60)
    assert (await wiring.library().get(owner, document.id)).status == "failed"
    assert await found(owner)
    assert await indexed(owner, document) >= 1
