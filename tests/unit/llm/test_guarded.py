"""Models that users name: reached at public addresses and where it is allowed, and nowhere else."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from freshet.addresses import parse_networks
from freshet.errors import AddressRefused, ModelBadRequest
from freshet.llm import Endpoint, Generation, LLMClient
from freshet.llm.providers.http import Transport
from tests.unit.llm.upstream import Answer, StandIn, models, raw_server, refuses, says, sends

pytestmark = pytest.mark.timeout(30)

LOOPBACK = parse_networks("127.0.0.0/8,::1/128")
FINE = says("fine")


async def test_a_model_at_an_allowed_address_answers_and_embeds(
    stand_in: StandIn, transport: Transport
) -> None:
    async with stand_in.client(allowed=LOOPBACK, transport=transport, api_key="sk-1") as llm:
        await llm.ping()
        assert await llm.chat_async("你好")
        assert len(await llm.embed(["一", "two"], model="freshet-stand-in")) == 2


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_a_model_anywhere_else_is_refused_at_once(provider: str, transport: Transport) -> None:
    """Neither a second attempt nor a fallback: what is configured wrongly is told, and not made up for."""
    ended: list[Generation] = []
    async with models(m=FINE, other=FINE) as upstream:
        fallback = Endpoint("other", base_url=upstream.url)
        client = LLMClient(
            base_url=upstream.url,
            model="m",
            provider=provider,
            fallbacks=[fallback],
            transport=transport,
            on_generation=ended.append,
            allowed=(),
        )
        async with client as llm:
            with pytest.raises(AddressRefused) as caught:
                await llm.chat_async("hi")
            with pytest.raises(AddressRefused):
                await llm.ping()
            assert llm.stats().running == 0
    assert "127.0.0.1" in caught.value.detail  # as it was named
    assert upstream.calls == []
    (generation,) = ended
    assert (generation.outcome, generation.usages, generation.retried) == ("address_refused", (), ())


async def test_embeddings_are_not_asked_of_a_refused_address(stand_in: StandIn) -> None:
    async with stand_in.client(allowed=()) as llm:
        with pytest.raises(AddressRefused):
            await llm.embed(["one"], model="freshet-stand-in")
    assert await stand_in.requests() == []


async def test_a_fallback_at_a_refused_address_is_told_too(short_backoff: None) -> None:
    async with models(m=refuses(500), other=FINE) as upstream:
        fallback = Endpoint("other", base_url=upstream.url, allowed=())
        async with LLMClient(base_url=upstream.url, model="m", fallbacks=[fallback]) as llm:
            with pytest.raises(AddressRefused):
                await llm.chat_async("hi")
    assert set(upstream.asked) == {"m"}


def test_models_of_one_place_share_no_connections_if_one_of_them_is_guarded() -> None:
    where: dict[str, Any] = {"model": "m", "base_url": "http://127.0.0.1:9/v1"}
    assert Endpoint(**where).connection != Endpoint(**where, allowed=()).connection
    assert Endpoint(**where, allowed=LOOPBACK).named("other").allowed == LOOPBACK


KEY, TENANT = "sk-2/3", "tenant secret one"
QUOTED = f"bad header X-Tenant: {TENANT}, Authorization: Bearer {KEY}, key: {KEY}"


def refused(message: str) -> Answer:
    body = json.dumps({"error": {"message": message}}).replace("/", "\\/").encode()  # as PHP writes it
    return sends(body, status="400 Bad Request", kind="application/json")


def told(message: str) -> Answer:
    """The same within a stream, for either protocol."""
    error = {"error": {"message": message, "code": "invalid_request_error", "type": "invalid_request_error"}}
    return sends(b"data: " + json.dumps(error).encode() + b"\n\n")


async def chat(llm: LLMClient) -> None:
    await llm.chat_async("hi")


async def embed(llm: LLMClient) -> None:
    await llm.embed(["hi"], model="e")


@pytest.mark.parametrize(
    ("answer", "ask", "provider"),
    [
        (refused, chat, "openai"),
        (refused, chat, "anthropic"),
        (refused, embed, "openai"),
        (told, chat, "openai"),
        (told, chat, "anthropic"),
    ],
)
async def test_what_the_headers_hold_is_not_quoted_from_an_upstream(
    answer: Callable[[str], Answer], ask: Callable[[LLMClient], Awaitable[None]], provider: str
) -> None:
    """Nor is a part of it, where a message is cut."""
    at_the_end = "x" * (500 - len("tenant se")) + TENANT
    options: dict[str, Any] = {"provider": provider, "api_key": KEY, "headers": {"X-Tenant": TENANT}}
    for message, shown in ((QUOTED, "bad header X-Tenant: ***, Authorization: "), (at_the_end, "xxx***")):
        async with (
            raw_server(answer(message)) as upstream,
            LLMClient(base_url=upstream.url, model="m", allowed=LOOPBACK, **options) as llm,
        ):
            with pytest.raises(ModelBadRequest) as caught:
                await ask(llm)
        said = f"{caught.value.detail} {caught.value.extra} {caught.value}"
        assert shown in said
        assert not any(word in said for word in (KEY, "tenant se", "one"))
        assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
