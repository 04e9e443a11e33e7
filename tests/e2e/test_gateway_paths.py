"""The edge as clients meet it: the stage in front of the path, CORS, public routes, request ids."""

import json
from typing import Any

import httpx
import pytest

from tests.e2e.client import checked, events_of, final, problem


def test_the_main_job_works_below_the_stage(api: httpx.Client, guide: dict[str, Any]) -> None:
    document = checked(api.get(f"/prod/api/v1/documents/{guide['id']}"))
    assert document["id"] == guide["id"]
    body = {"query": "How much does an adult ticket cost?", "document_ids": [guide["id"]]}
    with api.stream("POST", "/prod/api/v1/query/stream", json=body) as answer:
        events = list(events_of(answer))
    assert events[-1].id == "[DONE]"
    assert "14 euros" in final(events[:-1])["output"]


def test_an_upload_works_below_the_stage(api: httpx.Client) -> None:
    answer = api.post("/prod/api/v1/documents/upload", files={"file": ("stage.md", b"# Stage")})
    assert answer.status_code == 201
    assert api.delete(f"/prod/api/v1/documents/{answer.json()['document']['id']}").status_code == 204


def test_an_unknown_route_below_the_stage_is_not_found(api: httpx.Client) -> None:
    assert problem(api.get("/prod/nowhere"), 404)["instance"] == "/prod/nowhere"
    problem(api.get("/production/health"), 404)


@pytest.mark.parametrize("stage", ["", "/prod"])
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/documents",
        "/api/v1/documents/upload",
        "/api/v1/documents/some-id/chunks",
        "/api/v1/query/stream",
        "/api/v1/keys/some-id",
        "/health",
    ],
)
def test_a_preflight_is_answered_without_a_caller(anybody: httpx.Client, stage: str, path: str) -> None:
    asking = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = anybody.options(stage + path, headers=asking)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower().split(",")
    assert {"authorization", "content-type", "idempotency-key", "last-event-id"} <= set(allowed)


def test_every_kind_of_answer_may_be_read_by_a_browser(api: httpx.Client, guide: dict[str, Any]) -> None:
    body = {"query": "tickets", "document_ids": [guide["id"]]}
    answers = [
        api.get("/health"),
        api.get("/api/v1/documents"),
        api.post("/api/v1/search", json=body),
        api.post("/api/v1/query/stream", json=body),
        api.post("/api/v1/query/stream", json={}),
        api.get("/api/v1/documents/unknown"),
        api.get("/nowhere"),
        api.get("/health", headers={"x-large": "x" * 11_000}),
    ]
    assert [answer.headers["access-control-allow-origin"] for answer in answers] == ["*"] * len(answers)


def test_an_answer_and_its_problem_bear_the_same_request_id(api: httpx.Client) -> None:
    for answer in (api.get("/api/v1/documents/unknown"), api.post("/api/v1/query", json={})):
        assert problem(answer)["request_id"] == answer.headers["x-request-id"]


def test_deep_health_names_every_part_with_its_latency(api: httpx.Client) -> None:
    report = checked(api.get("/health", params={"deep": "true"}))
    assert report["status"] == "ok"
    assert set(report["parts"]) == {"table", "bucket", "index", "model"}
    assert all(part["latency_ms"] > 0 for part in report["parts"].values())


def test_the_openapi_document_is_served_and_its_page_needs_nothing_else(api: httpx.Client) -> None:
    document = checked(api.get("/openapi.json"))
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/query/stream" in document["paths"]
    page = api.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert 'src="http' not in page.text
    assert "/api/v1/query/stream" in page.text


def test_json_is_sent_as_it_is_in_chinese(api: httpx.Client, chinese_guide: dict[str, Any]) -> None:
    answer = api.get(f"/api/v1/documents/{chinese_guide['id']}")
    assert "参观指南" in answer.content.decode()
    assert json.loads(answer.content)["filename"] == "参观指南.pdf"
