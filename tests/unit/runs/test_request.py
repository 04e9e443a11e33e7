from typing import Any

import httpx
import pytest

from freshet.runs.request import Request

ASKED = Request("POST", "/api/v1/query", {"stream": ["true"]}, body='{"query": "年假", "top_k": 3}'.encode())


@pytest.mark.parametrize(
    "body",
    ['{"query":"年假","top_k":3}', '{"top_k": 3,\n "query": "\\u5e74\\u5047"}'],
    ids=["spaces", "order"],
)
def test_how_json_is_written_does_not_count(body: str) -> None:
    assert Request("POST", "/api/v1/query", {"stream": ["true"]}, body=body.encode()).digest == ASKED.digest


@pytest.mark.parametrize(
    "other",
    [
        Request("PUT", ASKED.path, ASKED.query, body=ASKED.body),
        Request("POST", "/api/v1/query/stream", ASKED.query, body=ASKED.body),
        Request("POST", ASKED.path, {"stream": ["false"]}, body=ASKED.body),
        Request("POST", ASKED.path, ASKED.query, body='{"query": "年假", "top_k": 4}'.encode()),
        Request("POST", ASKED.path, ASKED.query, body=b""),
        Request("POST", ASKED.path, ASKED.query, body=b'{"query":'),
    ],
)
def test_another_request_is_another_one(other: Request) -> None:
    assert other.digest != ASKED.digest


def test_where_it_came_in_and_its_headers_do_not_count() -> None:
    elsewhere = Request(
        ASKED.method, ASKED.path, ASKED.query, {"x-request-timeout-ms": "9"}, ASKED.body, "query"
    )
    assert elsewhere.digest == ASKED.digest


def test_a_body_that_is_no_json_is_taken_as_it_is() -> None:
    assert Request("POST", "/", body=b"a  b").digest != Request("POST", "/", body=b"a b").digest


def form(content_type: str = "", /, **parts: Any) -> Request:
    """What httpx makes of a form, under a boundary that it throws dice for."""
    sent = httpx.Request("POST", "http://127.0.0.1/", **parts)
    header = content_type or sent.headers["content-type"]
    return Request("POST", "/", headers={"content-type": header}, body=sent.read())


UPLOAD: dict[str, Any] = {"files": {"file": ("水.txt", "水".encode())}, "data": {"title": "水", "n": "1"}}


def test_the_same_form_is_the_same_request_whatever_its_boundary() -> None:
    first, second = form(**UPLOAD), form(**UPLOAD)
    assert first.body != second.body
    assert first.digest == second.digest
    quoted = first.headers["content-type"].replace("boundary=", 'charset=utf-8; Boundary="') + '"'
    assert Request("POST", "/", headers={"content-type": quoted}, body=first.body).digest == first.digest


@pytest.mark.parametrize(
    "other",
    [
        {**UPLOAD, "files": {"file": ("水.txt", "冰".encode())}},
        {**UPLOAD, "files": {"file": ("冰.txt", "水".encode())}},
        {**UPLOAD, "files": {"other": ("水.txt", "水".encode())}},
        {**UPLOAD, "data": {"title": "水", "n": "2"}},
        {**UPLOAD, "data": {"title": "水"}},
    ],
)
def test_another_form_is_another_request(other: dict[str, Any]) -> None:
    assert form(**other).digest != form(**UPLOAD).digest


@pytest.mark.parametrize(
    "content_type",
    ["text/plain; boundary=x", "multipart/form-data", "multipart/form-data; boundary=other", "multipart"],
)
def test_only_the_boundary_that_the_header_names_does_not_count(content_type: str) -> None:
    assert form(content_type, **UPLOAD).digest != form(content_type, **UPLOAD).digest


def test_json_that_is_nested_deep_is_json_too() -> None:
    deep, spaced = "[" * 400 + "]" * 400, "[ " * 400 + "]" * 400
    assert len({Request("POST", "/", body=body.encode()).digest for body in (deep, spaced)}) == 1


def test_numbers_of_any_length_are_told_apart() -> None:
    numbers = [2**64, 2**64 + 1, 10**30, 10**30 + 1]
    assert len({Request("POST", "/", body=b'{"n": %d}' % one).digest for one in numbers}) == len(numbers)


@pytest.mark.parametrize("body", [b"[" * 100_000, b"9" * 5000, b'"\\ud800"', b'"\xff"'])
def test_a_body_that_is_hardly_json_has_a_digest_too(body: bytes) -> None:
    assert len(Request("POST", "/", body=body).digest) == 64
