"""OpenAI's chat completions: `POST /v1/chat/completions`."""

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from tests.functions.answers import calls
from tests.functions.conftest import Chat, Configure, Put, Upstream
from tests.functions.sandbox import Answer
from tests.unit.llm.upstream import aborts, chunk, hangs, refuses, says

COMPLETIONS = "POST /v1/chat/completions"
STACK = "freshet-stand-in"
RAG = "freshet-rag"
HELLO = [{"role": "user", "content": "你好 🙂"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture
def complete(chat: Chat) -> Any:
    """`complete("mine", stream=True)`: the answer to `HELLO`, or to other `messages`."""

    def completed(model: str = "mine", headers: Any = None, **body: Any) -> Answer:
        return chat(COMPLETIONS, headers=headers, json={"model": model, "messages": HELLO} | body)

    return completed


def chunks_of(answer: Answer) -> list[ChatCompletionChunk]:
    """The chunks of a stream that ends as OpenAI's do."""
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    *events, done, rest = answer.body.decode().split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    return [ChatCompletionChunk.model_validate_json(one.removeprefix("data: ")) for one in events]


def error(answer: Answer) -> tuple[int, str | None, str | None]:
    """Status, code and parameter of an error in OpenAI's shape."""
    found = answer.json()["error"]
    assert found.keys() - {"run_id"} == {"message", "type", "param", "code"}
    assert answer.headers["x-should-retry"] in {"true", "false"}
    return answer.status, found["code"], found["param"]


def test_streamed_and_not_say_the_same(complete: Any, configure: Configure, upstream: Upstream) -> None:
    called = calls(("get_weather", {"city": "北京"}), ("get_weather", {"city": "Rome"}), text="Let me see. ")
    mine = upstream(mine=called)
    model_id = configure("mine", base_url=mine.url, prices={"input": 1, "output": 2})["id"]
    whole = complete(tools=[WEATHER]).json()
    answer = ChatCompletion.model_validate(whole)
    chunks = chunks_of(complete(tools=[WEATHER], stream=True, stream_options={"include_usage": True}))
    (choice,) = answer.choices
    assert (answer.model, choice.finish_reason) == ("mine", "tool_calls")
    assert choice.message.tool_calls
    cities = [json.loads(call.function.arguments)["city"] for call in choice.message.tool_calls]  # type: ignore[union-attr]  # functions, all of them
    assert cities == ["北京", "Rome"]
    deltas = [one.choices[0].delta for one in chunks if one.choices]
    assert "".join(one.content or "" for one in deltas) == choice.message.content == "Let me see. "
    written: dict[int, str] = {}
    for piece in (piece for one in deltas for piece in one.tool_calls or []):
        assert piece.function
        written[piece.index] = written.get(piece.index, "") + (piece.function.arguments or "")
    assert list(written.values()) == [call.function.arguments for call in choice.message.tool_calls]  # type: ignore[union-attr]  # as above
    assert [one.choices[0].finish_reason for one in chunks if one.choices][-1] == "tool_calls"
    assert chunks[-1].choices == []
    assert chunks[-1].usage == answer.usage
    assert [one.usage for one in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert whole["freshet"]["model_id"] == model_id
    assert whole["freshet"]["cost"] == pytest.approx((7 + 2 * 3) / 1e6)
    assert mine.calls[0].body["tools"] == [WEATHER]


def test_tools_are_left_to_the_caller_and_their_results_taken(
    complete: Any, configure: Configure, upstream: Upstream
) -> None:
    mine = upstream(mine=(calls(("get_weather", {"city": "北京"})), says("It is sunny ☀️.")))
    configure("mine", base_url=mine.url)
    asked = complete(tools=[WEATHER], tool_choice="required").json()["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": asked["tool_calls"][0]["id"], "content": "晴"}
    answer = complete(tools=[WEATHER], messages=[*HELLO, asked, result]).json()
    assert answer["choices"][0]["message"]["content"] == "It is sunny ☀️."
    first, second = (call.body for call in mine.calls)
    assert first["tool_choice"] == "required"
    assert second["messages"][1]["tool_calls"] == asked["tool_calls"]
    assert second["messages"][2] == result
    for wrong in ([*HELLO, asked], [*HELLO, result], [*HELLO, asked, {**result, "tool_call_id": "x"}]):
        assert complete(tools=[WEATHER], messages=wrong).status == 400


def test_an_answer_has_the_form_that_is_asked_for(complete: Any) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "trip", "schema": schema, "strict": True}}
    messages = [{"role": "user", "content": "A trip of 3 days to Paris."}]
    answer = complete(STACK, messages=messages, response_format=form).json()
    trip = json.loads(answer["choices"][0]["message"]["content"])
    assert isinstance(trip["city"], str)
    assert isinstance(trip["days"], int)


def test_the_callers_documents_answer_with_annotations(complete: Any, index: Put) -> None:
    document_id = index()
    messages = [{"role": "user", "content": "When do wages come?"}]
    message = complete(RAG, messages=messages).json()["choices"][0]["message"]
    (annotation,) = message["annotations"]
    place = annotation["url_citation"]
    assert message["content"][place["start_index"] : place["end_index"]] == "[1]"
    assert (annotation["document_id"], annotation["quote"]) == (document_id, "Wages come on the 28th.")
    chunks = chunks_of(complete(RAG, messages=messages, stream=True))
    streamed = [one.choices[0].delta.model_dump().get("annotations") for one in chunks if one.choices]
    assert [one for one in streamed if one] == [[annotation]]
    assert error(complete(RAG, messages=messages, tools=[WEATHER])) == (400, None, "tools")


def test_reasoning_stands_beside_the_text(complete: Any, configure: Configure, upstream: Upstream) -> None:
    mine = upstream(mine=calls(("get_weather", {}), text="So.", reasoning="想一想"))
    configure("mine", base_url=mine.url)
    assert complete(tools=[WEATHER]).json()["choices"][0]["message"]["reasoning_content"] == "想一想"
    deltas = [one.choices[0].delta.model_dump() for one in chunks_of(complete(tools=[WEATHER], stream=True))]
    assert "".join(one.get("reasoning_content") or "" for one in deltas) == "想一想"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"n": 2}, "invalid_value", "n"),
        ({"nonsense": 1}, "unknown_parameter", "nonsense"),
        ({"functions": []}, "unsupported_parameter", "functions"),
        ({"messages": []}, "empty_array", "messages"),
        ({"messages": "Hi"}, "invalid_type", "messages"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "invalid_value", "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "invalid_type", "messages[0].content"),
        ({"messages": [{"role": "user", "content": "\ud83d"}]}, "invalid_value", "messages[0].content"),
        ({"temperature": "hot"}, "invalid_type", "temperature"),
        ({"temperature": 3}, "invalid_value", "temperature"),
        ({"max_tokens": 0}, "invalid_value", "max_tokens"),
        ({"logprobs": True}, "unsupported_value", "logprobs"),
        ({"tool_choice": "auto"}, "invalid_value", "tool_choice"),
        ({"response_format": {"type": "xml"}}, "invalid_value", "response_format.type"),
        ({"model": 5}, "invalid_type", "model"),
        ({"stream": "true"}, "invalid_type", "stream"),
    ],
)
def test_what_is_wrong_is_refused_and_named(
    chat: Chat, wrong: Any, code: str, param: str, stream: bool
) -> None:
    content = json.dumps({"model": STACK, "messages": HELLO, "stream": stream} | wrong).encode()
    answer = chat(COMPLETIONS, content=content, headers={"content-type": "application/json"})
    assert error(answer) == (400, code, param)
    assert answer.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("content", [b"", b"{", b"\x80", b"[" * 100_000, b"[]", b"5"])
def test_what_is_no_request_is_a_400(chat: Chat, content: bytes) -> None:
    answer = chat(COMPLETIONS, content=content, headers={"content-type": "application/json"})
    assert error(answer)[0] == 400


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_is_not_the_callers_is_not_there(
    complete: Any, chat: Chat, configure: Configure, stream: bool
) -> None:
    configure("mine")
    body = {"model": "mine", "messages": HELLO, "stream": stream}
    answers = [complete("nope", stream=stream), chat(COMPLETIONS, owner="stranger", json=body)]
    assert [error(one) for one in answers] == [(404, "model_not_found", "model")] * 2


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("refusal", "expected", "headers"),
    [
        (refuses(400, "context_length_exceeded"), (400, "context_length_exceeded"), ("false", None)),
        (refuses(401), (502, "model_authentication"), ("false", None)),
        (refuses(404, "model_not_found"), (404, "model_not_found"), ("false", None)),
        (refuses(429, retry_after_ms="90500"), (429, "rate_limit_exceeded"), ("true", "90500")),
        (refuses(429, "insufficient_quota"), (429, "insufficient_quota"), ("false", None)),
        (refuses(503, retry_after="45"), (503, "model_overloaded"), ("true", "45000")),
    ],
)
def test_a_model_that_fails_is_a_status_that_says_whether_to_ask_again(
    complete: Any,
    configure: Configure,
    upstream: Upstream,
    refusal: Any,
    expected: Any,
    headers: Any,
    stream: bool,
) -> None:
    configure("mine", base_url=upstream(mine=refusal).url)
    answer = complete(stream=stream)
    assert error(answer)[:2] == expected
    assert (answer.headers["x-should-retry"], answer.headers.get("retry-after-ms")) == headers


def test_nothing_is_sent_before_the_model_answers(
    complete: Any, configure: Configure, upstream: Upstream
) -> None:
    configure("mine", base_url=upstream(mine=hangs()).url)
    late = complete(stream=True, headers={"X-Request-Timeout-Ms": "400"})
    assert error(late)[:2] == (504, "deadline")
    assert late.headers["x-should-retry"] == "false"


def test_an_upstream_that_is_cut_is_an_error_in_a_stream_and_asked_again_otherwise(
    complete: Any, configure: Configure, upstream: Upstream
) -> None:
    cut, whole = aborts(chunk("Half")), says("Whole.")
    mine = upstream(mine=(cut, whole, cut, whole))
    configure("mine", base_url=mine.url)
    answer = complete().json()
    assert answer["choices"][0]["message"]["content"] == "Whole."
    assert answer["freshet"]["attempts"] == 2
    streamed = complete(stream=True)
    first, last = [json.loads(one[6:]) for one in streamed.body.decode().split("\n\n")[:2]]
    assert first["choices"][0]["delta"]["content"] == "Half"
    assert (last["error"]["code"], last["error"]["type"]) == ("model_cut", "server_error")
    assert b"Whole" not in streamed.body


def test_the_same_key_is_the_same_completion(complete: Any, generations: Any) -> None:
    for stream in (False, True):
        headers = {"Idempotency-Key": f"k-{stream}"}
        first, again = (complete(STACK, headers=headers, stream=stream) for _ in range(2))
        assert first.status == 200
        assert again.body == first.body
        assert error(complete(STACK, headers=headers, stream=stream, seed=1))[:2] == (409, "conflict")
    assert len(generations()) == 2


def test_a_fallback_and_the_models_own_parameters_hold_here_too(
    complete: Any, configure: Configure, upstream: Upstream
) -> None:
    mine = upstream(first=refuses(503, retry_after="60"), second=says("Second."))
    second = configure("second", base_url=mine.url)["id"]
    own = {"temperature": 0.5, "max_tokens": 9}
    configure("first", base_url=mine.url, fallbacks=[second], params=own)
    answer = complete("first", temperature=0).json()
    assert (answer["model"], answer["choices"][0]["message"]["content"]) == ("first", "Second.")
    assert (mine.calls[1].body["temperature"], mine.calls[1].body["max_tokens"]) == (0, 9)
