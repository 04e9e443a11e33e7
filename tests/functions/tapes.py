"""Upstream streams that are played again: recorded ones, and a few that are made by hand.

What belongs here: the streams, what they say, and the server that plays them. What does not: asking for them.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.serving import served
from tests.unit.llm.recorded import PROVIDERS, Recording, recorded
from tests.unit.llm.test_anthropic_stream import BEGIN, delta, event, finish, start, stop
from tests.unit.llm.upstream import DONE, USAGE, chunk

READ = 1021  # bytes that come at a time: they end anywhere, inside characters, too
THE_END = "完。The end."
END_USAGE = (11, 5)  # prompt and completion tokens of that
_ENDINGS = {
    "openai": chunk(THE_END)
    + chunk(finish="stop")
    + b'data: {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 5}}\n\n'
    + DONE,
    "anthropic": event("message_start", message={"usage": {"input_tokens": 11, "output_tokens": 1}})
    + start(0, "text", text="")
    + delta(0, "text_delta", text=THE_END)
    + stop(0)
    + finish(output_tokens=5)
    + event("message_stop"),
}


@dataclass(frozen=True)
class Tape:
    """What an upstream answers to the question `id`, in one protocol, turn by turn; then comes the end.

    `tools` are those that it calls.
    """

    id: str
    provider: str
    turns: Sequence[bytes]
    tools: Sequence[str] = ()
    status: int = 200
    content_type: str = "text/event-stream"
    recording: Recording | None = None

    @property
    def fails(self) -> bool:
        """Whether what was recorded is an error, or ends in one."""
        assert self.recording
        return self.recording.role == "error" or self.recording.fails


def recorded_tapes() -> list[Tape]:
    """The recorded streams and refusals, as far as the protocol is one of ours."""
    streams = [*recorded("stream", *PROVIDERS), *recorded("stream", *PROVIDERS, answers=2)]
    return [_tape(recording) for recording in [*streams, *recorded("error", *PROVIDERS)]]


def _tape(recording: Recording) -> Tape:
    streamed = recording.role == "stream"
    return Tape(
        recording.id,
        PROVIDERS[recording.kind],
        recording.answers,
        sorted(_called(recording.expected)) if streamed else (),
        recording.status,
        recording.content_type,
        recording,
    )


def _called(expected: Mapping[str, Any]) -> set[str]:
    blocks = [block for block in expected.get("blocks", ()) if block["type"] == "tool_use"]
    return {call["name"] for call in [*expected.get("tool_calls", ()), *blocks]}


def _openai(id_: str, *pieces: bytes, tools: Sequence[str] = ()) -> Tape:
    return Tape(id_, "openai", [b"".join(pieces)], tools)


def _anthropic(id_: str, *pieces: bytes, tools: Sequence[str] = ()) -> Tape:
    return Tape(id_, "anthropic", [b"".join((BEGIN, *pieces, event("message_stop")))], tools)


def _call(index: int, arguments: str, id_: str | None = None, name: str | None = None) -> bytes:
    """A piece of a call in OpenAI's protocol."""
    function = {"arguments": arguments} | ({"name": name} if name else {})
    return chunk(tool_calls=[{"index": index, "function": function} | ({"id": id_} if id_ else {})])


def _block(index: int, kind: str, opened: Mapping[str, Any], *deltas: tuple[str, str]) -> bytes:
    """A block of Anthropic's protocol."""
    pieces = [delta(index, f"{name}_delta", **{_MEMBERS[name]: piece}) for name, piece in deltas]
    return b"".join((start(index, kind, **opened), *pieces, stop(index)))


def _failure(message: str, code: str) -> bytes:
    error = {"message": message, "type": "invalid_request_error", "code": code}
    return b"data: " + orjson.dumps({"error": error}) + b"\n\n"


def _used(prompt: int, completion: int, cached: int) -> bytes:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion}
    details = {"prompt_tokens_details": {"cached_tokens": cached}}
    return b"data: " + orjson.dumps({"choices": [], "usage": usage | details}) + b"\n\n"


_MEMBERS = {"text": "text", "thinking": "thinking", "input_json": "partial_json"}
_STOP = chunk(finish="stop")
_CALLED = chunk(finish="tool_calls")
_OSLO, _BERGEN = '{"city": "Oslo"}', '{"city": "卑尔根 🌧"}'
_CACHED = {"input_tokens": 12, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 8}

HAND_MADE = [
    _openai("a text", chunk("One"), chunk(" and"), chunk(" two."), _STOP, USAGE, DONE),
    _openai("characters in pieces", chunk("春眠不觉晓，"), chunk("处处闻啼鸟。🐦👩‍🔬"), _STOP, USAGE, DONE),
    _openai("nothing", chunk(""), _STOP, USAGE, DONE),
    _openai("usage that nobody told", chunk("有几天年假？Twenty-five."), _STOP, DONE),
    _openai("cached tokens", chunk("Again."), _STOP, _used(90, 4, 64), DONE),
    _openai("usage with every chunk", _used(9, 1, 0), chunk("Yes."), _used(9, 2, 3), _STOP + USAGE, DONE),
    _openai("a text at its bound", chunk("Once upon"), chunk(finish="length"), USAGE, DONE),
    _openai("a text that is filtered", chunk("How to"), chunk(finish="content_filter"), USAGE, DONE),
    _openai(
        "reasoning of DeepSeek's",
        *(
            chunk(reasoning_content="嗯，"),
            chunk(reasoning_content="好的。"),
            chunk("42"),
            _STOP,
            USAGE,
            DONE,
        ),
    ),
    _openai("reasoning of OpenRouter's", chunk(reasoning="Hm."), chunk("42"), _STOP, USAGE, DONE),
    _openai(
        "a call in pieces",
        *(_call(0, "", "a", "weather"), _call(0, '{"city"'), _call(0, ': "Oslo"}'), _CALLED, USAGE, DONE),
        tools=["weather"],
    ),
    _openai(
        "calls side by side, after a text",
        *(chunk("One moment."), _call(0, "", "a", "weather"), _call(1, "", "b", "weather")),
        *(_call(1, _BERGEN[:12]), _call(0, _OSLO), _call(1, _BERGEN[12:]), _CALLED, USAGE, DONE),
        tools=["weather"],
    ),
    _openai(
        "calls that all have the index 0, and stop",
        *(_call(0, _OSLO, "a", "weather"), _call(0, _BERGEN, "b", "weather"), _STOP, USAGE, DONE),
        tools=["weather"],
    ),
    _openai(
        "a call whose name is said twice",
        *(_call(0, "", "a", "weather"), _call(0, _OSLO, "a", "weather"), _CALLED, USAGE, DONE),
        tools=["weather"],
    ),
    _openai("a call without arguments", _call(0, "", "a", "today"), _CALLED, USAGE, DONE, tools=["today"]),
    _openai(
        "a call at its bound",
        *(_call(0, '{"ci', "a", "weather"), chunk(finish="length"), USAGE, DONE),
        tools=["weather"],
    ),
    _openai("no answer but an error", _failure("This model's context is 8 tokens.", "too_long")),
    _openai("an error after a text", chunk("Half "), chunk("of"), _failure("输入有误。", "bad_input")),
    _openai("a refusal", chunk(refusal="I can't "), chunk(refusal="do that."), _STOP, USAGE, DONE),
    _anthropic(
        "a message that was thought over",
        _block(0, "thinking", {"thinking": ""}, ("thinking", "让我想想。"), ("thinking", " Yes.")),
        _block(1, "text", {"text": ""}, ("text", "是的"), ("text", "，yes.")),
        finish(output_tokens=9),
    ),
    _anthropic(
        "a message with calls",
        _block(0, "text", {"text": ""}, ("text", "One moment.")),
        _block(1, "tool_use", {"id": "a", "name": "weather", "input": {}}, ("input_json", _OSLO)),
        _block(2, "tool_use", {"id": "b", "name": "today", "input": {}}),
        finish("tool_use", output_tokens=20, **_CACHED),
        tools=["weather", "today"],
    ),
    _anthropic(
        "a message at its bound", _block(0, "text", {"text": ""}, ("text", "Once")), finish("max_tokens")
    ),
]


@asynccontextmanager
async def playing(tapes: Sequence[Tape]) -> AsyncIterator[str]:
    """The base URL of an upstream that plays them."""
    by_id = {tape.id: tape for tape in tapes}

    async def play(request: Request) -> Response:
        messages = orjson.loads(await request.body())["messages"]
        tape = by_id[_text(messages[0]["content"])]
        turn = sum(message["role"] == "assistant" for message in messages)
        body = tape.turns[turn] if turn < len(tape.turns) else _ENDINGS[tape.provider]
        return StreamingResponse(_pieces(body), tape.status, {"content-type": tape.content_type})

    app = Starlette(routes=[Route("/v1/{what:path}", play, methods=["POST"])])
    async with served(app) as url:
        yield f"{url}/v1"


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), READ):
        yield body[at : at + READ]


def _text(content: str | list[dict[str, Any]]) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)
