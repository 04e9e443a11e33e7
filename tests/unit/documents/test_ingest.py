import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from freshet import wiring
from freshet.documents.claim import LEASE_S, Busy, Work
from freshet.documents.ingest import Ingest
from freshet.documents.record import ATTEMPTS, MAX_RECEIVES, Document
from freshet.errors import NotFound, Unavailable
from freshet.ids import new_id
from freshet.stores.vectors import Vectors

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
    return [passage.text for passage in await wiring.retriever().search(owner, query, limit=50)]


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

    return replace(wiring.ingest(), embed=embed)


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


async def killed() -> None:
    raise asyncio.CancelledError


async def test_a_dead_worker_is_followed_by_another_after_its_lease(owner: str) -> None:
    document = await uploaded(owner)
    with pytest.raises(asyncio.CancelledError):
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
        with pytest.raises(asyncio.CancelledError):
            await embedding(killed).process(work(owner, document, receipts=receipts), budget_s=60)
        await lapse(owner, document)
    await wiring.ingest().process(work(owner, document, receipts=ATTEMPTS + 1), budget_s=60)
    failed = await wiring.library().get(owner, document.id)
    assert failed.error is not None
    assert (failed.status, failed.error.code) == ("failed", "interrupted")


async def test_waiting_for_another_worker_does_not_use_up_attempts(owner: str) -> None:
    document = await uploaded(owner)
    with pytest.raises(asyncio.CancelledError):
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
    down = replace(wiring.ingest(), vectors=Vectors("http://127.0.0.1:9", "none", 256))
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
