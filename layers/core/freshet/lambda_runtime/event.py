"""From API Gateway's REST proxy event (payload format 1.0) to an ASGI scope.

The scope is Mangum's (`aws.event`, `aws.context`, decoded path, re-encoded query), except that repeated
headers stay apart and `raw_path` is set, as a server would do it.
"""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode


class EventError(ValueError):
    """The function was invoked with something else; the message says what is wrong."""


def http_request(event: Any, context: Any) -> tuple[dict[str, Any], bytes]:
    """The ASGI scope and the body of a proxy event. Raises EventError."""
    if not _is_proxy_event(event):
        raise EventError("This function answers API Gateway REST proxy events only")
    headers = _headers(event)
    found = dict(reversed(headers))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": event["httpMethod"],
        "scheme": found.get("x-forwarded-proto", "https"),
        "path": unquote(event["path"]) or "/",
        "raw_path": quote(event["path"] or "/", safe="/%:@!$&'()*+,;=~").encode(),
        "root_path": "",
        "query_string": _query_string(event),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "client": _client(event),
        "server": _server(found),
        "aws.event": event,
        "aws.context": context,
    }
    return scope, _body(event)


def _is_proxy_event(event: Any) -> bool:
    """Authorizer requests look alike but have a `methodArn`; load balancers' events have no `resource`."""
    return (
        isinstance(event, Mapping)
        and "resource" in event
        and "methodArn" not in event
        and isinstance(event.get("httpMethod"), str)
        and isinstance(event.get("path"), str)
        and isinstance(event.get("requestContext"), Mapping)
    )


def _headers(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Header lines with lower-case names; a name in both maps counts once."""
    lines = {name.lower(): [value] for name, value in (event.get("headers") or {}).items()}
    lines |= {name.lower(): values or [] for name, values in (event.get("multiValueHeaders") or {}).items()}
    return [(name, str(value)) for name, values in lines.items() for value in values]


def _query_string(event: Mapping[str, Any]) -> bytes:
    """API Gateway hands parameters over decoded."""
    parameters = event.get("multiValueQueryStringParameters") or event.get("queryStringParameters") or {}
    return urlencode(parameters, doseq=True).encode()


def _client(event: Mapping[str, Any]) -> tuple[str, int] | None:
    address = (event["requestContext"].get("identity") or {}).get("sourceIp")
    return (address, 0) if address else None


def _server(headers: Mapping[str, str]) -> tuple[str, int]:
    """Host and port as the client named them."""
    host, _, port = headers.get("host", "localhost").partition(":")
    port = port or headers.get("x-forwarded-port", "")
    return host, int(port) if port.isdecimal() else 443


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not isinstance(body, str):
        raise EventError("The event's body is not a string")
    if not event.get("isBase64Encoded"):
        return body.encode()
    try:
        return b64decode(body, validate=True)
    except ValueError as error:
        raise EventError(f"The event's body is not base64: {error}") from error
