"""The web edge: one application factory, errors, request ids, identity, CORS, access logs.

An error is a problem document, but on OpenAI's paths: there it has OpenAI's shape (`chat.openai_api.errors`).
What belongs here: everything that is the same for every route. What does not: any capability.
"""

import re
import time
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from freshet.addresses import FROM_A_RUN
from freshet.errors import Conflict, FreshetError, Invalid, Unauthenticated
from freshet.ids import new_id
from freshet.observe import log_failure, logger
from freshet.runs.request import Call
from freshet.runs.request import Request as Asked
from freshet.runs.run import RUN_TIMEOUT_S
from freshet.settings import settings

if TYPE_CHECKING:
    from freshet.chat.openai_api.errors import Answer

OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@=+-]{0,127}")  # becomes part of keys and S3 prefixes
END_S = 3.0  # of a function's time, for the honest end of what it could not finish
_ASKED_AGAIN = ("content-type", "x-request-timeout-ms")  # headers that make a run what it is
# To scripts in browsers.
_EXPOSED = "x-request-id, retry-after, retry-after-ms, x-should-retry, location, content-disposition"
_OPENAI = "/v1/"  # the paths whose errors have OpenAI's shape; who serves none imports nothing of it
# What is told of a request with more that is wrong: a body can hold a million unknown members.
_MAX_ERRORS, _MAX_FIELD = 50, 200
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
    Header(
        alias="X-Request-Timeout-Ms",
        ge=1,
        le=86_400_000,
        description="deadline over queueing, retries and the stream",
        examples=[60_000],
    ),
]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        pattern=r"^[\x20-\x7e]*$",
        description="the same request with the same key joins the run that it started before, within a day",
    ),
]


async def _time_left(request: Request, timeout_ms: TimeoutMs = None) -> float:
    """Seconds: until the caller's own deadline, and until the function has to come to an end."""
    context = request.scope.get("aws.context")
    left_s = context.get_remaining_time_in_millis() / 1000 - END_S if context else RUN_TIMEOUT_S
    return float(min(left_s, timeout_ms / 1000)) if timeout_ms else float(left_s)


TimeLeft = Annotated[float, Depends(_time_left)]


def require_no_loop(request: Request) -> None:
    """Raises Conflict for what a model or a tool of a caller's asks, which has led back here."""
    if FROM_A_RUN in request.headers:
        raise Conflict("A run can't start a run: a model or a tool of yours leads back to this API.")


async def _call(request: Request, owner: Owner, timeout_s: TimeLeft, key: IdempotencyKey = "") -> Call:
    require_no_loop(request)
    event, context = request.scope.get("aws.event") or {}, request.scope.get("aws.context")
    asked = Asked(
        method=request.method,
        path=request.scope["raw_path"].decode(),
        query={name: request.query_params.getlist(name) for name in request.query_params},
        headers={name: request.headers[name] for name in _ASKED_AGAIN if name in request.headers},
        body=await request.body(),
        function=context.function_name if context else "",
    )
    handed = event.get("requestContext", {})
    return Call(
        owner=owner,
        request=asked,
        timeout_s=timeout_s,
        key=key,
        run_id=handed.get("run_id", ""),
        origin=handed.get("origin", ""),
    )


RunCall = Annotated[Call, Depends(_call)]


def create_app(title: str) -> FastAPI:
    """An application with Freshet's errors, request ids, CORS and logs; it serves no docs of its own."""
    app = FastAPI(
        title=title,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: f"{title}_{route.name}",
        responses={"4XX": {"description": "What is wrong"}, "5XX": {"description": "What failed"}},
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


def failure(scope: MutableMapping[str, Any], error: FreshetError) -> Response:
    """The error as a response."""
    if _is_openai(scope):
        from freshet.chat.openai_api.errors import answer

        return _openai(answer(error))
    body = {
        **error.problem(),
        "instance": scope.get("path", ""),
        "request_id": scope.get("freshet.request_id", ""),
    }
    headers = {"Retry-After": str(max(1, round(error.retry_after)))} if error.retry_after is not None else {}
    return ProblemResponse(body, status_code=error.status, headers=headers)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FreshetError)
    if error.status >= 500:
        logger.warning("failed", code=error.code, cause=type(error.__cause__).__name__, **_part(error))
    return failure(request.scope, error)


def _part(error: FreshetError) -> dict[str, Any]:
    return {"part": error.extra["part"]} if "part" in error.extra else {}


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if _is_openai(request.scope):
        from freshet.chat.openai_api.errors import invalid

        return failure(request.scope, invalid(error.errors(), error.body))
    errors = [
        {
            "field": (".".join(str(part) for part in found["loc"][1:]) or str(found["loc"][0]))[:_MAX_FIELD],
            "message": found["msg"].removeprefix("Value error, "),
        }
        for found in error.errors()[:_MAX_ERRORS]
    ]
    detail = "; ".join(f"{found['field']}: {found['message']}" for found in errors[:5])
    return failure(request.scope, Invalid(detail, errors=errors))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if _is_openai(request.scope):
        from freshet.chat.openai_api.errors import http_answer

        refused = http_answer(error.status_code, error.detail)
        return _openai(refused._replace(headers={**(error.headers or {}), **refused.headers}))
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


def _is_openai(scope: MutableMapping[str, Any]) -> bool:
    return str(scope.get("path", "")).startswith(_OPENAI)


def _openai(refused: "Answer") -> Response:
    return JSONResponse(refused.body, status_code=refused.status, headers=refused.headers)


async def _handed_over(context: dict[str, Any], receive: Receive) -> Receive:
    """The request's body; of a run that is to be made again it is with the run."""
    if "run_id" not in context:
        return receive
    from freshet import wiring

    request = await wiring.runs().request(context["authorizer"]["owner"], context["run_id"])
    messages = iter([{"type": "http.request", "body": request.body, "more_body": False}])

    async def replaced() -> Message:
        return next(messages, None) or await receive()

    return replaced


async def _not_begun(context: dict[str, Any], status: int) -> None:
    """Whoever waits for a run that was handed over hears of it if it was refused before it began."""
    if "run_id" not in context or 200 <= status < 300:
        return
    from freshet import wiring

    detail = f"The function refused to make this answer again (status {status})."
    with suppress(FreshetError):  # it reads as interrupted then
        await wiring.runs().refuse(context["authorizer"]["owner"], context["run_id"], detail)


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
                headers["access-control-expose-headers"] = _EXPOSED
            await send(message)

        try:
            await self._app(scope, await _handed_over(context, receive), send_marked)
        except Exception as error:
            log_failure("unhandled", error, request_id=request_id, path=scope["path"])
            if status:
                raise
            failed = failure(scope, FreshetError("Something went wrong on our side."))
            await failed(scope, receive, send_marked)
        finally:
            await _not_begun(context, status)
            took_ms = round((time.perf_counter() - begun) * 1000, 1)
            logger.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                path=scope["path"],
                status=status,
                duration_ms=took_ms,
            )
