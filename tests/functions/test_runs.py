"""Runs of the query function, as their owner finds, follows and ends them."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from freshet.ids import new_id
from freshet.runs import service
from tests.functions.conftest import MODEL_DOWN, Put
from tests.functions.events import request
from tests.functions.sandbox import Answer, Sandbox
from tests.functions.streams import frames, written
from tests.stack import Stack

Runs = Callable[..., Answer]
EACH = ["GET {}", "GET {}/stream", "POST {}/stop", "POST {}/retry"]


@pytest.fixture
def runs(sandbox: Sandbox, owner: str) -> Runs:
    """`runs("GET /<run_id>/stream", headers=…)`: the function's answer to `owner`."""

    def asked(route: str = "GET ", **options: Any) -> Answer:
        method, path = route.split(" ")
        return sandbox.ask("runs", request(method, f"/api/v1/runs{path}", **{"owner": owner} | options))

    return asked


@pytest.fixture
def run(ask: Any, index: Put) -> tuple[str, Answer]:
    """The id of a run that is done, and its stream."""
    index()
    answer = ask("query/stream", query="When do wages come?")
    return frames(answer)[0][1]["run_id"], answer


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose record is not there is given no time to arrive."""
    monkeypatch.setattr(service, "YOUNG_S", 0)


def not_found(answer: Answer) -> bool:
    return (answer.status, answer.json()["code"]) == (404, "not_found")


def test_runs_are_listed_newest_first_and_page_by_page(runs: Runs, ask: Any, owner: str) -> None:
    made = [ask("query", query=question).json()["run_id"] for question in ("one", "two", "三")]
    first = runs("GET ?limit=2").json()
    rest = runs(f"GET ?limit=2&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    assert {(one["status"], one["capability"], one["final_response"]) for one in first["items"]} == {
        ("done", "query", None)
    }
    assert runs(owner=f"{owner}-2").json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=1.5", f"cursor={'x' * 65}"])
def test_a_page_that_can_not_be_is_refused(runs: Runs, query: str) -> None:
    answer = runs(f"GET ?{query}")
    assert (answer.status, answer.json()["errors"][0]["field"]) == (422, query.partition("=")[0])


def test_a_run_is_found_with_its_result(runs: Runs, run: tuple[str, Answer]) -> None:
    run_id, answer = run
    events = frames(answer)
    found = runs(f"GET /{run_id}").json()
    assert (found["id"], found["status"], found["error"]) == (run_id, "done", None)
    assert found["final_response"] == events[-1][1]["final_response"]
    assert found["metrics"] == events[-1][1]["metrics"]
    assert found["last_seq"] == len(events) - 1
    assert found["created_at"] < found["ended_at"]
    used = found["usage"]
    assert used["total_tokens"] == used["prompt_tokens"] + used["completion_tokens"] > 0


def test_a_run_that_failed_is_found_with_why_and_what_it_had(
    runs: Runs, ask: Any, index: Put, fault: Any
) -> None:
    index()
    fault("", "error_in_stream=3", "status=400")
    events = frames(ask("query/stream", query="When do wages come?"))
    found = runs(f"GET /{events[0][1]['run_id']}").json()
    assert (found["status"], found["error"]) == ("failed", events[-1][1]["problem"])
    assert found["final_response"] == events[-1][1]["final_response"]
    assert found["final_response"]["output"] == written(events)


def test_a_run_that_failed_before_its_start_is_found_too(runs: Runs, ask: Any, outage: Any) -> None:
    with outage(MODEL_DOWN):
        failed = ask("query/stream", query="leave")
        assert failed.status == 503
    run_id = failed.json()["run_id"]
    found = runs(f"GET /{run_id}").json()
    assert (found["status"], found["error"]["code"]) == ("failed", failed.json()["code"])
    ((_, end),) = frames(runs(f"GET /{run_id}/stream"))
    assert end["problem"] == found["error"]


def test_a_replay_is_the_stream_that_was(runs: Runs, run: tuple[str, Answer]) -> None:
    run_id, answer = run
    replay = runs(f"GET /{run_id}/stream")
    assert replay.body == answer.body
    for name in ("content-type", "cache-control", "x-accel-buffering"):
        assert replay.headers[name] == answer.headers[name]


def test_a_reader_goes_on_after_any_event(runs: Runs, run: tuple[str, Answer]) -> None:
    run_id, answer = run
    events = frames(answer)
    path = f"GET /{run_id}/stream"
    for seq in range(len(events)):
        assert frames(runs(f"{path}?after={seq}")) == events[seq + 1 :]
    for cursor in ("2", f"{run_id}:2"):
        assert frames(runs(f"{path}?after={cursor}")) == events[3:]
        assert frames(runs(path, headers={"Last-Event-ID": cursor})) == events[3:]
    for header, first in (("3", 4), (f"{run_id}:3", 4), ("", 2)):  # a browser that reconnects sends both
        assert frames(runs(f"{path}?after=1", headers={"Last-Event-ID": header})) == events[first:]
    assert frames(runs(f"{path}?after=")) == events


@pytest.mark.parametrize(
    "cursor", ["x", "-1", "1.5", "1:2:3", ":1", "1:", "1 ", "1" * 10, "01M7ZTRJ97JJWSXRR34ZSXD6NR:1", "第一"]
)
def test_a_cursor_that_is_none_or_another_runs_is_refused(runs: Runs, cursor: str) -> None:
    path = f"GET /{new_id()}/stream"
    answers = [
        runs(path, headers={"Last-Event-ID": cursor.encode()}),
        runs(path + "?after=" + cursor.replace(" ", "%20")),
    ]
    assert [(one.status, one.json()["code"]) for one in answers] == [(422, "invalid_request")] * 2


@pytest.mark.parametrize("timeout", ["0", "-1", "soon"])
def test_a_deadline_that_is_none_is_refused(runs: Runs, timeout: str) -> None:
    answer = runs(f"GET /{new_id()}/stream", headers={"X-Request-Timeout-Ms": timeout})
    assert (answer.status, answer.json()["errors"][0]["field"]) == (422, "X-Request-Timeout-Ms")


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("route", EACH)
def test_a_run_is_its_owners_alone(runs: Runs, run: tuple[str, Answer], route: str) -> None:
    run_id, answer = run
    assert not_found(runs(route.format(f"/{run_id}"), owner="stranger"))
    assert runs(route.format(f"/{run_id}"), owner=None).status == 401
    assert runs(f"GET /{run_id}/stream").body == answer.body


@pytest.mark.parametrize("run_id", ["nope", "01" * 13, "keys", "run-缺", "x" * 4000])
def test_a_run_that_never_was_is_not_found(runs: Runs, run_id: str) -> None:
    assert [not_found(runs(route.format(f"/{run_id}"))) for route in EACH] == [True] * len(EACH)


@pytest.mark.usefixtures("at_once")
def test_after_a_day_a_run_is_gone(runs: Runs, run: tuple[str, Answer], product: Stack, owner: str) -> None:
    run_id, _ = run
    product.aws.client("dynamodb").update_item(
        TableName=product.outputs["RunsTableName"],
        Key={"owner": {"S": owner}, "id": {"S": run_id}},
        UpdateExpression="SET expires_at = :then",
        ExpressionAttributeValues={":then": {"N": str(int(time.time()) - 1)}},
    )
    assert runs().json()["items"] == []
    assert [not_found(runs(route.format(f"/{run_id}"))) for route in EACH] == [True] * len(EACH)


def test_a_run_that_is_done_stays_as_it_is(runs: Runs, run: tuple[str, Answer]) -> None:
    run_id, answer = run
    found = runs(f"GET /{run_id}").json()
    assert runs(f"POST /{run_id}/stop").json() == found
    refused = runs(f"POST /{run_id}/retry")
    assert (refused.status, refused.json()["code"]) == (409, "conflict")
    assert "done" in refused.json()["detail"]
    assert runs(f"GET /{run_id}").json() == found
    assert runs(f"GET /{run_id}/stream").body == answer.body


def test_a_retry_that_nobody_can_make_has_failed(
    runs: Runs, ask: Any, index: Put, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "gone")
    index()
    fault("", "status=400")
    failed = ask("query", query="When do wages come?").json()["run_id"]
    found = runs(f"GET /{failed}").json()
    refused = runs(f"POST /{failed}/retry")
    assert (refused.status, refused.json()["part"]) == (503, "functions")
    newest = runs().json()["items"][0]
    assert runs(f"GET /{failed}").json() == found | {"retried_by": newest["id"]}
    assert (newest["retry_of"], newest["status"], newest["error"]["part"]) == (failed, "failed", "functions")
