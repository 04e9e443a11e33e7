"""Errors as OpenAI's API words them: status, body and headers, and what a request body did wrong.

The shape is `{"error": {"message", "type", "param", "code"}}`; `param` is the first of an error's `errors`.
`x-should-retry` and `retry-after-ms` are what OpenAI's own clients obey. What belongs here: the mapping. What
does not: sending it (`freshet.web`).
"""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from pydantic import BaseModel

from freshet.errors import (
    FreshetError,
    Interrupted,
    Invalid,
    ModelBadRequest,
    ModelClosed,
    ModelError,
    ModelRateLimited,
    ModelTimeout,
    NotFound,
    QueueFull,
    Unavailable,
)
from freshet.llm.retry import retryable

_WRONG_TYPE = "invalid_type"
_NO_JSON = "We could not parse the JSON body of your request."

# What passes by itself, so that the same request may well succeed a moment later. Not a deadline: the same
# again takes as long, and is billed again. ModelError has a policy of its own.
_PASSING = (Unavailable, Interrupted, ModelTimeout, ModelClosed, QueueFull)


class ErrorMembers(BaseModel):
    """What went wrong; `run_id` names the run that it happened in, if there is one."""

    message: str
    type: str
    param: str | None
    code: str | None
    run_id: str | None = None


class ErrorAnswer(BaseModel):
    """An error in the shape of OpenAI's API."""

    error: ErrorMembers


class Answer(NamedTuple):
    """An error on its way out."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


class _Shape(NamedTuple):
    status: int
    type: str
    code: str | None


# By our own code. What is not here keeps its status and its code.
_SHAPES: Mapping[str, _Shape] = {
    "invalid_request": _Shape(400, "invalid_request_error", None),
    "unauthenticated": _Shape(401, "authentication_error", "invalid_api_key"),
    "forbidden": _Shape(403, "permission_error", None),
    "budget_spent": _Shape(429, "insufficient_quota", "insufficient_quota"),
    "internal": _Shape(500, "server_error", None),
    "model_bad_request": _Shape(400, "invalid_request_error", None),
    "model_not_found": _Shape(404, "invalid_request_error", "model_not_found"),
    "model_refused": _Shape(400, "invalid_request_error", "content_filter"),
    "model_rate_limited": _Shape(429, "rate_limit_error", "rate_limit_exceeded"),
}


def answer(error: FreshetError) -> Answer:
    """The error as an HTTP answer."""
    return Answer(_shape(error).status, body(error), _headers(error))


def body(error: FreshetError) -> dict[str, Any]:
    """The error as a body, or as the data of an event in a stream."""
    shape = _shape(error)
    run = {"run_id": error.extra["run_id"]} if "run_id" in error.extra else {}
    return _body(error.detail, shape.type, _param(error), shape.code, **run)


def http_answer(status: int, detail: str) -> Answer:
    """What the web framework itself refuses: an unknown path, a method that is not there."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return Answer(status, _body(detail, kind, None, None), {"x-should-retry": "false"})


def wrong(field: str, message: str, code: str | None = "invalid_value") -> Invalid:
    """What is wrong with a member of the request's body."""
    return Invalid(message, errors=[{"field": field, "message": message, "code": code}])


def invalid(found: Sequence[Mapping[str, Any]], sent: Any) -> Invalid:
    """What pydantic found in a request whose body was `sent`, the most telling first.

    Where several kinds of value are allowed it complains once for each: the kind that was meant is the one in
    which it got furthest, or the one that has the right type.
    """
    read = sorted(map(partial(_read, sent), found), key=lambda one: (-one[0], one[1]["code"] == _WRONG_TYPE))
    errors = [error for _, error in read]
    return Invalid(errors[0]["message"], errors=errors)


def _read(sent: Any, found: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """How deep in the request an error is, and the error."""
    kind = str(found["type"])
    if kind == "json_invalid":
        return 0, {"field": "", "message": _NO_JSON, "code": None}
    place, *path = found["loc"]
    if place == "body":
        path = _existing(path, sent, missing=kind == "missing")
    if kind.startswith("union_tag"):
        path.append(str(found["ctx"]["discriminator"]).strip("'"))
    field = dotted(path)
    return len(path), {"field": field, **_worded(kind, field, str(found["msg"]))}


def _worded(kind: str, field: str, message: str) -> dict[str, str | None]:
    """An error in OpenAI's words and with OpenAI's code."""
    if kind == "missing":
        known = f"Missing required parameter: '{field}'." if field else "A JSON body is required."
        return {"message": known, "code": "missing_required_parameter"}
    if kind == "extra_forbidden":
        return {"message": f"Unrecognized request argument supplied: {field}", "code": "unknown_parameter"}
    code = _WRONG_TYPE if kind.endswith(("_type", "_parsing")) else "invalid_value"
    named = f"Invalid value for '{field}'" if field else "Invalid request"
    return {"message": f"{named}: {message}.", "code": code}


def _existing(path: Sequence[str | int], sent: Any, *, missing: bool) -> list[str | int]:
    """The steps of `path` that lead through what was sent: pydantic names branches of unions, too.

    The last one leads nowhere if what it names is `missing`.
    """
    taken: list[str | int] = []
    for step in path[:-1] if missing else path:
        known = step in sent if isinstance(sent, dict) else isinstance(sent, list) and isinstance(step, int)
        if known:
            taken.append(step)
            sent = sent[step]
    return [*taken, *path[-1:]] if missing else taken


def dotted(path: Sequence[str | int]) -> str:
    """A path as OpenAI writes it: `messages[0].content`. Half a character is no text."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).lstrip(".").encode(errors="replace").decode()


def _shape(error: FreshetError) -> _Shape:
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    status = 400 if error.status == Invalid.status else error.status
    shape = _SHAPES.get(error.code, _Shape(status, kind, error.code))
    if isinstance(error, ModelRateLimited) and not retryable(error):
        return _SHAPES["budget_spent"]  # the upstream's own word for an empty account
    if isinstance(error, ModelBadRequest):
        return shape._replace(code=error.extra.get("upstream_code"))
    if isinstance(error, NotFound) and _param(error) == "model":
        return _SHAPES["model_not_found"]
    first = _first(error)
    return shape._replace(code=first["code"]) if "code" in first else shape


def _param(error: FreshetError) -> str | None:
    return _first(error).get("field") or None


def _first(error: FreshetError) -> Mapping[str, Any]:
    errors: Sequence[Mapping[str, Any]] = error.extra.get("errors") or [{}]
    return errors[0]


def _headers(error: FreshetError) -> dict[str, str]:
    headers = {"x-should-retry": "true" if _passes(error) else "false"}
    if error.retry_after is not None:
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after)))
        headers["retry-after-ms"] = str(max(1, round(error.retry_after * 1000)))
    return headers


def _passes(error: FreshetError) -> bool:
    return isinstance(error, _PASSING) or (isinstance(error, ModelError) and retryable(error))


def _body(message: str, kind: str, param: str | None, code: str | None, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code, **more}}
