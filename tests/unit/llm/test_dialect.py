"""The body of a chat request, and what is learnt from the words in which endpoints refuse one."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from freshet.errors import ModelBadRequest
from freshet.llm import LLMClient
from freshet.llm.failures import from_status
from freshet.llm.providers.dialect import Dialect
from freshet.llm.request import Request
from freshet.llm.structured import Schema
from tests.unit.llm.upstream import DONE, chunk, raw_server, sends


class Answer(BaseModel):
    text: str


class Counts(BaseModel):
    by_word: dict[str, int]


SCHEMA = Schema.of(Answer)
PLAIN = Request(messages=[{"role": "user", "content": "你好"}], model="m", temperature=0.2, max_tokens=9)
SHAPED = replace(PLAIN, schema=SCHEMA)
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]

# As they were recorded or quoted in public issues.
NO_MAX_TOKENS = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. "
    "Use 'max_completion_tokens' instead."
)
NO_STREAM_OPTIONS = [
    "Unrecognized request argument supplied: stream_options",
    "[{'type': 'extra_forbidden', 'loc': ['body', 'stream_options', 'include_usage'], "
    "'msg': 'Extra inputs are not permitted', 'input': True}]",
    "property 'stream_options' is unsupported",
    "Additional properties are not allowed ('stream_options' was unexpected)",
    'Invalid JSON payload received. Unknown name "stream_options": Cannot find field.',
]
NO_SCHEMAS = [
    "This response_format type is unavailable now",
    "Failed to deserialize the JSON body into the target type: response_format: response_format.type "
    "`json_schema` is unavailable now at line 1 column 1193",
    "This model does not support response format `json_schema`. See supported models at https://…",
    "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
    "Invalid parameter: 'response_format' must be one of 'json_object', 'text'.",
    "response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later",
    "The parameter `response_format.type` specified in the request are not valid: invalid value: "
    "`json_schema`, supported values are: `json_object` and `text`.",
    "'response_format' : one of the following must be satisfied[('response_format.type' : value is not one "
    "of the allowed values ['text']) OR ('response_format.type' : value is not one of ['json_object'])]",
]
NO_JSON_MODE = [
    "'response_format.type' must be 'json_schema' or 'text'",
    "Json mode is not supported for this model.",
    "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.",
    "response_format: missing field `value` at line 1 column 168",
]
THE_CALLER_S = [
    "'max_tokens' or 'max_completion_tokens' is too large: 9000. The maximum context length is 4096.",
    "This model's maximum context length is 6048 tokens. However, you requested 6616 tokens.",
    "Unsupported value: 'temperature' does not support 0.2 with this model. Only 1 is supported.",
    "Unsupported parameter: 'temperature' is not supported with this model.",
    "[{'type': 'extra_forbidden', 'loc': ['body', 'tools'], 'msg': 'Extra inputs are not permitted'}]",
    "Invalid schema for function 'f': schema must be a JSON Schema of 'type: \"object\"'.",
    "[{'type': 'missing', 'loc': ['body', 'messages'], 'input': {'stream_options': {}}}]",
    "Tool choice is required, but model did not call a tool",
    "",
]


def refused(words: str) -> ModelBadRequest:
    """The error that an endpoint's words become."""
    error = from_status(400, {"error": {"message": words, "type": "invalid_request_error"}}, {})
    assert isinstance(error, ModelBadRequest)
    return error


def learns(dialect: Dialect, request: Request, words: str) -> bool:
    return dialect.learn(request, dialect.body(request), refused(words))


def form(dialect: Dialect, request: Request) -> str:
    """How the body asks for the schema."""
    body = dialect.body(request)
    asked: dict[str, Any] = body.get("response_format", {"type": "nothing"})
    strict = ", strict" if asked.get("json_schema", {}).get("strict") else ""
    prompted = ", prompted" if "It must fit this JSON schema" in body["messages"][0]["content"] else ""
    return f"{asked['type']}{strict}{prompted}"


def test_a_body_holds_what_was_asked_for_and_nothing_else() -> None:
    assert Dialect().body(PLAIN) == {
        "model": "m",
        "messages": PLAIN.messages,
        "temperature": 0.2,
        "max_tokens": 9,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    body = Dialect().body(
        replace(PLAIN, temperature=0.0, max_tokens=None, tools=TOOLS, tool_choice="required")
    )
    assert (body["temperature"], body["tools"], body["tool_choice"]) == (0.0, TOOLS, "required")
    assert "max_tokens" not in body


def test_extra_wins_but_a_generation_always_streams() -> None:
    extra = {"temperature": 1, "stream": False, "stream_options": {"x": 1}, "top_k": 5}
    body = Dialect().body(replace(PLAIN, extra=extra))
    assert body["temperature"] == 1
    assert body["top_k"] == 5
    assert body["stream_options"] == {"x": 1}
    assert body["stream"] is True


def test_a_schema_is_a_response_format() -> None:
    assert Dialect().body(SHAPED)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "Answer", "strict": True, "schema": SCHEMA.json_schema},
    }


def test_the_name_of_the_token_limit_is_learnt() -> None:
    dialect = Dialect()
    assert learns(dialect, PLAIN, NO_MAX_TOKENS)
    body = dialect.body(PLAIN)
    assert body["max_completion_tokens"] == 9
    assert "max_tokens" not in body
    assert not learns(dialect, PLAIN, NO_MAX_TOKENS)


@pytest.mark.parametrize("words", NO_STREAM_OPTIONS)
def test_stream_options_are_left_out_once_refused(words: str) -> None:
    dialect = Dialect()
    assert learns(dialect, PLAIN, words)
    assert "stream_options" not in dialect.body(PLAIN)
    assert not learns(dialect, PLAIN, words)


@pytest.mark.parametrize("words", NO_SCHEMAS)
def test_an_endpoint_without_schemas_gets_json_mode_then_a_prompt(words: str) -> None:
    dialect = Dialect()
    assert form(dialect, SHAPED) == "json_schema, strict"
    assert learns(dialect, SHAPED, words)
    assert form(dialect, SHAPED) == "json_object, prompted"
    assert learns(dialect, SHAPED, words)
    assert form(dialect, SHAPED) == "nothing, prompted"
    assert not learns(dialect, SHAPED, words)


@pytest.mark.parametrize("words", NO_JSON_MODE)
def test_an_endpoint_without_json_mode_gets_a_prompt(words: str) -> None:
    dialect = Dialect()
    learns(dialect, SHAPED, NO_SCHEMAS[0])
    assert learns(dialect, SHAPED, words)
    assert form(dialect, SHAPED) == "nothing, prompted"


def test_an_endpoint_that_does_not_know_strict_gets_the_schema_without_it() -> None:
    dialect = Dialect()
    assert learns(dialect, SHAPED, "Unknown parameter: 'response_format.json_schema.strict'.")
    assert form(dialect, SHAPED) == "json_schema"
    assert "strict" not in dialect.body(SHAPED)["response_format"]["json_schema"]
    assert form(dialect, replace(SHAPED, schema=Schema.of_items(Answer))) == "json_schema"


def test_a_schema_that_is_refused_as_such_says_nothing_of_others() -> None:
    dialect = Dialect()
    words = "Invalid schema for response_format 'Answer': In context=('properties', 'text'), …"
    assert learns(dialect, SHAPED, words)
    assert form(dialect, SHAPED) == "json_schema"
    assert learns(dialect, SHAPED, words)
    assert form(dialect, SHAPED) == "json_object, prompted"
    assert form(dialect, replace(SHAPED, schema=Schema.of_items(Answer))) == "json_schema, strict"


def test_a_schema_that_is_not_strict_is_not_called_so() -> None:
    dialect = Dialect()
    loose = replace(PLAIN, schema=Schema.of(Counts))
    assert form(dialect, loose) == "json_schema"
    assert learns(dialect, loose, NO_SCHEMAS[0])
    assert form(dialect, loose) == "json_object, prompted"


def test_json_mode_that_excludes_tools_is_only_given_up_where_there_are_tools() -> None:
    dialect = Dialect()
    with_tools = replace(SHAPED, tools=TOOLS)
    for request in (SHAPED, with_tools):
        learns(dialect, request, NO_SCHEMAS[2])
    assert learns(dialect, with_tools, "json mode cannot be combined with tool/function calling")
    assert form(dialect, with_tools) == "nothing, prompted"
    assert form(dialect, SHAPED) == "json_object, prompted"


def test_lessons_are_one_model_s() -> None:
    dialect = Dialect()
    for words in (NO_MAX_TOKENS, NO_STREAM_OPTIONS[0], NO_SCHEMAS[0]):
        assert learns(dialect, SHAPED, words)
    other = replace(SHAPED, model="other")
    assert dialect.body(other) == Dialect().body(other)


@pytest.mark.parametrize("words", THE_CALLER_S)
def test_nothing_is_learnt_from_an_error_that_is_the_caller_s(words: str) -> None:
    dialect = Dialect()
    request = replace(SHAPED, tools=TOOLS, tool_choice="required")
    before = dialect.body(request)
    assert not learns(dialect, request, words)
    assert dialect.body(request) == before


def test_a_tool_choice_is_given_up_only_where_it_changes_nothing() -> None:
    words = "deepseek-reasoner does not support this tool_choice"
    automatic = replace(PLAIN, tools=TOOLS, tool_choice="auto")
    dialect = Dialect()
    assert not learns(dialect, replace(automatic, tool_choice="required"), words)
    assert learns(dialect, automatic, words)
    assert "tool_choice" not in dialect.body(automatic)
    assert dialect.body(replace(automatic, model="other"))["tool_choice"] == "auto"


@pytest.mark.parametrize(
    "own", [{"response_format": {"type": "x"}}, {"extra": {"response_format": {"type": "x"}}}]
)
def test_the_caller_s_own_format_is_sent_as_it_is(own: dict[str, Any]) -> None:
    dialect = Dialect()
    request = replace(SHAPED, **own)
    assert dialect.body(request)["response_format"] == {"type": "x"}
    assert not learns(dialect, request, NO_SCHEMAS[0])
    assert form(dialect, SHAPED) == "json_schema, strict"


def test_two_calls_refused_for_the_same_reason_learn_it_once() -> None:
    dialect = Dialect()
    sent = dialect.body(SHAPED)
    assert dialect.learn(SHAPED, sent, refused(NO_SCHEMAS[0]))
    assert dialect.learn(SHAPED, sent, refused(NO_SCHEMAS[0]))
    assert form(dialect, SHAPED) == "json_object, prompted"


def test_an_endpoint_that_refuses_everything_is_asked_only_so_often() -> None:
    dialect = Dialect()
    request = replace(SHAPED, tools=TOOLS, tool_choice="auto")
    words = " ".join(
        [NO_MAX_TOKENS, *NO_STREAM_OPTIONS, *NO_SCHEMAS, "tool_choice: strict", "Invalid schema"]
    )
    asked = 1
    while learns(dialect, request, words):
        asked += 1
        assert asked < 10


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([{"role": "system", "content": "简短。"}], "简短。\n\n{}"),
        ([{"role": "developer", "content": ""}], "{}"),
        ([], "{}"),
    ],
)
def test_instructions_end_the_system_prompt_or_are_one(messages: list[dict[str, Any]], expected: str) -> None:
    dialect = Dialect()
    asked = [*messages, *PLAIN.messages]
    request = replace(SHAPED, messages=asked)
    learns(dialect, request, NO_SCHEMAS[0])
    first, *others = dialect.body(request)["messages"]
    assert first["role"] == (messages[0]["role"] if messages else "system")
    assert first["content"] == expected.replace("{}", SCHEMA.instructions())
    assert others == PLAIN.messages
    assert request.messages == [*messages, *PLAIN.messages]


def test_instructions_are_a_part_where_the_system_prompt_has_parts() -> None:
    dialect = Dialect()
    parts = [{"type": "text", "text": "简短。"}]
    request = replace(SHAPED, messages=[{"role": "system", "content": parts}, *PLAIN.messages])
    learns(dialect, request, NO_SCHEMAS[0])
    first = dialect.body(request)["messages"][0]
    assert first["content"] == [*parts, {"type": "text", "text": SCHEMA.instructions()}]
    assert len(parts) == 1


def test_recorded_errors_teach_nothing(shared: Path) -> None:
    recorded = sorted((shared / "llm_wire/errors").glob("openai-chat__*[0-9a-f].json"))
    assert recorded
    request = replace(SHAPED, tools=TOOLS, tool_choice="auto")
    for path in recorded:
        error = from_status(400, json.loads(path.read_text()), {})
        if isinstance(error, ModelBadRequest):
            dialect = Dialect()
            assert not dialect.learn(request, dialect.body(request), error), path.name


async def test_a_refused_schema_is_asked_for_in_the_next_way_and_so_from_then_on() -> None:
    refusal = json.dumps({"error": {"message": NO_SCHEMAS[0], "type": "invalid_request_error"}}).encode()
    answers = [
        sends(refusal, status="400 Bad Request", kind="application/json"),
        sends(chunk('{"text": '), chunk('"好"}', "stop"), DONE),
    ]
    async with (
        raw_server(*answers) as raw,
        LLMClient(base_url=raw.url, model="deepseek-chat", api_key="k") as client,
    ):
        for _ in range(2):
            assert (await client.complete("你好", response_model=Answer)).parsed == Answer(text="好")
    asked = [body["response_format"]["type"] for body in raw.bodies]
    assert asked == ["json_schema", "json_object", "json_object"]
    assert SCHEMA.instructions() in raw.bodies[1]["messages"][0]["content"]
