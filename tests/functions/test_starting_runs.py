"""What holds for every route that starts a run: keys and deadlines."""

from typing import Any

import pytest

from infra.openapi import document
from tests.functions.conftest import MODEL_DOWN, Put
from tests.functions.events import request
from tests.functions.sandbox import Answer, Sandbox
from tests.functions.streams import frames, written

KEY = "Idempotency-Key"
TIMEOUT = "X-Request-Timeout-Ms"

QUERY = ["/api/v1/query", "/api/v1/query/stream"]
SUMMARY = "/api/v1/documents/{document_id}/summary"
ROUTES = [*QUERY, SUMMARY, f"{SUMMARY}?stream=true"]
STREAMS = [ROUTES[1], ROUTES[3]]


@pytest.fixture
def start(sandbox: Sandbox, owner: str, index: Put) -> Any:
    """`start(route, headers, **changes)`: the answer to `owner`, who has the handbook."""
    document_id = index()

    def started(route: str, headers: dict[str, str], **changes: Any) -> Answer:
        body = {} if route.startswith(SUMMARY) else {"query": "When do wages come?"}
        path = route.format(document_id=document_id)
        event = request("POST", path, owner=owner, headers=headers, json=body | changes)
        return sandbox.ask("query", event)

    return started


def test_these_are_all_the_routes_that_start_runs() -> None:
    keyed = {
        path
        for path, verbs in document()["paths"].items()
        if KEY in {one["name"] for one in verbs.get("post", {}).get("parameters", [])}
    }
    assert keyed == {route.partition("?")[0] for route in ROUTES}


@pytest.mark.parametrize("route", ROUTES)
def test_the_same_request_with_the_same_key_is_the_same_run(start: Any, generations: Any, route: str) -> None:
    first, again = start(route, {KEY: "k"}), start(route, {KEY: "k"})
    assert first.status == 200
    assert again.body == first.body
    assert len(generations()) == 1
    assert start(route, {KEY: "another"}).body != first.body


def test_a_key_stands_for_one_request_only(start: Any, generations: Any) -> None:
    for number, route in enumerate(ROUTES, 1):
        assert start(route, {KEY: "k" * number}).status == 200
        asked = len(generations())
        other = {"refresh": True} if route.startswith(SUMMARY) else {"top_k": 3}
        refused = start(route, {KEY: "k" * number}, **other)
        assert (refused.status, refused.json()["code"]) == (409, "conflict")
        assert len(generations()) == asked


def test_a_key_is_the_callers_own(sandbox: Sandbox, start: Any, owner: str) -> None:
    mine = start(QUERY[1], {KEY: "k"})
    body = {"query": "When do wages come?"}
    theirs = request("POST", QUERY[1], owner=f"{owner}-2", headers={KEY: "k"}, json=body)
    assert frames(sandbox.ask("query", theirs))[0][1]["sources"] == []
    assert frames(mine)[0][1]["sources"] != []
    assert start(QUERY[1], {KEY: "k"}).body == mine.body


@pytest.mark.parametrize("route", QUERY)
def test_what_fails_before_the_start_leaves_its_key_free(start: Any, outage: Any, route: str) -> None:
    with outage(MODEL_DOWN):
        failed = start(route, {KEY: "k"})
        assert (failed.status, failed.json()["part"]) == (503, "model")
    done = start(route, {KEY: "k"})
    assert done.status == 200
    assert failed.json()["run_id"] not in done.body.decode()


@pytest.mark.parametrize("route", ROUTES)
def test_what_fails_after_the_start_keeps_its_key(
    start: Any, fault: Any, generations: Any, route: str
) -> None:
    fault(*([""] if route in QUERY else []), "cut=2", "status=400")
    failed, again = start(route, {KEY: "k"}), start(route, {KEY: "k"})
    assert b"model_bad_request" in failed.body
    assert (again.status, again.body) == (failed.status, failed.body)
    assert len(generations()) == 2


def test_a_bad_request_takes_no_key(start: Any) -> None:
    for number, route in enumerate(ROUTES, 1):
        assert start(route, {KEY: "k" * number}, model_id="1").status == 422
        assert start(route, {KEY: "k" * number, TIMEOUT: "soon"}).status == 422
        assert start(route, {KEY: "k" * number}).status == 200


@pytest.mark.parametrize(
    ("name", "values"),
    [(KEY, ["k" * 256, "键".encode(), "a\tb"]), (TIMEOUT, ["0", "-5", "1.5", "soon", "1e3"])],
)
def test_a_bad_header_is_refused_and_named(
    start: Any, generations: Any, name: str, values: list[Any]
) -> None:
    for route in ROUTES:
        for value in values:
            answer = start(route, {name: value})
            assert (answer.status, answer.json()["errors"][0]["field"]) == (422, name)
    assert generations() == []


@pytest.mark.parametrize("route", ROUTES)
def test_a_deadline_ends_the_run_with_what_was_written(
    start: Any, sandbox: Sandbox, owner: str, fault: Any, generations: Any, route: str
) -> None:
    fault(*([""] if route in QUERY else []), "slow=300")
    answer = start(route, {TIMEOUT: "1500"})
    (asked,) = generations()
    assert asked["disconnected_ms"]
    if route in STREAMS:
        events = frames(answer)
        problem, partial = events[-1][1]["problem"], events[-1][1]["final_response"]
        assert (events[0][1]["started"], partial["output"]) == (True, written(events))
    else:
        problem = answer.json()
        assert answer.status == 504
        run = sandbox.ask("runs", request("GET", f"/api/v1/runs/{problem['run_id']}", owner=owner))
        partial = run.json()["final_response"]
    assert (problem["code"], partial["finish_reason"]) == ("deadline", "deadline")
    assert partial["output"]


@pytest.mark.parametrize("route", QUERY)
def test_a_deadline_before_the_start_is_a_status(start: Any, fault: Any, route: str) -> None:
    fault("hang=start")
    late = start(route, {TIMEOUT: "500"})
    assert (late.status, late.json()["code"]) == (504, "deadline")
    assert len(late.json()["run_id"]) == 26
