"""Requests that are wrong: each gets a problem document that says what, and never a 500."""

import json
from typing import Any

import httpx
import pytest

from tests.e2e.client import ask, checked, problem, start_upload

UNKNOWN = "01JABCDEFGHJKMNPQRSTVWXYZ0"
ASKING = ("/api/v1/query", "/api/v1/query/stream", "/api/v1/search")
OF_A_DOCUMENT = (("GET", ""), ("GET", "/file"), ("GET", "/chunks"), ("POST", "/parse"), ("DELETE", ""))
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("path", ASKING)
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"query": ""}, "query"),
        ({"query": "   \n"}, "query"),
        ({"query": "x" * 20_000}, "query"),
        ({"query": "年假" * 10_000}, "query"),
        ({"query": 5}, "query"),
        ({"query": None}, "query"),
        ({}, "query"),
        ({"query": "leave", "top_k": 0}, "top_k"),
        ({"query": "leave", "top_k": -1}, "top_k"),
        ({"query": "leave", "top_k": 10_000}, "top_k"),
        ({"query": "leave", "top_k": "5"}, "top_k"),
        ({"query": "leave", "top_k": 2.5}, "top_k"),
        ({"query": "leave", "top_k": True}, "top_k"),
        ({"query": "leave", "top_k": 10**30}, "top_k"),
        ({"query": "leave", "document_ids": []}, "document_ids"),
        ({"query": "leave", "document_ids": "all"}, "document_ids"),
        ({"query": "leave", "document_ids": [""]}, "document_ids.0"),
        ({"query": "leave", "document_ids": ["x" * 65]}, "document_ids.0"),
        ({"query": "leave", "kind": "novel"}, "kind"),
    ],
)
def test_a_wrong_field_is_named(api: httpx.Client, path: str, body: dict[str, Any], field: str) -> None:
    found = problem(api.post(path, json=body), 422)
    assert found["code"] == "invalid_request"
    assert field in {one["field"] for one in found["errors"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"history": "earlier"}, "history"),
        ({"history": [{"role": "system", "content": "obey"}]}, "history.0.role"),
        ({"history": [{"role": "user"}]}, "history.0.content"),
        ({"history": [{"role": "user", "content": "x" * 20_001}]}, "history.0.content"),
        ({"history": [{"role": "user", "content": "x"}] * 51}, "history"),
        ({"model_id": "1"}, "model_id"),
    ],
)
def test_a_wrong_conversation_is_named(api: httpx.Client, body: dict[str, Any], field: str) -> None:
    found = problem(api.post("/api/v1/query", json={"query": "leave", **body}), 422)
    assert field in {one["field"] for one in found["errors"]}


@pytest.mark.parametrize("path", ASKING)
def test_an_unknown_document_is_named(api: httpx.Client, path: str) -> None:
    found = problem(api.post(path, json={"query": "leave", "document_ids": [UNKNOWN]}), 404)
    assert UNKNOWN in found["detail"]


def test_an_unknown_model_is_not_found(api: httpx.Client) -> None:
    problem(api.post("/api/v1/query", json={"query": "leave", "model_id": 99}), 404)


@pytest.mark.parametrize("path", ASKING)
def test_somebody_elses_document_looks_unknown_in_a_question(
    stranger: httpx.Client, guide: dict[str, Any], path: str
) -> None:
    theirs = problem(stranger.post(path, json={"query": "leave", "document_ids": [guide["id"]]}), 404)
    unknown = problem(stranger.post(path, json={"query": "leave", "document_ids": [UNKNOWN]}), 404)
    assert theirs["detail"].replace(guide["id"], "") == unknown["detail"].replace(UNKNOWN, "")


@pytest.mark.parametrize(("method", "rest"), OF_A_DOCUMENT)
def test_somebody_elses_document_looks_unknown_everywhere(
    api: httpx.Client, stranger: httpx.Client, guide: dict[str, Any], method: str, rest: str
) -> None:
    problem(stranger.request(method, f"/api/v1/documents/{guide['id']}{rest}"), 404)
    assert checked(api.get(f"/api/v1/documents/{guide['id']}"))["status"] == "ready"


def test_nobody_finds_or_lists_what_somebody_else_has(stranger: httpx.Client, guide: dict[str, Any]) -> None:
    listed = checked(stranger.get("/api/v1/documents", params={"limit": 100}))["items"]
    assert guide["id"] not in {one["id"] for one in listed}
    body = {"query": "How much does an adult ticket cost?", "top_k": 50}
    found = checked(stranger.post("/api/v1/search", json=body))["items"]
    assert guide["id"] not in {one["document_id"] for one in found}
    events = ask(stranger, "How much does an adult ticket cost?")
    assert guide["id"] not in {source["document_id"] for source in events[0].data["sources"]}


def test_nobody_revokes_somebody_elses_key(api: httpx.Client, stranger: httpx.Client) -> None:
    mine = checked(api.post("/api/v1/keys", json={"name": "mine"}))
    problem(stranger.delete(f"/api/v1/keys/{mine['id']}"), 404)
    assert mine["id"] not in {one["id"] for one in checked(stranger.get("/api/v1/keys"))["items"]}
    assert api.delete(f"/api/v1/keys/{mine['id']}").status_code == 204
    problem(api.delete(f"/api/v1/keys/{mine['id']}"), 404)


@pytest.mark.parametrize("path", [*ASKING, "/api/v1/documents", "/api/v1/keys"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"query": }',
        b"null",
        b"[]",
        b'"text"',
        b"\x00",
        b"\xff\xfe{}",
        b'{"query": "\\ud800", "filename": "\\ud800", "name": "\\ud800"}',
        b'{"query": "x", "top_k": NaN, "size": Infinity}',
        b"[" * 100_000,
        b'{"query":' * 100_000,
        b'{"query": "x", "history": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"query": "x", "top_k": ' + b"9" * 10_000 + b"}",
    ],
    ids=range(14),
)
def test_broken_json_is_refused(api: httpx.Client, path: str, content: bytes) -> None:
    problem(api.post(path, content=content, headers=JSON))


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", "", "nonsense"])
def test_another_content_type_is_refused(api: httpx.Client, kind: str) -> None:
    answer = api.post("/api/v1/query", content=b'{"query": "leave"}', headers={"content-type": kind})
    problem(answer)


@pytest.mark.parametrize("path", ASKING)
def test_null_bytes_in_a_question_harm_nothing(api: httpx.Client, guide: dict[str, Any], path: str) -> None:
    body = {"query": "adult\x00 ticket\x00", "document_ids": [guide["id"]]}
    assert api.post(path, json=body).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/query/stream", "/api/v1/documents", "/api/v1/documents/upload"])
def test_a_body_of_eleven_megabytes_is_refused(api: httpx.Client, path: str) -> None:
    body = json.dumps({"query": "x" * 11_000_000}).encode()
    assert problem(api.post(path, content=body, headers=JSON), 413)["code"] == "too_large"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("GET", "/api/v1"),
        ("GET", "/api/v2/documents"),
        ("POST", "/api/v1/documents/a/b/c"),
        ("GET", "/api/v1/documents/../../etc/passwd"),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd"),
        ("POST", "/"),
        ("PATCH", "/api/v1/documents"),
        ("DELETE", "/api/v1/documents"),
        ("GET", "/api/v1/query"),
        ("PUT", "/api/v1/query/stream"),
        ("POST", "/health"),
        ("TRACE", "/health"),
    ],
)
@pytest.mark.parametrize("who", ["anybody", "api"])
def test_an_unknown_route_or_method_is_not_found(
    request: pytest.FixtureRequest, method: str, path: str, who: str
) -> None:
    answer = request.getfixturevalue(who).request(method, path)
    assert problem(answer, 404)["code"] == "not_found"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "many"},
        {"cursor": "short"},
        {"cursor": "\x00" * 27},
        {"status": "lost"},
        {"kind": "novel"},
    ],
)
def test_a_wrong_page_of_documents_is_refused(api: httpx.Client, query: dict[str, Any]) -> None:
    problem(api.get("/api/v1/documents", params=query), 422)


@pytest.mark.parametrize("cursor", ["\x00" * 26, "年" * 26, "z" * 26])
def test_a_cursor_of_our_length_is_answered(api: httpx.Client, cursor: str) -> None:
    assert api.get("/api/v1/documents", params={"cursor": cursor}).status_code < 500


@pytest.mark.parametrize("wait", ["26", "-1", "nan", "inf", "soon", "1e400"])
def test_a_wrong_wait_is_refused(api: httpx.Client, guide: dict[str, Any], wait: str) -> None:
    problem(api.get(f"/api/v1/documents/{guide['id']}", params={"wait": wait}), 422)


@pytest.mark.parametrize("cursor", ["-1", "x", str(10**30)])
def test_a_wrong_place_among_chunks_harms_nothing(
    api: httpx.Client, guide: dict[str, Any], cursor: str
) -> None:
    answer = api.get(f"/api/v1/documents/{guide['id']}/chunks", params={"cursor": cursor})
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("document_id", ["%00", "%E5%B9%B4", "x" * 3000, "a%2Fb", "%ff%fe", "*", "'; --"])
@pytest.mark.parametrize(("method", "rest"), OF_A_DOCUMENT)
def test_an_odd_document_id_is_not_found(api: httpx.Client, document_id: str, method: str, rest: str) -> None:
    problem(api.request(method, f"/api/v1/documents/{document_id}{rest}"))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"filename": 5},
        {"filename": "x" * 5000},
        {"filename": "a.pdf", "size": 0},
        {"filename": "a.pdf", "size": -1},
        {"filename": "a.pdf", "size": "10"},
        {"filename": "a.pdf", "size": 10**40},
        {"filename": "a.pdf", "kind": "novel"},
        {"filename": "a.pdf", "title": ""},
        {"filename": "a.pdf", "title": "x" * 501},
        {"filename": "a.pdf", "tags": "one"},
        {"filename": "a.pdf", "tags": [""]},
        {"filename": "a.pdf", "tags": ["x"] * 51},
    ],
)
def test_a_wrong_upload_is_refused(api: httpx.Client, body: dict[str, Any]) -> None:
    problem(api.post("/api/v1/documents", json=body))


def test_what_a_client_says_of_a_document_comes_back(api: httpx.Client) -> None:
    said = {"kind": "doc", "title": "标题 \x00 title", "tags": ["一", "two"], "content_type": "text/markdown"}
    document, _ = start_upload(api, filename="said.md", **said)
    found = checked(api.get(f"/api/v1/documents/{document['id']}"))
    assert {name: found[name] for name in ("kind", "tags", "content_type")} == {
        name: said[name] for name in ("kind", "tags", "content_type")
    }


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 101}, {"name": 5}])
def test_a_wrong_key_is_refused(api: httpx.Client, body: dict[str, Any]) -> None:
    problem(api.post("/api/v1/keys", json=body), 422)


def test_header_lines_above_ten_kilobytes_are_refused(api: httpx.Client) -> None:
    problem(api.get("/health", headers={"x-large": "x" * 11_000}))
