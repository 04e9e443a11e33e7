"""The ASGI scope of a proxy event, against Mangum's for the same event."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from mangum.handlers import APIGateway
from mangum.types import LambdaConfig

from freshet.lambda_runtime.event import EventError, http_request
from tests.streaming.functions import ROOT, proxy_event

SHARED = ROOT.parent / "shared" / "data" / "lambda_events" / "events"
CONFIG = LambdaConfig(api_gateway_base_path="/", text_mime_types=[], exclude_headers=[])

OWN = {
    "plain": proxy_event("/a/b"),
    "root": proxy_event("/"),
    "query": proxy_event("/search?q=a%26b&q=c+d&empty=&%E9%94%AE=%E5%80%BC"),
    "encoded path": proxy_event("/documents/%E6%96%87%E6%A1%A3%20one"),
    "single query map": proxy_event(
        "/x", multiValueQueryStringParameters=None, queryStringParameters={"a": "1"}
    ),
    "single header map": proxy_event("/x", multiValueHeaders=None),
    "no maps": proxy_event("/x", headers=None, multiValueHeaders=None) | {"headers": None},
    "body": proxy_event("/x", method="POST", body='{"问": "答"}'),
    "base64 body": proxy_event("/x", method="POST", body="5L2g5aW9", isBase64Encoded=True),
    "repeated headers": proxy_event("/x", headers={"Accept": ["a/b", "c/d"], "Cookie": ["a=1; b=2"]}),
    "own port": proxy_event("/x", headers={"Host": ["localhost:8000"], "X-Forwarded-Proto": ["http"]}),
    "no address": proxy_event("/x", requestContext={}),
}


def shared_events() -> dict[str, dict[str, Any]]:
    """REST proxy events that AWS's own libraries test with."""
    found = {path.stem: json.loads(path.read_text()) for path in sorted(SHARED.glob("*.json"))}
    return {
        name: event
        for name, event in found.items()
        if isinstance(event, dict) and {"resource", "httpMethod", "path", "requestContext"} <= event.keys()
    }


def assert_same_as_mangum(event: dict[str, Any]) -> None:
    context: Any = object()
    scope, body = http_request(event, context)
    theirs = APIGateway(event, context, CONFIG)
    expected = theirs.scope
    for key in ("type", "http_version", "method", "path", "root_path", "scheme", "query_string"):
        assert scope[key] == expected[key], key
    assert scope["aws.event"] is event
    assert scope["aws.context"] is context
    assert (scope["client"] or (None, 0)) == expected["client"]
    assert body == theirs.body
    joined: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        joined.setdefault(name, []).append(value)
    assert {name: b", ".join(values) for name, values in joined.items()} == dict(expected["headers"])


@pytest.mark.parametrize("name", OWN)
def test_the_scope_is_mangums(name: str) -> None:
    assert_same_as_mangum(OWN[name])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared Lambda events are not here")
def test_the_scope_is_mangums_for_the_events_of_awss_libraries() -> None:
    checked = 0
    for event in shared_events().values():
        if "methodArn" in event or event.get("isBase64Encoded"):  # the samples' "base64" is plain text
            continue
        assert_same_as_mangum(event)
        checked += 1
    assert checked >= 5


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared Lambda events are not here")
def test_every_other_event_is_refused_and_none_crashes() -> None:
    proxied = shared_events()
    for path in sorted(SHARED.glob("*.json")):
        if path.stem not in proxied:
            with pytest.raises(EventError):
                http_request(json.loads(path.read_text()), object())


@pytest.mark.parametrize(
    ("path", "decoded", "raw"),
    [
        ("/文档", "/文档", b"/%E6%96%87%E6%A1%A3"),
        ("/%E6%96%87", "/文", b"/%E6%96%87"),
        ("/a%2Fb", "/a/b", b"/a%2Fb"),
        ("", "/", b"/"),
    ],
)
def test_the_path_is_decoded_and_kept_raw(path: str, decoded: str, raw: bytes) -> None:
    scope, _ = http_request(proxy_event("/") | {"path": path}, object())
    assert (scope["path"], scope["raw_path"]) == (decoded, raw)


def test_repeated_headers_stay_apart() -> None:
    scope, _ = http_request(OWN["repeated headers"], object())
    assert [value for name, value in scope["headers"] if name == b"accept"] == [b"a/b", b"c/d"]


def test_the_query_comes_back_as_it_was() -> None:
    scope, _ = http_request(OWN["query"], object())
    found = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
    assert found == {"q": ["a&b", "c d"], "empty": [""], "键": ["值"]}


@pytest.mark.parametrize(
    ("host", "port", "server"),
    [
        ("api.example.com", None, ("api.example.com", 443)),
        ("api.example.com", "8443", ("api.example.com", 8443)),
        ("localhost:8000", "443", ("localhost", 8000)),
        ("localhost:nonsense", None, ("localhost", 443)),
    ],
)
def test_the_server_is_what_the_client_named(host: str, port: str | None, server: tuple[str, int]) -> None:
    headers = {"Host": [host]} | ({"X-Forwarded-Port": [port]} if port else {})
    assert http_request(proxy_event("/", headers=headers), object())[0]["server"] == server


def test_a_body_that_is_no_string_is_refused() -> None:
    with pytest.raises(EventError, match="not a string"):
        http_request(proxy_event("/") | {"body": {"a": 1}}, object())
