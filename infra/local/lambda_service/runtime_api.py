"""The Runtime API for one sandbox: what AWS's `rapid` serves inside the microVM.

    GET  /2018-06-01/runtime/invocation/next
    POST /2018-06-01/runtime/invocation/{id}/response     buffered, or streaming with trailers
    POST /2018-06-01/runtime/invocation/{id}/error
    POST /2018-06-01/runtime/init/error
    GET  /2018-06-01/runtime/restore/next

It refuses what rapid refuses, in rapid's words (checked against AWS's aws-lambda-rie). What does not
belong here: processes and their limits (`sandbox`).
"""

import asyncio
import base64
import binascii
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from uuid import uuid4

import h11

from infra.local.lambda_service.connection import Connection, Listener, TruncatedBodyError
from infra.local.lambda_service.invocation import FunctionError, Invocation

PREFIX = "/2018-06-01/runtime/"
MODE_HEADER = "lambda-runtime-function-response-mode"
ERROR_TYPE = "lambda-runtime-function-error-type"
ERROR_BODY = "lambda-runtime-function-error-body"
MAX_BUFFERED_BYTES = 6 * 1024 * 1024 + 100
MAX_STREAMED_BYTES = 200 * 1024 * 1024
# rapid reads trailers through a buffer of this size and drops the connection when they don't fit.
MAX_TRAILER_BYTES = 4096


class RefusedError(Exception):
    """The runtime is told no; `seen` is what the caller of the function gets instead of its answer."""

    def __init__(self, status: int, error_type: str, message: str, seen: FunctionError | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.document = {"errorMessage": message, "errorType": error_type}
        self.seen = seen


class RuntimeApi:
    """A server on 127.0.0.1 that hands one invocation at a time to one runtime."""

    def __init__(self) -> None:
        self.init_error: FunctionError | None = None
        self._invocation: Invocation | None = None
        self._responded = False
        self._idle = asyncio.Event()
        self._deliveries: asyncio.Queue[tuple[Invocation, dict[str, str]]] = asyncio.Queue()
        self._listener = Listener(self._answer)

    async def start(self) -> str:
        """Listen; returns the address for AWS_LAMBDA_RUNTIME_API."""
        return await self._listener.start()

    async def close(self) -> None:
        await self._listener.close()

    async def idle(self) -> None:
        """Wait until the runtime asks for an event: its init, or its last invocation, is over."""
        await self._idle.wait()

    def deliver(self, invocation: Invocation, function_arn: str, timeout_s: float) -> None:
        """Hand an invocation to the idle runtime; its time runs from now."""
        self._idle.clear()
        self._invocation, self._responded = invocation, False
        trace = f"Root=1-{int(time.time()):08x}-{uuid4().hex[:24]};Parent={uuid4().hex[:16]};Sampled=0"
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + timeout_s) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": function_arn,
            "Lambda-Runtime-Trace-Id": trace,
        }
        self._deliveries.put_nowait((invocation, headers))

    async def _answer(self, connection: Connection, request: h11.Request) -> None:
        try:
            await self._route(connection, request)
        except RefusedError as refusal:
            await connection.respond_json(refusal.status, refusal.document)

    async def _route(self, connection: Connection, request: h11.Request) -> None:
        target = request.target.decode("latin-1").removeprefix(PREFIX)
        match [request.method.decode(), *target.split("/")]:
            case ["GET", "invocation", "next"]:
                await self._next(connection)
            case ["POST", "invocation", request_id, "response"]:
                await self._response(connection, request_id, _headers(request.headers))
            case ["POST", "invocation", request_id, "error"]:
                await self._error(connection, request_id, _headers(request.headers))
            case ["POST", "init", "error"]:
                await self._init_error(connection, _headers(request.headers))
            case ["GET", "restore", "next"]:
                await connection.respond(200, b"")
            case _:
                raise RefusedError(404, "NotFound", "404 page not found")

    async def _next(self, connection: Connection) -> None:
        async for _ in connection.body():
            pass
        if self._invocation is not None and not self._responded:
            raise RefusedError(403, "InvalidStateTransition", "The last invocation has no response yet")
        self._invocation = None
        self._idle.set()
        invocation, headers = await self._deliveries.get()
        await connection.respond(200, invocation.event, headers)

    async def _response(self, connection: Connection, request_id: str, headers: Mapping[str, str]) -> None:
        invocation = self._claim(request_id)
        invocation.content_type = headers.get("content-type", "")
        mode = headers.get(MODE_HEADER, "")
        try:
            if mode == "streaming":
                await self._stream(connection, invocation)
            elif mode == "":
                invocation.finish(await _whole(connection.body()))
            else:
                raise _invalid_mode(mode)
        except RefusedError as refusal:
            if refusal.seen:
                invocation.fail(refusal.seen)
            raise
        except TruncatedBodyError:
            invocation.fail(FunctionError.of("Runtime.TruncatedResponse", "The response was cut off"))
            raise
        await connection.respond_json(202, {"status": "OK"})

    async def _stream(self, connection: Connection, invocation: Invocation) -> None:
        invocation.streaming = True
        size = 0
        async for chunk in connection.body():
            size += len(chunk)
            if size > MAX_STREAMED_BYTES:
                raise _too_large(MAX_STREAMED_BYTES)
            await invocation.feed(chunk)
        if sum(len(name) + len(value) + 4 for name, value in connection.trailers) > MAX_TRAILER_BYTES:
            raise TruncatedBodyError("The trailers are too long")
        error = _trailer_error(_headers(connection.trailers))
        if error:
            invocation.fail(error)
        else:
            invocation.finish()

    async def _error(self, connection: Connection, request_id: str, headers: Mapping[str, str]) -> None:
        invocation = self._claim(request_id)
        payload = await _whole(connection.body())
        invocation.content_type = headers.get("content-type", "application/json")
        invocation.fail(FunctionError.posted(payload))
        await connection.respond_json(202, {"status": "OK"})

    async def _init_error(self, connection: Connection, headers: Mapping[str, str]) -> None:
        payload = await _whole(connection.body())
        self.init_error = FunctionError.posted(payload, headers.get(ERROR_TYPE, ""))
        await connection.respond_json(202, {"status": "OK"})

    def _claim(self, request_id: str) -> Invocation:
        """The running invocation, if the runtime may answer it now."""
        if self._invocation is None or self._responded:
            raise RefusedError(403, "InvalidStateTransition", "State transition is not allowed")
        if request_id != self._invocation.request_id:
            raise RefusedError(400, "InvalidRequestID", "Invalid request ID")
        self._responded = True
        return self._invocation


def _too_large(limit: int) -> RefusedError:
    seen = FunctionError.of(
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded maximum allowed payload size ({limit} bytes).",
    )
    message = f"Exceeded maximum allowed payload size ({limit} bytes)."
    return RefusedError(413, "RequestEntityTooLarge", message, seen)


def _invalid_mode(mode: str) -> RefusedError:
    seen = FunctionError.of("Runtime.InvalidResponseModeHeader", f"There is no response mode {mode!r}")
    return RefusedError(400, "InvalidFunctionResponseMode", "Invalid function response mode", seen)


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


async def _whole(body: AsyncIterator[bytes]) -> bytes:
    parts = bytearray()
    async for chunk in body:
        parts += chunk
        if len(parts) > MAX_BUFFERED_BYTES:
            raise _too_large(MAX_BUFFERED_BYTES)
    return bytes(parts)


def _trailer_error(trailers: Mapping[str, str]) -> FunctionError | None:
    error_type = trailers.get(ERROR_TYPE)
    if not error_type:
        return None
    try:
        payload = base64.b64decode(trailers.get(ERROR_BODY, ""), validate=True)
    except binascii.Error:
        payload = b""
    return FunctionError.posted(payload, error_type)
