"""Lambda's Invoke API: functions, and whoever has AWS's SDK, start functions by it.

    POST /2015-03-31/functions/{name}/invocations     X-Amz-Invocation-Type: RequestResponse | Event

It refuses what Lambda refuses, in Lambda's words. What does not belong here: who may invoke what (`Check`),
sandboxes (`pool`), what becomes of an event that nobody waits for (`background`).
Source: "Invoke" in the Lambda API reference.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote
from uuid import uuid4

import h11

from infra.local.lambda_service.background import Background
from infra.local.lambda_service.connection import Connection, Listener
from infra.local.lambda_service.invocation import FunctionError, Invocation
from infra.local.lambda_service.pool import FunctionPool, TooManyRequests

EVENT_MAX_BYTES = {"RequestResponse": 6 * 1024 * 1024, "Event": 1024 * 1024}
ANSWER_MAX_BYTES = 6 * 1024 * 1024  # for streamed answers; the Runtime API holds buffered ones to it
REQUEST_READ_S = 60.0  # for the body of a request to arrive
_PATH = re.compile(r"/2015-03-31/functions/([^/?]+)/invocations(?:\?(.*))?")
_NAME = re.compile(r"(?:(?:arn:aws[\w-]*:lambda:[\w-]+:)?\d{12}:function:)?([\w-]+)(?::\$LATEST)?")

_log = logging.getLogger("lambda")


@dataclass(frozen=True)
class Request:
    """A request as it came. `headers` have lower-case names; the signature covers some of them."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Check = Callable[[Request], Awaitable[None]]


class InvokeError(Exception):
    """A request is refused: the status, the error's name, and the message that Lambda would give."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message


class InvokeApi:
    """A server on 127.0.0.1. `functions` are the pools by every name; replace them on a new deployment."""

    def __init__(self, check: Check | None = None) -> None:
        """`check` raises InvokeError for a caller who may not invoke; without it every caller may."""
        self.functions: Mapping[str, FunctionPool] = {}
        self._check = check
        self._background = Background(lambda name: self.functions[name])
        self._listener = Listener(self._answer)

    async def start(self) -> str:
        """Listens; returns the address for AWS_ENDPOINT_URL_LAMBDA."""
        return f"http://{await self._listener.start()}"

    async def finished(self) -> None:
        """Waits until nothing runs in the background any more."""
        await self._background.finished()

    async def close(self) -> None:
        """Takes no more, and drops what waits; what runs ends with its pool."""
        await asyncio.gather(self._listener.close(), self._background.close())

    async def _answer(self, connection: Connection, head: h11.Request) -> None:
        request_id = str(uuid4())
        request, size = await _read(connection, head)
        try:
            status, headers, body = await self._invoke(request, size, request_id)
        except Exception as failure:
            error = failure if isinstance(failure, InvokeError) else _failed(failure)
            _log.warning("%s %s refused: %s", request.method, unquote(request.target), error.message)
            status, headers, body = _refusal(error)
        await connection.respond(status, body, {"x-amzn-requestid": request_id, **headers})

    async def _invoke(
        self, request: Request, size: int, request_id: str
    ) -> tuple[int, dict[str, str], bytes]:
        name = _called(request)
        kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
        _require_payload(request, kind, size)
        if self._check:
            await self._check(request)
        if name not in self.functions:
            raise InvokeError(404, "ResourceNotFoundException", f"Function not found: {name}")
        event = request.body or b"{}"  # what a function gets to see of a call without a payload
        try:
            if kind == "Event":
                self._background.start(name, event, request_id)
                return 202, {}, b""
            return await _answered(await self.functions[name].invoke(event, request_id))
        except TooManyRequests:
            raise InvokeError(429, "TooManyRequestsException", "Rate Exceeded.") from None


async def _read(connection: Connection, head: h11.Request) -> tuple[Request, int]:
    """The request and the size of its body; one that is too large is read but not kept."""
    body, size = bytearray(), 0
    async with asyncio.timeout(REQUEST_READ_S):
        async for chunk in connection.body():
            size += len(chunk)
            if size <= max(EVENT_MAX_BYTES.values()):
                body += chunk
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    return Request(head.method.decode(), head.target.decode("latin-1"), headers, bytes(body)), size


def _called(request: Request) -> str:
    """The name of the function that the request asks for."""
    found = _PATH.fullmatch(request.target)
    if not found or request.method != "POST":
        raise InvokeError(404, "UnknownOperationException", "Only functions' invocations are served here.")
    if not request.headers.get("authorization", "").startswith("AWS4-"):
        # Also what keeps web pages from starting functions: a browser asks before it sends such a header.
        raise InvokeError(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
    if request.headers.get("host", "").partition(":")[0] not in {"127.0.0.1", "localhost"}:
        raise InvokeError(403, "AccessDeniedException", "Only this machine may call.")  # a rebound DNS name
    text, query = unquote(found[1]), parse_qs(found[2] or "")
    name = _NAME.fullmatch(text)
    if not name or query.get("Qualifier", ["$LATEST"]) != ["$LATEST"]:
        raise InvokeError(404, "ResourceNotFoundException", f"Function not found: {text}")
    return name[1]


def _require_payload(request: Request, kind: str, size: int) -> None:
    limit = EVENT_MAX_BYTES.get(kind)
    if limit is None:
        raise InvokeError(400, "InvalidParameterValueException", f"There is no invocation type {kind} here.")
    if size > limit:
        words = f"{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
        raise InvokeError(413, "RequestEntityTooLargeException", words)
    try:
        json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        words = f"Could not parse request body into json: {error}"
        raise InvokeError(400, "InvalidRequestContentException", words) from None


async def _answered(invocation: Invocation) -> tuple[int, dict[str, str], bytes]:
    payload, error = await _payload(invocation)
    headers = {"x-amz-executed-version": "$LATEST"}
    if error:
        headers["x-amz-function-error"] = "Unhandled"
    return 200, headers, error.payload if error else payload


async def _payload(invocation: Invocation) -> tuple[bytes, FunctionError | None]:
    """The answer, a streamed one as its raw bytes, or why there is none."""
    if not invocation.streaming:
        return invocation.payload, invocation.function_error
    payload = bytearray()
    async with aclosing(invocation.chunks()) as chunks:
        async for chunk in chunks:
            payload += chunk
            if len(payload) > ANSWER_MAX_BYTES:
                words = f"Response payload size exceeded {ANSWER_MAX_BYTES} bytes."
                return b"", FunctionError.of("Function.ResponseSizeTooLarge", words)
    return bytes(payload), invocation.function_error


def _failed(failure: Exception) -> InvokeError:
    _log.error("An invocation failed", exc_info=failure)
    return InvokeError(500, "ServiceException", "The function could not be invoked.")


def _refusal(error: InvokeError) -> tuple[int, dict[str, str], bytes]:
    side = "User" if error.status < 500 else "Service"
    body = json.dumps({"Type": side, "Message": error.message}, ensure_ascii=False).encode()
    return error.status, {"x-amzn-errortype": error.kind}, body
