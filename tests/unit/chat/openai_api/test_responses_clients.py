"""OpenAI's own clients, unchanged, against what the fold and its encoding say."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.responses import Response, ResponseStreamEvent, ResponseTextDeltaEvent
from pydantic import BaseModel

from tests.serving import served
from tests.unit.chat.openai_api.canned import CITATION, FOUND, Door

WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": True,
}
SEARCH: Any = {"type": "file_search", "vector_store_ids": ["documents"]}


class City(BaseModel):
    city: str
    people: int


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def url(door: Door) -> AsyncIterator[str]:
    async with served(door.app) as url:
        yield f"{url}/v1"


@pytest.fixture
async def client(url: str) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=url, api_key="fk_local", max_retries=0) as client:
        yield client


async def streamed(client: AsyncOpenAI, **asked: Any) -> list[ResponseStreamEvent]:
    stream = await client.responses.create(input="?", stream=True, **asked)
    return [event async for event in stream]


def kinds(events: list[ResponseStreamEvent]) -> list[str]:
    return [event.type.removeprefix("response.") for event in events]


def of_kind(events: list[ResponseStreamEvent], kind: str) -> list[Any]:
    return [event for event in events if event.type == f"response.{kind}"]


async def test_a_whole_answer_is_text_with_usage(client: AsyncOpenAI) -> None:
    response = await client.responses.create(model="plain", input="你好", metadata={"turn": "一"})

    assert response.output_text == "你好，世界 🌍\n!"
    assert response.status == "completed"
    assert response.metadata == {"turn": "一"}
    assert response.usage
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (
        11,
        7,
        18,
    )
    assert response.usage.input_tokens_details.cached_tokens == 4
    assert response.completed_at == response.created_at + 2
    Response.model_validate(response.to_dict(), strict=True)  # the client itself checks nothing


async def test_text_is_streamed_in_openai_s_order(client: AsyncOpenAI) -> None:
    events = await streamed(client, model="plain")

    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event.sequence_number for event in events] == list(range(11))
    deltas = [event.delta for event in events if isinstance(event, ResponseTextDeltaEvent)]
    assert "".join(deltas) == "你好，世界 🌍\n!"


async def test_the_synchronous_client_streams_and_takes_a_stream_up_again(url: str) -> None:
    def ask() -> None:
        with OpenAI(base_url=url, api_key="fk_local", max_retries=0) as client:
            first: Any = next(client.responses.create(model="plain", input="?", stream=True))
            again = client.responses.retrieve(first.response.id, stream=True, starting_after=5)
            assert [event.sequence_number for event in again] == [6, 7, 8, 9, 10]
            assert client.responses.retrieve(first.response.id).output_text == "你好，世界 🌍\n!"

    await asyncio.to_thread(ask)


async def test_the_helper_takes_up_a_response_by_its_id(client: AsyncOpenAI) -> None:
    response = await client.responses.create(model="plain", input="?", stream=True)
    created: Any = await anext(aiter(response))

    async with client.responses.stream(response_id=created.response.id, starting_after=4) as stream:
        seen = [event.sequence_number async for event in stream]
        final = await stream.get_final_response()

    assert seen == list(range(5, 11))
    assert final.output_text == "你好，世界 🌍\n!"


@pytest.mark.parametrize("model", ["plain", "thinking", "calling", "searching", "json"])
async def test_what_the_helper_makes_of_a_stream_is_the_whole_answer(client: AsyncOpenAI, model: str) -> None:
    asked: Any = {"model": model, "input": "?", "tools": [WEATHER, SEARCH]}
    asked["include"] = ["file_search_call.results"]
    async with client.responses.stream(**asked) as stream:
        final = await stream.get_final_response()
    whole = await client.responses.retrieve(final.id)

    assert without_parsed(final.to_dict()) == whole.to_dict()


def without_parsed(value: Any) -> Any:
    """The value without what the helper adds to it."""
    if isinstance(value, dict):
        added = {"parsed", "parsed_arguments"}
        return {name: without_parsed(inner) for name, inner in value.items() if name not in added}
    return list(map(without_parsed, value)) if isinstance(value, list) else value


async def test_reasoning_is_an_item_of_its_own(client: AsyncOpenAI) -> None:
    events = await streamed(client, model="thinking")

    assert [event.delta for event in of_kind(events, "reasoning_text.delta")] == ["嗯", "…"]
    final = of_kind(events, "completed")[0].response
    assert [item.type for item in final.output] == ["reasoning", "message"]
    assert final.output[0].content[0].text == "嗯…"
    assert final.output_text == "42"


async def test_calls_are_left_to_the_caller_one_after_the_other(client: AsyncOpenAI) -> None:
    events = await streamed(client, model="calling", tools=[WEATHER])

    assert kinds(events)[2:] == [
        *("output_item.added", "content_part.added", "output_text.delta"),
        *("output_text.done", "content_part.done", "output_item.done"),
        *("output_item.added", "function_call_arguments.delta", "function_call_arguments.delta"),
        *("function_call_arguments.done", "output_item.done"),
        *("output_item.added", "function_call_arguments.delta"),
        *("function_call_arguments.done", "output_item.done"),
        "completed",
    ]
    calls = of_kind(events, "completed")[0].response.output[1:]
    assert [(call.call_id, call.arguments) for call in calls] == [
        ("call_a", '{"city":"北京"}'),
        ("call_b", '{"city":"Oslo"}'),
    ]


async def test_the_helper_parses_the_arguments_of_calls(client: AsyncOpenAI) -> None:
    response = await client.responses.parse(model="calling", input="?", tools=[WEATHER])

    parsed = [item.parsed_arguments for item in response.output if item.type == "function_call"]
    assert parsed == [{"city": "北京"}, {"city": "Oslo"}]


async def test_calls_and_their_outputs_are_sent_back_as_they_came(client: AsyncOpenAI, door: Door) -> None:
    first = await client.responses.create(model="calling", input="?", tools=[WEATHER])
    outputs: Any = [
        {"type": "function_call_output", "call_id": item.call_id, "output": "晴"}
        for item in first.output
        if item.type == "function_call"
    ]
    history: Any = [{"role": "user", "content": "?"}, *first.output, *outputs]
    await client.responses.create(model="plain", input=history, tools=[WEATHER])

    messages = door.asked[-1].ask().messages
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "tool"]
    assert [call["id"] for call in messages[1]["tool_calls"]] == ["call_a", "call_b"]


async def test_a_search_of_documents_is_a_file_search_with_citations(client: AsyncOpenAI) -> None:
    events = await streamed(client, model="searching", tools=[SEARCH], include=["file_search_call.results"])

    searched = [kind for kind in kinds(events) if kind.startswith("file_search_call")]
    assert [kind.rpartition(".")[2] for kind in searched] == ["in_progress", "searching", "completed"]
    final = of_kind(events, "completed")[0].response
    search, message = final.output[1:]
    assert (search.type, search.queries, search.status) == ("file_search_call", ["收入"], "completed")
    assert search.results[0].to_dict() == {"file_id": "01DOC", **FOUND}
    annotation = message.content[0].annotations[0]
    assert annotation.to_dict() == of_kind(events, "output_text.annotation.added")[0].annotation.to_dict()
    assert (annotation.file_id, annotation.filename) == ("01DOC", CITATION["filename"])
    assert message.content[0].text[annotation.index :].startswith("[1]")


async def test_what_was_found_is_shown_to_those_who_ask_for_it(client: AsyncOpenAI) -> None:
    response = await client.responses.create(model="searching", input="?", tools=[SEARCH])

    search: Any = response.output[1]
    assert (search.status, search.results) == ("completed", None)


async def test_a_schema_of_pydantic_s_is_parsed(client: AsyncOpenAI, door: Door) -> None:
    parsed = await client.responses.parse(model="json", input="?", text_format=City)

    assert parsed.output_parsed == City(city="北京", people=21)
    asked = door.asked[-1].ask().params["response_format"]
    assert asked["type"] == "json_schema"
    assert asked["json_schema"]["name"] == "City"
    assert asked["json_schema"]["strict"] is True

    async with client.responses.stream(model="json", input="?", text_format=City) as stream:
        done = [event.parsed async for event in stream if event.type == "response.output_text.done"]
    assert done == [City(city="北京", people=21)]


async def test_an_answer_that_was_cut_is_incomplete(client: AsyncOpenAI) -> None:
    events = await streamed(client, model="cut")

    response = of_kind(events, "incomplete")[0].response
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"
    assert response.output[0].status == "incomplete"
    assert response.output_text == "Once upon"


async def test_a_call_that_was_cut_is_never_called_done(client: AsyncOpenAI) -> None:
    events = await streamed(client, model="cut_call", tools=[WEATHER])

    assert not of_kind(events, "function_call_arguments.done")
    assert not of_kind(events, "output_item.done")
    assert of_kind(events, "incomplete")[0].response.output[0].status == "incomplete"


async def test_a_stopped_response_ends_well_as_cancelled(client: AsyncOpenAI) -> None:
    events = await streamed(client, model="stopped")

    assert kinds(events)[-1] == "incomplete"
    response: Any = events[-1]
    assert response.response.status == "cancelled"
    cancelled = await client.responses.cancel(response.response.id)
    assert (cancelled.status, cancelled.output_text) == ("cancelled", "说到")
    assert cancelled.usage


async def test_a_failure_in_the_middle_raises_in_an_unchanged_client(client: AsyncOpenAI) -> None:
    seen: list[ResponseStreamEvent] = []

    async def read() -> None:
        async for event in await client.responses.create(model="failing", input="?", stream=True):
            seen.append(event)  # noqa: PERF401  # what came before the error stays

    with pytest.raises(openai.APIError, match="The model is overloaded") as raised:
        await read()

    assert raised.value.code == "model_overloaded"
    assert [event.delta for event in of_kind(seen, "output_text.delta")] == ["Half of"]
    created: Any = seen[0]
    again = await client.responses.retrieve(
        created.response.id, stream=True, starting_after=seen[-1].sequence_number + 1
    )
    last: Any = [event async for event in again][-1]
    assert last.type == "response.failed"
    assert last.response.error.code == "server_error"
    kept = await client.responses.retrieve(created.response.id)
    assert (kept.status, kept.output_text) == ("failed", "Half of")


@pytest.mark.parametrize(
    ("more", "message", "param"),
    [
        ({"frobnicate": 1}, "Unknown parameter: 'frobnicate'.", "frobnicate"),
        ({"background": True}, "Stream it, and take it up again", "background"),
        ({"conversation": "conv_1"}, "previous_response_id", "conversation"),
        ({"tools": [{"type": "web_search"}]}, "'web_search' are not supported", "tools[0].type"),
    ],
)
async def test_what_can_not_be_had_is_a_400_that_says_so(
    client: AsyncOpenAI, more: dict[str, Any], message: str, param: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=message.replace(".", r"\.")) as raised:
        await client.responses.create(model="plain", input="?", extra_body=more)

    assert raised.value.param == param


async def test_an_id_that_can_not_be_one_is_not_found(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="'resp_x' not found"):
        await client.responses.retrieve("resp_x")
