"""Anthropic's provider over loopback: what goes out, and what becomes of what comes back."""

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from freshet.errors import (
    ModelAuthentication,
    ModelBadRequest,
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
)
from freshet.llm.endpoint import Endpoint
from freshet.llm.events import Event, Finish, TextDelta, Unstreamed, Usage
from freshet.llm.providers.anthropic import DEFAULT_MAX_TOKENS, AnthropicProvider
from freshet.llm.providers.http import Transport
from freshet.llm.request import Request
from freshet.llm.structured import Schema
from tests.unit.llm.test_anthropic_stream import BEGIN, DONE, END, event, finish, text
from tests.unit.llm.upstream import Answer, RawServer, raw_server, sends

pytestmark = pytest.mark.timeout(30)

HELLO = BEGIN + text("hello") + END
HEARD = [TextDelta("hello"), Finish("stop"), Usage(7, 3)]
ADDRESS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


@asynccontextmanager
async def provider(
    url: str, transport: Transport = "httpx2", **options: Any
) -> AsyncIterator[AnthropicProvider]:
    made = AnthropicProvider(Endpoint("claude", "anthropic", url, **options), transport)
    try:
        yield made
    finally:
        await made.aclose()


def asked(*messages: dict[str, Any], **options: Any) -> Request:
    return Request(list(messages) or [{"role": "user", "content": "hi"}], "claude", **options)


async def answered(
    llm: AnthropicProvider, request: Request | None = None
) -> tuple[list[Event | Unstreamed], ModelError | None]:
    """The events of an answer, and the error that ended it."""
    events: list[Event | Unstreamed] = []
    try:
        async with aclosing(llm.stream(request or asked())) as batches:
            async for batch in batches:
                events += batch
    except ModelError as error:
        return events, error
    return events, None


async def sent(request: Request) -> dict[str, Any]:
    """The body that goes out for a request."""
    async with raw_server(sends(HELLO)) as upstream, provider(upstream.url) as llm:
        assert await answered(llm, request) == (HEARD, None)
    body: dict[str, Any] = upstream.bodies[0]
    return body


async def refusal(request: Request) -> ModelBadRequest:
    """Why a request is not sent."""
    async with raw_server(sends(HELLO)) as upstream, provider(upstream.url) as llm:
        _, error = await answered(llm, request)
    assert upstream.bodies == []
    assert type(error) is ModelBadRequest
    return error


def refuses(kind: str, message: str, status: str, *headers: str) -> Answer:
    body = json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()
    return sends(body, status="\r\n".join([status, *headers]), kind="application/json")


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


async def test_a_plain_request_is_a_stream_with_a_bound(transport: Transport) -> None:
    async with (
        raw_server(sends(HELLO)) as upstream,
        provider(upstream.url, transport, api_key="sk-ant", headers={"anthropic-beta": "b"}) as llm,
    ):
        assert await answered(llm) == (HEARD, None)
    assert upstream.bodies == [
        {"model": "claude", "max_tokens": DEFAULT_MAX_TOKENS, "messages": [user(words("hi"))], "stream": True}
    ]
    head = upstream.heads[0].lower().split("\r\n")
    assert head[0].startswith("post /v1/messages http")
    assert {
        "x-api-key: sk-ant",
        "anthropic-version: 2023-06-01",
        "anthropic-beta: b",
        "content-type: application/json",
    } <= set(head)


async def test_the_base_url_may_lack_the_version_and_carry_a_query() -> None:
    for given, path in (
        ("", "/v1/messages"),
        ("/v1/", "/v1/messages"),
        ("/to/claude?beta=true", "/to/claude/v1/messages?beta=true"),
    ):
        async with (
            raw_server(sends(HELLO)) as upstream,
            provider(upstream.url.removesuffix("/v1") + given) as llm,
        ):
            await answered(llm)
        assert upstream.heads[0].startswith(f"POST {path} HTTP")


async def test_the_key_is_asked_for_before_every_request() -> None:
    keys = iter(["one", "two", None])

    async def key() -> str | None:
        return next(keys)

    async with raw_server(sends(HELLO)) as upstream, provider(upstream.url, key=key, api_key="no") as llm:
        for _ in range(3):
            await answered(llm)
    found = [[line for line in head.split("\r\n") if line.startswith("x-api-key")] for head in upstream.heads]
    assert found == [["x-api-key: one"], ["x-api-key: two"], []]


async def test_a_conversation_becomes_alternate_turns_and_a_system_prompt() -> None:
    call = {"id": "t1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "巴黎"}'}}
    broken = {"id": "t2", "type": "function", "function": {"name": "time", "arguments": '{"city'}}
    listed = {"id": "t3", "type": "function", "function": {"name": "now", "arguments": "[]"}}
    body = await sent(
        asked(
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "你好"},
            {"role": "user", "content": [words("weather?"), words(" ")]},
            {"role": "developer", "content": [words("In French.")]},
            {"role": "assistant", "content": "", "tool_calls": [call, broken, listed]},
            {"role": "tool", "tool_call_id": "t1", "content": "rain"},
            {"role": "tool", "tool_call_id": "t2", "content": [words("noon")]},
            {"role": "tool", "tool_call_id": "t3", "content": ""},
            {"role": "user", "content": "and tomorrow?"},
            {"role": "assistant", "content": None},
        )
    )
    assert body["system"] == "Be brief.\n\nIn French."
    assert body["messages"] == [
        user(words("你好"), words("weather?")),
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "巴黎"}},
                {"type": "tool_use", "id": "t2", "name": "time", "input": {}},
                {"type": "tool_use", "id": "t3", "name": "now", "input": {}},
            ],
        },
        user(
            {"type": "tool_result", "tool_use_id": "t1", "content": [words("rain")]},
            {"type": "tool_result", "tool_use_id": "t2", "content": [words("noon")]},
            {"type": "tool_result", "tool_use_id": "t3"},
            words("and tomorrow?"),
        ),
    ]


async def test_images_go_out_as_base64_or_as_their_url() -> None:
    urls = ["data:image/png;base64,iVBO", "https://host/a.jpg"]
    parts = [{"type": "image_url", "image_url": {"url": url, "detail": "low"}} for url in urls]
    body = await sent(asked({"role": "user", "content": [*parts, words("what?")]}))
    assert body["messages"][0]["content"] == [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}},
        {"type": "image", "source": {"type": "url", "url": "https://host/a.jpg"}},
        words("what?"),
    ]


async def test_tools_and_options_are_put_into_anthropics_shape() -> None:
    function = {"name": "weather", "description": "of a city", "parameters": ADDRESS, "strict": True}
    search = {"type": "web_search_20250305", "name": "web_search"}
    body = await sent(
        asked(
            temperature=0.2,
            max_tokens=9,
            tools=[
                {"type": "function", "function": function},
                {"type": "function", "function": {"name": "now"}},
                search,
            ],
            extra={"top_p": 0.5, "thinking": {"type": "disabled"}, "max_tokens": 10, "stream": False},
        )
    )
    assert {name: value for name, value in body.items() if name not in {"model", "messages"}} == {
        "max_tokens": 10,
        "temperature": 0.2,
        "tools": [
            {"name": "weather", "description": "of a city", "input_schema": ADDRESS},
            {"name": "now", "input_schema": {"type": "object", "properties": {}}},
            search,
        ],
        "top_p": 0.5,
        "thinking": {"type": "disabled"},
        "stream": True,
    }


@pytest.mark.parametrize(
    ("choice", "theirs"),
    [
        ("auto", {"type": "auto"}),
        ("none", {"type": "none"}),
        ("required", {"type": "any"}),
        ({"type": "function", "function": {"name": "now"}}, {"type": "tool", "name": "now"}),
        (
            {"type": "auto", "disable_parallel_tool_use": True},
            {"type": "auto", "disable_parallel_tool_use": True},
        ),
    ],
)
async def test_the_choice_of_a_tool_is_said_in_anthropics_words(choice: Any, theirs: dict[str, Any]) -> None:
    assert (await sent(asked(tool_choice=choice)))["tool_choice"] == theirs


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        (asked(user({"type": "input_audio", "input_audio": {}})), "input_audio"),
        (asked(user({"type": "image_url", "image_url": {"url": "file:///etc/passwd"}})), "data: URL"),
        (asked(user({"type": "image_url", "image_url": {"url": "data:image/svg+xml,<svg>"}})), "base64"),
        (asked({"role": "narrator", "content": "x"}), "narrator"),
        (asked({"role": "tool", "content": "x"}), "tool_call_id"),
        (asked({"role": "user", "content": 5}), "int"),
        (asked({"role": "user"}), "content"),
        (asked({"content": "x"}), "role"),
        (asked(user("just a text")), "str"),
        (asked(tools=[{"type": "function"}]), "function"),
        (asked(tool_choice="sometimes"), "sometimes"),
        (asked(response_format={"type": "json_schema"}), "json_schema"),
        (asked(user(words("half of an emoji \ud83d"))), "UTF-8"),
    ],
)
async def test_what_anthropic_cannot_be_sent_is_a_bad_request_that_names_it(
    request_: Request, named: str
) -> None:
    assert named in (await refusal(request_)).detail


@pytest.mark.parametrize(
    "request_",
    [
        asked(schema=Schema("address", ADDRESS)),
        asked(response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": ADDRESS}}),
    ],
)
async def test_a_schema_is_sent_beside_other_output_configuration(request_: Request) -> None:
    request_.extra["output_config"] = {"effort": "low"}  # type: ignore[index] # a dict, if nobody gave another
    body = await sent(request_)
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": ADDRESS}, "effort": "low"}
    assert "system" not in body


async def test_a_schema_that_no_strict_mode_can_enforce_is_asked_for_in_words() -> None:
    schema = Schema("anything", {"type": "object"}, strict=False)
    body = await sent(
        asked({"role": "system", "content": "Hm."}, {"role": "user", "content": "hi"}, schema=schema)
    )
    assert "output_config" not in body
    assert body["system"] == f"Hm.\n\n{schema.instructions()}"


async def test_json_of_whatever_shape_is_left_to_the_prompt() -> None:
    assert "output_config" not in await sent(asked(response_format={"type": "json_object"}))


async def told_twice(refusal: Answer, request: Request) -> RawServer:
    """What an upstream gets that refuses the first request, when the same is asked of it twice."""
    async with raw_server(refusal, sends(HELLO)) as upstream, provider(upstream.url) as llm:
        for _ in range(2):
            assert await answered(llm, request) == (HEARD, None)
    return upstream


@pytest.mark.parametrize(
    "message",
    [
        "output_config: Extra inputs are not permitted",
        "'claude' does not support output_format",
        "json_schema?",
    ],
)
async def test_a_model_without_schemas_is_asked_in_words_at_once_and_from_then_on(message: str) -> None:
    schema = Schema("address", ADDRESS)
    refusal = refuses("invalid_request_error", message, "400 Bad Request")
    upstream = await told_twice(refusal, asked(schema=schema))
    assert ["output_config" in body for body in upstream.bodies] == [True, False, False]
    assert [body.get("system") for body in upstream.bodies[1:]] == [schema.instructions()] * 2


async def test_a_schema_that_is_refused_says_nothing_about_the_next() -> None:
    message = "output_config.format.schema: 'additionalProperties' must be false"
    refusal = refuses("invalid_request_error", message, "400 Bad Request")
    upstream = await told_twice(refusal, asked(schema=Schema("address", ADDRESS)))
    assert ["output_config" in body for body in upstream.bodies] == [True, False, True]


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("max_tokens: too many", {"schema": Schema("address", ADDRESS)}),
        ("tools.0.input_schema: is wrong", {"schema": Schema("address", ADDRESS)}),
        ("output_config: unknown effort", {}),
    ],
)
async def test_a_refusal_of_something_else_is_not_repeated(message: str, options: dict[str, Any]) -> None:
    refusal = refuses("invalid_request_error", message, "400 Bad Request")
    async with raw_server(refusal) as upstream, provider(upstream.url) as llm:
        _, error = await answered(llm, asked(**options))
    assert isinstance(error, ModelBadRequest)
    assert message in error.detail
    assert len(upstream.bodies) == 1


@pytest.mark.parametrize(
    ("refusal", "kind", "wait"),
    [
        (refuses("authentication_error", "invalid x-api-key", "401 Unauthorized"), ModelAuthentication, None),
        (refuses("not_found_error", "model: claude", "404 Not Found"), ModelNotFound, None),
        (
            refuses("rate_limit_error", "slow down", "429 Too Many Requests", "retry-after: 7"),
            ModelRateLimited,
            7.0,
        ),
        (refuses("overloaded_error", "Overloaded", "529 Overloaded"), ModelOverloaded, None),
        (sends(b"<html>proxy</html>", status="502 Bad Gateway", kind="text/html"), ModelOverloaded, None),
    ],
)
async def test_a_status_is_an_error_of_the_tree(
    transport: Transport, refusal: Answer, kind: type[ModelError], wait: float | None
) -> None:
    async with raw_server(refusal) as upstream, provider(upstream.url, transport, api_key="k") as llm:
        events, error = await answered(llm)
    assert events == []
    assert error is not None
    assert (type(error), error.retry_after) == (kind, wait)


async def test_nobody_listening_is_an_overloaded_endpoint(transport: Transport) -> None:
    async with provider("http://127.0.0.1:9", transport) as llm:
        assert type((await answered(llm))[1]) is ModelOverloaded


@pytest.mark.parametrize(
    ("rest", "kind"),
    [
        (event("error", error={"type": "overloaded_error", "message": "Overloaded"}), ModelOverloaded),
        (b"", ModelCut),
        (DONE, ModelCut),
        (b"data: {broken\n\n" + END, ModelMalformed),
        (b"data: " + b"x" * 10_100_000, ModelMalformed),
    ],
    ids=["an error event", "a cut", "no reason", "a broken chunk", "a line without end"],
)
async def test_a_failure_in_the_stream_comes_after_what_was_said(
    transport: Transport, rest: bytes, kind: type[ModelError]
) -> None:
    async with (
        raw_server(sends(BEGIN, text("你好"), rest)) as upstream,
        provider(upstream.url, transport) as llm,
    ):
        events, error = await answered(llm)
    assert (events, type(error)) == ([TextDelta("你好")], kind)


async def test_a_connection_dropped_after_the_reason_is_a_whole_answer(transport: Transport) -> None:
    async def leave(writer: asyncio.StreamWriter) -> None:
        await sends(BEGIN, text("hello"), finish(output_tokens=3))(writer)
        writer.transport.abort()

    async with raw_server(leave) as upstream, provider(upstream.url, transport) as llm:
        assert await answered(llm) == (HEARD, None)


async def test_characters_that_reads_share_are_whole_again(transport: Transport) -> None:
    stream = BEGIN + text("你好，世界 😀") + END
    reads = [stream[at : at + 1] for at in range(len(stream))]
    async with raw_server(sends(*reads, pause=0)) as upstream, provider(upstream.url, transport) as llm:
        assert await answered(llm) == ([TextDelta("你好，世界 😀"), *HEARD[1:]], None)


async def test_a_compressed_stream_is_read(transport: Transport) -> None:
    squeezed = gzip.compress(BEGIN + text("你好") + END)
    answer = sends(squeezed[:20], squeezed[20:], kind="text/event-stream\r\ncontent-encoding: gzip")
    async with raw_server(answer) as upstream, provider(upstream.url, transport) as llm:
        assert await answered(llm) == ([TextDelta("你好"), *HEARD[1:]], None)


async def test_events_come_as_they_are_sent(transport: Transport) -> None:
    go_on = asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        await sends(BEGIN, text("hello"))(writer)
        await go_on.wait()
        await sends_on(END)(writer)

    async with (
        raw_server(slow) as upstream,
        provider(upstream.url, transport) as llm,
        aclosing(llm.stream(asked())) as batches,
    ):
        events: list[Event | Unstreamed] = []
        async for batch in batches:
            events += batch
            if events == HEARD[:1]:
                go_on.set()
    assert events == HEARD


def sends_on(data: bytes) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return answer


async def test_breaking_off_closes_the_upstream(transport: Transport) -> None:
    gone = asyncio.Event()

    async def endless(writer: asyncio.StreamWriter) -> None:
        try:
            await sends(BEGIN, *[text("hello")] * 1000, pause=0.005)(writer)
        except ConnectionError:
            gone.set()
            raise

    async with raw_server(endless) as upstream, provider(upstream.url, transport) as llm:
        async with aclosing(llm.stream(asked())) as batches:
            async for batch in batches:
                if batch:
                    break
        await asyncio.wait_for(gone.wait(), 0.5)


async def test_a_connection_read_to_its_end_is_used_again(transport: Transport) -> None:
    connections = 0

    async def keeps_alive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        try:
            while True:
                asked = await reader.readuntil(b"\r\n\r\n")
                (length,) = re.findall(rb"content-length: (\d+)", asked.lower())
                await reader.readexactly(int(length))
                writer.write(head + b"%x\r\n%b\r\n" % (len(HELLO), HELLO))
                await writer.drain()
                writer.write(b"0\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(keeps_alive, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, provider(url, transport) as llm:
        for _ in range(3):
            assert await answered(llm) == (HEARD, None)
    assert connections == 1


async def test_an_answer_in_one_piece_is_taken_and_marked(transport: Transport) -> None:
    usage = {"input_tokens": 7, "output_tokens": 3}
    message = {"type": "message", "content": [words("hello")], "stop_reason": "end_turn", "usage": usage}
    answer = sends(json.dumps(message).encode(), kind="application/json; charset=utf-8")
    async with raw_server(answer) as upstream, provider(upstream.url, transport) as llm:
        assert await answered(llm) == ([Unstreamed(), *HEARD], None)


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        ("text/html", b"<html>proxy</html>", ModelMalformed),
        ("application/json", b"{", ModelMalformed),
        ("application/json", b'{"id": "msg_1"}', ModelMalformed),
        ("application/json", b'{"type": "error", "error": {"type": "overloaded_error"}}', ModelOverloaded),
        ("text/event-stream", b"hello\n\n", ModelCut),
    ],
)
async def test_a_200_that_is_no_answer_is_an_error(kind: str, body: bytes, error: type[ModelError]) -> None:
    async with raw_server(sends(body, kind=kind)) as upstream, provider(upstream.url) as llm:
        assert type((await answered(llm))[1]) is error


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("200 OK", None),
        ("404 Not Found", None),
        ("405 Method Not Allowed", None),
        ("401 Unauthorized", ModelAuthentication),
        ("500 Oops", ModelOverloaded),
    ],
)
async def test_ping_takes_an_endpoint_without_models_and_refuses_one_that_fails(
    status: str, kind: type[ModelError] | None
) -> None:
    async with (
        raw_server(sends(b"{}", status=status, kind="application/json")) as upstream,
        provider(upstream.url, api_key="k") as llm,
    ):
        if kind is None:
            await llm.ping()
        else:
            with pytest.raises(kind):
                await llm.ping()
    assert upstream.heads[0].startswith("GET /v1/models HTTP")
    assert "x-api-key: k" in upstream.heads[0]


async def test_embeddings_are_refused_with_the_reason() -> None:
    async with provider("http://127.0.0.1:9") as llm:
        with pytest.raises(ModelBadRequest, match="Anthropic has no embeddings"):
            await llm.embed(["hi"], model="claude", dimensions=None)
