"""The client's own promises: options, fallbacks by name, one at a time, closing, what a batch asks again."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from freshet.errors import Invalid, ModelAuthentication, ModelClosed, ModelCut, ModelRateLimited
from freshet.llm import Endpoint, LLMClient, TextDelta
from freshet.llm.providers.openai import OpenAIProvider
from freshet.settings import settings
from tests.unit.llm.upstream import DONE, USAGE, RawServer, StandIn, chunk, collect, raw_server, sends

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff")]

END = chunk(finish="stop") + USAGE + DONE
FINE = sends(chunk("fine") + END)


def refuses(status: int, message: str = "", **headers: str) -> Any:
    lines = "".join(f"\r\n{name.replace('_', '-')}: {value}" for name, value in headers.items())
    body = json.dumps({"error": {"message": message}}).encode()
    return sends(body, status=f"{status} No{lines}", kind="application/json")


def client(upstream: RawServer, **options: Any) -> LLMClient:
    return LLMClient(base_url=upstream.url, model="m", **options)


async def test_an_option_that_does_not_exist_is_refused_and_not_swallowed() -> None:
    async with raw_server(FINE) as upstream, client(upstream) as llm:
        with pytest.raises(TypeError, match="top_p"):
            await llm.chat_async("hi", top_p=0.5)  # type: ignore[call-arg]  # that is the mistake
        with pytest.raises(TypeError, match="tools"):
            await anext(llm.run_tools("hi", [], tools=[]))  # type: ignore[misc]  # and this
        assert await llm.chat_async("hi", extra={"top_p": 0.5}) == "fine"
    assert [body["top_p"] for body in upstream.bodies] == [0.5]


@pytest.mark.parametrize("messages", [[], [{}], [{"content": "hi"}], ["hi"], [3]])
async def test_messages_that_are_none_are_refused_before_anything_is_sent(messages: Any) -> None:
    async with raw_server(FINE) as upstream, client(upstream) as llm:
        with pytest.raises(Invalid):
            await llm.chat_async(messages)
    assert upstream.heads == []


@pytest.mark.parametrize("limit", ["workers", "queue_size", "requests_per_minute", "tokens_per_minute"])
def test_a_limit_that_is_none_is_refused_at_once(limit: str) -> None:
    with pytest.raises(ValueError, match=limit):
        LLMClient(model="m", **{limit: -1})  # type: ignore[arg-type]  # of all that it might be


async def test_one_fallback_may_be_given_by_its_name() -> None:
    down = [refuses(503, retry_after="0")] * 3
    async with raw_server(*down, FINE) as upstream, client(upstream, fallbacks="backup") as llm:
        assert await llm.chat_async("hi") == "fine"
    assert [body["model"] for body in upstream.bodies] == ["m"] * 3 + ["backup"]


async def test_an_azure_address_keeps_its_deployment_and_its_version() -> None:
    async with raw_server(FINE) as upstream:
        address = f"{upstream.url.removesuffix('v1')}openai/deployments/mine?api-version=2024-10-21"
        async with LLMClient(base_url=address, model="m", api_key="k") as llm:
            assert await llm.chat_async("hi") == "fine"
    assert upstream.heads[0].startswith(
        "POST /openai/deployments/mine/chat/completions?api-version=2024-10-21 HTTP/1.1\r\n"
    )


@pytest.mark.parametrize(
    ("base_url", "header"),
    [
        ("https://mine.openai.azure.com/openai/deployments/d?api-version=2024-10-21", "api-key"),
        ("https://mine.services.ai.azure.com/openai/v1/", "api-key"),
        ("https://api.deepseek.com/v1", "Authorization"),
        ("https://openai.azure.com.example.org/v1", "Authorization"),
    ],
)
async def test_azure_gets_its_key_in_a_header_of_its_own(base_url: str, header: str) -> None:
    provider = OpenAIProvider(Endpoint("m", base_url=base_url, api_key="k"), "httpx2")
    assert list(await provider._headers()) == [header]


async def test_costs_come_from_the_table_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_PRICES", '{"m": [1000000, 2000000], "backup": [1, 1, 1]}')
    settings.cache_clear()
    try:
        async with raw_server(FINE) as upstream, client(upstream) as llm:
            known = await llm.complete("hi")
            unknown = await llm.complete("hi", model="another")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert (known.usage.prompt_tokens, known.usage.completion_tokens, known.cost) == (7, 3, 13.0)
    assert unknown.cost is None


async def test_switched_off_concurrency_is_one_call_at_a_time_in_batches_too(stand_in: StandIn) -> None:
    most = 0

    async def watch(llm: LLMClient) -> None:
        nonlocal most
        while True:
            most = max(most, llm.stats().running)
            await asyncio.sleep(0.001)

    async with stand_in.client(enabled=False) as llm:
        watching = asyncio.create_task(watch(llm))
        batches = await asyncio.gather(llm.map(["a", "b"], limit=10), llm.map(["c"]), llm.chat_async("d"))
        watching.cancel()
    assert most == 1
    assert all(item.ok for item in [*batches[0], *batches[1]])


async def test_closing_ends_those_that_a_rate_limit_holds_back() -> None:
    async with raw_server(refuses(429, retry_after="20")) as upstream:
        llm = client(upstream)
        waiting = asyncio.create_task(llm.chat_async("hi"))
        while not llm.stats().held_back:  # noqa: ASYNC110  # a number has no event
            await asyncio.sleep(0.01)
        await llm.aclose()
        with pytest.raises(ModelClosed):
            await asyncio.wait_for(waiting, 1)


async def test_an_upstream_that_asks_for_a_day_is_asked_again_after_a_minute() -> None:
    async with raw_server(refuses(429, retry_after="86400")) as upstream, client(upstream) as llm:
        with pytest.raises(ModelRateLimited) as first:
            await llm.chat_async("hi")
        with pytest.raises(ModelRateLimited) as second:
            await llm.chat_async("hi")
    assert first.value.retry_after == 86_400
    assert second.value.retry_after == pytest.approx(60, abs=2)


async def test_a_batch_asks_again_where_the_question_differs(tmp_path: Path) -> None:
    journal = tmp_path / "answers.jsonl"
    async with raw_server(FINE) as upstream:
        for options, extra in [({}, {}), ({"temperature": 0.0}, {}), ({}, {"seed": 1}), ({"timeout": 9}, {})]:
            async with client(upstream, extra=extra) as llm:
                (item,) = await llm.map(["hi"], journal=journal, **options)  # type: ignore[arg-type]  # of both
                assert item.text == "fine"
    assert len(upstream.bodies) == 3  # a timeout makes no other question


@pytest.mark.parametrize("reason", ["abort", "error", "insufficient_system_resource"])
async def test_a_reason_that_means_broken_is_no_end(reason: str) -> None:
    broken = sends(chunk("half an ans") + chunk(finish=reason) + USAGE + DONE)
    async with raw_server(broken, FINE) as upstream, client(upstream) as llm:
        assert await llm.chat_async("hi") == "fine"
    async with raw_server(broken) as upstream, client(upstream) as llm:
        with pytest.raises(ModelCut):
            await llm.chat_async("hi")


async def test_keep_alives_are_signs_of_life() -> None:
    pause = [b": OPENROUTER PROCESSING\n\n"] * 10
    slow = sends(chunk("a"), *pause, chunk("b") + END, pause=0.1)
    async with raw_server(slow) as upstream, client(upstream, stall_s=0.4) as llm:
        assert await llm.chat_async("hi") == "ab"
    assert len(upstream.heads) == 1


async def test_a_key_is_never_told_not_even_by_an_upstream_that_repeats_it() -> None:
    echo = refuses(400, "no good request for key sk-secret")
    async with raw_server(echo) as upstream, client(upstream, api_key="sk-secret\n") as llm:
        _, error = await collect(llm.stream("hi"))
    assert error is not None
    assert "***" in error.detail
    assert "sk-secret" not in str(error.problem())
    assert "authorization: bearer sk-secret\r\n" in upstream.heads[0].lower()


async def test_a_wrong_key_is_told_by_no_fallback() -> None:
    async with raw_server(refuses(401), FINE) as upstream, client(upstream, fallbacks=["b"]) as llm:
        with pytest.raises(ModelAuthentication):
            await llm.chat_async("hi")


async def test_many_texts_to_embed_leave_the_queue_to_others(stand_in: StandIn) -> None:
    async with stand_in.client(workers=2, queue_size=1) as llm:
        embedding = asyncio.create_task(llm.embed(["文本"] * 64 * 8, model="e", dimensions=8))
        await asyncio.sleep(0.05)
        assert await llm.chat_async("hi")
        assert len(await embedding) == 64 * 8


async def test_reasoning_goes_back_between_the_rounds_of_a_tool_loop_where_it_is_taken() -> None:
    call = {"index": 0, "id": "c", "function": {"name": "now", "arguments": "{}"}}
    asks = sends(chunk(reasoning_content="hm") + chunk(tool_calls=[call]) + chunk(finish="tool_calls") + DONE)
    strict = refuses(400, "Unknown parameter: messages[1].reasoning_content")

    def now() -> str:
        """The time."""
        return "noon"

    async with raw_server(asks, strict, FINE) as upstream, client(upstream) as llm:
        text = [event async for event in llm.run_tools("hi", [now]) if isinstance(event, TextDelta)]
    assert text == [TextDelta("fine")]
    assert ["reasoning_content" in body["messages"][-2] for body in upstream.bodies[1:]] == [True, False]
