"""Reading over REST: what is only read needs no SDK, and addresses are read as the SDK reads them."""

import asyncio
import subprocess
import sys

import pytest
from qdrant_client import AsyncQdrantClient
from starlette.responses import Response

from freshet.errors import FreshetError, Unavailable
from freshet.stores.qdrant_rest import Reading, _address
from tests.serving import served

SEARCHES = """
import asyncio, sys
from freshet.errors import Unavailable
from freshet.stores.vectors import Vectors

async def search():
    try:
        await Vectors("http://127.0.0.1:9", "test", 4).search("ann", dense=None, sparse={1: 1.0}, limit=1)
    except Unavailable:
        sys.exit("qdrant_client" in sys.modules)

asyncio.run(search())
"""


async def test_a_search_does_not_import_the_sdk() -> None:
    ended = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", SEARCHES], check=False)
    assert ended.returncode == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:6333",
        "http://qdrant.internal",
        "https://x.cloud.qdrant.io",
        "https://x.example:443/index",
        "localhost:7000",
    ],
)
async def test_an_address_is_the_one_that_the_sdk_writes_to(url: str) -> None:
    client = AsyncQdrantClient(url=url, check_compatibility=False)
    assert _address(url) == client._client.rest_uri  # type: ignore[attr-defined]  # where it sends
    await client.close()


@pytest.mark.parametrize(
    ("status", "said", "sentence"),
    [
        (400, '{"status": {"error": "Wrong input"}}', r"refused the call \(Wrong input\)"),
        (400, "no JSON", r"refused the call \(HTTP 400\)"),
        (302, "", "failing"),
        (200, '{"status": "ok"}', "failing"),
        (404, '{"detail": "Not Found"}', "no Qdrant"),
    ],
)
async def test_an_answer_without_a_result_is_an_error(status: int, said: str, sentence: str) -> None:
    async with served(Response(said, status)) as url:
        reading = Reading(url, "test", key=None, timeout_s=5)
        with pytest.raises(FreshetError, match=sentence):
            await reading.post("/points/query", {})
        await reading.aclose()


async def test_a_missing_collection_is_nothing() -> None:
    said = '{"status": {"error": "Not found: Collection `test` doesn\'t exist!"}}'
    async with served(Response(said, 404)) as url:
        reading = Reading(url, "test", key=None, timeout_s=5)
        assert await reading.post("/points/query", {}) is None
        await reading.aclose()


@pytest.mark.parametrize(
    ("url", "key"), [("", None), ("http://127.0.0.1:9", "a\nb"), ("http://127.0.0.1:9", "é")]
)
async def test_what_can_t_be_asked_is_unavailable(url: str, key: str | None) -> None:
    async def look_up() -> str | None:
        return key

    reading = Reading(url, "test", key=look_up, timeout_s=5)
    with pytest.raises(Unavailable):
        await reading.get("/exists")
    await reading.aclose()
