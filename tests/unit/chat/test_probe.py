"""A configured model, tried over loopback."""

from typing import Any

import pytest

from freshet.chat import probe
from freshet.chat.configuration import Model
from freshet.chat.probe import Trial, try_model
from freshet.errors import Unavailable
from freshet.llm import LLMClient, Price
from tests.unit.llm.upstream import (
    DONE,
    USAGE,
    Answer,
    RawServer,
    chunk,
    hangs,
    models,
    raw_server,
    refuses,
    says,
    sends,
)

pytestmark = pytest.mark.timeout(30)


def configured(**members: Any) -> Model:
    return Model.model_validate({"id": 2, "name": "a", "model": "m", **members})


async def found(model: Model, client: LLMClient) -> tuple[Model, LLMClient]:
    return model, client


async def trial(*answers: Answer, model: Model | None = None, **options: Any) -> tuple[Trial, RawServer]:
    async with (
        raw_server(*answers) as server,
        LLMClient(model="m", base_url=server.url, transport="httpx2", **options) as client,
    ):
        return await try_model(found(model or configured(), client)), server


async def test_a_model_that_answers_is_told_with_its_times_and_cost() -> None:
    tried, server = await trial(says("O", "K"), price=Price(1, 2, currency="CNY"))
    assert (tried.ok, tried.model, tried.output, tried.finish_reason) == (True, "m", "OK", "stop")
    assert tried.ttft_ms is not None
    assert 0 < tried.ttft_ms <= tried.latency_ms < 10_000
    assert tried.usage
    assert (tried.usage.prompt_tokens, tried.usage.completion_tokens) == (7, 3)
    assert tried.usage.cost == pytest.approx(13e-6)
    assert tried.usage.currency == "CNY"
    assert tried.error is None
    assert server.bodies[0]["max_tokens"] == probe.MAX_TOKENS
    assert server.bodies[0]["stream"] is True


async def test_a_model_that_only_got_to_reason_has_answered_too() -> None:
    thinks = sends(chunk(reasoning_content="Hm"), chunk(finish="length") + USAGE + DONE)
    tried, _ = await trial(thinks)
    assert (tried.ok, tried.output, tried.finish_reason) == (True, "", "length")
    silent, _ = await trial(sends(chunk(finish="length") + USAGE + DONE))
    assert (silent.ok, silent.finish_reason, silent.ttft_ms) == (True, "length", None)


async def test_it_is_tried_with_its_own_parameters() -> None:
    extra = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    model = configured(params={"temperature": 0.3, "max_tokens": 2000, "extra": extra})
    _, server = await trial(says("OK"), model=model)
    assert (server.bodies[0]["temperature"], server.bodies[0]["max_tokens"]) == (0.3, 2000)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refuses(401), "model_authentication"),
        (refuses(404), "model_not_found"),
        (sends(b"<html>", kind="text/html"), "model_malformed"),
    ],
)
async def test_a_model_that_fails_is_a_result(answer: Answer, code: str) -> None:
    tried, _ = await trial(answer)
    assert not tried.ok
    assert tried.error
    assert tried.error.code == code
    assert tried.error.detail
    assert tried.latency_ms > 0


async def test_a_model_that_does_not_answer_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "TIMEOUT_S", 0.3)
    async with models(m=hangs()) as server, LLMClient(model="m", base_url=server.url) as client:
        tried = await try_model(found(configured(), client))
    assert tried.error
    assert (tried.ok, tried.error.code) == (False, "model_timeout")
    assert 300 <= tried.latency_ms < 3000


async def test_an_address_that_may_not_be_reached_is_a_result() -> None:
    tried, server = await trial(says("no"), allowed=())
    assert tried.error
    assert tried.error.code == "address_refused"
    assert server.heads == []


async def test_that_a_part_of_ours_fails_is_no_result() -> None:
    async def key() -> str:
        raise Unavailable("The secrets do not answer.", part="secrets")

    with pytest.raises(Unavailable):
        await trial(says("no"), key=key)


async def test_a_model_for_vectors_is_asked_for_one() -> None:
    vectors = sends(b'{"data": [{"index": 0, "embedding": [0.1, 0.2, 0.3]}]}', kind="application/json")
    tried, server = await trial(vectors, model=configured(capabilities=["embeddings"]))
    assert (tried.ok, tried.output, tried.usage) == (True, "a vector of 3 numbers", None)
    assert server.heads[0].startswith("POST /v1/embeddings")
