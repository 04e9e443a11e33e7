from typing import Any

import openai
import pytest

from freshet.chat.openai_api.completion_request import ChatCompletionRequest
from tests.unit.chat.openai_api.door import client_of, door

USER: dict[str, Any] = {"role": "user", "content": "你好"}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"properties": {"a": {"default": None}}}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLS = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "结果"}


def asked(**body: Any) -> ChatCompletionRequest:
    return ChatCompletionRequest.model_validate({"model": "m", "messages": [USER], **body})


REFUSED: list[tuple[dict[str, Any], str | None, str]] = [
    ({"foo": 1}, "foo", "Unrecognized request argument supplied: foo"),
    ({"n": 2}, "n", "'n'"),
    ({"temperature": "hot"}, "temperature", "valid number"),
    ({"temperature": 2.5}, "temperature", "less than or equal to 2"),
    ({"max_tokens": 0}, "max_tokens", "greater than or equal to 1"),
    ({"max_tokens": 1.5}, "max_tokens", "valid integer"),
    ({"max_tokens": 1, "max_completion_tokens": 1}, "max_tokens", "not both"),
    ({"stop": list("abcde")}, "stop", "at most 4"),
    ({"stop": ["a", 1]}, "stop[1]", "valid string"),
    ({"stream": "yes"}, "stream", "valid boolean"),
    ({"stream_options": {"include_usage": True}}, "stream_options", "'stream' is enabled"),
    ({"logprobs": True}, "logprobs", "not supported"),
    ({"modalities": ["text", "audio"]}, "modalities[1]", "'text'"),
    ({"audio": {"voice": "x"}}, "audio", "not supported"),
    ({"functions": []}, "functions", "'tools'"),
    ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools[0].type", "'function'"),
    ({"tools": [{**TOOL, "function": {"name": "a b"}}]}, "tools[0].function.name", "pattern"),
    ({"tool_choice": "auto"}, "tool_choice", "'tools' are specified"),
    ({"parallel_tool_calls": True}, "parallel_tool_calls", "'tools' are specified"),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}},
        "tool_choice",
        "no tool 'g'",
    ),
    ({"response_format": {"type": "xml"}}, "response_format.type", "'json_schema'"),
    ({"seed": 2**64}, "seed", "can't be passed on"),
    ({"tools": [{**TOOL, "x": [2**64]}]}, "tools[0].x[0]", "can't be passed on"),
    ({"messages": None}, "messages", "Missing required parameter: 'messages'"),
    ({"messages": []}, "messages", "empty array"),
    ({"messages": "hi"}, "messages", "valid list"),
    ({"messages": ["hi"]}, "messages[0]", "valid dictionary"),
    ({"messages": [{"role": "boss", "content": ""}]}, "messages[0].role", "'boss'"),
    ({"messages": [{"role": "user"}]}, "messages[0].content", "Missing required parameter"),
    ({"messages": [USER, {"role": "user", "content": 7}]}, "messages[1].content", "valid string"),
    (
        {"messages": [{"role": "user", "content": [{"type": "text", "text": 7}]}]},
        "messages[0].content[0].text",
        "valid string",
    ),
    (
        {"messages": [{"role": "user", "content": [{"type": "video"}]}]},
        "messages[0].content[0].type",
        "'video'",
    ),
    ({"messages": [USER, {"role": "assistant"}]}, "messages[1].content", "expected a string, got null"),
    ({"messages": [USER, RESULT]}, "messages[1].tool_call_id", "'c1'"),
    ({"messages": [USER, CALLS, RESULT, RESULT]}, "messages[3].tool_call_id", "'c1'"),
    ({"messages": [USER, CALLS]}, "messages[1].role", "no response: c1"),
    ({"messages": [USER, CALLS, USER]}, "messages[1].role", "no response: c1"),
]


@pytest.mark.parametrize(("body", "param", "words"), REFUSED, ids=[str(case[1]) for case in REFUSED])
async def test_what_is_wrong_is_a_400_that_names_the_member(
    body: dict[str, Any], param: str, words: str
) -> None:
    async with client_of(door([])) as client:
        sent = {"model": "m", "messages": [USER], **body}
        with pytest.raises(openai.BadRequestError) as refused:
            await client.post("/chat/completions", body=sent, cast_to=object)
    assert refused.value.param == param
    assert words in refused.value.message
    assert refused.value.type == "invalid_request_error"
    assert refused.value.response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("content", [b"{", b"", b"[]", b'{"model":"\xff"}'])
async def test_what_is_no_json_object_is_a_400(content: bytes) -> None:
    async with client_of(door([])) as client:
        with pytest.raises(openai.BadRequestError) as refused:
            await client.post("/chat/completions", content=content, cast_to=object)
    assert refused.value.type == "invalid_request_error"
    assert refused.value.message


async def test_half_a_character_is_a_400_that_says_where() -> None:
    content = (
        rb'{"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "\ud83c"}]}]}'
    )
    async with client_of(door([])) as client:
        with pytest.raises(openai.BadRequestError, match="surrogates") as refused:
            await client.post("/chat/completions", content=content, cast_to=object)
    assert refused.value.param == "messages[0].content[0].text"


def test_null_means_absent() -> None:
    known = dict.fromkeys(ChatCompletionRequest.model_fields, None)
    given = asked(**{**known, "model": "m", "messages": [USER]}).ask()
    assert (given.params, given.definitions) == ({}, [])


def test_params_go_on_under_their_names() -> None:
    params: dict[str, Any] = {
        "temperature": 0,
        "top_p": 0.5,
        "stop": ["。"],
        "seed": 7,
        "presence_penalty": -1,
        "frequency_penalty": 1.5,
        "logit_bias": {"50256": -100},
        "reasoning_effort": "low",
        "user": "u",
        "tool_choice": {"type": "function", "function": {"name": "f"}},
        "parallel_tool_calls": False,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "n", "strict": True, "schema": {"type": "object", "default": None}},
        },
    }
    ask = asked(**params, tools=[TOOL], store=True, metadata={"a": "b"}, n=1, service_tier="auto").ask()
    assert ask.params == params
    assert ask.definitions == [TOOL]
    assert ask.tools == ()


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_both_names_of_the_limit_are_one(name: str) -> None:
    assert asked(**{name: 5}).ask().params == {"max_tokens": 5}


def test_messages_go_on_with_what_a_model_takes_of_them() -> None:
    parts = [
        {"type": "text", "text": "看", "cache_control": {"type": "ephemeral"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "low"}},
    ]
    messages = [
        {"role": "developer", "content": "规则"},
        {"role": "user", "content": parts, "name": "ann"},
        {**CALLS, "refusal": None, "annotations": [], "audio": None, "reasoning_content": "想", "parsed": 1},
        RESULT,
        {"role": "assistant", "content": "好"},
    ]
    assert asked(messages=messages).ask().messages == [
        messages[0],
        messages[1],
        {**CALLS, "reasoning_content": "想"},
        RESULT,
        messages[4],
    ]


def test_calls_may_be_answered_in_any_order() -> None:
    calls = {"role": "assistant", "tool_calls": [CALL, {**CALL, "id": "c2"}]}
    messages = [USER, calls, {**RESULT, "tool_call_id": "c2"}, RESULT]
    assert len(asked(messages=messages).ask().messages) == 4
