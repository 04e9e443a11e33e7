"""Parts that die or hang while requests run: an honest answer in time, and all works again afterwards.

The fragile cloud's supervisor starts a dead part again after a second, so a part that is to stay down is
killed again and again (`kept_down`). One that hangs is stopped by SIGSTOP (`frozen`).
"""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from infra.local.triggers import LONG_POLL_S
from tests.e2e.client import (
    Event,
    add,
    ask,
    check_stream,
    checked,
    final,
    problem,
    read,
    start_upload,
    text_of,
    upload,
    wait,
)
from tests.e2e.local_cloud import START_S, LocalCloud, until

TEXT = b"# Beacon\n\nThe beacon of Skagen was lit for the first time in May 1747 by its keeper with coal.\n"
QUESTION = "When was the beacon of Skagen lit for the first time?"
STREAM, QUERY, SEARCH = "/api/v1/query/stream", "/api/v1/query", "/api/v1/search"


@pytest.fixture(scope="module")
def api(open_api: httpx.Client) -> httpx.Client:
    return open_api


@pytest.fixture(scope="module")
def beacon(api: httpx.Client) -> dict[str, Any]:
    return add(api, "beacon.md", TEXT)


@pytest.fixture(scope="module", autouse=True)
def warm(api: httpx.Client, beacon: dict[str, Any]) -> None:
    check_works(api, beacon)


def check_works(api: httpx.Client, beacon: dict[str, Any]) -> None:
    events = ask(api, QUESTION, document_ids=[beacon["id"]])
    check_stream(events)
    assert "1747" in final(events)["output"]
    assert final(events)["citations"]


def slow_down(cloud: LocalCloud, milliseconds: int) -> None:
    """The next answer is written slowly; the request before it, for vectors, is not."""
    for fault in ("", f"slow={milliseconds}"):
        checked(httpx.post(f"{cloud.model_url}/__faults", json={"fault": fault}))


@pytest.mark.parametrize(("part", "named", "path"), [("model", "model", STREAM), ("qdrant", "index", QUERY)])
def test_a_part_that_is_down_is_named_before_the_stream_starts(
    fragile: LocalCloud, api: httpx.Client, beacon: dict[str, Any], part: str, named: str, path: str
) -> None:
    with fragile.kept_down(part):
        answer = api.post(path, json={"query": QUESTION})
        assert answer.status_code in {502, 503}, answer.text
        assert problem(answer, answer.status_code)["part"] == named
        report = api.get("/health", params={"deep": "true"})
        assert report.status_code == 503
        assert report.json()["failing"] == [named]
        assert checked(api.get("/api/v1/documents"))["items"]  # what does not need it works
    check_works(api, beacon)


def test_tables_bucket_and_queue_that_are_down_are_named_and_nothing_is_lost(
    fragile: LocalCloud, api: httpx.Client, beacon: dict[str, Any]
) -> None:
    path = f"/api/v1/documents/{beacon['id']}"
    with fragile.kept_down("aws"):
        answers = [
            api.post(STREAM, json={"query": QUESTION, "document_ids": [beacon["id"]]}),
            api.delete(path),
            api.post("/api/v1/documents/upload", files={"file": ("x.md", b"# X")}),
        ]
        for answer in answers:
            found = problem(answer, 503)  # the caller is in the table too, and may have to be looked up again
            assert found.get("part") == "table" or "caller" in found["detail"], answer.text
            assert int(answer.headers["retry-after"]) > 0
        assert api.get("/health").status_code == 200  # the API itself is alive
    assert checked(api.get(path)) == beacon
    add(api, "again.md", TEXT)


def test_a_model_that_dies_in_mid_answer_begins_again_or_is_the_stream_s_last_event(
    fragile: LocalCloud, api: httpx.Client, beacon: dict[str, Any]
) -> None:
    slow_down(fragile, 200)
    events = []
    for event in read(api, QUESTION, document_ids=[beacon["id"]]):
        events.append(event)
        if len(events) == 3:
            fragile.kill("model")
    assert events.pop().id == "[DONE]"
    check_stream(events)
    (reset,) = [number for number, event in enumerate(events) if "reset" in event.data]
    assert text_of(events[:reset])
    last = events[-1].data
    if last.get("status") == "error":  # it was not back in time
        assert last["problem"]["part"] == "model"
        assert not text_of(events[reset:])
    else:
        assert text_of(events[reset:]) == last["final_response"]["output"]
    fragile.wait_for_parts()
    check_works(api, beacon)


def test_an_index_that_dies_in_mid_answer_is_not_missed(
    fragile: LocalCloud, api: httpx.Client, beacon: dict[str, Any]
) -> None:
    slow_down(fragile, 50)
    events = []
    for event in read(api, QUESTION, document_ids=[beacon["id"]]):
        events.append(event)
        if len(events) == 2:
            fragile.kill("qdrant")
    check_stream(events[:-1])
    assert "1747" in final(events[:-1])["output"]
    fragile.wait_for_parts()
    check_works(api, beacon)


def test_parts_that_hang_are_given_up_in_time_and_named(
    fragile: LocalCloud, api: httpx.Client, beacon: dict[str, Any]
) -> None:
    check_works(api, beacon)  # who calls is known for the next seconds
    with fragile.frozen("qdrant", "aws"), ThreadPoolExecutor() as threads:
        begun = time.monotonic()
        asked = {
            "index": threads.submit(api.post, SEARCH, json={"query": QUESTION}),
            "table": threads.submit(api.get, f"/api/v1/documents/{beacon['id']}"),
        }
        for part, answer in asked.items():
            found = problem(answer.result(), answer.result().status_code)
            assert found["part"] == part
            assert found["status"] in {503, 504}
        assert time.monotonic() - begun < 25  # API Gateway's own patience ends at 29
    check_works(api, beacon)


def test_a_sandbox_that_dies_in_mid_stream_ends_the_connection_and_nothing_else(
    fragile: LocalCloud, api: httpx.Client, beacon: dict[str, Any]
) -> None:
    slow_down(fragile, 200)
    seen: list[Event] = []

    def interrupted() -> None:
        for event in read(api, QUESTION, document_ids=[beacon["id"]]):
            seen.append(event)
            if len(seen) == 3:
                fragile.kill_sandboxes("query")

    with pytest.raises(httpx.RemoteProtocolError):
        interrupted()
    assert [event.id.rpartition(":")[2] for event in seen] == [str(seq) for seq in range(len(seen))]
    assert "done" in seen[-1].data
    assert not seen[-1].data["done"]
    check_works(api, beacon)


def test_a_sandbox_that_dies_before_it_answers_is_a_problem_and_nothing_else(
    fragile: LocalCloud, api: httpx.Client
) -> None:
    path = f"/api/v1/documents/{start_upload(api, filename='never.md')[0]['id']}"
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(api.get, path, params={"wait": 20})
        time.sleep(0.5)  # it polls by now
        fragile.kill_sandboxes("documents")
        assert problem(waiting.result(), 502)["code"] == "internal"
    assert api.get(path).status_code == 200


def test_a_document_uploaded_while_the_model_is_down_is_parsed_when_it_is_back(
    fragile: LocalCloud, api: httpx.Client
) -> None:
    failures = fragile.log.count("a message failed")
    with fragile.kept_down("model"):
        document = upload(api, "waiting.md", TEXT)
        until(lambda: fragile.log.count("a message failed") > failures, 20)
        assert checked(api.get(f"/api/v1/documents/{document['id']}"))["status"] == "parsing"
    ready = wait(api, document["id"])
    assert (ready["status"], ready["chunks"]) == ("ready", 1)


def test_a_document_whose_parser_is_killed_is_parsed_again(fragile: LocalCloud, api: httpx.Client) -> None:
    """The message's return and the lease's end take minutes; both clocks are set forward."""
    sqs, queue = fragile.aws.client("sqs"), fragile.outputs["ParseQueueUrl"]
    visible = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "4"})
    time.sleep(LONG_POLL_S + 0.2)  # polls under way hide what they get for as long as before
    try:
        text = "\n\n".join(f"Buoy {n} has {n * 3} chains and {n * 7} bells." for n in range(6_000))
        with fragile.frozen("model"):  # no vectors, so it is not done before it is killed
            document = upload(api, "buoys.txt", text.encode())
            path = f"/api/v1/documents/{document['id']}"
            begun = until(lambda: (now := checked(api.get(path))["status"]) != "uploading" and now, START_S)
            assert begun == "parsing"
            fragile.kill_sandboxes("parse")
        assert checked(api.get(path))["status"] == "parsing"
        lapse(fragile, document["id"])
        ready = wait(api, document["id"])
        assert ready["status"] == "ready"
        assert ready["chunks"] > 64  # more than one batch
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=visible)
    body = {"query": "How many chains has Buoy 5432?", "document_ids": [document["id"]], "top_k": 50}
    found = checked(api.post(SEARCH, json=body))["items"]
    assert any("Buoy 5432 has 16296 chains" in one["text"] for one in found)
    assert len({one["chunk_id"] for one in found}) == len(found)


def lapse(cloud: LocalCloud, document_id: str) -> None:
    """The dead worker's lease is over."""
    cloud.aws.client("dynamodb").update_item(
        TableName=cloud.outputs["DocumentsTableName"],
        Key={"owner": {"S": "dev"}, "id": {"S": document_id}},
        UpdateExpression="SET lease_until = :past",
        ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 1)}},
    )
