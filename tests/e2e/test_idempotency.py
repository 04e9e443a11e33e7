"""Idempotency-Key: whoever asks the same with the same key gets the same run, however many ask at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from freshet.ids import new_id
from infra.local.identity import LOCAL_SECRET
from tests.e2e.client import Event, ask, asked_of_the_model, checked, new_question, problem
from tests.e2e.local_cloud import LocalCloud

AT_ONCE = 20  # as many sandboxes as a function may have here
START_S = 100  # for all of them on a busy machine


@pytest.fixture(scope="module")
def patient(cloud: LocalCloud) -> Iterator[httpx.Client]:
    """A client that waits until all sandboxes have started, and is known when it asks many times at once."""
    headers = {"Authorization": f"Bearer {LOCAL_SECRET}"}
    with httpx.Client(base_url=cloud.url, headers=headers, timeout=START_S) as found:
        checked(found.get("/api/v1/runs"))
        yield found


@pytest.fixture
def body(guide: dict[str, Any]) -> dict[str, Any]:
    return new_question(guide)


def test_twenty_who_ask_at_once_with_one_key_get_one_generation_and_the_same_stream(
    cloud: LocalCloud, patient: httpx.Client, body: dict[str, Any], faults: Callable[..., None]
) -> None:
    faults("", "slow=150")
    key = {"Idempotency-Key": new_id()}

    def refused(_: int) -> int:
        return patient.post("/api/v1/query/stream", json={}).status_code

    def one(_: int) -> list[Event]:
        return ask(patient, headers=key, **body)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        while set(threads.map(refused, range(AT_ONCE))) != {422}:
            pass  # all sandboxes start, for which two cores are few; then some are not free yet
        streams = [
            [(event.id, event.data) for event in events] for events in threads.map(one, range(AT_ONCE))
        ]
    assert len(streams[0]) > 10
    assert streams[0][-1][1]["final_response"]["citations"]
    assert streams == [streams[0]] * AT_ONCE
    assert len(asked_of_the_model(cloud, body["query"])) == 1


def test_five_who_ask_at_once_for_the_whole_answer_get_one_generation_and_the_same_answer(
    cloud: LocalCloud, patient: httpx.Client, body: dict[str, Any], faults: Callable[..., None]
) -> None:
    faults("", "slow=50")
    key = {"Idempotency-Key": new_id()}

    def one(_: int) -> Any:
        return checked(patient.post("/api/v1/query", json=body, headers=key))

    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(one, range(5)))
    assert answers[0]["citations"]
    assert answers == [answers[0]] * 5
    assert len(asked_of_the_model(cloud, body["query"])) == 1


def test_a_key_stands_for_one_request_of_one_caller(
    api: httpx.Client, stranger: httpx.Client, body: dict[str, Any]
) -> None:
    key = {"Idempotency-Key": new_id()}
    run_id = checked(api.post("/api/v1/query", json=body, headers=key))["run_id"]
    assert checked(api.post("/api/v1/query", json=body, headers=key))["run_id"] == run_id
    problem(api.post("/api/v1/query", json={**body, "top_k": 3}, headers=key), 409)
    del body["document_ids"]
    assert checked(stranger.post("/api/v1/query", json=body, headers=key))["run_id"] != run_id
