"""Lambda proxy integration, both ways: the request as an event, the function's result as an answer.

What belongs here: API Gateway's formats (REST, version 1.0). What does not: routes and sockets.
Source: "Lambda proxy integrations" and "Response streaming" in the API Gateway developer guide.
"""

import base64
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from infra.local.api import Api, Route
from infra.local.refusals import Answer, RefusedError
from infra.local.template import ACCOUNT, API_ID

PRELUDE_MAX_BYTES = 16 * 1024  # the eight NUL bytes must come within these
PRELUDE_END = bytes(8)
STREAM_CONTENT_TYPE = "application/vnd.awslambda.http-integration-response"
_PRELUDE_KEYS = {"statusCode", "headers", "multiValueHeaders", "cookies"}
_NOT_OURS = {"transfer-encoding", "content-length", "connection", "keep-alive"}
_REMAPPED = {"date", "server", "www-authenticate", "via", "host"}  # API Gateway keeps these for itself


@dataclass(frozen=True)
class Request:
    """An HTTP request as it came in. `path` is percent-encoded and has no stage; `full_path` may."""

    id: str
    method: str
    path: str
    full_path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    source_ip: str
    protocol: str

    def header(self, name: str) -> str | None:
        """The last value of a header."""
        return next((value for key, value in reversed(self.headers) if key == name.lower()), None)


def build_event(request: Request, route: Route, api: Api, variables: Mapping[str, str]) -> dict[str, Any]:
    """The event, still without body and caller."""
    added = _forwarded(request)
    headers = [*(one for one in request.headers if one[0] not in added), *added.items()]
    query = parse_qsl(request.query, keep_blank_values=True)
    return {
        "resource": route.resource,
        "path": request.path,
        "httpMethod": request.method,
        "headers": dict(headers),
        "multiValueHeaders": _grouped(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _grouped(query) or None,
        "pathParameters": dict(variables) or None,
        "stageVariables": None,
        "requestContext": context(request, api, route.resource),
        "body": None,
        "isBase64Encoded": False,
    }


def context(request: Request, api: Api, resource: str) -> dict[str, Any]:
    """`requestContext`, which is also what gateway responses may name as `$context`."""
    now = time.time()
    return {
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": request.header("host") or "",
        "domainPrefix": API_ID,
        "extendedRequestId": request.id,
        "httpMethod": request.method,
        "identity": {"sourceIp": request.source_ip, "userAgent": request.header("user-agent")},
        "path": request.full_path,
        "protocol": request.protocol,
        "requestId": request.id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "requestTimeEpoch": int(now * 1000),
        "resourceId": API_ID,
        "resourcePath": resource,
        "stage": api.stage,
    }


def encode_body(body: bytes, content_type: str | None, api: Api) -> tuple[str | None, bool]:
    """`body` and `isBase64Encoded` of the event: base64 for binary media types, text for all others."""
    if not body:
        return None, False
    if _is_binary(content_type, api):
        return base64.b64encode(body).decode(), True
    return body.decode("utf-8", errors="replace"), False


def buffered_answer(payload: bytes, accept: str | None, api: Api) -> Answer:
    """The answer in a function's JSON result. Raises RefusedError (502) where it isn't one."""
    try:
        result = json.loads(payload)
    except ValueError:
        raise RefusedError("DEFAULT_5XX") from None
    if not isinstance(result, dict):
        raise RefusedError("DEFAULT_5XX")
    status, headers = _head(result)
    body = result.get("body")
    if body is not None and not isinstance(body, str):
        raise RefusedError("DEFAULT_5XX")
    data = (body or "").encode()
    if result.get("isBase64Encoded") is True and _is_binary(accept, api):
        try:
            data = base64.b64decode(data, validate=True)
        except ValueError:
            raise RefusedError("DEFAULT_5XX") from None
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return Answer(status, headers, data)


async def read_prelude(chunks: AsyncIterator[bytes]) -> tuple[Answer, bytes]:
    """Status and headers at the head of a stream, and what already came of its body.

    Raises RefusedError: 500 where there is no prelude within 16 KB, 502 where it says what it may not.
    """
    data = b""
    async for chunk in chunks:
        data += chunk
        end = data.find(PRELUDE_END, 0, PRELUDE_MAX_BYTES)
        if end >= 0:
            return _parsed_prelude(data[:end]), data[end + len(PRELUDE_END) :]
        if len(data) >= PRELUDE_MAX_BYTES:
            break
    raise RefusedError("API_CONFIGURATION_ERROR")


def _parsed_prelude(data: bytes) -> Answer:
    try:
        prelude = json.loads(data)
    except ValueError:
        raise RefusedError("API_CONFIGURATION_ERROR") from None
    if not isinstance(prelude, dict) or not prelude.keys() <= _PRELUDE_KEYS:
        raise RefusedError("DEFAULT_5XX")
    status, headers = _head(prelude)
    if not all(isinstance(value, str) for value in (prelude.get("headers") or {}).values()):
        raise RefusedError("DEFAULT_5XX")
    cookies = prelude.get("cookies") or []
    if not all(isinstance(cookie, str) for cookie in cookies):
        raise RefusedError("DEFAULT_5XX")
    return Answer(status, [*headers, *(("set-cookie", cookie) for cookie in cookies)], b"")


def _head(result: Mapping[str, Any]) -> tuple[int, list[tuple[str, str]]]:
    """Status and headers; multi-value headers win over single ones of the same name."""
    status = result.get("statusCode")
    if isinstance(status, str) and status.isdigit():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        raise RefusedError("DEFAULT_5XX")
    single, multiple = result.get("headers") or {}, result.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(multiple, dict):
        raise RefusedError("DEFAULT_5XX")
    taken = {name.lower() for name in multiple}
    pairs = [(name, value) for name, value in single.items() if name.lower() not in taken]
    for name, values in multiple.items():
        if not isinstance(values, list):
            raise RefusedError("DEFAULT_5XX")
        pairs += [(name, value) for value in values]
    return status, [_header(name, value) for name, value in pairs if name.lower() not in _NOT_OURS]


def _header(name: str, value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        value = str(value).lower()
    if not isinstance(value, str | int | float) or "\n" in str(value) or "\r" in str(value):
        raise RefusedError("DEFAULT_5XX")
    return (f"x-amzn-remapped-{name}" if name.lower() in _REMAPPED else name), str(value)


def _forwarded(request: Request) -> dict[str, str]:
    """What API Gateway adds or overwrites; a client's own X-Forwarded-For is kept in front."""
    before = request.header("x-forwarded-for")
    host = request.header("host") or ""
    digits = request.id.replace("-", "")
    return {
        "x-forwarded-for": f"{before}, {request.source_ip}" if before else request.source_ip,
        "x-forwarded-port": host.rpartition(":")[2] if ":" in host else "80",
        "x-forwarded-proto": "http",
        "x-amzn-trace-id": f"Root=1-{digits[:8]}-{digits[8:]}",
    }


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _is_binary(media_types: str | None, api: Api) -> bool:
    """Whether the first media type of a Content-Type or Accept header is declared binary."""
    first = (media_types or "").split(",")[0].split(";")[0].strip().lower()
    kind = first.split("/")[0]
    return any(one in api.binary_media_types for one in (first, f"{kind}/*", "*/*")) if first else False
