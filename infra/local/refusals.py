"""What API Gateway answers by itself: its gateway responses, as the template changes them.

What belongs here: the kinds, their default status and words, and the variables in their templates. What
does not: when one is due (`gateway.py`, `authorizer.py`).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.api import Api, GatewayResponse

_VARIABLE = re.compile(r"\$(?:context|stageVariables)(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_DEFAULT_TEMPLATE = {"application/json": '{"message":$context.error.messageString}'}

# kind: status, message, what `x-amzn-ErrorType` says
_KINDS: dict[str, tuple[int, str | None, str]] = {
    "ACCESS_DENIED": (403, "User is not authorized to access this resource", "AccessDeniedException"),
    "API_CONFIGURATION_ERROR": (500, "Internal server error", "InternalServerErrorException"),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, None, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": (500, None, "InternalServerErrorException"),
    "BAD_REQUEST_PARAMETERS": (400, "Bad Request", "BadRequestException"),
    "DEFAULT_4XX": (400, "Bad Request", "BadRequestException"),
    "DEFAULT_5XX": (502, "Internal server error", "InternalServerErrorException"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out", "InternalServerErrorException"),
    "INVALID_SIGNATURE": (
        403,
        "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters.",
        "IncompleteSignatureException",
    ),
    "MISSING_AUTHENTICATION_TOKEN": (
        403,
        "Missing Authentication Token",
        "MissingAuthenticationTokenException",
    ),
    "REQUEST_TOO_LARGE": (413, "Request Too Long", "RequestTooLongException"),
    "THROTTLED": (429, "Too Many Requests", "TooManyRequestsException"),
    "UNAUTHORIZED": (401, "Unauthorized", "UnauthorizedException"),
}


class RefusedError(Exception):
    """The gateway answers instead of the function. `status` and `message` override the kind's own."""

    def __init__(self, kind: str, *, status: int | None = None, message: str | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Answer:
    """A finished answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def answer(api: Api, refused: RefusedError, context: Mapping[str, Any]) -> Answer:
    """The refusal as an answer: the template's gateway response, else the 4XX/5XX default, else AWS's own."""
    status, message, error_type = _KINDS[refused.kind]
    status = refused.status or status
    message = refused.message or message
    custom = _customised(api, refused.kind, status)
    templates = custom.templates or _DEFAULT_TEMPLATE
    media_type, template = next(iter(templates.items()))
    error = {
        "message": message or "",
        "messageString": json.dumps(message, ensure_ascii=False),
        "responseType": refused.kind,
        "validationErrorString": "",
    }
    body = _substituted(template, {**context, "error": error})
    own = {name.lower(): value for name, value in custom.headers.items()}
    headers = {"content-type": media_type, "x-amzn-errortype": error_type, **own}
    return Answer(custom.status or status, list(headers.items()), body.encode())


def _customised(api: Api, kind: str, status: int) -> GatewayResponse:
    """The kind's own definition; the 4XX/5XX default gives what that leaves out, except the status."""
    general = api.responses.get("DEFAULT_4XX" if status < 500 else "DEFAULT_5XX")
    own = api.responses.get(kind)
    if own and general and own is not general:
        return GatewayResponse(own.status, own.headers or general.headers, own.templates or general.templates)
    return own or general or GatewayResponse(None, {}, {})


def _substituted(template: str, context: Mapping[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        current: Any = {"context": context, "stageVariables": {}}
        for name in found[0].lstrip("$").split("."):
            current = current.get(name) if isinstance(current, Mapping) else None
        return "" if current is None or isinstance(current, Mapping) else str(current)

    return _VARIABLE.sub(value, template)
