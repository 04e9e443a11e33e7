"""No function takes anybody's word but the authorizer's for who is calling; what is others' is not there."""

from typing import Any

import pytest

from freshet.runs import service
from infra.openapi import PUBLIC, document
from tests.functions.conftest import Chat, Configure, Put, Study
from tests.functions.events import request
from tests.functions.sandbox import Answer, Sandbox
from tests.habits import USER, lived

ROUTES = [
    (operation["tags"][0], method.upper(), path)
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
    if path not in PUBLIC
]
SECRET = "/api/v1/secrets/{secret_name}"  # written by a name of one's own choice
MODEL = {"name": "x", "base_url": "http://127.0.0.1:9/v1", "model": "x"}
HTTP = {"method": "GET", "url": "https://example.com/"}
TOOL = {"name": "look", "description": "Looks.", "parameters": {"type": "object"}, "http": HTTP}
QUESTION = "q1"
# What a route is asked that takes nothing but what is right.
BODIES: dict[str, Any] = {
    "PUT /api/v1/models/{model_id}": MODEL,
    "PUT /api/v1/tools/{tool_id}": TOOL,
    "PUT /api/v1/conversations/{conversation_id}": {"title": "x"},
    "POST /api/v1/exercises/{exercise_id}/submit": {"answers": {QUESTION: "2"}},
    "PUT /api/v1/exercises/{exercise_id}/attempts/{attempt_id}": {"question_id": QUESTION, "score": 0},
    "PUT /api/v1/exercises/{exercise_id}/questions/{question_id}": {
        "id": QUESTION,
        "question": "1+1?",
        "type": "numeric",
        "accepted": [{"value": 2}],
    },
}


@pytest.mark.parametrize(("function", "method", "path"), ROUTES)
def test_without_the_authorizers_word_every_route_is_401(
    sandbox: Sandbox, function: str, method: str, path: str
) -> None:
    claims = {"authorization": "Bearer fk_local", "x-owner": "dev", "x-amzn-oidc-identity": "dev"}
    asked = request(method, path.replace("{", "").replace("}", ""), owner=None, headers=claims, json={})
    answer = sandbox.ask(function, asked)
    code = answer.json()["error"]["code"] if path.startswith("/v1/") else answer.json()["code"]
    assert (answer.status, code) == (401, "invalid_api_key" if path.startswith("/v1/") else "unauthenticated")


def test_an_owner_that_could_leave_its_prefix_is_nobody(sandbox: Sandbox) -> None:
    for name in ("../dev", "a/b", "", "a\nb", "*"):
        assert sandbox.ask("profile", request("GET", "/api/v1/keys", owner=name)).status == 401


@pytest.fixture
def mine(sandbox: Sandbox, owner: str, chat: Chat, study: Study, configure: Configure, index: Put) -> Any:
    """One of everything that `owner` may have, by the name that paths have for it."""
    asked = {"name": "x"}
    key = sandbox.ask("profile", request("POST", "/api/v1/keys", owner=owner, json=asked)).json()
    played = chat("POST /api/debug/chat", json={"prompt": "Hi"}).json()
    response = chat("POST /v1/responses", json={"model": "freshet-stand-in", "input": "Hi"}).json()
    quiz = study("POST /import", json={"content": "1+1? {#2}"}).json()["exercise"]["id"]
    analysis = study("POST /analyze", json={"text": "Wages come on the 28th."}).json()
    logs = request("POST", "/api/v1/behaviors/uploads", owner=owner, json={})
    upload = sandbox.ask("behaviour", logs).json()["run_id"]
    sandbox.ask("runs", request("POST", f"/api/v1/runs/{upload}/stop", owner=owner))
    attempt = study(f"POST /{quiz}/submit", json={"answers": {QUESTION: "2"}}).json()
    return {
        "conversation_id": played["conversation_id"],
        "document_id": index(),
        "analysis_id": analysis["analysis_id"],
        "exercise_id": quiz,
        "question_id": QUESTION,
        "attempt_id": attempt["id"],
        "key_id": key["id"],
        "model_id": configure("mine", base_url="http://127.0.0.1:9/v1")["id"],
        "model_name": "mine",
        "run_id": upload,
        "user_id": USER,
        "graph_id": sandbox.run(lambda: lived(owner)),
        "tool_id": chat("POST /api/v1/tools", json=TOOL).json()["id"],
        "response_id": response["id"],
    }


def test_what_is_somebody_elses_is_not_there(
    sandbox: Sandbox, owner: str, mine: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "YOUNG_S", 0)  # a run whose record is not there is given no time to arrive

    def ask(function: str, method: str, path: str, caller: str) -> Answer:
        query = "?format=md" if path.endswith("/export") else ""
        body = BODIES.get(f"{method} {path}")
        event = request(method, path.format(**mine) + query, owner=caller, json=body)
        return sandbox.ask(function, event)

    about_one = [route for route in ROUTES if "{" in route[2] and route[2] != SECRET]
    for route in about_one:
        assert ask(*route, f"{owner}-2").status == 404, route
    for function, method, path in about_one:
        if method == "GET":
            assert ask(function, method, path, owner).status in {200, 302}, path
