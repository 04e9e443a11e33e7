"""Reranking over loopback: the stand-in, and servers that answer as each vendor does."""

import asyncio
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.errors import (
    ModelAuthentication,
    ModelBadRequest,
    ModelError,
    ModelMalformed,
    ModelOverloaded,
    ModelRateLimited,
    ModelTimeout,
)
from freshet.llm.endpoint import Key
from freshet.llm.rerank import Reranker, scores
from tests.unit.llm.upstream import Answer, RawServer, StandIn, raw_server, sends

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff")]

PATIENT = 20  # seconds: the first call of a process imports the SDK
LEAVE = "How many days of paid leave do I have?"
TEXTS = [
    "The canteen opens at noon.",
    "Staff have 25 days of paid leave.",
    "Leave requests go to the manager.",
]


def says(body: Any, status: str = "200 OK", headers: str = "") -> Answer:
    return sends(json.dumps(body).encode(), status=status, kind=f"application/json{headers}")


async def asked(
    upstream: RawServer, texts: list[str], model: str = "m", key: Key | None = None
) -> list[float]:
    reranker = Reranker(f"{upstream.url}/rerank", model, key=key, timeout_s=PATIENT)
    try:
        return await reranker.rerank("q", texts)
    finally:
        await reranker.aclose()


async def from_stand_in(
    stand_in: StandIn, query: str, texts: list[str], *, timeout_s: float = PATIENT
) -> list[float]:
    reranker = Reranker(f"{stand_in.url}/v1/rerank", "freshet-stand-in-rerank", timeout_s=timeout_s)
    try:
        return await reranker.rerank(query, texts)
    finally:
        await reranker.aclose()


@pytest.fixture
async def warm(stand_in: StandIn) -> StandIn:
    """The stand-in, for a test that measures time: the SDK is imported."""
    await from_stand_in(stand_in, LEAVE, TEXTS)
    await stand_in.forget()
    return stand_in


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        (LEAVE, TEXTS),
        ("带薪年假有几天？", ["食堂中午开门。", "员工每年享有25天带薪年假。", "请假须向经理申请。"]),
    ],
)
async def test_texts_are_scored_in_their_own_order(stand_in: StandIn, query: str, texts: list[str]) -> None:
    found = await from_stand_in(stand_in, query, texts)
    assert len(found) == 3
    assert found[1] == max(found)
    assert await from_stand_in(stand_in, query, texts[::-1]) == found[::-1]
    (body, _) = [seen["body"] for seen in await stand_in.requests()]
    assert body == {"model": "freshet-stand-in-rerank", "query": query, "documents": texts}


async def test_no_texts_need_no_call(stand_in: StandIn) -> None:
    assert await from_stand_in(stand_in, LEAVE, []) == []
    assert await stand_in.requests() == []


COHERE = {
    "results": [{"index": 1, "relevance_score": 0.999071}, {"index": 0, "relevance_score": 0.32713068}],
    "id": "07734bd2",
    "meta": {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}},
}
JINA = {
    "model": "jina-reranker-v2-base-multilingual",
    "usage": {"total_tokens": 815},
    "results": [
        {"index": 1, "document": {"text": "有机护肤品"}, "relevance_score": 0.87},
        {"index": 0, "document": {"text": "b"}, "relevance_score": 0.76},
    ],
}
VOYAGE = {
    "object": "list",
    "data": [{"relevance_score": 0.86, "index": 1}, {"relevance_score": 0.42, "index": 0}],
    "model": "rerank-2.5-lite",
    "usage": {"total_tokens": 57},
}
LOGITS = {"results": [{"index": 0, "relevance_score": -4.5}, {"index": 1, "relevance_score": -11}]}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (COHERE, [0.32713068, 0.999071]),
        (JINA, [0.76, 0.87]),
        (VOYAGE, [0.42, 0.86]),
        (LOGITS, [-4.5, -11.0]),
    ],
    ids=["cohere", "jina, siliconflow, dashscope, vllm", "voyage, infinity", "scores without a sigmoid"],
)
async def test_each_vendors_answer_is_understood(answer: Any, expected: list[float]) -> None:
    async with raw_server(says(answer)) as upstream:
        assert await asked(upstream, ["苹果", "b"]) == expected
    # Voyage refuses `top_n`, Cohere `top_k`: nothing but these three goes out.
    assert upstream.bodies == [{"model": "m", "query": "q", "documents": ["苹果", "b"]}]
    assert upstream.heads[0].startswith("POST /v1/rerank HTTP/1.1\r\n")


async def test_without_a_model_text_embeddings_inference_is_spoken() -> None:
    ranks = [{"index": 1, "score": 0.9}, {"index": 0, "score": 0.1}]
    async with raw_server(says(ranks)) as upstream:
        assert await asked(upstream, ["a", "b"], model="") == [0.1, 0.9]
    assert upstream.bodies == [{"query": "q", "texts": ["a", "b"], "truncate": True}]


async def test_a_url_with_a_query_is_left_as_it_is() -> None:
    async with raw_server(says(LOGITS)) as upstream:
        reranker = Reranker(f"{upstream.url}/models/rerank?api-version=2026-01-01", "m")
        await reranker.rerank("q", ["a", "b"])
        await reranker.aclose()
    assert upstream.heads[0].startswith("POST /v1/models/rerank?api-version=2026-01-01 HTTP/1.1\r\n")


ROW = {"index": 0, "relevance_score": 0.5}


@pytest.mark.parametrize(
    "body",
    [
        {"results": [ROW]},
        {"results": [ROW, ROW]},
        {"results": [ROW, {"index": 2, "relevance_score": 0.1}]},
        {"results": [ROW, {"index": -1, "relevance_score": 0.1}]},
        {"results": [ROW, {"index": 1, "relevance_score": 0.1}, {"index": 1, "relevance_score": 0.9}]},
        {"results": [ROW, {"index": 1, "relevance_score": float("nan")}]},
        {"results": [ROW, {"index": 1, "relevance_score": None}]},
        {"results": [ROW, {"index": 1}]},
        {"results": [ROW, {"relevance_score": 0.1}]},
        {"results": [ROW, {"index": float("inf"), "relevance_score": 0.1}]},
        {"results": [ROW, "b"]},
        {"results": None},
        {"results": []},
        {"error": "no"},
        [],
        [0.1, 0.2],
        "0.1",
        None,
    ],
)
async def test_an_answer_that_does_not_score_every_text_soundly_is_refused(body: Any) -> None:
    async with raw_server(says(body)) as upstream:
        with pytest.raises(ModelMalformed):
            await asked(upstream, ["a", "b"])
    assert len(upstream.heads) == 1


async def test_what_is_no_json_is_refused() -> None:
    async with raw_server(sends(b"<html>", kind="text/html")) as upstream:
        with pytest.raises(ModelMalformed):
            await asked(upstream, ["a", "b"])


@given(st.permutations(range(6)))
def test_scores_follow_the_index_whatever_the_order_of_the_rows(order: list[int]) -> None:
    rows = [{"index": index, "score": float(index)} for index in order]
    assert scores(rows, count=6) == [0, 1, 2, 3, 4, 5]


async def test_a_limited_rate_is_waited_for_as_long_as_the_upstream_asks() -> None:
    limited = says({"message": "slow down"}, "429 Too Many Requests", "\r\nretry-after: 0.4")
    async with raw_server(limited, says(COHERE)) as upstream:
        started = time.monotonic()
        assert await asked(upstream, ["a", "b"]) == [0.32713068, 0.999071]
        assert time.monotonic() - started >= 0.4
    assert len(upstream.heads) == 2


async def test_a_wait_that_would_pass_the_deadline_is_not_begun(warm: StandIn) -> None:
    await warm.fault("status=429;retry_after=60")
    started = time.monotonic()
    with pytest.raises(ModelRateLimited):
        await from_stand_in(warm, LEAVE, TEXTS)
    assert time.monotonic() - started < 5


async def test_failures_that_pass_are_retried_and_lasting_ones_raised(stand_in: StandIn) -> None:
    await stand_in.fault("status=500", times=2)
    assert len(await from_stand_in(stand_in, LEAVE, TEXTS)) == 3
    await stand_in.fault("status=503", times=3)
    with pytest.raises(ModelOverloaded):
        await from_stand_in(stand_in, LEAVE, TEXTS)
    assert [seen["status"] for seen in await stand_in.requests()] == [500, 500, 200, 503, 503, 503]


async def test_silence_ends_at_the_deadline_and_closes_the_upstream(warm: StandIn) -> None:
    await warm.fault("hang=headers")
    started = time.monotonic()
    with pytest.raises(ModelTimeout, match="within 1 s"):
        await from_stand_in(warm, LEAVE, TEXTS, timeout_s=1)
    assert time.monotonic() - started < 4
    for _ in range(100):
        (seen,) = await warm.requests()
        if seen["disconnected_ms"] is not None:
            return
        await asyncio.sleep(0.02)
    pytest.fail("the request was left open")


async def test_the_deadline_is_one_over_all_attempts(warm: StandIn) -> None:
    await warm.fault("status=500")
    await warm.fault("hang=headers", times=2)
    started = time.monotonic()
    with pytest.raises(ModelTimeout):
        await from_stand_in(warm, LEAVE, TEXTS, timeout_s=1.2)
    assert 1 < time.monotonic() - started < 4


async def test_texts_that_are_too_many_for_the_endpoint_are_sent_in_halves(stand_in: StandIn) -> None:
    texts = [f"leave rule {'paid ' * (i % 5)}{i}" for i in range(20)]
    whole = await from_stand_in(stand_in, LEAVE, texts)
    await stand_in.fault("status=413")
    assert await from_stand_in(stand_in, LEAVE, texts) == whole
    assert [len(seen["body"]["documents"]) for seen in await stand_in.requests()] == [20, 20, 10, 10]


async def test_a_request_that_is_wrong_in_itself_is_given_up_soon(stand_in: StandIn) -> None:
    await stand_in.fault("status=400", times=50)
    with pytest.raises(ModelBadRequest):
        await from_stand_in(stand_in, LEAVE, ["x"] * 30)
    assert [len(seen["body"]["documents"]) for seen in await stand_in.requests()] == [30, 15, 7]


async def test_a_refused_key_is_not_repeated_and_not_told() -> None:
    refuse = says({"message": "invalid api token co-secret"}, "401 Unauthorized")
    async with raw_server(refuse) as upstream:
        with pytest.raises(ModelAuthentication) as raised:
            await asked(upstream, ["a", "b"])
    assert "co-secret" not in str(raised.value.problem())
    assert len(upstream.heads) == 1


async def test_the_key_goes_to_the_reranker_and_to_nobody_it_points_to() -> None:
    async def key() -> str:
        return "rk-secret"

    async with raw_server(says(COHERE)) as elsewhere:
        there = f"\r\nlocation: {elsewhere.url}/rerank"
        async with raw_server(says({}, "307 Temporary Redirect", there)) as upstream:
            with pytest.raises(ModelError):
                await asked(upstream, ["a", "b"], key=key)
    assert "authorization: bearer rk-secret" in upstream.heads[0].lower()
    assert elsewhere.heads == []


async def test_without_a_key_nothing_of_the_environment_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "not-for-you")
    async with raw_server(says(COHERE)) as upstream:
        await asked(upstream, ["a", "b"])
    assert "authorization" not in upstream.heads[0].lower()
    assert "not-for-you" not in upstream.heads[0]


async def test_a_connection_is_used_again(stand_in: StandIn) -> None:
    reranker = Reranker(f"{stand_in.url}/v1/rerank", "m")
    for _ in range(3):
        await reranker.rerank(LEAVE, TEXTS)
    await reranker.aclose()
    assert len({seen["connection"] for seen in await stand_in.requests()}) == 1


async def test_nobody_listening_is_an_overloaded_endpoint() -> None:
    with pytest.raises(ModelOverloaded):
        await Reranker("http://127.0.0.1:9/rerank", "m", timeout_s=0.5).rerank("q", ["a", "b"])
