"""The web edge: one application factory, problem documents, request ids, identity, CORS, access logs.

What belongs here: everything that is the same for every route. What does not: any capability.
"""

import re
import time
from collections.abc import Callable, MutableMapping
from typing import Annotated, Any

import orjson
from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from freshet.errors import FreshetError, Invalid, Unauthenticated
from freshet.ids import new_id
from freshet.observe import log_failure, logger
from freshet.settings import settings

OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@=+-]{0,127}")  # becomes part of keys and S3 prefixes
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 400: "bad_request"}


class Model(BaseModel):
    """A request body: types are taken as they are, a number is not a string."""

    model_config = ConfigDict(strict=True)


class Problem(BaseModel):
    """An error: RFC 9457 `application/problem+json`."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str


class ProblemResponse(Response):
    media_type = "application/problem+json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


def owner(request: Request) -> str:
    """Who calls: what the Lambda authorizer found, and nothing that the client can write."""
    event = request.scope.get("aws.event") or {}
    found = (event.get("requestContext", {}).get("authorizer") or {}).get("owner", "")
    if not OWNER.fullmatch(found):
        raise Unauthenticated("This needs a caller: send `Authorization: Bearer <key or token>`.")
    return str(found)


async def _owner(request: Request) -> str:
    return owner(request)


Owner = Annotated[str, Depends(_owner)]
TimeoutMs = Annotated[
    int | None,
    Header(alias="X-Request-Timeout-Ms", ge=1, description="deadline over queueing, retries and the stream"),
]


def create_app(title: str) -> FastAPI:
    """An application with Freshet's errors, request ids, CORS and logs; it serves no docs of its own."""
    problem: dict[str, Any] = {"model": Problem, "content": {"application/problem+json": {}}}
    app = FastAPI(
        title=title,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: f"{title}_{route.name}",
        responses={
            "4XX": {**problem, "description": "What is wrong"},
            "5XX": {**problem, "description": "What failed"},
        },
    )
    app.add_exception_handler(FreshetError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(_Edge)
    return app


def buffered(app: FastAPI) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The Lambda handler of a function that does not stream."""
    from mangum import Mangum
    from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

    from freshet.lambda_runtime.loop import event_loop

    event_loop()  # Mangum takes the current one
    text_types = [*DEFAULT_TEXT_MIME_TYPES, ProblemResponse.media_type]
    return Mangum(app, lifespan="off", text_mime_types=text_types)


def problem(request_scope: MutableMapping[str, Any], error: FreshetError) -> ProblemResponse:
    """The error as a response."""
    body = {
        **error.problem(),
        "instance": request_scope.get("path", ""),
        "request_id": request_scope.get("freshet.request_id", ""),
    }
    headers = {"Retry-After": str(max(1, round(error.retry_after)))} if error.retry_after is not None else {}
    return ProblemResponse(body, status_code=error.status, headers=headers)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FreshetError)
    if error.status >= 500:
        logger.warning("failed", code=error.code, cause=type(error.__cause__).__name__, **_part(error))
    return problem(request.scope, error)


def _part(error: FreshetError) -> dict[str, Any]:
    return {"part": error.extra["part"]} if "part" in error.extra else {}


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        {
            "field": ".".join(str(part) for part in found["loc"][1:]) or str(found["loc"][0]),
            "message": found["msg"],
        }
        for found in error.errors()
    ]
    detail = "; ".join(f"{found['field']}: {found['message']}" for found in errors[:5])
    return problem(request.scope, Invalid(detail, errors=errors))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    body = {
        "type": "about:blank",
        "title": error.detail,
        "status": error.status_code,
        "detail": error.detail,
        "code": _HTTP_CODES.get(error.status_code, "http_error"),
        "instance": request.url.path,
        "request_id": request.scope.get("freshet.request_id", ""),
    }
    return ProblemResponse(body, status_code=error.status_code, headers=error.headers)


class _Edge:
    """Request id and CORS on every answer, one access line, and no exception that leaves without a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = (scope.get("aws.event") or {}).get("requestContext", {})
        request_id = scope["freshet.request_id"] = context.get("requestId") or new_id()
        begun, status = time.perf_counter(), 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["access-control-allow-origin"] = settings().cors_origin
                headers["access-control-expose-headers"] = "x-request-id, retry-after, location"
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception as error:
            log_failure("unhandled", error, request_id=request_id, path=scope["path"])
            if status:
                raise
            failed = problem(scope, FreshetError("Something went wrong on our side."))
            await failed(scope, receive, send_marked)
        finally:
            took_ms = round((time.perf_counter() - begun) * 1000, 1)
            logger.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                path=scope["path"],
                status=status,
                duration_ms=took_ms,
            )
