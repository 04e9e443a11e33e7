"""An answer as a stream of server-sent events, at a pace, with the fault that was asked for.

Plain ASGI: a connection that drops, or hangs before its headers, is beyond what response classes offer.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from infra.local.model.faults import Fault
from infra.local.model.journal import Seen
from infra.local.model.protocol import Answer, error_body

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]
_LONGEST_S = 4.0  # that an answer takes at its pace: a long one comes faster, as somebody waits


class _DroppedError(Exception):
    """The fault `cut`: leave without ending the body, so that the server closes the connection."""


@dataclass(frozen=True, slots=True)
class EventStream:
    """The response to one streamed request."""

    answer: Answer
    fault: Fault
    seen: Seen
    pace_s: float
    with_usage: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_disconnected(receive))
        done, _ = await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if sending not in done:
            self.seen.disconnected_ms = self.seen.since()
        for task in (sending, leaving):
            task.cancel()
            with suppress(asyncio.CancelledError, _DroppedError):
                await task

    async def _send(self, send: Send) -> None:
        if self.fault.hang == "headers":
            await asyncio.Event().wait()
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        async for event in self._events():
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        self.seen.finished_ms = self.seen.since()

    async def _events(self) -> AsyncIterator[bytes]:
        yield _event(self.answer.chunk(self.answer.opening))
        if self.fault.hang == "start":
            await asyncio.Event().wait()
        pace_s = min(self.pace_s, _LONGEST_S / max(1, len(self.answer.deltas)))
        for number, delta in enumerate(self.answer.deltas):
            await asyncio.sleep(pace_s + self.fault.slow / 1000)
            async for event in self._before(number):
                yield event
            yield _event(self.answer.chunk(delta))
            self.seen.pieces += 1
        async for event in self._before(len(self.answer.deltas)):
            yield event
        for event in self._end():
            yield event

    async def _before(self, number: int) -> AsyncIterator[bytes]:
        """What the fault does before piece `number`."""
        if self.fault.hang == "middle" and number == max(1, len(self.answer.deltas) // 2):
            await asyncio.Event().wait()
        if self.fault.cut == number:
            raise _DroppedError
        if self.fault.bad_chunk == number:
            yield b'data: {"choices": [{"delta": {"content": \n\n'
        if self.fault.error_in_stream == number:
            yield _event(error_body("The server had an error while processing your request", status=500))
        if self.fault.empty_choices and number % 2 == 0:
            yield _event(self.answer.chunk(None))

    def _end(self) -> list[bytes]:
        events = []
        if not self.fault.no_finish:
            events.append(_event(self.answer.chunk({}, self.answer.finish_reason)))
        if self.with_usage and not self.fault.no_usage:
            events.append(_event({**self.answer.chunk(None), "usage": self.answer.usage()}))
        if not self.fault.no_done:
            events.append(b"data: [DONE]\n\n")
        return events


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
