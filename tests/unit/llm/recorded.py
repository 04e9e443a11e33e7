"""What real providers sent, what it says, and a server on loopback that plays it again.

The recordings are not part of the project (see `WIRE`): where they are absent, tests that are parametrized
with them are skipped. What belongs here: reading them. What does not: what the client makes of them.
"""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from freshet.errors import ModelError
from freshet.llm import Event, Finish, Usage
from freshet.llm.completion import Answer

WIRE = Path(__file__).parents[4] / "shared/data/llm_wire"
PROVIDERS = {"openai-chat": "openai", "anthropic-messages": "anthropic"}  # by the kind of a recording

_REASONS = {"end_turn": "stop", "max_tokens": "length", "tool_use": "tool_calls"}


@dataclass(frozen=True)
class Told:
    """What an answer says. `calls` are names and arguments; `usage` is None where it was not counted."""

    text: str
    reasoning: str
    calls: list[tuple[str, str]]
    finish: str
    usage: Usage | None


@dataclass(frozen=True)
class Recording:
    """One recorded answer. `kind` is the protocol, `role` is stream, unary or error."""

    id: str
    role: str
    kind: str
    status: int
    content_type: str
    file: Path

    @cached_property
    def body(self) -> bytes:
        return self.file.read_bytes()

    @cached_property
    def answers(self) -> list[bytes]:
        """The answers in a recording: two of them hold, one after another, what two requests got."""
        if self.body.count(b"event: message_stop") < 2:
            return [self.body]
        return re.split(rb"(?<=\n\n)(?=event: message_start)", self.body)

    @cached_property
    def expected(self) -> Any:
        return json.loads(self.file.with_suffix(".expected.json").read_bytes())

    @property
    def fails(self) -> bool:
        """Whether it ends in an error inside the stream."""
        return "sdk_error" in self.expected

    def says(self, answer: Told) -> Told:
        """What it says; what was not taken down of it is as `answer` has it."""
        if self.kind == "anthropic-messages":
            return _anthropic(self.expected)
        if "finish" not in self.expected:  # of those that were made from recordings only the text is known
            return replace(answer, text=_first(self.expected["text"]))
        found = _openai(self.expected)
        # Who took them down knew fewer places where reasoning stands.
        return replace(found, reasoning=found.reasoning or answer.reasoning)


def _openai(expected: Any) -> Told:
    usage = expected["usage"]
    details = (usage or {}).get("prompt_tokens_details") or {}
    return Told(
        text=_first(expected["text"]),  # one choice is asked for; of a second nothing is shown
        reasoning=expected["reasoning"],
        calls=[(call["name"], call["arguments"]) for call in expected["tool_calls"]],
        finish=_first(expected["finish"]) or "tool_calls",  # two routers leave it out after a call
        usage=usage
        and Usage(usage["prompt_tokens"], usage["completion_tokens"], details.get("cached_tokens") or 0),
    )


def _anthropic(expected: Any) -> Told:
    blocks, usage = expected["blocks"], expected["usage"]
    cached = usage.get("cache_read_input_tokens") or 0
    written = usage.get("cache_creation_input_tokens") or 0
    return Told(
        text=_first(expected["text"]),
        reasoning="".join(block["text"] for block in blocks if block["type"] == "thinking"),
        calls=[(block["name"], block["json"] or "{}") for block in blocks if block["type"] == "tool_use"],
        finish=_REASONS[_first(expected["finish"])],
        usage=Usage(usage["input_tokens"] + cached + written, usage["output_tokens"], cached),
    )


def _first(values: list[Any]) -> Any:
    return values[0] if values else ""


def told(events: Iterable[Event]) -> Told:
    """What the events of one answer say."""
    answer = Answer()
    for event in events:
        answer.add(event)
    counted = [
        Usage(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens)
        for usage in answer.usages[-1:]
        if not usage.estimated
    ]
    return Told(
        text="".join(answer.text),
        reasoning="".join(answer.reasoning),
        calls=[(call.name, call.arguments) for call in answer.tool_calls()],
        finish=answer.finish_reason,
        usage=counted[0] if counted else None,
    )


def check(recording: Recording, events: list[Event], error: ModelError | None) -> None:
    """Asserts that `events` and `error` are what was recorded."""
    if recording.fails:
        assert error is not None
        return
    assert error is None
    answer = told(events)
    assert answer == recording.says(answer)
    assert sum(isinstance(event, Finish) for event in events) == 1


def _recordings() -> list[Recording]:
    if not WIRE.is_dir():
        return []
    index = json.loads((WIRE / "index.json").read_bytes())
    found = [
        Recording(
            entry["id"],
            entry["class"],
            entry.get("kind") or entry["id"].partition("__")[0],
            entry["status"],
            _content_type(entry),
            WIRE / entry["file"],
        )
        for entry in index
    ]
    derived = sorted((WIRE / "derived_cjk").glob("*.sse"))
    return found + [
        Recording(path.stem, "stream", path.stem.partition("__")[0], 200, "text/event-stream", path)
        for path in derived
    ]


def _content_type(entry: Any) -> str:
    kind: str = entry["content_type"].partition(";")[0]
    return kind


RECORDINGS = {recording.id: recording for recording in _recordings()}


def recorded(role: str, *kinds: str, answers: int = 1) -> list[Recording]:
    """The recordings of a role, of some kinds (or all), that hold so many answers."""
    return [
        recording
        for recording in RECORDINGS.values()
        if recording.role == role
        and (not kinds or recording.kind in kinds)
        and len(recording.answers) == answers
    ]


def each(recordings: list[Recording]) -> pytest.MarkDecorator:
    """Parametrizes a test with recordings; where there are none, it is skipped and says so."""
    absent = pytest.param(None, marks=pytest.mark.skip(f"no recordings at {WIRE}"))
    return pytest.mark.parametrize("recording", [pytest.param(r, id=r.id) for r in recordings] or [absent])


def whole(body: bytes) -> list[bytes]:
    return [body]


def byte_by_byte(body: bytes) -> list[bytes]:
    return [body[at : at + 1] for at in range(len(body))]


def anywhere(body: bytes) -> list[bytes]:
    """Pieces that begin anywhere, and inside characters where there are any that can be cut."""
    chance = random.Random(len(body))
    inside = [at for at, byte in enumerate(body) if byte & 0xC0 == 0x80]
    places = chance.sample(inside, min(40, len(inside)))
    places += chance.sample(range(len(body)), min(40, len(body)))
    return [body[a:b] for a, b in pairwise(sorted({0, len(body), *places}))]


Cut = Callable[[bytes], list[bytes]]
CUTS: dict[str, Cut] = {cut.__name__: cut for cut in (whole, byte_by_byte, anywhere)}


@dataclass
class Player:
    """Answers who asks for a model with the recording of that id.

    `{url}/{cut}` cuts it as `CUTS` says, and every piece is a read of its own. A later turn of a conversation
    gets the recording's next answer.
    """

    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
                assert length is not None
                await self._play(head, json.loads(await reader.readexactly(int(length[1]))), writer)
        writer.close()

    async def _play(self, head: str, request: Any, writer: asyncio.StreamWriter) -> None:
        recording, cut = RECORDINGS[request["model"]], CUTS[head.split("/")[1]]
        self.asked.append(recording.id)
        turn = sum(message["role"] == "assistant" for message in request["messages"])
        kind = f"content-type: {recording.content_type}\r\n" if recording.content_type else ""
        phrase = HTTPStatus(recording.status).phrase
        writer.write(
            f"HTTP/1.1 {recording.status} {phrase}\r\n{kind}transfer-encoding: chunked\r\n\r\n".encode()
        )
        for piece in cut(recording.answers[turn]):
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(b"0\r\n\r\n")
        await writer.drain()


@asynccontextmanager
async def player() -> AsyncIterator[Player]:
    playing = Player()
    server = await asyncio.start_server(playing.serve, "127.0.0.1", 0)
    playing.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield playing
