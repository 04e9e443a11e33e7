"""The ASGI bridge: a proxy event in, the app's messages out as an `HttpStream`. No port, no server.

Lifespan is not run: a sandbox has no moment that is its end.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from freshet.lambda_runtime.event import EventError, http_request
from freshet.lambda_runtime.loop import run
from freshet.lambda_runtime.stream import HttpStream

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Handler = Callable[[Any, Any], HttpStream]

_log = logging.getLogger(__name__)


def streaming(app: App) -> Handler:
    """A Lambda handler that streams an ASGI app's answers.

    What the app raises before its answer starts is the function's error; after that it goes into the
    trailers. Events that are not a REST API's are answered with 400.
    """

    def handler(event: Any, context: Any) -> HttpStream:
        return run(_answer(app, event, context))

    return handler


async def _answer(app: App, event: Any, context: Any) -> HttpStream:
    try:
        scope, body = http_request(event, context)
    except EventError as refusal:
        return _bad_request(str(refusal), getattr(context, "aws_request_id", None))
    return await Exchange(app, scope, body).start()


class Exchange:
    """One request through the app; iterating over it yields the body's chunks.

    The app's `send` returns when the next chunk is asked for, and that is when the one before has been
    written: a slow reader holds up the app and nothing else.
    """

    def __init__(self, app: App, scope: MutableMapping[str, Any], body: bytes) -> None:
        self._is_head = scope["method"] == "HEAD"
        self._request: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self._expected = "http.response.start"
        self._unsettled = False
        self._head_taken = False
        self._last_taken = False
        self._over = asyncio.Event()
        self._task = asyncio.ensure_future(app(scope, self._receive, self._send))
        self._task.add_done_callback(lambda _: self._messages.put_nowait(None))

    async def start(self) -> HttpStream:
        """Run the app until its answer starts; raises what the app raises before that."""
        message = await self._next_message()
        self._settle()
        lines = message.get("headers", [])
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in lines]
        return HttpStream(
            status=message["status"],
            headers=[(name, value) for name, value in headers if name != "set-cookie"],
            cookies=[value for name, value in headers if name == "set-cookie"],
            body=self,
        )

    def __aiter__(self) -> "Exchange":
        return self

    async def __anext__(self) -> bytes:
        if not self._head_taken:
            self._head_taken = True
            return b""  # the head does not wait for the body's first byte
        if self._last_taken:
            raise StopAsyncIteration
        message = await self._next_message()
        self._last_taken = not message.get("more_body", False)
        return b"" if self._is_head else message.get("body", b"")

    async def aclose(self) -> None:
        """Wait for what the app still does after its answer; an answer broken off is cancelled."""
        self._settle()
        self._over.set()
        if not self._last_taken:
            self._task.cancel()
        await asyncio.wait([self._task])
        if self._last_taken and not self._task.cancelled() and (failure := self._task.exception()):
            _log.error("The app failed after its response", exc_info=failure)

    async def _next_message(self) -> Message:
        self._settle()
        message = await self._messages.get()
        if message is None:
            await self._task
            raise RuntimeError("The app returned before its response was complete")
        self._unsettled = True
        return message

    def _settle(self) -> None:
        if self._unsettled:
            self._unsettled = False
            self._messages.task_done()

    async def _receive(self) -> Message:
        """The request, then nothing until the answer is over: API Gateway never tells of a disconnect."""
        if self._request is not None:
            request, self._request = self._request, None
            return request
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] != self._expected:
            raise RuntimeError(f"ASGI message {message['type']!r} where {self._expected!r} was due")
        if self._over.is_set():
            raise OSError("The response was broken off")
        if message["type"] == "http.response.start":
            self._expected = "http.response.body"
        elif not message.get("more_body", False):
            self._expected = "nothing more"
        self._messages.put_nowait(message)
        await self._messages.join()


def _bad_request(detail: str, request_id: str | None) -> HttpStream:
    problem = {
        "type": "about:blank",
        "title": "Bad request",
        "status": 400,
        "detail": detail,
        "code": "bad_request",
        "request_id": request_id,
    }
    return HttpStream(
        400, [("content-type", "application/problem+json")], [], _once(json.dumps(problem).encode())
    )


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body
