import json
from typing import Any

import httpx
import pytest

from freshet import wiring
from tests.functions.conftest import HANDBOOK, Put
from tests.functions.events import batch, request
from tests.functions.sandbox import Answer, Sandbox
from tests.stack import Stack


@pytest.fixture
def ask(sandbox: Sandbox, owner: str) -> Any:
    """`ask(method, path, …)`: the function's answer to `owner`."""

    def asked(method: str, path: str = "", **changes: Any) -> Answer:
        event = request(method, f"/api/v1/documents{path}", **({"owner": owner} | changes))
        return sandbox.ask("documents", event)

    return asked


def refused(answer: Answer, status: int, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert (answer.status, problem["code"]) == (status, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    return problem


def test_a_started_upload_is_finished_by_its_presigned_post(ask: Any, owner: str) -> None:
    body = {"filename": "员工手册.md", "content_type": "text/markdown", "kind": "doc", "tags": ["人事"]}
    started = ask("POST", json=body)
    assert started.status == 201
    document, upload = started.json()["document"], started.json()["upload"]
    assert {name: document[name] for name in body} == body
    assert (document["status"], document["title"]) == ("uploading", "员工手册.md")
    put_off = httpx.post(upload["url"], data=upload["fields"], files={"file": b"# \xe4\xbd\xa0\xe5\xa5\xbd"})
    assert put_off.status_code == 204, put_off.text


def test_a_presigned_post_takes_no_more_than_the_limit(
    ask: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.run(wiring.aclose)
    monkeypatch.setenv("MAX_DOCUMENT_BYTES", "1000")
    upload = ask("POST", json={"filename": "a.md", "size": 1000}).json()["upload"]
    too_much = httpx.post(upload["url"], data=upload["fields"], files={"file": b"x" * 1001})
    assert (too_much.status_code, "EntityTooLarge" in too_much.text) == (400, True)
    refused(ask("POST", json={"filename": "a.md", "size": 1001}), 413, "too_large")


def test_a_document_is_uploaded_parsed_read_and_deleted(ask: Any, index: Put) -> None:
    document_id = index()
    found = ask("GET", f"/{document_id}").json()
    assert (found["status"], found["filename"], found["size"]) == ("ready", "handbook.md", len(HANDBOOK))
    chunks = ask("GET", f"/{document_id}/chunks").json()
    assert len(chunks["items"]) == found["chunks"] >= 1
    assert "25 days" in "".join(chunk["text"] for chunk in chunks["items"])
    assert chunks["next_cursor"] is None
    assert ask("DELETE", f"/{document_id}").status == 204
    for gone in (ask("GET", f"/{document_id}"), ask("DELETE", f"/{document_id}")):
        refused(gone, 404, "not_found")


def test_the_original_comes_back_by_a_redirect_under_its_own_name(ask: Any, index: Put) -> None:
    document_id = index("# 休假\n\n年假25天。\n", "员工 手册.md")
    answer = ask("GET", f"/{document_id}/file")
    assert answer.status == 302
    original = httpx.get(answer.headers["location"])
    assert original.text == "# 休假\n\n年假25天。\n"
    assert "%E5%91%98%E5%B7%A5%20%E6%89%8B%E5%86%8C.md" in original.headers["content-disposition"]


def test_waiting_ends_when_the_time_is_up_or_the_document_is_ready(ask: Any, upload: Put, index: Put) -> None:
    assert ask("GET", f"/{upload()}?wait=0.2").json()["status"] == "uploading"
    assert ask("GET", f"/{index()}?wait=25").json()["status"] == "ready"


def test_lists_go_on_by_cursor_and_keep_to_their_filters(ask: Any, upload: Put) -> None:
    ids = [upload(filename=f"{number}.md") for number in range(3)]
    ask("POST", json={"filename": "guide.md", "kind": "doc"})
    first = ask("GET", "?limit=2&kind=material").json()
    assert [item["id"] for item in first["items"]] == ids[:0:-1]
    rest = ask("GET", f"?limit=2&kind=material&cursor={first['next_cursor']}").json()
    assert ([item["id"] for item in rest["items"]], rest["next_cursor"]) == (ids[:1], None)
    assert [item["kind"] for item in ask("GET", "?kind=doc").json()["items"]] == ["doc"]
    assert ask("GET", "?status=ready").json() == {"items": [], "next_cursor": None}


def test_parsing_again_is_accepted_and_makes_a_new_generation(
    ask: Any, sandbox: Sandbox, owner: str, index: Put
) -> None:
    document_id = index()
    again = ask("POST", f"/{document_id}/parse")
    assert (again.status, again.json()["status"]) == (202, "parsing")
    queued = sandbox.run(lambda: wiring.documents_table().get(owner, document_id))
    assert queued is not None
    message = {"owner": owner, "document_id": document_id, "request": queued["request"]}
    assert sandbox.invoke("parse", batch({"Body": json.dumps(message)})) == {"batchItemFailures": []}
    item = sandbox.run(lambda: wiring.documents_table().get(owner, document_id))
    assert item is not None
    assert (item["status"], item["generation"]) == ("ready", 2)


def test_what_is_not_uploaded_yet_has_no_file_and_no_second_parse(ask: Any) -> None:
    document_id = ask("POST", json={"filename": "a.md"}).json()["document"]["id"]
    refused(ask("GET", f"/{document_id}/file"), 409, "conflict")
    refused(ask("POST", f"/{document_id}/parse"), 409, "conflict")


def test_somebody_elses_document_is_not_there(ask: Any, index: Put) -> None:
    document_id = index()
    routes = [("GET", ""), ("GET", "/file"), ("GET", "/chunks"), ("POST", "/parse"), ("DELETE", "")]
    for method, rest in routes:
        refused(ask(method, f"/{document_id}{rest}", owner="stranger"), 404, "not_found")
    assert ask("GET", owner="stranger-of-all").json()["items"] == []
    assert ask("GET", f"/{document_id}").status == 200


@pytest.mark.parametrize(
    "name", ["../../etc/手册.md", "C:\\Temp\\手册.md", "手册.md", "手册\u0000.md", "  手册.md "]
)
def test_a_file_name_is_its_last_part_without_control_characters(ask: Any, name: str) -> None:
    assert ask("POST", json={"filename": name}).json()["document"]["filename"] == "手册.md"


def test_file_names_in_any_script_survive_a_form(ask: Any) -> None:
    for name in ("员工手册 2026.md", "🎉 party.md", "naïve “quotes”.md"):
        answer = ask("POST", "/upload", files={"file": (name, b"# x\n\nx")})
        assert answer.json()["document"]["filename"] == name


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"filename": ""}, "filename"),
        ({"filename": "x" * 300}, "filename"),
        ({"filename": "../"}, "filename"),
        ({}, "filename"),
        ({"filename": 7}, "filename"),
        ({"filename": "a.md", "kind": "book"}, "kind"),
        ({"filename": "a.md", "size": 0}, "size"),
        ({"filename": "a.md", "size": "7"}, "size"),
        ({"filename": "a.md", "content_type": "text"}, "content_type"),
        ({"filename": "a.md", "tags": [""]}, "tags.0"),
    ],
)
def test_a_bad_body_is_refused_by_field(ask: Any, body: dict[str, Any], field: str) -> None:
    problem = refused(ask("POST", json=body), 422, "invalid_request")
    assert [found["field"] for found in problem["errors"]] == [field]


@pytest.mark.parametrize(
    "query",
    ["?limit=0", "?limit=101", "?limit=many", "?cursor=short", "?status=lost", "/x?wait=26", "/x?wait=-1"],
)
def test_bad_parameters_are_refused(ask: Any, query: str) -> None:
    refused(ask("GET", query), 422, "invalid_request")


def test_files_that_the_direct_route_does_not_take_leave_nothing_behind(ask: Any) -> None:
    refused(ask("POST", "/upload", files={"file": ("empty.md", b"")}), 422, "empty")
    large = {"file": ("large.md", b"x" * (4 * 1024 * 1024 + 1))}
    problem = refused(ask("POST", "/upload", files=large), 413, "too_large")
    assert "POST /api/v1/documents" in problem["detail"]
    refused(ask("POST", "/upload", files={"other": ("a.md", b"x")}), 422, "invalid_request")
    refused(ask("POST", "/upload", json={"file": "x"}), 422, "invalid_request")
    assert ask("GET").json()["items"] == []


def test_a_part_that_is_down_is_named_and_comes_back(
    ask: Any, sandbox: Sandbox, product: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.run(wiring.aclose)
    with monkeypatch.context() as down:
        down.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        answer = ask("GET")
        assert refused(answer, 503, "unavailable")["part"] == "table"
        assert int(answer.headers["retry-after"]) >= 1
        sandbox.run(wiring.aclose)
    assert ask("GET").status == 200
