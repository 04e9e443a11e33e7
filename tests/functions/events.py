"""What AWS sends to functions: the events of `tests/events`, with other requests or messages in them."""

import copy
import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx

EVENTS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parents[1] / "events").glob("*.json")
}
OWNER = "dev"


def event(name: str) -> dict[str, Any]:
    """One of the events as it is, for the caller to change."""
    found: dict[str, Any] = copy.deepcopy(EVENTS[name])
    return found


def request(
    method: str,
    path: str,
    *,
    owner: str | None = OWNER,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    files: Any = None,
    content: bytes | None = None,
) -> dict[str, Any]:
    """API Gateway's event for a request of `owner`; `files` and `content` as it passes what is binary on."""
    path, _, query = path.partition("?")
    sent = httpx.Request(
        method, "https://api.example.com", headers=headers, json=json, files=files, content=content
    )
    body, binary = sent.read(), bool(files) or content is not None
    made = event("documents")
    parameters = parse_qs(query, keep_blank_values=True)
    made |= {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": dict(sent.headers),
        "multiValueHeaders": {name: [value] for name, value in sent.headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "body": b64encode(body).decode() if binary else body.decode() or None,
        "isBase64Encoded": binary,
    }
    context = made["requestContext"]
    context |= {"httpMethod": method, "resourcePath": path, "path": f"/prod{path}"}
    if owner is None:
        del context["authorizer"]
    else:
        context["authorizer"] |= {"owner": owner, "principalId": owner}
    return made


def token_request(token: str) -> dict[str, Any]:
    """API Gateway's question to its authorizer."""
    return event("authorize") | {"authorizationToken": token}


def batch(*messages: Mapping[str, Any]) -> dict[str, Any]:
    """Lambda's event for messages as SQS hands them out."""
    (pattern,) = event("parse")["Records"]
    return {"Records": [{**pattern, **_as_record(message)} for message in messages]}


def _as_record(message: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        "messageId": "MessageId",
        "receiptHandle": "ReceiptHandle",
        "body": "Body",
        "attributes": "Attributes",
        "md5OfBody": "MD5OfBody",
    }
    return {theirs: message[ours] for theirs, ours in names.items() if ours in message}
