"""Headers that owners have sent with requests to models and tools of theirs: plain ones, and secrets by name.

What belongs here: what may be said in them. What does not: looking a secret up, sending.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from freshet.stores.secrets import NAME

KEEP_IT = "Keep it by PUT /api/v1/secrets/{name}, and give that name here."

_KEY = re.compile(r"(sk|fk|gsk)[-_].*|AIza.*|Bearer .*|[A-Za-z0-9]{32,}", re.DOTALL)
_MAX_NAME = 64  # of a secret; keys are longer
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110, a token
_VALUE = re.compile(r"[\x20-\x7e]{1,1000}")
_SECRETIVE = re.compile("auth|key|token|secret|cookie|password", re.IGNORECASE)
_TRANSPORTS = {
    *("host", "connection", "content-length", "content-type", "content-encoding", "transfer-encoding"),
    *("accept-encoding", "te", "trailer", "upgrade", "expect"),
}


def _secret_name(name: str) -> str:
    if _KEY.fullmatch(name) or len(name) > _MAX_NAME:
        raise ValueError(f"this looks like a key itself. {KEEP_IT}")
    if not re.fullmatch(NAME, name):
        raise ValueError("a secret's name has letters, digits, dots, hyphens and underscores, 64 at the most")
    return name


def _sendable(headers: dict[str, str]) -> dict[str, str]:
    for name in headers:
        if not _NAME.fullmatch(name):
            raise ValueError("a header's name has letters, digits and hyphens")
        if name.lower() in _TRANSPORTS:
            raise ValueError(f"the header {name} is the transport's")
    if len({name.lower() for name in headers}) < len(headers):
        raise ValueError("a header is there twice")
    return headers


def _plain(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if _SECRETIVE.search(name) or _KEY.fullmatch(value):
            raise ValueError(f"{name} looks secret: it belongs into `secret_headers`, by a secret's name")
        if not _VALUE.fullmatch(value):
            raise ValueError(f"{name} is not one line of ASCII")
    return headers


def require_distinct(plain: dict[str, str], secret: dict[str, str]) -> None:
    """Raises ValueError if a header is in both."""
    if {name.lower() for name in plain} & {name.lower() for name in secret}:
        raise ValueError("a header is either plain or secret")


SecretName = Annotated[str, AfterValidator(_secret_name)]
PlainHeaders = Annotated[
    dict[str, str], Field(max_length=16), AfterValidator(_sendable), AfterValidator(_plain)
]
SecretHeaders = Annotated[dict[str, SecretName], Field(max_length=16), AfterValidator(_sendable)]
