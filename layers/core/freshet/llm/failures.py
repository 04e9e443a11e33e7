"""What an upstream says when it fails, as an error of Freshet's tree.

What belongs here: reading status codes, error objects and Retry-After, for every provider alike. What does
not: an SDK's exceptions (its provider's module) and whether to try again (`retry`).
"""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from freshet.errors import (
    ModelAuthentication,
    ModelBadRequest,
    ModelError,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefused,
)

_MAX_MESSAGE = 500  # characters of an upstream's message that we repeat

# DashScope says `processed` of a file that it still reads, and refuses a prompt that names it.
_NOT_YET = re.compile(r"\bparsing in progress\b", re.IGNORECASE)
_NOT_YET_S = 5.0  # until it may have read it

_BY_STATUS: dict[int, type[ModelError]] = {
    401: ModelAuthentication,
    402: ModelRateLimited,
    403: ModelAuthentication,
    404: ModelNotFound,
    408: ModelOverloaded,
    409: ModelOverloaded,
    425: ModelOverloaded,
    429: ModelRateLimited,
}

# `code` or `type` of an error object, where a provider sends one. They win over the status.
_BY_CODE: dict[str, type[ModelError]] = {
    "invalid_api_key": ModelAuthentication,
    "authentication_error": ModelAuthentication,
    "permission_error": ModelAuthentication,
    "model_not_found": ModelNotFound,
    "not_found_error": ModelNotFound,
    "rate_limit_exceeded": ModelRateLimited,
    "rate_limit_error": ModelRateLimited,
    "insufficient_quota": ModelRateLimited,
    "billing_error": ModelRateLimited,
    "overloaded_error": ModelOverloaded,
    "server_error": ModelOverloaded,
    "api_error": ModelOverloaded,
    "timeout_error": ModelOverloaded,
    "internal_server_error": ModelOverloaded,
    "content_filter": ModelRefused,
    "content_policy_violation": ModelRefused,
    "context_length_exceeded": ModelBadRequest,
    "invalid_request_error": ModelBadRequest,
    "request_too_large": ModelBadRequest,
}


def from_status(status: int, body: object, headers: Mapping[str, str]) -> ModelError:
    """The error of an HTTP answer that is not 2xx; `body` is its decoded JSON, or its text."""
    return _build(status, _error_object(body), retry_after(headers))


def from_stream(error: object) -> ModelError:
    """The error of an error object inside a stream that began as 200; its `code` may be an HTTP status."""
    obj = _error_object(error)
    code = obj.get("code")
    status = int(code) if isinstance(code, int) or (isinstance(code, str) and code.isdecimal()) else 0
    return _build(status, obj, None)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or an HTTP date)."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _error_object(body: object) -> dict[str, Any]:
    """The innermost error object: providers wrap it as `error`, as `errors`' first, or not at all."""
    if isinstance(body, Mapping):
        inner = body.get("error")
        if isinstance(inner, Mapping):
            return dict(inner)
        return dict(body) if inner is None else {"message": inner}
    return {"message": body} if isinstance(body, str) else {}


def _build(status: int, error: dict[str, Any], wait: float | None) -> ModelError:
    kind = _kind(status, error)
    extra = {}
    named = next((error[name] for name in ("code", "type") if isinstance(error.get(name), str)), "")
    if named:
        extra["upstream_code"] = named[:100]
    if status:
        extra["upstream_status"] = status
    # Only what the caller can mend is told in the upstream's words: others name keys and organisations.
    words = str(error.get("message") or error.get("detail") or "")  # FastAPI, and so vLLM, says `detail`
    if kind is ModelBadRequest and _NOT_YET.search(words):
        return ModelOverloaded("The model's endpoint still reads the file", retry_after=_NOT_YET_S, **extra)
    message = words[:_MAX_MESSAGE] if kind is ModelBadRequest else ""
    if status == 404 and not named:
        message = "the model or the path is unknown there (does the base URL lack its /v1?)"
    detail = f"{kind.title}: {message}" if message else kind.title
    return kind(detail, retry_after=wait, **extra)


def _kind(status: int, error: dict[str, Any]) -> type[ModelError]:
    for name in (error.get("code"), error.get("type")):
        # `invalid_request_error` is what OpenAI calls nearly everything: the status knows better.
        if isinstance(name, str) and name in _BY_CODE and not (name == "invalid_request_error" and status):
            return _BY_CODE[name]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 300 <= status < 400:
        return ModelNotFound  # it is elsewhere: keys don't follow redirects
    if 400 <= status < 500:
        return ModelBadRequest
    return ModelOverloaded if status >= 500 else ModelError
