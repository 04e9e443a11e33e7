"""Runs that are stopped, run out of time or lose their client; and nobody else's business."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from freshet.ids import new_id
from tests.e2e.client import (
    Event,
    ask,
    asked_of_the_model,
    checked,
    final,
    follow,
    new_question,
    problem,
    read,
    run_of,
    text_of,
    whole,
)
from tests.e2e.local_cloud import LocalCloud, until

STOPPED_S = 1.0
SLOW_MS = 150  # a piece: the answer takes some three seconds
Faults = Callable[..., None]


@pytest.fixture
def body(guide: dict[str, Any]) -> dict[str, Any]:
    return new_question(guide)


@pytest.fixture
def slow(faults: Faults) -> None:
    """The next answer is written slowly; the request before it, for vectors, is not."""
    faults("", f"slow={SLOW_MS}")


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


def check_given_up(cloud: LocalCloud, query: str) -> None:
    """The model was asked once, and its client left before the answer was written."""
    (asked,) = asked_of_the_model(cloud, query)
    assert asked["finished_ms"] is None
    assert asked["disconnected_ms"] is not None


def test_a_run_is_stopped_within_a_second_and_keeps_what_it_wrote_and_used(
    cloud: LocalCloud, api: httpx.Client, body: dict[str, Any], slow: None, threads: ThreadPoolExecutor
) -> None:
    checked(api.get("/api/v1/runs"))  # there is a sandbox to stop from
    seen: list[Event] = []

    def reading() -> None:
        for event in read(api, **body):
            seen.append(event)  # noqa: PERF402 - each is seen as it comes

    live: Future[None] = threads.submit(reading)
    until(lambda: len(seen) > 3, 20)
    run_id, asked_at = seen[0].data["run_id"], time.monotonic()
    stopped = checked(api.post(f"/api/v1/runs/{run_id}/stop"))
    live.result()
    assert seen.pop().id == "[DONE]"
    end = seen[-1]
    assert end.at - asked_at < STOPPED_S
    assert (end.data["status"], end.data["done"]) == ("stopped", True)
    assert end.data["final_response"]["output"] == text_of(seen)
    assert stopped == run_of(api, run_id)
    assert stopped["status"] == "stopped"
    assert stopped["final_response"] == end.data["final_response"]
    assert stopped["usage"]["prompt_tokens"] > 0
    assert stopped["usage"]["completion_tokens"] > 0
    check_given_up(cloud, body["query"])


def test_a_stream_ends_at_its_deadline_with_what_was_written(
    cloud: LocalCloud, api: httpx.Client, body: dict[str, Any], slow: None
) -> None:
    begun = time.monotonic()
    events = ask(api, headers={"X-Request-Timeout-Ms": "1500"}, **body)
    end = events[-1]
    assert end.data["problem"]["code"] == "deadline"
    assert end.at - begun < 3
    assert final(events)["output"] == text_of(events) != ""
    assert end.data["metrics"]["completion_tokens"] > 0
    check_given_up(cloud, body["query"])


def test_a_whole_answer_that_misses_its_deadline_is_a_504_with_its_run(
    cloud: LocalCloud, api: httpx.Client, body: dict[str, Any], slow: None
) -> None:
    answer = api.post("/api/v1/query", json=body, headers={"X-Request-Timeout-Ms": "1500"})
    found = problem(answer, 504)
    assert found["code"] == "deadline"
    run = run_of(api, found["run_id"])
    assert (run["status"], run["error"]["code"]) == ("failed", "deadline")
    assert run["final_response"]["output"]
    check_given_up(cloud, body["query"])


def test_a_client_that_leaves_changes_nothing(
    cloud: LocalCloud, api: httpx.Client, body: dict[str, Any], slow: None
) -> None:
    events = read(api, **body)
    seen = [next(events) for _ in range(3)]
    events.close()
    run_id = seen[0].data["run_id"]
    read_later = whole(follow(api, run_id, after=seen[-1].id))
    assert [event.id for event in read_later] == [f"{run_id}:{seq}" for seq in range(3, 3 + len(read_later))]
    assert text_of(seen + read_later) == final(read_later)["output"]
    assert run_of(api, run_id)["status"] == "done"
    assert len(asked_of_the_model(cloud, body["query"])) == 1


def test_a_client_that_does_not_wait_for_its_answer_finds_it_later(
    cloud: LocalCloud, api: httpx.Client, body: dict[str, Any], slow: None
) -> None:
    key = {"Idempotency-Key": new_id()}
    with pytest.raises(httpx.ReadTimeout):
        api.post("/api/v1/query", json=body, headers=key, timeout=0.5)
    answer = checked(api.post("/api/v1/query", json=body, headers=key))
    assert answer["citations"]
    assert run_of(api, answer["run_id"])["status"] == "done"
    assert len(asked_of_the_model(cloud, body["query"])) == 1


def test_a_run_is_its_callers_own(api: httpx.Client, stranger: httpx.Client, body: dict[str, Any]) -> None:
    run_id = ask(api, **body)[0].data["run_id"]
    path = f"/api/v1/runs/{run_id}"
    for method, route in (
        ("GET", path),
        ("GET", f"{path}/stream"),
        ("POST", f"{path}/stop"),
        ("POST", f"{path}/retry"),
    ):
        problem(stranger.request(method, route), 404)
    assert run_id not in [run["id"] for run in checked(stranger.get("/api/v1/runs"))["items"]]
    assert checked(api.get("/api/v1/runs"))["items"][0]["id"] == run_id
