import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import BaseModel

from freshet.chat.openai_api.completions import CompletionChunks, completion
from freshet.chat.openai_api.schemas import CHUNK, COMPLETION
from freshet.errors import ModelCut, ModelOverloaded, Stopped
from freshet.ids import made_at, new_id
from freshet.runs.events import Content, Done, Reasoning, RunEvent, ToolCall, ToolResult
from freshet.runs.frame import Frame, frame, shape
from tests.serving import served
from tests.unit.chat.openai_api.door import STARTED, Script, client_of, door

RUN_ID = new_id()
ASKED: Any = [{"role": "user", "content": "你好"}]
TOOL: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
METRICS = {
    "prompt_tokens": 11,
    "cached_tokens": 4,
    "completion_tokens": 7,
    "cost": 0.25,
    "currency": "USD",
    "attempts": 1,
    "estimated": False,
}
CITATION = {"marker": 1, "document_id": "d1", "filename": "手册.pdf", "page": 3, "quote": "原文"}


def done(output: str, **more: Any) -> Done:
    return Done({"output": output, "finish_reason": "stop", "tool_calls": [], "citations": [], **more})


ANSWER: list[RunEvent] = [
    STARTED,
    Content("你"),
    Content("好😀"),
    Content(" [1]"),
    done("你好😀 [1]", citations=[CITATION]),
]
CALLS: list[RunEvent] = [
    STARTED,
    ToolCall(0, "own", "search_documents", '{"q'),
    ToolCall(0, None, None, '":1}'),
    ToolResult("own", "found"),
    ToolCall(1, "c1", "weather", '{"ci'),
    ToolCall(1, None, None, 'ty":"北京"}'),
    ToolCall(2, "c2", "weather", "{}"),
    done(
        "",
        finish_reason="stop",
        tool_calls=[
            {"id": "own", "name": "search_documents", "arguments": '{"q":1}', "result": "found"},
            {"id": "c1", "name": "weather", "arguments": '{"city":"北京"}'},
            {"id": "c2", "name": "weather", "arguments": "{}"},
        ],
    ),
]


def frames(events: list[RunEvent]) -> Iterator[Frame]:
    for seq, event in enumerate(events):
        data = shape(event, RUN_ID)
        yield frame(seq, data | {"metrics": METRICS} if isinstance(event, Done) else data)


def decoded(raw: bytes) -> list[dict[str, Any]]:
    return [json.loads(event.removeprefix("data: ")) for event in raw.decode().split("\n\n") if event]


def chunks_of(events: list[RunEvent], **options: Any) -> list[dict[str, Any]]:
    encoding = CompletionChunks(RUN_ID, model="m", tools={"weather"}, **options)
    return decoded(b"".join(encoding.encode(one) for one in frames(events)))


def folded(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """What the official client makes of chunks."""
    state: ChatCompletionStreamState[Any] = ChatCompletionStreamState()
    for chunk in chunks:
        state.handle_chunk(ChatCompletionChunk.model_validate(chunk))
    return said(state.current_completion_snapshot)


def said(answer: ChatCompletion) -> dict[str, Any]:
    """All that an answer says, without the client's own additions."""
    choice = answer.choices[0]
    message = choice.message.model_dump()
    return {
        "id": answer.id,
        "created": answer.created,
        "model": answer.model,
        "content": message["content"],
        "reasoning": message.get("reasoning_content"),
        "annotations": message["annotations"] or [],
        "calls": [
            (call["id"], call["type"], call["function"]["name"], call["function"]["arguments"])
            for call in message["tool_calls"] or []
        ],
        "finish": choice.finish_reason,
        "usage": answer.usage and answer.usage.model_dump(),
    }


@st.composite
def runs(draw: st.DrawFn) -> list[RunEvent]:
    """An answer whose events and result say the same: texts, reasoning, calls of ours and of the client's."""
    events: list[RunEvent] = [STARTED]
    output, reasoning = "", ""
    calls: list[dict[str, Any]] = []
    texts = st.sampled_from(["[1]", "你好", "😀", ""]) | st.text()
    for kind in draw(st.lists(st.sampled_from(["content", "reasoning", "call", "result"]), max_size=8)):
        if kind == "content":
            text = draw(texts)
            events.append(Content(text))
            output += text
        elif kind == "reasoning":
            text = draw(texts)
            events.append(Reasoning(text))
            reasoning += text
        elif kind == "call":
            call = {"id": f"c{len(calls)}", "name": draw(st.sampled_from(["weather", "search_documents"]))}
            pieces = draw(st.lists(texts, min_size=1, max_size=3))
            index = len(calls)
            events.append(ToolCall(index, call["id"], call["name"], pieces[0]))
            events += [ToolCall(index, None, None, piece) for piece in pieces[1:]]
            calls.append({**call, "arguments": "".join(pieces)})
        else:
            events.append(ToolResult("c0", "result"))
    reason = draw(st.sampled_from(["stop", "length", "tool_calls", "content_filter", "eos"]))
    known = {"reasoning": reasoning} if reasoning else {}
    cited = draw(st.sampled_from([[], [CITATION]]))
    return [*events, done(output, finish_reason=reason, tool_calls=calls, citations=cited, **known)]


@settings(max_examples=150)
@given(runs())
def test_the_chunks_say_what_the_whole_answer_says(events: list[RunEvent]) -> None:
    chunks = chunks_of(events, include_usage=True)
    last = list(frames(events))[-1].data
    whole = completion(RUN_ID, STARTED.data, last, model="m", tools={"weather"})
    assert folded(chunks) == said(ChatCompletion.model_validate(whole))
    Draft202012Validator(COMPLETION).validate(whole)
    for chunk in chunks:
        Draft202012Validator(CHUNK).validate(chunk)


def test_only_the_first_chunk_says_who_speaks() -> None:
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks_of(ANSWER)]
    assert ["role" in delta for delta in deltas] == [True] + [False] * (len(deltas) - 1)
    assert "".join(delta.get("content") or "" for delta in deltas) == "你好😀 [1]"


def test_every_chunk_has_the_runs_id_and_time() -> None:
    chunks = chunks_of(ANSWER, include_usage=True)
    assert {(chunk["id"], chunk["created"]) for chunk in chunks} == {
        (f"chatcmpl-{RUN_ID}", int(made_at(RUN_ID)))
    }


def test_calls_that_were_run_here_are_not_shown() -> None:
    answer = folded(chunks_of(CALLS))
    assert answer["calls"] == [
        ("c1", "function", "weather", '{"city":"北京"}'),
        ("c2", "function", "weather", "{}"),
    ]
    assert answer["finish"] == "tool_calls"
    assert answer["content"] is None


def test_usage_comes_in_a_chunk_of_its_own_and_only_if_asked_for() -> None:
    *others, last = chunks_of(ANSWER, include_usage=True)
    assert {chunk["usage"] for chunk in others} == {None}
    assert last["choices"] == []
    assert last["usage"] == {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    assert not any("usage" in chunk for chunk in chunks_of(ANSWER))


@pytest.mark.parametrize("include_usage", [True, False])
def test_the_last_chunk_tells_the_run_and_its_cost(include_usage: bool) -> None:
    *others, last = chunks_of(ANSWER, include_usage=include_usage)
    assert (last["freshet"]["run_id"], last["freshet"]["cost"]) == (RUN_ID, 0.25)
    assert last["freshet"]["model_id"] == 7
    assert not any("freshet" in chunk for chunk in others)


def test_annotations_come_before_the_finish() -> None:
    cited, finish = chunks_of(ANSWER)[-2:]
    (annotation,) = cited["choices"][0]["delta"]["annotations"]
    assert (annotation["url_citation"]["start_index"], annotation["quote"]) == (4, "原文")
    assert finish["choices"][0]["finish_reason"] == "stop"


def test_an_answer_without_a_word_is_an_empty_text() -> None:
    assert folded(chunks_of([STARTED, done("", finish_reason="length")]))["content"] == ""


async def test_the_client_reads_a_whole_answer() -> None:
    async with client_of(door(ANSWER)) as client:
        answer = await client.chat.completions.create(model="m", messages=ASKED)
    assert answer.choices[0].message.content == "你好😀 [1]"
    assert answer.choices[0].message.annotations
    assert answer.choices[0].message.annotations[0].url_citation.title == "手册.pdf"
    assert answer.model_extra
    assert answer.id == f"chatcmpl-{answer.model_extra['freshet']['run_id']}"


async def test_the_clients_stream_helper_reads_a_stream() -> None:
    async with (
        client_of(door(ANSWER)) as client,
        client.chat.completions.stream(model="m", messages=ASKED) as stream,
    ):
        deltas = [event.delta async for event in stream if event.type == "content.delta"]
        answer = await stream.get_final_completion()
    assert deltas == ["你", "好😀", " [1]"]
    assert answer.choices[0].message.content == "你好😀 [1]"


async def test_the_clients_stream_helper_reads_calls() -> None:
    async with (
        client_of(door(CALLS)) as client,
        client.chat.completions.stream(model="m", messages=ASKED, tools=[TOOL]) as stream,
    ):
        ended = [event async for event in stream if event.type == "tool_calls.function.arguments.done"]
    assert [(event.name, event.arguments) for event in ended] == [
        ("weather", '{"city":"北京"}'),
        ("weather", "{}"),
    ]


async def test_the_client_parses_into_a_model() -> None:
    class Place(BaseModel):
        city: str

    script: Script = [STARTED, Content('{"city":'), Content('"北京"}'), done('{"city":"北京"}')]
    async with client_of(door(script)) as client:
        answer = await client.chat.completions.parse(model="m", messages=ASKED, response_format=Place)
    assert answer.choices[0].message.parsed == Place(city="北京")


async def test_an_answer_can_be_sent_back_as_it_came() -> None:
    async with client_of(door(ANSWER)) as client:
        answer = await client.chat.completions.create(model="m", messages=ASKED)
        history = [*ASKED, answer.choices[0].message, *ASKED]
        again = await client.chat.completions.create(model="m", messages=history)
    assert again.choices[0].message.content == "你好😀 [1]"


@pytest.mark.parametrize(
    ("failure", "code"), [(ModelCut(), "model_cut"), (Stopped(), "stopped"), (KeyError("sk-1"), None)]
)
async def test_what_fails_after_the_first_chunk_is_raised_by_the_client(
    failure: Exception, code: str | None
) -> None:
    async with client_of(door([STARTED, Content("你"), failure])) as client:
        stream = await client.chat.completions.create(model="m", messages=ASKED, stream=True)
        assert (await anext(stream)).choices[0].delta.content == "你"
        with pytest.raises(openai.APIError) as raised:
            await anext(stream)
    assert raised.value.code == code
    assert "sk-1" not in raised.value.message
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["run_id"]


async def test_what_fails_before_it_is_a_status() -> None:
    async with client_of(door([ModelOverloaded()])) as client:
        with pytest.raises(openai.InternalServerError) as raised:
            await client.chat.completions.create(model="m", messages=ASKED, stream=True)
    assert raised.value.status_code == 503


@pytest.mark.parametrize("script", [ANSWER, [STARTED, ModelCut()]])
async def test_a_stream_that_ended_says_so(script: Script) -> None:
    async with served(door(script)) as url, httpx.AsyncClient(base_url=url) as client:
        body = {"model": "m", "messages": ASKED, "stream": True}
        answer = await client.post("/v1/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")
