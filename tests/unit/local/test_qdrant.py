import asyncio
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from qdrant_client import AsyncQdrantClient, models

ROOT = Path(__file__).parents[3]
VECTORS = {
    "vectors": {"dense": {"size": 2, "distance": "Cosine"}},
    "sparse_vectors": {"sparse": {"modifier": "idf"}},
}
ONE = "00000000-0000-4000-8000-000000000001"


@dataclass
class Server:
    process: asyncio.subprocess.Process
    http: httpx.AsyncClient

    async def ask(self, method: str, path: str, body: Any = None, **parameters: Any) -> tuple[int, Any]:
        """The status, and the result or the error's sentence."""
        response = await self.http.request(method, path, json=body, params=parameters)
        answer = response.json()
        assert isinstance(answer["time"], float)
        if response.is_success:
            assert answer["status"] == "ok"
            return response.status_code, answer["result"]
        return response.status_code, answer["status"]["error"]

    async def end(self, number: signal.Signals) -> float:
        """Seconds from the signal to the end."""
        begun = time.monotonic()
        self.process.send_signal(number)
        await self.process.wait()
        return time.monotonic() - begun


@asynccontextmanager
async def running(folder: Path, *arguments: str) -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.local.qdrant", "--port", "0", "--path", str(folder), *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        first = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        assert first.startswith("listening on 127.0.0.1:")
        async with httpx.AsyncClient(base_url=f"http://{first.split()[-1]}") as client:
            yield Server(process, client)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with running(tmp_path_factory.mktemp("qdrant")) as started:
        yield started


@pytest.fixture
async def name(server: Server) -> str:
    """A collection with one point."""
    name = f"test-{uuid.uuid4()}"
    await server.ask("PUT", f"/collections/{name}", VECTORS)
    await server.ask("PUT", f"/collections/{name}/points", {"points": [point(ONE)]}, wait="true")
    return name


def point(id_: int | str, **payload: Any) -> dict[str, Any]:
    sparse = {"indices": [7, 2**32 - 1], "values": [0.5, 2]}
    return {"id": id_, "vector": {"dense": [3, 4], "sparse": sparse}, "payload": payload}


async def count(server: Server, name: str) -> Any:
    return (await server.ask("POST", f"/collections/{name}/points/count", {"exact": True}))[1]["count"]


async def test_it_says_what_it_is_and_that_it_is_well(server: Server) -> None:
    about = (await server.http.get("/")).json()
    assert "stand-in" in about["title"]
    assert about["version"].startswith("1.")
    assert [(await server.http.get(path)).status_code for path in ("/healthz", "/readyz")] == [200, 200]


async def test_collections_are_made_listed_and_deleted_as_in_qdrant(server: Server) -> None:
    path = "/collections/中文 name"
    assert await server.ask("PUT", path, VECTORS) == (200, True)
    assert await server.ask("PUT", path, VECTORS) == (
        409,
        "Wrong input: Collection `中文 name` already exists!",
    )
    assert await server.ask("GET", f"{path}/exists") == (200, {"exists": True})
    assert {"name": "中文 name"} in (await server.ask("GET", "/collections"))[1]["collections"]
    assert await server.ask("DELETE", path) == (200, True)
    assert await server.ask("DELETE", path) == (200, False)
    assert await server.ask("GET", path) == (404, "Not found: Collection `中文 name` doesn't exist!")
    assert await server.ask("GET", f"{path}/exists") == (200, {"exists": False})


async def test_the_official_client_reads_every_answer(server: Server, name: str) -> None:
    client = AsyncQdrantClient(url=str(server.http.base_url), check_compatibility=False)
    two = models.PointStruct(
        id=2,
        vector={"dense": [1.0, 0.0], "sparse": models.SparseVector(indices=[7], values=[1.0])},
        payload={"text": "茶", "n": 2, "nothing": None, "yes": True},
    )
    assert (await client.upsert(name, [two], wait=True)).status == models.UpdateStatus.COMPLETED
    for field, schema in {"text": "keyword", "n": "integer"}.items():
        await client.create_payload_index(name, field, models.PayloadSchemaType(schema), wait=True)
    about = await client.get_collection(name)
    assert (about.points_count, set(about.payload_schema)) == (2, {"text", "n"})
    [record] = await client.retrieve(name, [2], with_vectors=True)
    assert (record.id, record.payload) == (2, two.payload)
    assert record.vector == two.vector
    page, following = await client.scroll(name, limit=1)
    rest, end = await client.scroll(name, limit=5, offset=following)
    assert ({each.id for each in page + rest}, end) == ({2, ONE}, None)
    where = models.Filter(
        must=[models.FieldCondition(key="n", range=models.Range(gte=2))],
        must_not=[models.HasIdCondition(has_id=[ONE])],
    )
    assert (await client.count(name, where)).count == 1
    queries = [models.QueryRequest(query=[1.0, 0.0], using="dense", limit=1, with_payload=["n"])] * 2
    for answer in await client.query_batch_points(name, queries):
        assert [(hit.id, hit.payload, round(hit.score, 3)) for hit in answer.points] == [(2, {"n": 2}, 1)]
    await client.set_payload(name, {"text": "coffee"}, points=[2])
    assert (await client.retrieve(name, [2]))[0].payload == two.payload | {"text": "coffee"}  # type: ignore[operator]  # set above
    await client.delete(name, models.PointIdsList(points=[2]))
    assert (await client.count(name)).count == 1
    await client.close()


async def test_sparse_scores_are_the_products_times_the_idf_of_the_corpus(server: Server, name: str) -> None:
    points = [point(n, owner="ann" if n < 3 else "bob") for n in range(1, 10)]
    await server.ask("PUT", f"/collections/{name}/points", {"points": points})
    ann = {"must": [{"key": "owner", "match": {"value": "ann"}}]}
    query = {"query": {"indices": [7], "values": [1]}, "using": "sparse", "filter": ann, "limit": 1}
    scores = [
        (await server.ask("POST", f"/collections/{name}/points/query", query | {"params": params}))[1][
            "points"
        ][0]["score"]
        for params in ({}, {"idf": {"corpus": ann}})
    ]
    # ln(1 + (N - n + 0.5) / (n + 0.5)) for n = N = 10, and for n = N = 2
    assert scores == [pytest.approx(0.5 * 0.04652, rel=1e-3), pytest.approx(0.5 * 0.18232, rel=1e-3)]


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("points/query", {"query": {"recommend": {}}}, "recommend"),
        ("points/query", {"query": [1, 0], "using": "dense", "lookup_from": {}}, "lookup_from"),
        ("points/query", {"query": [1, 0], "using": "dense", "params": {"quantization": {}}}, "quantization"),
        ("points/query", {"query": [1, 0], "using": "dense", "limit": 0}, "limit"),
        ("points/query", {"query": {"rrf": {"weights": [1]}}}, "prefetch"),
        ("points/query", {"query": {"rrf": {"weights": [1]}}, "prefetch": [{}, {}]}, "weights"),
        ("points/query", {"query": {"fusion": "sum"}, "prefetch": [{}]}, "fusion"),
        ("points/query", {"query": [1, 0, 0], "using": "dense"}, "expected dim: 2, got 3"),
        ("points/query", {"query": [1, 0], "using": "other"}, "other"),
        ("points/query", {"query": {"indices": [1, 1], "values": [1, 2]}, "using": "sparse"}, "unique"),
        ("points/count", {"filter": {"must": [{"key": "live", "match": {"value": True}}]}}, "match.value"),
        ("points/count", {"filter": {"must": [{"key": "a", "geo_radius": {}}]}}, "geo_radius"),
        ("points/count", {"filter": {"all": []}}, "all"),
        ("points/count", {"filter": {"must": [{"key": "a"}]}}, "match or range"),
        ("points/scroll", {"order_by": "a"}, "order_by"),
        ("points/delete", {}, "points or filter"),
        ("points/delete", {"points": [-1]}, "points"),
        ("points/delete", {"points": ["not a uuid"]}, "UUID"),
        ("points/payload", {"points": [1], "payload": {}, "key": "a"}, "key"),
        ("points", {"ids": [1], "shard_key": "a"}, "shard_key"),
    ],
)
async def test_what_is_not_carried_or_wrong_is_refused_by_name(
    server: Server, name: str, path: str, body: dict[str, Any], named: str
) -> None:
    status, sentence = await server.ask("POST", f"/collections/{name}/{path}", body)
    assert status == 400
    assert named in sentence
    assert await count(server, name) == 1


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("", {"vectors": {"size": 2, "distance": "Cosine"}}, "named vectors"),
        ("", VECTORS | {"shard_number": 2}, "shard_number"),
        ("", {"vectors": {"dense": {"size": 2, "distance": "Cosine", "on_disk": True}}}, "on_disk"),
        ("", {}, "vectors"),
        ("/index", {"field_name": "live", "field_schema": "bool"}, "field_schema"),
        ("/index", {"field_name": "a", "field_schema": {"type": "text", "is_tenant": True}}, "field_schema"),
        ("/points", {"points": [point(1) | {"vector": [1, 2]}]}, "named vectors"),
        ("/points", {"points": [point(1), {"id": 2, "vector": {"dense": [1, 2, 3]}}]}, "got 3"),
        ("/points", {"points": [{"id": 2, "vector": {"dense": ["a", "b"]}}]}, "numbers"),
        ("/points", {"points": [{"id": 2, "vector": {"other": [1, 2]}}]}, "other"),
        ("/points", {"batch": {}}, "batch"),
        ("/points", [], "object"),
    ],
)
async def test_writes_that_are_wrong_are_refused_whole(
    server: Server, name: str, path: str, body: Any, named: str
) -> None:
    place = f"/collections/{name}{path}" if path else "/collections/never-made"
    status, sentence = await server.ask("PUT", place, body)
    assert status == 400
    assert named in sentence
    assert await count(server, name) == 1
    assert (await server.ask("GET", "/collections/never-made"))[0] == 404


async def test_strange_requests_have_qdrants_kind_of_answer(server: Server, name: str) -> None:
    assert (await server.ask("GET", f"/collections/{name}/cluster"))[0] == 501
    assert (await server.ask("GET", f"/collections/{name}", surprise="1"))[0] == 400
    assert (await server.ask("PUT", "/collections/..%2Fup", VECTORS))[0] in (400, 501)
    assert (await server.ask("PUT", "/collections/a%3Ab", VECTORS))[0] == 400
    response = await server.http.put(f"/collections/{name}/points", content=b"{no json")
    assert response.status_code == 400
    response = await server.http.put(f"/collections/{name}/points", content=b" " * ((32 << 20) + 1))
    assert response.status_code == 413


async def test_with_a_key_only_its_holders_are_served(tmp_path: Path) -> None:
    async with running(tmp_path, "--api-key", "s3cret") as server:
        for headers in ({}, {"api-key": "wrong"}, {"authorization": "Bearer wrong"}):
            assert (await server.http.get("/collections", headers=headers)).status_code == 401
        for headers in ({"api-key": "s3cret"}, {"authorization": "Bearer s3cret"}):
            assert (await server.http.get("/collections", headers=headers)).status_code == 200
        assert (await server.http.get("/readyz")).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
async def test_what_was_answered_is_kept_however_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    async with running(tmp_path) as server:
        await server.ask("PUT", "/collections/kept", VECTORS)
        await server.ask("PUT", "/collections/gone", VECTORS)
        await server.ask("PUT", "/collections/kept/index", {"field_name": "n", "field_schema": "integer"})
        points = [point(n, n=n, text="茶") for n in range(300)]
        await server.ask("PUT", "/collections/kept/points", {"points": points})
        await server.ask("PUT", "/collections/kept/points", {"points": [{"id": 1, "vector": {"dense": [1]}}]})
        await server.ask("POST", "/collections/kept/points/delete", {"points": [0]})
        await server.ask("POST", "/collections/kept/points/payload", {"points": [1], "payload": {"n": 1000}})
        await server.ask("DELETE", "/collections/gone")
        assert await server.end(number) < 2
    (tmp_path / "unfinished" / "shard").mkdir(parents=True)
    async with running(tmp_path) as server:
        assert (await server.ask("GET", "/collections"))[1] == {"collections": [{"name": "kept"}]}
        assert await count(server, "kept") == 299
        large = {"must": [{"key": "n", "range": {"gte": 1000}}]}
        found = await server.ask("POST", "/collections/kept/points/scroll", {"filter": large})
        assert found[1]["points"] == [{"id": 1, "payload": {"n": 1000, "text": "茶"}}]
        assert "n" in (await server.ask("GET", "/collections/kept"))[1]["payload_schema"]


async def test_what_was_deleted_gives_its_room_back_at_the_next_start(tmp_path: Path) -> None:
    def used() -> int:
        return sum(path.stat().st_blocks for path in tmp_path.glob("kept/shard/segments/**/*"))

    async with running(tmp_path) as server:
        await server.ask("PUT", "/collections/kept", VECTORS)
        for start in (0, 5_000):
            points = [point(start + n, text="茶" * 1000) for n in range(5_000)]
            await server.ask("PUT", "/collections/kept/points", {"points": points})
        await server.ask("POST", "/collections/kept/points/delete", {"points": list(range(9_900))})
        await server.end(signal.SIGTERM)
        before = used()
    async with running(tmp_path) as server:
        assert used() < before / 2
        assert await count(server, "kept") == 100
        query = {"query": [3, 4], "using": "dense", "limit": 1000}
        hits = (await server.ask("POST", "/collections/kept/points/query", query))[1]["points"]
        assert {hit["id"] for hit in hits} == set(range(9_900, 10_000))


async def test_a_folder_serves_one_process_at_a_time(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        await server.ask("PUT", "/collections/kept", VECTORS)
        with pytest.raises(AssertionError):
            async with running(tmp_path):
                pass
        assert await count(server, "kept") == 0


async def test_readers_and_writers_at_once_all_get_their_answers(server: Server, name: str) -> None:
    async def write(n: int) -> int:
        body = {"points": [point(n * 100 + k, owner=str(n)) for k in range(50)]}
        return (await server.ask("PUT", f"/collections/{name}/points", body))[0]

    async def read() -> int:
        query = {"query": [1, 0], "using": "dense", "limit": 5}
        return (await server.ask("POST", f"/collections/{name}/points/query", query))[0]

    statuses = await asyncio.gather(*(write(n) for n in range(1, 11)), *(read() for _ in range(30)))
    assert set(statuses) == {200}
    assert await count(server, name) == 501
