"""Server-sent events: how a run looks on the wire.

Framing after the HTML standard, section 9.2 (https://html.spec.whatwg.org/multipage/server-sent-events.html).
Every event has an id `<run_id>:<seq>`; the stream ends with `data: [DONE]`.
"""

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any, Protocol, Self

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from freshet.errors import DeadlineExceeded, Invalid
from freshet.runs.frame import Feed, Frame, raise_failure, settled

HEARTBEAT_S = 10.0  # the contract's; API Gateway cuts a stream that is silent for five minutes
KEEP_ALIVE = b": keep-alive\n\n"
END = b"data: [DONE]\n\n"


def encode(run_id: str, frame: Frame) -> bytes:
    """One frame as an SSE event; JSON never holds a raw line break, so one `data:` line is enough."""
    return b"id: %s:%d\ndata: %s\n\n" % (run_id.encode(), frame.seq, frame.json)


class Encoding(Protocol):
    """How the frames of one run look in a protocol. It may carry on from one frame to the next."""

    def encode(self, frame: Frame) -> bytes:
        """What is sent for a frame; empty if there is nothing to say."""
        ...

    def end(self) -> bytes:
        """What is sent after the last frame."""
        ...


class OwnEvents:
    """The contract's own `Encoding`: every frame as it is kept."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id

    def encode(self, frame: Frame) -> bytes:
        """The frame as an event."""
        return encode(self._run_id, frame)

    def end(self) -> bytes:
        """`[DONE]`."""
        return END


class EventStream(Response):
    """A run as a streaming response: each frame is one ASGI message, sent as it comes.

    A client that goes away changes nothing: the run is made to its end. `[DONE]` is sent after the last
    frame; a stream without it broke off and can be taken up again.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        feed: Feed,
        frames: AsyncGenerator[Frame, None],
        first: Frame | None = None,
        encoding: Encoding | None = None,
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._feed = feed
        self._frames = frames
        self._first = first
        self._encoding = encoding or OwnEvents(feed.run_id)
        self._last_sent = 0.0

    @classmethod
    async def open(cls, feed: Feed, encoding: Encoding | None = None) -> Self:
        """Waits for the first frame, so that what fails before the start is an HTTP status."""
        frames = feed.frames()
        try:
            first = await anext(frames, None)
        except BaseException:
            await feed.abandon()
            raise
        if not first and not feed.ended:
            raise DeadlineExceeded("The time was over before the answer began.", run_id=feed.run_id)
        if first and first.seq == 0 and first.last:
            await feed.settle()
            raise_failure(feed.run_id, first.data)
        return cls(feed, frames, first, encoding)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with settled(self._feed):
            with suppress(OSError):  # the client is gone
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await self._body(send)
        end = self._encoding.end() if self._feed.ended else b""
        with suppress(OSError):
            await send({"type": "http.response.body", "body": end, "more_body": False})

    async def _body(self, send: Send) -> None:
        self._last_sent = time.monotonic()
        heartbeat = asyncio.create_task(self._heartbeat(send))
        try:
            await self._send(send)
        finally:
            heartbeat.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await heartbeat

    async def _send(self, send: Send) -> None:
        async with aclosing(self._frames) as frames:
            if self._first:
                await self._write(send, self._encoding.encode(self._first))
            async for frame in frames:
                await self._write(send, self._encoding.encode(frame))

    async def _write(self, send: Send, data: bytes) -> None:
        if data:
            self._last_sent = time.monotonic()
            await send({"type": "http.response.body", "body": data, "more_body": True})

    async def _heartbeat(self, send: Send) -> None:
        while True:
            wait = self._last_sent + HEARTBEAT_S - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            else:
                await self._write(send, KEEP_ALIVE)


_CURSOR = re.compile(r"(?:([0-9A-Za-z]{1,64}):)?(\d{1,9})")


def resumed_after(cursor: str | None, run_id: str) -> int:
    """The number of the event that a cursor names: `<run_id>:<seq>` or `<seq>`; -1 without one.

    Raises Invalid, also for a cursor of another run.
    """
    if not cursor:
        return -1
    found = _CURSOR.fullmatch(cursor)
    if not found:
        raise Invalid("Last-Event-ID (or ?after=) is no `<run_id>:<seq>`.")
    if found[1] and run_id and found[1] != run_id:
        raise Invalid("Last-Event-ID (or ?after=) is of another run.")
    return int(found[2])


_OWN_IDS = (
    "conversation_id",
    "exercise_id",
    "attempt_id",
    "analysis_id",
    "document_id",
    "graph_id",
    "user_id",
    "name",
)
_ITEM = "a finished question, a graded answer, an event, an edge, what was noted on a part of a material …"


def event_schema() -> dict[str, Any]:
    """The `data` of an event as JSON schema, for the OpenAPI document."""
    text, thing, number = {"type": "string"}, {"type": "object"}, {"type": "integer"}
    finish = {**text, "description": "the model's; of an unfinished answer the code of what ended it"}
    final = {**thing, "properties": {"output": text, "finish_reason": finish}}
    ended = {"final_response": final, "metrics": thing}
    kept = {"kept_seq": {**number, "description": "the newest event that is kept, if not all are"}}
    no_status: dict[str, Any] = {"status": {"not": {}}}  # else every error would be an answer too
    shapes: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {  # what is always there, and what may be
        "started": (
            {"run_id": text, "started": {"const": True}},
            # The model where one is asked, sources where one searches; what is made has an id of its own.
            {"model": text, "sources": {"type": "array"}} | dict.fromkeys(_OWN_IDS, text),
        ),
        "content": ({"content": text}, {}),
        "reasoning": ({"reasoning": text}, {}),
        "tool_call": ({"tool_call": thing}, {}),
        "tool_result": ({"tool_result": thing}, {}),
        "item": ({"item": {**thing, "description": _ITEM}}, {}),
        "reset": ({"reset": {"const": True}, "reason": text}, {}),
        "done": (ended, kept | no_status),
        "error": ({"status": {"const": "error"}, "error": text, "problem": thing}, ended | kept),
        "stopped": ({"status": {"const": "stopped"}}, ended | kept),
    }
    return {
        "title": "StreamEvent",
        "description": "The JSON after `data:`. The last event has `done: true`, then comes `data: [DONE]`.",
        "oneOf": [
            {
                "title": title,
                "type": "object",
                "properties": {**always, **perhaps, "done": {"const": title in {"done", "error", "stopped"}}},
                "required": [*always, "done"],
            }
            for title, (always, perhaps) in shapes.items()
        ],
    }


EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": event_schema()}}, "description": "Events"}
}
