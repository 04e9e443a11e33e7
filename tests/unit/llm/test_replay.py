"""What real providers sent, played again from loopback, through the client as a caller has it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from itertools import product
from typing import Any

import pytest

from freshet.errors import ModelAuthentication, ModelBadRequest, ModelError, ModelMalformed, ModelNotFound
from freshet.llm import LLMClient, Usage
from tests.unit.llm.recorded import (
    PROVIDERS,
    RECORDINGS,
    Player,
    Recording,
    Told,
    check,
    each,
    player,
    recorded,
    told,
)
from tests.unit.llm.upstream import collect

pytestmark = pytest.mark.timeout(60)

TRANSPORTS = ("aiohttp", "httpx2")
Clients = Callable[..., LLMClient]


@pytest.fixture(scope="module")
async def playing() -> AsyncIterator[Player]:
    async with player() as server:
        yield server


@pytest.fixture(scope="module")
async def clients(playing: Player) -> AsyncIterator[Clients]:
    """Clients of the player by protocol, transport and how it cuts."""
    made: dict[tuple[str, ...], LLMClient] = {}

    def client(provider: str, transport: Any = "httpx2", cut: str = "whole") -> LLMClient:
        key = (provider, transport, cut)
        if key not in made:
            url = f"{playing.url}/{cut}/v1"
            made[key] = LLMClient(
                provider=provider, base_url=url, transport=transport, workers=100, queue_size=500
            )
        return made[key]

    yield client
    for one in made.values():
        await one.aclose()


@each(recorded("stream", *PROVIDERS))
async def test_recorded_streams_say_what_was_recorded(recording: Recording, clients: Clients) -> None:
    for transport, cut in product(TRANSPORTS, ("whole", "anywhere")):
        client = clients(PROVIDERS[recording.kind], transport, cut)
        check(recording, *await collect(client.stream("hi", model=recording.id)))


@each(recorded("stream", "anthropic-messages", answers=2))
async def test_recordings_of_two_answers_are_two_rounds_of_a_tool_loop(
    recording: Recording, clients: Clients
) -> None:
    name = next(block["name"] for block in recording.expected["blocks"] if block["type"] == "tool_use")
    tool = {"type": "function", "function": {"name": name}}
    messages: list[dict[str, Any]] = [{"role": "user", "content": "hi"}]
    client = clients("anthropic", cut="anywhere")
    first = await client.complete(messages, model=recording.id, tools=[tool])
    (call,) = first.tool_calls
    result = {"role": "tool", "tool_call_id": call.id, "content": "64°F"}
    last = await client.complete([*messages, first.message(), result], model=recording.id, tools=[tool])
    # Who took this down let the second answer's blocks take the place of the first's of the same number.
    text = recording.expected["text"][0]
    assert text.startswith(last.text)
    assert first.text.endswith(text.removeprefix(last.text))
    assert (first.finish_reason, last.finish_reason) == ("tool_calls", "stop")
    assert recording.expected["usage"]["output_tokens"] == last.usage.completion_tokens


def is_answer(recording: Recording) -> bool:
    """Some were taken down under the name of a protocol that they are not."""
    body = json.loads(recording.body)
    return bool(body.get("choices")) if recording.kind == "openai-chat" else body.get("type") == "message"


@each([recording for recording in recorded("unary", *PROVIDERS) if is_answer(recording)])
async def test_recorded_answers_in_one_piece_are_understood_and_counted_as_not_streamed(
    recording: Recording, clients: Clients
) -> None:
    for transport, cut in product(TRANSPORTS, ("whole", "anywhere")):
        client = clients(PROVIDERS[recording.kind], transport, cut)
        before = client.stats()
        events, error = await collect(client.stream("hi", model=recording.id))
        assert error is None
        assert told(events) == UNARY[recording.kind](json.loads(recording.body))
        assert client.stats().generations == before.generations + 1
        assert client.stats().streamed == before.streamed


def openai_message(body: Any) -> Told:
    choice, usage = body["choices"][0], body["usage"]
    message, details = choice["message"], usage.get("prompt_tokens_details") or {}
    calls = [call["function"] for call in message.get("tool_calls") or ()]
    return Told(
        text=message.get("content") or "",
        reasoning=message.get("reasoning_content") or message.get("reasoning") or "",
        calls=[(call["name"], call["arguments"]) for call in calls],
        finish=choice["finish_reason"] or ("tool_calls" if calls else "stop"),  # Snowflake's is empty
        usage=Usage(usage["prompt_tokens"], usage["completion_tokens"], details.get("cached_tokens") or 0),
    )


def anthropic_message(body: Any) -> Told:
    def of(kind: str) -> list[Any]:
        return [block for block in body["content"] if block["type"] == kind]

    usage = body["usage"]
    cached = usage.get("cache_read_input_tokens") or 0
    prompt = usage["input_tokens"] + cached + (usage.get("cache_creation_input_tokens") or 0)
    return Told(
        text="".join(block["text"] for block in of("text")),
        reasoning="".join(block["thinking"] for block in of("thinking")),
        calls=[(block["name"], json.dumps(block["input"])) for block in of("tool_use")],
        finish={"end_turn": "stop", "tool_use": "tool_calls"}[body["stop_reason"]],
        usage=Usage(prompt, usage["output_tokens"], cached),
    )


UNARY = {"openai-chat": openai_message, "anthropic-messages": anthropic_message}

REFUSED = {400: ModelBadRequest, 401: ModelAuthentication, 404: ModelNotFound}


@each(recorded("error"))
async def test_recorded_errors_are_understood_and_not_asked_for_again(
    recording: Recording, playing: Player, clients: Clients
) -> None:
    provider = PROVIDERS.get(recording.kind, "openai")
    for transport, cut in product(TRANSPORTS, ("whole", "byte_by_byte")):
        playing.asked.clear()
        with pytest.raises(ModelError) as caught:
            await clients(provider, transport, cut).complete("hi", model=recording.id)
        assert type(caught.value) is REFUSED[recording.status]
        assert playing.asked == [recording.id]


@pytest.mark.skipif(not RECORDINGS, reason="no recordings")
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_other_protocols_end_in_an_answer_or_in_an_error_of_the_tree(
    provider: str, clients: Clients
) -> None:
    others = [
        recording
        for recording in [*recorded("stream"), *recorded("unary"), *recorded("embedding")]
        if PROVIDERS.get(recording.kind) != provider
        or (recording.role == "unary" and not is_answer(recording))
    ]

    async def ask(recording: Recording) -> tuple[Recording, Told, ModelError | None]:
        events, error = await collect(clients(provider).stream("hi", model=recording.id))
        return recording, told(events), error

    outcomes = await asyncio.gather(*map(ask, others))
    assert {type(error) for asked, _, error in outcomes if asked.role != "stream"} == {ModelMalformed}
    answered = {recording.id: answer for recording, answer, error in outcomes if error is None}
    # An answer from the older completions API can be understood; nothing else may look like one.
    assert {RECORDINGS[id_].kind for id_ in answered} <= {"openai-completions"}
    for id_, answer in answered.items():
        assert answer == RECORDINGS[id_].says(answer)
