"""Embeddings: batches, order, checks, retries."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.errors import ModelBadRequest, ModelMalformed, ModelOverloaded, ModelRateLimited, ModelTimeout
from freshet.llm import LLMClient
from freshet.llm.embeddings import MAX_BATCH_CHARACTERS, MAX_BATCH_TEXTS, batches
from tests.unit.llm.upstream import Answer, StandIn, raw_server, sends

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff")]

MODEL = "freshet-stand-in-embedding"


def vectors(*rows: tuple[int, Any]) -> Answer:
    body = {"data": [{"index": index, "embedding": vector} for index, vector in rows]}
    return sends(json.dumps(body).encode(), kind="application/json")


async def test_every_text_gets_its_own_vector_in_order_over_many_batches(stand_in: StandIn) -> None:
    texts = [f"text number {i} 第{i}段" for i in range(200)]
    async with stand_in.client(workers=3) as llm:
        found = await llm.embed(texts, model=MODEL, dimensions=64)
        alone = [(await llm.embed([texts[i]], model=MODEL, dimensions=64))[0] for i in (0, 63, 64, 199)]
    assert len(found) == 200
    assert [found[i] for i in (0, 63, 64, 199)] == alone
    bodies = [seen["body"] for seen in await stand_in.requests()]
    assert len({tuple(body["input"]) for body in bodies}) == 4 + 4  # one may be sent twice on a busy machine
    assert all(body["encoding_format"] == "float" and body["dimensions"] == 64 for body in bodies)


async def test_no_texts_need_no_call(stand_in: StandIn) -> None:
    async with stand_in.client() as llm:
        assert await llm.embed([], model=MODEL) == []
    assert await stand_in.requests() == []


@pytest.mark.parametrize("fault", ["status=429;retry_after=0.05", "status=500", "status=503"])
async def test_a_passing_failure_is_retried(stand_in: StandIn, fault: str) -> None:
    await stand_in.fault(fault, times=2)
    async with stand_in.client() as llm:
        assert len(await llm.embed(["a", "b"], model=MODEL)) == 2
    assert len(await stand_in.requests()) == 3


async def test_a_lasting_failure_is_raised_as_itself_and_ends_the_other_batches(stand_in: StandIn) -> None:
    await stand_in.fault("status=429;retry_after=60", times=50)
    async with stand_in.client(workers=1) as llm:
        with pytest.raises(ModelRateLimited):
            await llm.embed(["x"] * 1000, model=MODEL)
    assert len(await stand_in.requests()) <= 2


async def test_silence_is_a_timeout(stand_in: StandIn) -> None:
    await stand_in.fault("hang=headers", times=2)
    async with stand_in.client(timeout_s=0.3) as llm:
        with pytest.raises(ModelTimeout):
            await llm.embed(["a"], model=MODEL)
        with pytest.raises(ModelTimeout):
            await llm.embed(["a"], model=MODEL, timeout=0.1)


async def test_vectors_in_another_order_are_put_in_order() -> None:
    async with (
        raw_server(vectors((1, [2.0]), (0, [1.0]))) as upstream,
        LLMClient(base_url=upstream.url, model="m") as llm,
    ):
        assert await llm.embed(["a", "b"], model="e") == [[1.0], [2.0]]


@pytest.mark.parametrize(
    "answer",
    [
        vectors((0, [1.0, 2.0]), (1, [1.0])),
        vectors((0, [1.0, 2.0])),
        vectors((0, [1.0, 2.0]), (1, [])),
        vectors((0, [1.0, 2.0]), (1, [1.0, None])),
        vectors((0, [1.0, 2.0]), (1, "AAAA")),
        sends(
            b'{"data": [{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1,NaN]}]}',
            kind="application/json",
        ),
        sends(b'{"data": {}}', kind="application/json"),
        sends(b"<html>", kind="text/html"),
    ],
)
async def test_vectors_that_are_not_sound_are_refused(answer: Answer) -> None:
    async with raw_server(answer) as upstream, LLMClient(base_url=upstream.url, model="m") as llm:
        with pytest.raises(ModelMalformed):
            await llm.embed(["a", "b"], model="e", dimensions=2)


async def test_a_connection_cut_inside_the_answer_is_tried_again() -> None:
    short = sends(b'{"data": [', kind="application/json\r\ncontent-length: 9999")
    async with (
        raw_server(short, vectors((0, [1.0]))) as upstream,
        LLMClient(base_url=upstream.url, model="m") as llm,
    ):
        assert await llm.embed(["a"], model="e") == [[1.0]]
    assert len(upstream.heads) == 2


async def test_nobody_listening_is_an_overloaded_endpoint() -> None:
    async with LLMClient(base_url="http://127.0.0.1:9/v1", model="m", timeout_s=0.5) as llm:
        with pytest.raises(ModelOverloaded):
            await llm.embed(["a"], model="e")


async def test_a_batch_that_the_endpoint_finds_too_large_is_halved(stand_in: StandIn) -> None:
    texts = [str(i) for i in range(20)]
    async with stand_in.client() as llm:
        whole = await llm.embed(texts, model=MODEL)
        await stand_in.fault("status=400")
        assert await llm.embed(texts, model=MODEL) == whole
    sizes = [len(seen["body"]["input"]) for seen in await stand_in.requests()]
    assert sizes == [20, 20, 10, 10]


async def test_a_text_that_the_endpoint_refuses_is_a_bad_request(stand_in: StandIn) -> None:
    started = time.monotonic()
    async with stand_in.client() as llm:
        with pytest.raises(ModelBadRequest):
            await llm.embed(["fine", ""], model=MODEL)
    assert time.monotonic() - started < 2


@given(st.lists(st.integers(0, MAX_BATCH_CHARACTERS + 10).map(lambda n: "x" * n), max_size=20))
def test_batches_keep_the_texts_and_the_limits(texts: list[str]) -> None:
    found = [list(batch) for batch in batches(texts)]
    assert [text for batch in found for text in batch] == texts
    for batch in found:
        assert len(batch) <= MAX_BATCH_TEXTS
        assert len(batch) == 1 or sum(map(len, batch)) <= MAX_BATCH_CHARACTERS


def test_batches_are_bounded_by_number() -> None:
    assert [len(batch) for batch in batches(["a"] * 130)] == [64, 64, 2]
