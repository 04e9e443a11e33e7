"""Which model answers when one can't: the order, the time left for it, what it is told to cost."""

import json
import time
from typing import Any

import pytest

from freshet.errors import (
    ModelAuthentication,
    ModelBadRequest,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefused,
    ModelTimeout,
)
from freshet.llm import Endpoint, Generation, LLMClient, Price, Reset, TextDelta, Usage, retry
from tests.unit.llm.upstream import (
    DONE,
    Answer,
    chunk,
    collect,
    hangs,
    models,
    refuses,
    says,
    sends,
    speaks,
)

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff")]

DOWN = refuses(503)
CUT = sends(chunk("half "), chunk("an answer"), pause=0)
MALFORMED = sends(chunk("half "), b"data: {]\n\n", pause=0)


def client(url: str, *fallbacks: str | Endpoint, **options: Any) -> LLMClient:
    return LLMClient(base_url=url, model="a", fallbacks=fallbacks, **{"workers": 1, **options})


async def test_models_are_asked_in_their_order() -> None:
    async with (
        models(a=DOWN, b=DOWN, c=says("from c"), d=says("from d")) as upstream,
        client(upstream.url, "b", "c", "d") as llm,
    ):
        completion = await llm.complete("hi")
    assert completion.text == "from c"
    assert upstream.asked == ["a"] * 3 + ["b"] * 3 + ["c"]
    assert completion.usage.model == "c"
    assert completion.metrics.attempts == 7
    assert completion.metrics.failures == ("a: model_overloaded",) * 3 + ("b: model_overloaded",) * 3


async def test_when_all_fail_the_last_error_is_told() -> None:
    async with (
        models(a=DOWN, b=refuses(429, retry_after="0.01")) as upstream,
        client(upstream.url, "b") as llm,
    ):
        events, error = await collect(llm.stream("hi"))
        assert (events, type(error)) == ([], ModelRateLimited)
        assert upstream.asked == ["a"] * 3 + ["b"] * 3
        assert llm.stats().running == 0


async def test_a_healthy_first_model_leaves_the_others_alone() -> None:
    async with models(a=says("from a"), b=says("from b")) as upstream, client(upstream.url, "b") as llm:
        assert await llm.chat_async("hi") == "from a"
    assert upstream.asked == ["a"]


async def test_a_fallback_may_be_an_endpoint_of_its_own() -> None:
    async with models(a=DOWN) as first, models(other=says("从 别处")) as second:
        elsewhere = Endpoint(
            "other", base_url=second.url, api_key="sk-other", headers={"x-team": "7"}, extra={"top_k": 5}
        )
        async with client(first.url, elsewhere, api_key="sk-first", extra={"seed": 1}) as llm:
            assert await llm.chat_async("hi") == "从 别处"
    (call,) = second.calls
    assert "authorization: bearer sk-other" in call.head.lower()
    assert "x-team: 7" in call.head.lower()
    assert (call.body["top_k"], call.body.get("seed")) == (5, None)
    assert "sk-other" not in "".join(call.head for call in first.calls)
    assert first.calls[0].body["seed"] == 1


async def test_a_fallback_may_speak_another_protocol() -> None:
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "克劳德"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}},
        {"type": "message_stop"},
    ]
    answer = sends(*(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events))
    async with models(a=DOWN) as first, models(claude=answer) as second:
        native = Endpoint("claude", provider="anthropic", base_url=second.url.removesuffix("/v1"))
        async with client(first.url, native) as llm:
            completion = await llm.complete("hi", system_prompt="brief")
    assert (completion.text, completion.usage.model) == ("克劳德", "claude")
    assert second.calls[0].body["system"] == "brief"
    assert second.calls[0].body["stream"] is True


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refuses(401), ModelAuthentication),
        (refuses(403), ModelAuthentication),
        (refuses(400), ModelBadRequest),
        (refuses(404), ModelNotFound),
        (refuses(400, "content_filter"), ModelRefused),
        (sends(chunk(refusal="I won't") + chunk(finish="stop") + DONE), ModelRefused),
    ],
    ids=["401", "403", "400", "404", "filtered", "refused"],
)
async def test_what_the_caller_or_the_model_decided_goes_to_no_fallback(
    answer: Answer, kind: type[ModelError]
) -> None:
    async with models(a=answer, b=says("from b")) as upstream, client(upstream.url, "b") as llm:
        _, error = await collect(llm.stream("hi"))
    assert (type(error), upstream.asked) == (kind, ["a"])


@pytest.mark.parametrize("answer", [refuses(429, "insufficient_quota"), refuses(402)], ids=["quota", "402"])
async def test_an_exhausted_quota_goes_to_the_fallback_at_once(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "_FIRST_DELAY_S", 4)
    async with models(a=answer, b=says("from b")) as upstream, client(upstream.url, "b") as llm:
        completion = await llm.complete("hi")
    assert upstream.asked == ["a", "b"]
    assert completion.metrics.failures == ("a: model_rate_limited",)
    assert upstream.calls[1].begun - upstream.calls[0].begun < 1


async def test_an_exhausted_quota_holds_nobody_back() -> None:
    """Waiting does not cure it, so the next caller learns of it at once, too."""
    async with (
        models(a=refuses(429, "insufficient_quota", retry_after="60"), b=says("from b")) as upstream,
        client(upstream.url, "b") as llm,
    ):
        for _ in range(2):
            assert await llm.chat_async("hi") == "from b"
    assert upstream.asked == ["a", "b"] * 2


async def test_a_longer_wait_than_a_fallback_is_worth_goes_to_it_at_once() -> None:
    async with (
        models(a=refuses(429, retry_after="20"), b=says("from b")) as upstream,
        client(upstream.url, "b") as llm,
    ):
        assert await llm.chat_async("hi") == "from b"
        assert await llm.chat_async("hi") == "from b"  # `a` is held: it isn't even asked
    assert upstream.asked == ["a", "b", "b"]


@pytest.mark.parametrize("headers", [False, True])
async def test_a_silent_model_leaves_time_for_the_next(headers: bool) -> None:
    async with (
        models(a=hangs(headers=headers), b=hangs(headers=headers), c=says("from c")) as upstream,
        client(upstream.url, "b", "c", timeout_s=1.5) as llm,
    ):
        started = time.monotonic()
        completion = await llm.complete("hi")
        assert 0.8 < time.monotonic() - started < 1.5
    assert completion.text == "from c"
    assert completion.metrics.failures == ("a: model_timeout", "b: model_timeout")
    assert all(call.left is not None for call in upstream.calls[:2])


async def test_no_model_is_asked_after_the_deadline() -> None:
    async with (
        models(a=hangs(), b=hangs(), c=hangs()) as upstream,
        client(upstream.url, "b", "c") as llm,
    ):
        started = time.monotonic()
        _, error = await collect(llm.stream("hi", timeout=0.6))
        assert time.monotonic() - started < 2
    assert type(error) is ModelTimeout
    assert upstream.asked == ["a", "b", "c"]
    assert upstream.calls[-1].begun - upstream.calls[0].begun < 0.6


async def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    async with (
        models(a=refuses(503, retry_after="5"), b=refuses(503, retry_after="5")) as upstream,
        client(upstream.url, "b") as llm,
    ):
        started = time.monotonic()
        _, error = await collect(llm.stream("hi", timeout=1))
        assert time.monotonic() - started < 0.8
    assert type(error) is ModelOverloaded
    assert upstream.asked == ["a", "b"]


async def test_after_content_the_same_model_is_asked_again_then_the_next() -> None:
    async with (
        models(a=CUT, b=CUT, c=says("from c")) as upstream,
        client(upstream.url, "b", "c") as llm,
    ):
        events, error = await collect(llm.stream("hi"))
    assert error is None
    assert upstream.asked == ["a", "a", "b", "b", "c"]
    resets = [index for index, event in enumerate(events) if isinstance(event, Reset)]
    assert len(resets) == 4
    after = [event.text for event in events[resets[-1] :] if isinstance(event, TextDelta)]
    assert after == ["from c"]
    void = [events[index - 1] for index in resets]  # each void answer is accounted to its own model
    assert [usage.model for usage in void if isinstance(usage, Usage)] == ["a", "a", "b", "b"]


@pytest.mark.parametrize("rest", [says("from b"), CUT])
async def test_a_model_whose_answers_are_malformed_is_not_asked_a_third_time(rest: Answer) -> None:
    async with (
        models(a=MALFORMED, b=(CUT, rest, says("from b"))) as upstream,
        client(upstream.url, "b") as llm,
    ):
        assert await llm.chat_async("hi") == "from b"
    assert upstream.asked == ["a", "a"] + ["b"] * (2 if rest is not CUT else 3)


async def test_when_all_are_malformed_that_is_the_error() -> None:
    async with models(a=MALFORMED, b=MALFORMED) as upstream, client(upstream.url, "b") as llm:
        _, error = await collect(llm.stream("hi"))
    assert type(error) is ModelMalformed
    assert upstream.asked == ["a", "a", "b", "b"]


async def test_after_content_the_first_model_has_its_turn_again() -> None:
    async with (
        models(a=(CUT, CUT, says("from a")), b=CUT) as upstream,
        client(upstream.url, "b") as llm,
    ):
        assert await llm.chat_async("hi") == "from a"
    assert upstream.asked == ["a", "a", "b", "b", "a"]


async def test_a_model_that_falls_silent_after_a_reset_is_given_up() -> None:
    async with (
        models(a=(CUT, DOWN), b=says("from b")) as upstream,
        client(upstream.url, "b") as llm,
    ):
        assert await llm.chat_async("hi") == "from b"
    assert upstream.asked == ["a"] * 4 + ["b"]


async def test_the_cost_is_that_of_the_models_that_generated() -> None:
    prices = {"a": Price(100, 200), "b": Price(1, 2)}
    heard: list[Generation] = []
    async with (
        models(a=CUT, b=says("from", " b")) as upstream,
        client(upstream.url, "b", prices=prices, on_generation=heard.append) as llm,
    ):
        completion = await llm.complete("hi")
        events, _ = await collect(llm.stream("hi"))
    assert completion.usage.model == "b"
    assert completion.usage.cost == pytest.approx((7 * 1 + 3 * 2) / 1e6)
    costs = [event.cost for event in events if isinstance(event, Usage) and event.cost]
    assert len(costs) == 3  # two void answers of `a`, one of `b`
    assert min(costs[:2]) > 10 * costs[2]
    assert completion.cost == pytest.approx(sum(costs))
    assert [(one.model, one.outcome, one.failures) for one in heard] == [
        ("b", "done", ("a: model_cut",) * 2)
    ] * 2


async def test_without_the_price_of_every_model_the_cost_is_not_known() -> None:
    async with (
        models(a=CUT, b=says("from b")) as upstream,
        client(upstream.url, "b", prices={"b": Price(1, 2)}) as llm,
    ):
        completion = await llm.complete("hi")
    assert completion.usage.cost is not None
    assert completion.cost is None


async def test_costs_in_two_currencies_make_no_sum() -> None:
    async with models(a=CUT, b=says("from b")) as upstream:
        yuan = Endpoint("b", base_url=upstream.url, price=Price(1, 2, currency="CNY"))
        async with client(upstream.url, yuan, price=Price(1, 2)) as llm:
            completion = await llm.complete("hi")
    assert completion.usage.currency == "CNY"
    assert completion.usage.cost == pytest.approx(13 / 1e6)
    assert completion.cost is None


async def test_an_answer_from_the_fallback_has_its_price_alone_if_nothing_was_shown() -> None:
    async with (
        models(a=DOWN, b=says("from b")) as upstream,
        client(
            upstream.url, Endpoint("b", base_url=upstream.url, price=Price(3, 5)), price=Price(9, 9)
        ) as llm,
    ):
        completion = await llm.complete("hi")
    assert completion.cost == pytest.approx((7 * 3 + 3 * 5) / 1e6)


async def test_a_call_may_name_another_model_and_keeps_the_fallbacks() -> None:
    async with (
        models(a=says("from a"), x=DOWN, b=says("from b")) as upstream,
        client(upstream.url, "b", prices={"x": Price(1, 1)}) as llm,
    ):
        completion = await llm.complete("hi", model="x")
    assert (completion.text, upstream.asked) == ("from b", ["x"] * 3 + ["b"])


async def test_a_call_that_names_the_fallback_itself_asks_it_alone() -> None:
    async with models(a=says("a"), b=DOWN) as upstream, client(upstream.url, "b") as llm:
        _, error = await collect(llm.stream("hi", model="b"))
    assert type(error) is ModelOverloaded
    assert upstream.asked == ["b"] * 3


async def test_a_dead_endpoint_falls_back_to_one_elsewhere() -> None:
    async with models(a=says("gone")) as gone:
        dead = gone.url
    async with (
        models(b=says("alive")) as upstream,
        client(dead, Endpoint("b", base_url=upstream.url)) as llm,
    ):
        completion = await llm.complete("hi")
    assert completion.text == "alive"
    assert completion.metrics.failures == ("a: model_overloaded",) * 3


async def test_an_endpoint_that_talks_nonsense_falls_back() -> None:
    async with (
        models(a=speaks(b"220 smtp ready\r\n"), b=says("from b")) as upstream,
        client(upstream.url, "b") as llm,
    ):
        assert await llm.chat_async("hi") == "from b"
