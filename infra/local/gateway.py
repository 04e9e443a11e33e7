"""API Gateway as an ASGI application: limits, routes, integrations, and what it answers by itself.

What belongs here: what a request meets between its socket and its function. What does not: the formats
(`proxy.py`), the refusals' words (`refusals.py`), who calls (`authorizer.py`), processes (`lambda_service`).

A function never learns that its client has left: it runs on. (The server's `send` returns at once for a
client that is gone, so a stream is then read to its end at full speed.)
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from infra.local.api import Api, Mock, Route
from infra.local.authorizer import Authorizing
from infra.local.lambda_service import FunctionPool, Invocation, TooManyRequests
from infra.local.proxy import (
    STREAM_CONTENT_TYPE,
    Request,
    buffered_answer,
    build_event,
    context,
    encode_body,
    read_prelude,
)
from infra.local.refusals import Answer, RefusedError, answer
from infra.local.template import ACCOUNT, API_ID

log = logging.getLogger("gateway")

REQUEST_MAX_BYTES = 10 * 1024 * 1024  # API Gateway's payload limit
EVENT_MAX_BYTES = 6_291_556  # Lambda's limit for a synchronous event
HEADERS_MAX_BYTES = 10_240  # API Gateway's limit for all header lines together
STREAM_IDLE_S = 300.0  # API Gateway cuts a silent stream of a regional API
REQUEST_READ_S = 60.0  # for the body of a request to arrive
DISCARD_S = 10.0  # for the rest of a body that nobody wants
LOCAL_KEY = "Bearer fk_local"  # what a request without a caller means on a developer's machine
_BODILESS = {204, 304}

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


@dataclass(frozen=True)
class Deployment:
    """What the gateway serves: replaced as a whole when the template changes."""

    api: Api
    pools: Mapping[str, FunctionPool]
    authorizers: Mapping[str, Authorizing]
    region: str
    strict: bool


def deploy(api: Api, pools: Mapping[str, FunctionPool], *, region: str, strict: bool) -> Deployment:
    """A deployment with fresh authorizer caches. `strict`: a request without a caller is 401, as on AWS."""
    authorizers = {name: Authorizing(one, pools[one.function]) for name, one in api.authorizers.items()}
    return Deployment(api, pools, authorizers, region, strict)


class Gateway:
    """The ASGI application. `deployment` may be replaced while requests run."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        deployment = self.deployment
        request, body = _request(scope, deployment.api.stage), _Body(receive)
        resource = ""
        try:
            route, variables = _route(deployment.api, request)
            resource = route.resource
            if route.mock:
                await _reply(send, request, _mocked(route.mock))
                return
            if not deployment.strict:
                request = _as_developer(request)
            event = build_event(request, route, deployment.api, variables)
            if route.authorizer:
                caller = await _caller(deployment, request, route, event)
                event["requestContext"]["authorizer"] = caller
            data, kind = await body.read(request), request.header("content-type")
            event["body"], event["isBase64Encoded"] = encode_body(data, kind, deployment.api)
            await self._integrate(deployment, request, route, event, send)
        except RefusedError as refused:
            log.info("%s %s refused: %s", request.method, request.path, refused.kind)
            await body.discard(request)
            told = context(request, deployment.api, resource)
            await _reply(send, request, answer(deployment.api, refused, told))

    async def _integrate(
        self, deployment: Deployment, request: Request, route: Route, event: Mapping[str, Any], send: Send
    ) -> None:
        payload = json.dumps(event, ensure_ascii=False).encode()
        if len(payload) > EVENT_MAX_BYTES:
            raise RefusedError("REQUEST_TOO_LARGE")
        deadline = asyncio.get_running_loop().time() + route.timeout_s
        try:
            async with asyncio.timeout_at(deadline):
                invocation = await deployment.pools[route.function].invoke(payload)
        except TimeoutError:
            raise RefusedError("INTEGRATION_TIMEOUT") from None
        except TooManyRequests:
            raise RefusedError("THROTTLED") from None
        try:
            if invocation.function_error and not invocation.streaming:
                raise RefusedError("DEFAULT_5XX")
            if route.streams:
                await _stream(invocation, request, send, deadline)
            elif invocation.streaming:
                head, _ = await read_prelude(invocation.chunks())
                await _reply(send, request, head)  # the real gateway loses the body just so
            else:
                done = buffered_answer(invocation.payload, request.header("accept"), deployment.api)
                await _reply(send, request, done)
        finally:
            invocation.abandon()


async def _stream(invocation: Invocation, request: Request, send: Send, deadline: float) -> None:
    """Passes a stream through, each chunk as it comes. A cut shows as a body without an end."""
    if not invocation.streaming or invocation.content_type != STREAM_CONTENT_TYPE:
        raise RefusedError("API_CONFIGURATION_ERROR")
    chunks = _lively(invocation.chunks())
    try:
        async with asyncio.timeout_at(deadline):
            head, first = await read_prelude(chunks)
            await send(_start(request, head))
            if first:
                await send({"type": "http.response.body", "body": first, "more_body": True})
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if not invocation.function_error:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        log.warning("%s %s: the stream was cut: silent or too long", request.method, request.path)


async def _lively(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks. Raises TimeoutError when the stream falls silent."""
    while True:
        async with asyncio.timeout(STREAM_IDLE_S):
            try:
                chunk = await anext(chunks)
            except StopAsyncIteration:
                return
        yield chunk


class _Body:
    """A request's body: read once, within the limit, or thrown away."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._open = True

    async def read(self, request: Request) -> bytes:
        """The whole body. Raises RefusedError for one that is too large or does not arrive."""
        declared = request.header("content-length") or "0"
        if not declared.isdigit() or int(declared) > REQUEST_MAX_BYTES:
            raise RefusedError("REQUEST_TOO_LARGE")
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(REQUEST_READ_S):
                while self._open:
                    parts.append(await self._next())
                    size += len(parts[-1])
                    if size > REQUEST_MAX_BYTES:
                        raise RefusedError("REQUEST_TOO_LARGE")
        except TimeoutError:
            raise RefusedError("DEFAULT_4XX", status=408, message="Request Timeout") from None
        return b"".join(parts)

    async def discard(self, request: Request) -> None:
        """Reads what is still to come: a client that is busy sending would not see the answer."""
        if request.header("expect"):
            return  # it waits for permission to send
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_S):
                while self._open:
                    await self._next()

    async def _next(self) -> bytes:
        message = await self._receive()
        self._open = message["type"] == "http.request" and message.get("more_body", False)
        return bytes(message.get("body", b""))


def _request(scope: MutableMapping[str, Any], stage: str) -> Request:
    full_path = scope["raw_path"].decode("latin-1")
    prefix = f"/{stage}"
    has_stage = full_path == prefix or full_path.startswith(f"{prefix}/")
    return Request(
        id=str(uuid4()),
        method=scope["method"],
        path=(full_path[len(prefix) :] or "/") if has_stage else full_path,
        full_path=full_path,
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        source_ip=(scope.get("client") or ("127.0.0.1", 0))[0],
        protocol=f"HTTP/{scope['http_version']}",
    )


def _as_developer(request: Request) -> Request:
    """A request without a caller is the developer's own, as if it had carried the local key."""
    if request.header("authorization") is not None:
        return request
    return replace(request, headers=(*request.headers, ("authorization", LOCAL_KEY)))


def _route(api: Api, request: Request) -> tuple[Route, dict[str, str]]:
    if sum(len(name) + len(value) for name, value in request.headers) > HEADERS_MAX_BYTES:
        raise RefusedError("DEFAULT_4XX", status=431, message="Request Header Fields Too Large")
    found = api.match(request.path)
    route = api.route(found[0], request.method) if found else None
    if not found or not route:
        signed = request.header("authorization")  # it is taken for an AWS signature, and a bad one
        raise RefusedError("INVALID_SIGNATURE" if signed else "MISSING_AUTHENTICATION_TOKEN")
    return route, found[1]


async def _caller(
    deployment: Deployment, request: Request, route: Route, event: Mapping[str, Any]
) -> dict[str, Any]:
    authorizing = deployment.authorizers[route.authorizer]
    identity = {name: request.header(name) or "" for name in authorizing.headers}
    arn = f"arn:aws:execute-api:{deployment.region}:{ACCOUNT}:{API_ID}/{deployment.api.stage}"
    return await authorizing.context(event, identity, f"{arn}/{request.method}/{request.path.lstrip('/')}")


def _mocked(mock: Mock) -> Answer:
    headers = [("content-type", "application/json"), *mock.headers.items()]
    return Answer(mock.status, headers, mock.body.encode())


def _start(request: Request, head: Answer) -> dict[str, Any]:
    pairs = [*head.headers, ("x-amzn-requestid", request.id)]
    return {
        "type": "http.response.start",
        "status": head.status,
        "headers": [(name.lower().encode("latin-1"), _value(value)) for name, value in pairs],
    }


def _value(text: str) -> bytes:
    """A header's value on the wire: UTF-8 where Latin-1 can't hold it."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


async def _reply(send: Send, request: Request, done: Answer) -> None:
    start = _start(request, done)
    if done.status not in _BODILESS:
        start["headers"].append((b"content-length", str(len(done.body)).encode()))
    await send(start)
    await send({"type": "http.response.body", "body": b"" if done.status in _BODILESS else done.body})
