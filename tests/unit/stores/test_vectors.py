import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse, Response

from freshet.errors import FreshetError, Unavailable
from freshet.rag.sparse import encode_document, encode_query
from freshet.stores.vectors import Hit, Point, Vectors, point_id
from infra.local.children import Child
from infra.local.ports import free_ports
from infra.local.servers import qdrant
from tests.serving import served

DIMENSIONS = 4
NOWHERE = [0.0, 0.0, 0.0, 1.0]


@pytest.fixture
async def vectors(index_url: str, collection: str) -> AsyncIterator[Vectors]:
    opened = Vectors(index_url, collection, DIMENSIONS)
    yield opened
    await opened.aclose()


def chunks(
    owner: str,
    document_id: str,
    texts: Sequence[str],
    *,
    generation: int = 1,
    kind: str = "material",
    dense: Sequence[float] = NOWHERE,
) -> list[Point]:
    return [
        Point(
            id=point_id(owner, document_id, generation, position),
            document_id=document_id,
            generation=generation,
            position=position,
            dense=list(dense),
            sparse=encode_document(text),
            payload={"text": text, "kind": kind, "page": None, "heading": ["一", "B"], "score": 1.5},
        )
        for position, text in enumerate(texts)
    ]


async def put(vectors: Vectors, owner: str, document_id: str, *texts: str, generation: int = 1) -> None:
    await vectors.upsert(owner, chunks(owner, document_id, texts, generation=generation))
    await vectors.publish(owner, document_id, generation)


async def texts(vectors: Vectors, owner: str, query: str, **filters: object) -> list[str]:
    hits = await vectors.search(owner, dense=None, sparse=encode_query(query), limit=10, **filters)  # type: ignore[arg-type]  # the tests know the names
    return [hit.payload["text"] for hit in hits]


async def test_a_published_chunk_is_found_with_its_payload_as_it_was(vectors: Vectors) -> None:
    [point] = chunks("ann", "d", ["龍門客棧 is an inn"])
    await vectors.upsert("ann", [point])
    await vectors.publish("ann", "d", 1)
    for query in ("龙门", "inns"):
        [hit] = await vectors.search("ann", dense=None, sparse=encode_query(query), limit=5)
        assert hit == Hit(point.id, "d", 1, 0, hit.score, point.payload)
        assert hit.score > 0


async def test_nothing_is_found_before_it_is_published(vectors: Vectors) -> None:
    await vectors.upsert("ann", chunks("ann", "d", ["tea"]))
    assert await texts(vectors, "ann", "tea") == []
    await vectors.publish("ann", "d", 1)
    assert await texts(vectors, "ann", "tea") == ["tea"]


async def test_owners_do_not_meet_even_in_the_same_document_id(vectors: Vectors) -> None:
    await put(vectors, "ann", "d", "tea of ann")
    await put(vectors, "bob", "d", "tea of bob")
    assert await texts(vectors, "ann", "tea") == ["tea of ann"]
    assert await texts(vectors, "ann", "tea", document_ids=["d"]) == ["tea of ann"]
    assert await vectors.fetch("bob", [point_id("ann", "d", 1, 0)]) == []
    await put(vectors, "ann", "d", "new tea of ann", generation=2)
    await vectors.delete("ann", "d")
    assert await texts(vectors, "ann", "tea") == []
    assert await texts(vectors, "bob", "tea") == ["tea of bob"]


async def test_a_new_generation_replaces_the_old_one(vectors: Vectors) -> None:
    await put(vectors, "ann", "d", "old tea", "more old tea")
    await put(vectors, "ann", "e", "tea of another document")
    await vectors.upsert("ann", chunks("ann", "d", ["new tea"], generation=2))
    assert sorted(await texts(vectors, "ann", "tea", document_ids=["d"])) == ["more old tea", "old tea"]
    await vectors.publish("ann", "d", 2)
    assert sorted(await texts(vectors, "ann", "tea")) == ["new tea", "tea of another document"]
    assert await vectors.fetch("ann", [point_id("ann", "d", 1, 0)]) == []


async def test_a_late_generation_changes_nothing(vectors: Vectors) -> None:
    await put(vectors, "ann", "d", "new tea", generation=2)
    await put(vectors, "ann", "d", "old tea", generation=1)
    assert await texts(vectors, "ann", "tea") == ["new tea"]
    assert await vectors.fetch("ann", [point_id("ann", "d", 1, 0)]) == []


async def test_a_generation_that_is_being_written_survives_the_publishing_of_an_older_one(
    vectors: Vectors,
) -> None:
    await vectors.upsert("ann", chunks("ann", "d", ["new tea"], generation=2))
    await put(vectors, "ann", "d", "old tea", generation=1)
    assert await texts(vectors, "ann", "tea") == ["old tea"]
    await vectors.publish("ann", "d", 2)
    assert await texts(vectors, "ann", "tea") == ["new tea"]


async def test_between_the_two_steps_of_publishing_only_the_newer_generation_is_shown(
    vectors: Vectors, index_url: str, collection: str
) -> None:
    await put(vectors, "ann", "d", "old tea", generation=1)
    await vectors.upsert("ann", chunks("ann", "d", ["new tea"], generation=2))
    everything = {"payload": {"live": 1}, "filter": {}}
    async with httpx.AsyncClient() as client:
        await client.post(f"{index_url}/collections/{collection}/points/payload", json=everything)
    assert await texts(vectors, "ann", "tea") == ["new tea"]


async def test_what_is_deleted_is_gone_and_deleting_nothing_is_quiet(vectors: Vectors) -> None:
    await put(vectors, "ann", "d", "tea")
    await put(vectors, "ann", "e", "more tea")
    await vectors.upsert("ann", chunks("ann", "d", ["half a parse"], generation=2))
    await vectors.delete("ann", "d", generation=2)
    assert await vectors.fetch("ann", [point_id("ann", "d", 2, 0)]) == []
    assert sorted(await texts(vectors, "ann", "tea")) == ["more tea", "tea"]
    await vectors.delete("ann", "d")
    await vectors.delete("ann", "d")
    assert await texts(vectors, "ann", "tea") == ["more tea"]


async def test_a_search_is_narrowed_to_documents_and_kinds(vectors: Vectors) -> None:
    await put(vectors, "ann", "d", "tea in d")
    await put(vectors, "ann", "e", "tea in e")
    await vectors.upsert("ann", chunks("ann", "f", ["tea in f"], kind="doc"))
    await vectors.publish("ann", "f", 1)
    assert sorted(await texts(vectors, "ann", "tea", document_ids=["d", "e"])) == ["tea in d", "tea in e"]
    assert await texts(vectors, "ann", "tea", kind="doc") == ["tea in f"]
    assert await texts(vectors, "ann", "tea", document_ids=["d"], kind="doc") == []
    assert await texts(vectors, "ann", "tea", document_ids=[]) == []
    assert await texts(vectors, "ann", "") == []


@pytest.mark.parametrize(
    ("weight", "found"),
    [
        (0.25, ["word word", "word", "near", "nearer"]),
        (1, ["word", "word word", "nearer", "near"]),
        (0, ["word word", "word"]),
    ],
)
async def test_the_legs_are_weighed(index_url: str, collection: str, weight: float, found: list[str]) -> None:
    vectors = Vectors(index_url, collection, DIMENSIONS, dense_weight=weight)
    places = {
        "word": [1.0, 0, 0, 0],
        "nearer": [0.9, 0.1, 0, 0],
        "near": [0.5, 0.5, 0, 0],
        "word word": NOWHERE,
    }
    for text, place in places.items():
        await vectors.upsert("ann", chunks("ann", text, [text], dense=place))
        await vectors.publish("ann", text, 1)
    hits = await vectors.search("ann", dense=places["word"], sparse=encode_query("word"), limit=4)
    assert [hit.payload["text"] for hit in hits][:2] == found[:2]
    assert sorted(hit.payload["text"] for hit in hits) == sorted(found)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    await vectors.aclose()


async def test_one_vector_is_enough(vectors: Vectors) -> None:
    for place, text in enumerate(["茶", "咖啡"]):
        dense = [float(place == axis) for axis in range(DIMENSIONS)]
        await vectors.upsert("ann", chunks("ann", text, [text], dense=dense))
        await vectors.publish("ann", text, 1)
    by_meaning = await vectors.search("ann", dense=[0.1, 0.9, 0, 0], sparse={}, limit=1)
    by_words = await vectors.search("ann", dense=None, sparse=encode_query("茶"), limit=1)
    assert [hit.document_id for hit in by_meaning + by_words] == ["咖啡", "茶"]


async def test_what_is_rare_is_counted_among_the_owners_own_chunks(vectors: Vectors) -> None:
    await put(vectors, "ann", "d", *["tea"] * 9, "water")
    await put(vectors, "bob", "d", "tea", *["water"] * 30)
    assert (await texts(vectors, "ann", "tea water"))[0] == "water"
    assert (await texts(vectors, "bob", "tea water"))[0] == "tea"


async def test_chunks_are_fetched_in_the_order_asked(vectors: Vectors) -> None:
    await put(vectors, "ann", "d", "a", "b", "c")
    a, b, c = (point_id("ann", "d", 1, position) for position in range(3))
    asked = [c, "no uuid", point_id("ann", "d", 9, 9), a, c.upper(), b]
    hits = await vectors.fetch("ann", asked)
    assert [(hit.id, hit.position, hit.score) for hit in hits] == [(c, 2, 0), (a, 0, 0), (b, 1, 0)]
    assert await vectors.fetch("ann", []) == []


async def test_many_points_arrive_once_each_however_often_they_are_sent(vectors: Vectors) -> None:
    points = chunks("ann", "d", [f"tea {n}" for n in range(150)])
    await vectors.upsert("ann", points)
    await vectors.upsert("ann", points)
    await vectors.publish("ann", "d", 1)
    hits = await vectors.search("ann", dense=None, sparse=encode_query("tea"), limit=1000)
    assert sorted(hit.position for hit in hits) == list(range(150))


async def test_without_its_collection_everything_is_quiet_and_the_next_write_makes_it(
    vectors: Vectors, index_url: str, collection: str
) -> None:
    await vectors.delete("ann", "d")
    await vectors.publish("ann", "d", 1)
    assert await vectors.fetch("ann", [point_id("ann", "d", 1, 0)]) == []
    await put(vectors, "ann", "d", "tea")
    async with httpx.AsyncClient() as client:
        await client.delete(f"{index_url}/collections/{collection}")
    assert await texts(vectors, "ann", "tea") == []
    await put(vectors, "ann", "d", "tea again")
    assert await texts(vectors, "ann", "tea") == ["tea again"]


async def test_processes_that_start_together_share_one_collection(index_url: str, collection: str) -> None:
    clients = [Vectors(index_url, collection, DIMENSIONS) for _ in range(6)]
    await asyncio.gather(*(client.ensure() for client in clients for _ in range(2)))
    async with httpx.AsyncClient() as client:
        about = (await client.get(f"{index_url}/collections/{collection}")).json()["result"]
    assert set(about["payload_schema"]) == {"owner", "document_id", "kind", "live", "generation"}
    assert about["payload_schema"]["owner"]["params"]["is_tenant"]
    assert about["config"]["params"]["sparse_vectors"]["sparse"]["modifier"] == "idf"
    await asyncio.gather(*(client.aclose() for client in clients))


async def test_another_size_of_vectors_is_refused_with_both_sizes(index_url: str, collection: str) -> None:
    first, second = Vectors(index_url, collection, 4), Vectors(index_url, collection, 6)
    await first.ensure()
    with pytest.raises(Unavailable, match=r"4 dimensions.*EMBEDDING_DIMENSIONS is 6"):
        await second.search("ann", dense=[1.0] * 6, sparse={}, limit=1)
    with pytest.raises(FreshetError, match="expected dim: 4, got 6"):
        await first.upsert("ann", chunks("ann", "d", ["tea"], dense=[1.0] * 6))
    await asyncio.gather(first.aclose(), second.aclose())


async def test_a_server_that_goes_and_comes_back_is_noticed_and_used_again(tmp_path: Path) -> None:
    (port,) = free_ports([0])
    vectors = Vectors(f"http://127.0.0.1:{port}", "test", DIMENSIONS)
    with pytest.raises(Unavailable) as down:
        await vectors.ping()
    assert down.value.part == "index"
    child = Child(qdrant(tmp_path, port))
    await child.start()
    await vectors.ping()
    await put(vectors, "ann", "d", "tea", "绿茶")
    await child.stop()
    with pytest.raises(Unavailable):
        await texts(vectors, "ann", "tea")
    again = Child(qdrant(tmp_path, port))
    await again.start()
    assert await texts(vectors, "ann", "茶") == ["绿茶"]
    await vectors.aclose()
    await again.stop()


@asynccontextmanager
async def silent() -> AsyncIterator[str]:
    """A server that takes connections and never answers."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_server_that_never_answers_is_unavailable_at_the_deadline() -> None:
    async with silent() as url:
        vectors = Vectors(url, "test", DIMENSIONS, timeout_s=0.3)
        begun = time.monotonic()
        with pytest.raises(Unavailable, match=r"within 0\.3 s"):
            await vectors.search("ann", dense=None, sparse={1: 1.0}, limit=1)
        assert time.monotonic() - begun < 5  # half a second of it is the SDK's import
        await vectors.aclose()


@pytest.mark.parametrize(
    ("status", "headers", "sentence", "retry_after"),
    [
        (500, {}, "failing", 1),
        (502, {}, "failing", 1),
        (429, {"Retry-After": "7"}, "failing", 7),
        (401, {}, "QDRANT_KEY_PARAMETER", None),
        (403, {}, "QDRANT_KEY_PARAMETER", None),
        (200, {}, "failing", 1),
    ],
)
async def test_what_is_no_proper_answer_is_unavailable(
    status: int, headers: dict[str, str], sentence: str, retry_after: float | None
) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        answer: Response = PlainTextResponse("no JSON", status, headers)
        await answer(scope, receive, send)  # type: ignore[arg-type]  # ASGI, untyped here

    async with served(app) as url:
        vectors = Vectors(url, "test", DIMENSIONS)
        with pytest.raises(Unavailable, match=sentence) as failed:
            await vectors.search("ann", dense=None, sparse={1: 1.0}, limit=1)
        assert (failed.value.part, failed.value.retry_after) == ("index", retry_after)
        await vectors.aclose()


async def test_a_server_that_is_no_qdrant_is_unavailable_and_not_empty() -> None:
    async with served(PlainTextResponse("not found", 404)) as url:
        vectors = Vectors(url, "test", DIMENSIONS)
        with pytest.raises(Unavailable, match="no Qdrant"):
            await vectors.ping()
        with pytest.raises(Unavailable, match="no Qdrant"):
            await vectors.search("ann", dense=None, sparse={1: 1.0}, limit=1)
        await vectors.aclose()


async def test_the_key_is_asked_for_and_sent_with_each_call() -> None:
    keys = iter(["first", "second"])
    seen = []

    async def key() -> str:
        return next(keys)

    async def app(scope: dict[str, list[tuple[bytes, bytes]]], receive: object, send: object) -> None:
        seen.append(dict(scope["headers"])[b"api-key"].decode())
        answer = Response('{"result": {"exists": true}}', media_type="application/json")
        await answer(scope, receive, send)  # type: ignore[arg-type]  # ASGI, untyped here

    async with served(app) as url:
        vectors = Vectors(url, "test", DIMENSIONS, key=key)
        await vectors.ping()
        await vectors.ping()
        await vectors.aclose()
    assert seen == ["first", "second"]


def test_the_sdk_is_not_imported_before_it_is_used() -> None:
    code = "import sys, freshet.stores.vectors; sys.exit('qdrant_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_id_of_a_chunk_is_the_one_that_stored_points_have() -> None:
    assert point_id("ann", "d", 1, 0) == "d52c1aea-67db-5bd8-b09a-d4a5a010b865"
    assert (
        len(
            {
                point_id(*parts)
                for parts in (("a", "b", 1, 1), ("a", "b", 1, 2), ("a", "b", 2, 1), ("ab", "", 1, 1))
            }
        )
        == 4
    )
