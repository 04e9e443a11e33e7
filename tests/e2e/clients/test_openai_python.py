"""OpenAI's own client for Python: only `base_url` and `api_key` are set."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI, pydantic_function_tool
from openai.types.chat import ChatCompletionFunctionToolParam, ChatCompletionMessageParam
from openai.types.responses import FunctionToolParam, Response, ResponseStreamEvent

from tests.e2e.clients.asked import HELLO, PERSON, TICKETS, WEATHER, GetWeather, Person, weather

NAME = "get_weather"
PARAMETERS = GetWeather.model_json_schema()
CHAT_TOOL: ChatCompletionFunctionToolParam = {
    "type": "function",
    "function": {"name": NAME, "parameters": PARAMETERS},
}
RESPONSE_TOOL: FunctionToolParam = {
    "type": "function",
    "name": NAME,
    "parameters": PARAMETERS,
    "strict": False,
}
STILL_WRITING = "slow=150"


@pytest.fixture(scope="module")
def client(base_url: str, key: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=base_url, api_key=key) as client:
        yield client


@pytest.fixture(scope="module")
async def async_client(base_url: str, key: str) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=base_url, api_key=key) as client:
        yield client


def said(text: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": text}]


def test_the_models_are_listed(client: OpenAI, model: str, rag: str) -> None:
    listed = {found.id: found for found in client.models.list()}
    assert {model, rag} <= set(listed)
    assert {found.object for found in listed.values()} == {"model"}


# Chat completions


def test_a_completion_is_the_same_streamed_and_whole(client: OpenAI, model: str) -> None:
    whole = client.chat.completions.create(model=model, messages=said(HELLO))
    chunks = list(
        client.chat.completions.create(
            model=model, messages=said(HELLO), stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "你好" in text
    assert whole.choices[0].message.content == text
    assert whole.choices[0].finish_reason == chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert whole.usage
    assert whole.usage == chunks[-1].usage
    assert {chunk.id for chunk in chunks} == {chunks[0].id}


def test_usage_is_streamed_only_if_it_is_asked_for(client: OpenAI, model: str) -> None:
    chunks = list(client.chat.completions.create(model=model, messages=said(HELLO), stream=True))
    assert [chunk.usage for chunk in chunks] == [None] * len(chunks)
    assert all(chunk.choices for chunk in chunks)


async def test_the_asynchronous_client_streams(async_client: AsyncOpenAI, model: str) -> None:
    stream = await async_client.chat.completions.create(model=model, messages=said(HELLO), stream=True)
    pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert len(pieces) > 10
    assert "你好" in "".join(pieces)


def test_the_streaming_helper_collects_the_completion(client: OpenAI, model: str) -> None:
    with client.chat.completions.stream(model=model, messages=said(HELLO)) as stream:
        events = list(stream)
        final = stream.get_final_completion()
    deltas = [event.delta for event in events if event.type == "content.delta"]
    assert "".join(deltas) == final.choices[0].message.content
    assert [event.type for event in events].count("content.done") == 1


def test_an_answer_is_cut_where_it_is_told_to(client: OpenAI, model: str) -> None:
    short = client.chat.completions.create(model=model, messages=said(HELLO), max_completion_tokens=3)
    assert short.choices[0].finish_reason == "length"
    assert short.usage
    assert short.usage.completion_tokens == 3


def test_a_tool_is_called_and_its_result_is_answered_from(client: OpenAI, model: str) -> None:
    messages = said(WEATHER)
    asked = client.chat.completions.create(model=model, messages=messages, tools=[CHAT_TOOL]).choices[0]
    assert asked.finish_reason == "tool_calls"
    messages.append(asked.message.model_dump(exclude_none=True))  # type: ignore[arg-type]  # as the SDK's own readme does
    for call in asked.message.tool_calls or []:
        assert call.type == "function"
        result = weather(**json.loads(call.function.arguments))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    answered = client.chat.completions.create(model=model, messages=messages, tools=[CHAT_TOOL]).choices[0]
    assert answered.finish_reason == "stop"
    assert '"temperature": 21' in (answered.message.content or "")


def test_a_call_is_whole_and_parsed_after_it_was_streamed(client: OpenAI, model: str) -> None:
    tools = [pydantic_function_tool(GetWeather, name=NAME)]
    with client.chat.completions.stream(model=model, messages=said(WEATHER), tools=tools) as stream:
        done = [event for event in stream if event.type == "tool_calls.function.arguments.done"]
        (call,) = stream.get_final_completion().choices[0].message.tool_calls or []
    assert [event.name for event in done] == [call.function.name] == [NAME]
    assert call.function.parsed_arguments == GetWeather(city="Paris")
    assert call.id


def test_a_call_that_the_request_names_is_made(client: OpenAI, model: str) -> None:
    named = client.chat.completions.create(
        model=model,
        messages=said("Paris"),
        tools=[CHAT_TOOL],
        tool_choice={"type": "function", "function": {"name": NAME}},
    )
    assert [call.type for call in named.choices[0].message.tool_calls or []] == ["function"]


def test_an_answer_is_parsed_into_a_model_of_pydantic(client: OpenAI, model: str) -> None:
    parsed = client.chat.completions.parse(model=model, messages=said(PERSON), response_format=Person)
    assert parsed.choices[0].message.parsed
    assert parsed.choices[0].message.parsed.age == 36


async def test_an_answer_is_parsed_while_it_is_streamed(async_client: AsyncOpenAI, model: str) -> None:
    async with async_client.chat.completions.stream(
        model=model, messages=said(PERSON), response_format=Person
    ) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].message.parsed
    assert final.choices[0].message.parsed.age == 36


def test_answers_from_documents_are_annotated(client: OpenAI, rag: str) -> None:
    message = client.chat.completions.create(model=rag, messages=said(TICKETS)).choices[0].message
    assert "14 euros" in (message.content or "")
    (note, *_) = message.annotations or []
    cited = note.url_citation
    assert cited.title == "guide.pdf"
    assert (message.content or "")[cited.start_index : cited.end_index] == "[1]"


def test_annotations_are_streamed(client: OpenAI, rag: str) -> None:
    deltas = [
        chunk.choices[0].delta
        for chunk in client.chat.completions.create(model=rag, messages=said(TICKETS), stream=True)
        if chunk.choices
    ]
    notes = [note for delta in deltas for note in (delta.model_extra or {}).get("annotations", [])]
    assert "14 euros" in "".join(delta.content or "" for delta in deltas)
    assert [note["type"] for note in notes][:1] == ["url_citation"]


# Embeddings


def test_texts_have_vectors(client: OpenAI) -> None:
    """The client asks for base64, and decodes it, unless it is told otherwise."""
    name = next(found.id for found in client.models.list() if "embed" in found.id)
    asked = [TICKETS, "成人票"]
    found = client.embeddings.create(model=name, input=asked, dimensions=256)
    plain = client.embeddings.create(model=name, input=asked[1], dimensions=256, encoding_format="float")
    assert [(one.index, len(one.embedding)) for one in found.data] == [(0, 256), (1, 256)]
    assert found.data[1].embedding == pytest.approx(plain.data[0].embedding, abs=1e-6)
    assert found.usage.prompt_tokens == found.usage.total_tokens > 0


# Errors


def test_errors_are_the_client_s_own(client: OpenAI, model: str) -> None:
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="no-such-model", messages=said(HELLO))
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.BadRequestError) as wrong:
        client.chat.completions.create(model=model, messages=said(HELLO), temperature=9)
    assert wrong.value.param == "temperature"
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve("resp_unknown")


def test_a_wrong_key_is_an_authentication_error(base_url: str, model: str) -> None:
    with OpenAI(base_url=base_url, api_key="fk_wrong") as stranger, pytest.raises(openai.AuthenticationError):
        stranger.chat.completions.create(model=model, messages=said(HELLO))


def test_the_client_asks_again_where_that_may_help(
    client: OpenAI, model: str, faults: Callable[..., None]
) -> None:
    faults("status=400")
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model=model, messages=said(HELLO))
    faults("status=503;retry_after=0.1")
    assert client.chat.completions.create(model=model, messages=said(HELLO)).choices[0].message.content


# Responses


def test_a_response_is_the_same_streamed_and_whole(client: OpenAI, model: str) -> None:
    whole = client.responses.create(model=model, input=HELLO)
    events = list(client.responses.create(model=model, input=HELLO, stream=True))
    assert "你好" in whole.output_text
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
    final = completed(events)
    assert final.output_text == whole.output_text
    assert final.usage
    assert final.usage == whole.usage
    assert (whole.status, final.status) == ("completed", "completed")


async def test_the_streaming_helper_collects_the_response(async_client: AsyncOpenAI, model: str) -> None:
    async with async_client.responses.stream(model=model, input=HELLO) as stream:
        pieces = [event.delta async for event in stream if event.type == "response.output_text.delta"]
        final = await stream.get_final_response()
    assert len(pieces) > 10
    assert "".join(pieces) == final.output_text


def test_a_response_is_found_again_and_its_stream_taken_up(client: OpenAI, model: str) -> None:
    events = list(client.responses.create(model=model, input=HELLO, stream=True))
    made = completed(events)
    assert client.responses.retrieve(made.id).output_text == made.output_text
    rest = list(client.responses.retrieve(made.id, stream=True, starting_after=4))
    assert [event.model_dump() for event in rest] == [event.model_dump() for event in events[5:]]


def test_a_response_goes_on_from_the_one_before(client: OpenAI, model: str) -> None:
    first = client.responses.create(model=model, input=WEATHER, tools=[RESPONSE_TOOL])
    (call,) = [item for item in first.output if item.type == "function_call"]
    result = weather(**json.loads(call.arguments))
    second = client.responses.create(
        model=model,
        previous_response_id=first.id,
        input=[{"type": "function_call_output", "call_id": call.call_id, "output": result}],
        tools=[RESPONSE_TOOL],
    )
    assert '"temperature": 21' in second.output_text
    assert second.previous_response_id == first.id


def test_a_response_s_call_is_streamed(client: OpenAI, model: str) -> None:
    with client.responses.stream(model=model, input=WEATHER, tools=[RESPONSE_TOOL]) as stream:
        pieces = [event.delta for event in stream if event.type == "response.function_call_arguments.delta"]
        (call,) = stream.get_final_response().output
    assert call.type == "function_call"
    assert "".join(pieces) == call.arguments
    assert json.loads(call.arguments) == {"city": "Paris"}


def test_a_response_is_parsed_into_a_model_of_pydantic(client: OpenAI, model: str) -> None:
    parsed = client.responses.parse(model=model, input=PERSON, text_format=Person)
    assert parsed.output_parsed
    assert parsed.output_parsed.age == 36


def test_a_response_from_documents_cites_files(client: OpenAI, rag: str, guide: dict[str, Any]) -> None:
    answered = client.responses.create(model=rag, input=TICKETS)
    (message,) = [item for item in answered.output if item.type == "message"]
    (text,) = message.content
    assert text.type == "output_text"
    assert "14 euros" in text.text
    assert {note.file_id for note in text.annotations if note.type == "file_citation"} == {guide["id"]}


def test_the_caller_s_documents_are_searched_as_a_tool(
    client: OpenAI, model: str, guide: dict[str, Any]
) -> None:
    search = {"type": "file_search", "vector_store_ids": [guide["id"]]}
    events = list(
        client.responses.create(model=model, input=TICKETS, tools=[search], tool_choice=search, stream=True)  # type: ignore[call-overload]  # plain dicts
    )
    kinds = [event.type for event in events]
    assert "response.file_search_call.completed" in kinds
    assert "14 euros" in completed(events).output_text


def test_a_response_is_cancelled_while_it_is_written(
    client: OpenAI, model: str, faults: Callable[..., None]
) -> None:
    faults(STILL_WRITING)
    with client.responses.create(model=model, input=HELLO, stream=True) as stream:
        first = next(event for event in stream)
        assert first.type == "response.created"
        cancelled = client.responses.cancel(first.response.id)
        last = list(stream)[-1]
    assert cancelled.status == "cancelled"
    assert last.type == "response.incomplete"
    assert client.responses.retrieve(first.response.id).status == "cancelled"


def completed(events: list[ResponseStreamEvent]) -> Response:
    """The response that a stream ended with."""
    last = events[-1]
    assert last.type == "response.completed"
    return last.response
