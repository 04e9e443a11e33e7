import json
import re

import pytest

from freshet import wiring
from freshet.reference import document
from tests.functions.events import request
from tests.functions.sandbox import Sandbox

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def caller(sandbox: Sandbox, owner: str) -> dict[str, str]:
    return {"authorization": f"Bearer {sandbox.run(lambda: wiring.keys().issue(owner, 'x'))[1]}"}


def test_the_api_is_alive_without_its_parts(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "QDRANT_URL", "MODEL_BASE_URL"):
        monkeypatch.setenv(name, NOWHERE)
    answer = sandbox.ask("health", request("GET", "/health", owner=None))
    assert (answer.status, answer.json()) == (200, {"status": "ok"})


def test_a_deep_look_tries_every_part(sandbox: Sandbox, caller: dict[str, str]) -> None:
    answer = sandbox.ask("health", request("GET", "/health?deep=true", owner=None, headers=caller))
    report = answer.json()
    assert (answer.status, report["status"], "failing" in report) == (200, "ok", False)
    assert report["parts"].keys() == {"table", "bucket", "index", "model"}
    assert all(part["latency_ms"] > 0 for part in report["parts"].values())


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer fk_unknown"}])
def test_a_deep_look_needs_a_caller(sandbox: Sandbox, header: dict[str, str]) -> None:
    answer = sandbox.ask("health", request("GET", "/health?deep=true", owner=None, headers=header))
    assert (answer.status, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("part", "setting", "value"),
    [
        ("table", "DOCUMENTS_TABLE", "no-such-table"),
        ("bucket", "BUCKET", "no-such-bucket"),
        ("index", "QDRANT_URL", NOWHERE),
        ("model", "MODEL_BASE_URL", f"{NOWHERE}/v1"),
    ],
)
def test_a_part_that_fails_is_named(
    sandbox: Sandbox,
    caller: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    part: str,
    setting: str,
    value: str,
) -> None:
    sandbox.run(wiring.aclose)
    monkeypatch.setenv(setting, value)
    answer = sandbox.ask("health", request("GET", "/health?deep=true", owner=None, headers=caller))
    report = answer.json()
    assert (answer.status, report["status"], report["failing"]) == (503, "failing", [part])
    assert report["parts"][part]["error"]


def test_the_openapi_document_is_the_shipped_one(sandbox: Sandbox) -> None:
    answer = sandbox.ask("health", request("GET", "/openapi.json", owner=None))
    assert answer.status == 200
    assert answer.json() == document()


def test_the_docs_show_every_route_and_load_nothing_from_elsewhere(sandbox: Sandbox) -> None:
    answer = sandbox.ask("health", request("GET", "/docs", owner=None))
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    page = answer.body.decode()
    assert all(f">{path}<" in page for path in document()["paths"])
    assert re.findall(r"(?:src|href|url|import)\s*[=(]\s*[\"']?([^\"')\s>]+)", page) == ["openapi.json"]
    assert "<script" not in page


def test_answers_carry_the_request_id_of_api_gateway(sandbox: Sandbox) -> None:
    asked = request("GET", "/nowhere", owner=None)
    answer = sandbox.ask("health", asked)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(answer.body)
    assert problem["request_id"] == asked["requestContext"]["requestId"] == answer.headers["x-request-id"]
