import json
import time

import pytest

from freshet import wiring
from freshet.documents.claim import Work
from freshet.documents.record import Kind, original
from freshet.errors import Conflict, Empty, NotFound, TooLarge, Unavailable
from freshet.ids import new_id
from freshet.rag.passage import Query
from freshet.stores.vectors import Vectors
from tests.stack import Stack

pytestmark = pytest.mark.usefixtures("product")


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


async def ready(owner: str, text: str = "# One\n\nfirst\n\n# Two\n\nsecond\n") -> str:
    document = await wiring.library().upload(owner, "a.md", text.encode())
    await wiring.ingest().process(Work(owner, document.id, "s3:1:1"), budget_s=60)
    return document.id


async def test_an_upload_starts_with_a_presigned_post_of_its_own_place(owner: str, product: Stack) -> None:
    document, upload = await wiring.library().start_upload(owner, "../手册 😀.pdf", size=10, tags=["a"])
    assert (document.filename, document.title, document.status) == ("手册 😀.pdf", "手册 😀.pdf", "uploading")
    assert document.content_type == "application/pdf"
    assert upload["fields"]["key"] == f"documents/{owner}/{document.id}/original"
    assert await wiring.library().get(owner, document.id) == document


@pytest.mark.parametrize("size", [100_000_001, 101 * 1024 * 1024])
async def test_a_file_above_the_limit_is_refused_before_it_is_sent(owner: str, size: int) -> None:
    with pytest.raises(TooLarge):
        await wiring.library().start_upload(owner, "big.pdf", size=size)


async def test_direct_uploads_are_neither_empty_nor_large(owner: str) -> None:
    with pytest.raises(Empty):
        await wiring.library().upload(owner, "a.md", b"")
    with pytest.raises(TooLarge):
        await wiring.library().upload(owner, "a.md", b"x" * (4 * 1024 * 1024 + 1))
    assert (await wiring.library().list_documents(owner, limit=10, cursor=None))[0] == []


async def test_an_upload_with_an_id_of_its_own_is_safe_to_repeat(owner: str) -> None:
    library, id_ = wiring.library(), new_id()

    async def upload(owner: str, text: bytes) -> tuple[str, str, str]:
        document = await library.upload(owner, "a.md", text, document_id=id_)
        return document.id, document.filename, document.status

    assert await upload(owner, b"first") == (id_, "a.md", "uploading")
    await wiring.document_objects().delete(owner, original(id_))  # as if it had not come through
    assert await upload(owner, b"first") == (id_, "a.md", "uploading")
    await wiring.ingest().process(Work(owner, id_, "s3:1:1"), budget_s=60)
    assert await upload(owner, b"second") == (id_, "a.md", "ready")
    assert await library.file(owner, id_) == b"first"
    assert await upload("stranger", b"third") == (id_, "a.md", "uploading")
    assert await library.file(owner, id_) == b"first"


async def test_the_original_file_is_its_owners_once_it_is_there(owner: str) -> None:
    document, _ = await wiring.library().start_upload(owner, "a.md")
    with pytest.raises(Conflict):
        await wiring.library().file(owner, document.id)
    document_id = await ready(owner, "甲")
    assert (await wiring.library().file(owner, document_id)).decode() == "甲"
    with pytest.raises(NotFound):
        await wiring.library().file("stranger", document_id)


async def test_documents_are_listed_newest_first_and_filtered(owner: str) -> None:
    kinds: list[Kind] = ["doc", "material", "doc"]
    ids = [
        (await wiring.library().start_upload(owner, f"{n}.md", kind=kind))[0].id
        for n, kind in enumerate(kinds)
    ]
    listed, cursor = await wiring.library().list_documents(owner, limit=2, cursor=None)
    rest, end = await wiring.library().list_documents(owner, limit=2, cursor=cursor)
    assert sorted(document.id for document in listed + rest) == sorted(ids)
    assert end is None
    docs, _ = await wiring.library().list_documents(
        owner, limit=10, cursor=None, kind="doc", status="uploading"
    )
    assert {document.id for document in docs} == {ids[0], ids[2]}


async def test_an_upload_that_never_finished_is_forgotten(owner: str) -> None:
    document, _ = await wiring.library().start_upload(owner, "a.md")
    past = {"expires_at": int(time.time()) - 1}
    await wiring.documents_table().update(owner, document.id, past, when="attribute_exists(#id)")
    with pytest.raises(NotFound):
        await wiring.library().get(owner, document.id)
    assert (await wiring.library().list_documents(owner, limit=10, cursor=None))[0] == []


async def test_waiting_ends_when_the_document_is_ready_or_the_time_is_up(owner: str) -> None:
    document, _ = await wiring.library().start_upload(owner, "a.md")
    begun = time.monotonic()
    assert (await wiring.library().get(owner, document.id, wait_s=0.6)).status == "uploading"
    assert time.monotonic() - begun >= 0.6
    done = await ready(owner)
    begun = time.monotonic()
    assert (await wiring.library().get(owner, done, wait_s=20)).status == "ready"
    assert time.monotonic() - begun < 5


async def test_chunks_come_in_pages_and_in_order(owner: str) -> None:
    text = "\n\n".join(f"# Part {n}\n\n" + f"Sentence number {n} of many. " * 60 for n in range(5))
    document_id = await ready(owner, text)
    total = (await wiring.library().get(owner, document_id)).chunks
    assert total >= 5
    seen, cursor = [], 0
    while True:
        hits, following = await wiring.library().chunks(owner, document_id, limit=2, cursor=cursor)
        seen += [hit.position for hit in hits]
        if following is None:
            break
        cursor = following
    assert seen == list(range(total))
    assert await wiring.library().chunks(owner, document_id, limit=2, cursor=10_000) == ([], None)


async def test_the_chunks_of_one_parse_are_read_in_the_order_asked_for(owner: str) -> None:
    document_id = await ready(owner, "\n\n".join(f"# Part {n}\n\ntext {n}" for n in range(250)))
    library = wiring.library()
    indexed = await library.indexed(owner, document_id)
    assert (indexed.document.id, indexed.generation, indexed.summary) == (document_id, 1, None)
    positions = [*range(1, indexed.chunks), 0]
    assert len(positions) > 200
    assert [hit.position for hit in await library.pick(owner, indexed, positions)] == positions
    with pytest.raises(Conflict):
        await library.pick(owner, indexed, [0, indexed.chunks])
    await wiring.ingest().process(Work(owner, document_id, "s3:2:2"), budget_s=60)
    with pytest.raises(Conflict):
        await library.pick(owner, indexed, positions)


async def test_a_summary_is_kept_for_the_text_it_was_made_from(owner: str) -> None:
    document_id = await ready(owner)
    library = wiring.library()
    before = await library.indexed(owner, document_id)
    assert await library.keep_summary(owner, before, "Two parts. 两部分。", covered=0.5)
    after = await library.indexed(owner, document_id)
    assert (after.summary, after.covered) == ("Two parts. 两部分。", 0.5)
    assert (await library.get(owner, document_id)).summary == "Two parts. 两部分。"
    await wiring.ingest().process(Work(owner, document_id, "s3:2:2"), budget_s=60)
    assert (await library.indexed(owner, document_id)).summary is None
    assert not await library.keep_summary(owner, before, "Late.", covered=1)
    assert (await library.get(owner, document_id)).summary is None
    await library.delete(owner, document_id)
    assert not await library.keep_summary(owner, before, "Later.", covered=1)
    with pytest.raises(NotFound):
        await library.get(owner, document_id)


async def test_the_original_can_be_had_once_it_is_there(owner: str) -> None:
    document, _ = await wiring.library().start_upload(owner, "a.md")
    with pytest.raises(Conflict):
        await wiring.library().file_url(owner, document.id)
    assert "X-Amz-Signature" in await wiring.library().file_url(owner, await ready(owner))


async def test_parsing_again_queues_a_message(owner: str, product: Stack) -> None:
    document_id = await ready(owner)
    queue = product.aws.client("sqs")
    queue.purge_queue(QueueUrl=product.outputs["ParseQueueUrl"])
    await wiring.library().parse_again(owner, document_id)
    (message,) = queue.receive_message(QueueUrl=product.outputs["ParseQueueUrl"], WaitTimeSeconds=2)[
        "Messages"
    ]
    body = json.loads(message["Body"])
    assert (body["owner"], body["document_id"]) == (owner, document_id)
    document, _ = await wiring.library().start_upload(owner, "b.md")
    with pytest.raises(Conflict):
        await wiring.library().parse_again(owner, document.id)


async def test_deleting_removes_it_everywhere_and_only_once(owner: str) -> None:
    document_id, other = await ready(owner), await ready(owner, "# Kept\n\nkept text\n")
    await wiring.library().delete(owner, document_id)
    with pytest.raises(NotFound):
        await wiring.library().delete(owner, document_id)
    left = {
        passage.document_id
        for passage in await wiring.retriever().search(owner, Query("first second kept", limit=50))
    }
    assert left == {other}


async def test_a_deletion_that_failed_half_way_can_be_repeated(owner: str) -> None:
    document_id = await ready(owner)
    library = wiring.library()
    working, library._vectors = library._vectors, Vectors("http://127.0.0.1:9", "none", 256)
    with pytest.raises(Unavailable):
        await library.delete(owner, document_id)
    library._vectors = working
    await library.delete(owner, document_id)
    assert await wiring.retriever().search(owner, Query("first", limit=50)) == []


async def test_somebody_elses_document_is_not_there(owner: str) -> None:
    document_id = await ready(owner)
    library = wiring.library()
    for attempt in (
        library.get("stranger", document_id),
        library.file_url("stranger", document_id),
        library.chunks("stranger", document_id, limit=5, cursor=0),
        library.indexed("stranger", document_id),
        library.parse_again("stranger", document_id),
        library.delete("stranger", document_id),
        library.require("stranger", [document_id]),
    ):
        with pytest.raises(NotFound):
            await attempt
