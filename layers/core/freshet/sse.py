"""Server-sent events: how a run looks on the wire.

Framing after the HTML standard, section 9.2 (https://html.spec.whatwg.org/multipage/server-sent-events.html).
Every event has an id `<run_id>:<seq>`; the stream ends with `data: [DONE]`.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any, Self

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from freshet.runs.run import Frame, Run

HEARTBEAT_S = 10.0  # the contract's; API Gateway cuts a stream that is silent for five minutes
KEEP_ALIVE = b": keep-alive\n\n"
END = b"data: [DONE]\n\n"


def encode(run_id: str, frame: Frame) -> bytes:
    """One frame as an SSE event; JSON never holds a raw line break, so one `data:` line is enough."""
    return b"id: %s:%d\ndata: %s\n\n" % (run_id.encode(), frame.seq, orjson.dumps(frame.data))


class EventStream(Response):
    """A run as a streaming response: each frame is one ASGI message, sent as it comes.

    A client that goes away changes nothing: the run is read to its end.
    """

    media_type = "text/event-stream"

    def __init__(self, run: Run, frames: AsyncGenerator[Frame, None], first: Frame) -> None:
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._run = run
        self._frames = frames
        self._first = first
        self._last_sent = 0.0

    @classmethod
    async def open(cls, run: Run) -> Self:
        """Waits for the first frame, so that what fails before it is an HTTP status."""
        frames = run.frames()
        return cls(run, frames, await anext(frames))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        heartbeat = asyncio.create_task(self._heartbeat(send))
        try:
            async with aclosing(self._frames) as frames:
                await self._write(send, encode(self._run.id, self._first))
                async for frame in frames:
                    await self._write(send, encode(self._run.id, frame))
        finally:
            heartbeat.cancel()
            with suppress(asyncio.CancelledError):
                await heartbeat
        await send({"type": "http.response.body", "body": END, "more_body": False})

    async def _write(self, send: Send, data: bytes) -> None:
        self._last_sent = time.monotonic()
        await send({"type": "http.response.body", "body": data, "more_body": True})

    async def _heartbeat(self, send: Send) -> None:
        while True:
            wait = self._last_sent + HEARTBEAT_S - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            else:
                await self._write(send, KEEP_ALIVE)


def event_schema() -> dict[str, Any]:
    """The `data` of an event as JSON schema, for the OpenAPI document."""
    text = {"type": "string"}
    shapes: dict[str, dict[str, Any]] = {
        "started": {"run_id": text, "started": {"const": True}, "model": text, "sources": {"type": "array"}},
        "content": {"content": text},
        "reasoning": {"reasoning": text},
        "tool_call": {"tool_call": {"type": "object"}},
        "tool_result": {"tool_result": {"type": "object"}},
        "item": {"item": {"type": "object"}},
        "reset": {"reset": {"const": True}, "reason": text},
        "done": {"final_response": {"type": "object"}, "metrics": {"type": "object"}},
        "error": {"status": {"const": "error"}, "error": text, "problem": {"type": "object"}},
    }
    return {
        "title": "StreamEvent",
        "description": "The JSON after `data:`. The last event has `done: true`, then comes `data: [DONE]`.",
        "oneOf": [
            {
                "title": title,
                "type": "object",
                "properties": {**members, "done": {"const": title in {"done", "error"}}},
                "required": [*(name for name in members if name != "sources"), "done"],  # where one searches
            }
            for title, members in shapes.items()
        ],
    }
