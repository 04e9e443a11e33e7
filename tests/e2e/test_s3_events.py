"""S3 events as they come in the field: twice, late, early, and for what is gone."""

import json
from typing import Any

import httpx
import pytest

from tests.e2e.client import add, checked, problem, send_file, start_upload, wait
from tests.e2e.local_cloud import LocalCloud, until

TEXT = b"# Ferry\n\nThe ferry to Langeoog leaves at 6:45 from pier four.\n"
QUESTION = "When does the ferry to Langeoog leave?"
DRAINED_S = 20.0


class Bucket:
    """The shared cloud's bucket, queue and table, past the product."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._outputs = cloud.outputs
        self._sqs = cloud.aws.client("sqs")
        self._s3 = cloud.aws.client("s3")
        self._dynamodb = cloud.aws.client("dynamodb")

    def event(self, owner: str, document_id: str, *, tag: str = "tag", sequencer: str = "1") -> str:
        key = f"documents/{owner}/{document_id}/original"
        thing = {"key": key, "size": 1, "eTag": tag, "sequencer": sequencer}
        bucket = {"name": self._outputs["BucketName"]}
        record = {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": bucket, "object": thing},
        }
        return json.dumps({"Records": [record]})

    def same_event(self, owner: str, document_id: str) -> str:
        """The very event that the document's last parse answered."""
        _, tag, sequencer = self.record(owner, document_id)["request"]["S"].split(":")
        return self.event(owner, document_id, tag=tag, sequencer=sequencer)

    def record(self, owner: str, document_id: str) -> dict[str, Any]:
        key = {"owner": {"S": owner}, "id": {"S": document_id}}
        answer = self._dynamodb.get_item(TableName=self._outputs["DocumentsTableName"], Key=key)
        found: dict[str, Any] = answer.get("Item", {})
        return found

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self._sqs.send_message(QueueUrl=self._outputs["ParseQueueUrl"], MessageBody=body)

    def drain(self) -> None:
        """Returns once no message waits or is being worked at."""
        until(lambda: not self._count("ParseQueueUrl"), DRAINED_S)

    def dead(self) -> int:
        return self._count("ParseDeadLetterQueueUrl")

    def has_object(self, owner: str, document_id: str) -> bool:
        prefix = f"documents/{owner}/{document_id}/"
        listed = self._s3.list_objects_v2(Bucket=self._outputs["BucketName"], Prefix=prefix)
        return bool(listed["KeyCount"])

    def _count(self, queue: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._sqs.get_queue_attributes(QueueUrl=self._outputs[queue], AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)


@pytest.fixture(scope="module")
def bucket(cloud: LocalCloud) -> Bucket:
    return Bucket(cloud)


@pytest.fixture(scope="module")
def ferry(api: httpx.Client, bucket: Bucket) -> dict[str, Any]:
    document = add(api, "ferry.md", TEXT)
    bucket.drain()
    return document


def hits(api: httpx.Client, document_id: str) -> list[str]:
    body = {"query": QUESTION, "document_ids": [document_id], "top_k": 50}
    return [one["chunk_id"] for one in checked(api.post("/api/v1/search", json=body))["items"]]


def test_the_same_event_again_changes_nothing(
    api: httpx.Client, bucket: Bucket, ferry: dict[str, Any]
) -> None:
    before = bucket.record("dev", ferry["id"])
    bucket.send(*[bucket.same_event("dev", ferry["id"])] * 3)
    bucket.drain()
    assert bucket.record("dev", ferry["id"]) == before
    assert len(hits(api, ferry["id"])) == ferry["chunks"] == 1


def test_a_late_event_after_another_parse_doubles_nothing(
    api: httpx.Client, bucket: Bucket, ferry: dict[str, Any]
) -> None:
    late = bucket.same_event("dev", ferry["id"])
    assert api.post(f"/api/v1/documents/{ferry['id']}/parse").status_code == 202
    assert wait(api, ferry["id"])["status"] == "ready"
    bucket.send(late, late)
    bucket.drain()
    assert wait(api, ferry["id"])["status"] == "ready"
    assert len(hits(api, ferry["id"])) == 1
    chunks = checked(api.get(f"/api/v1/documents/{ferry['id']}/chunks"))["items"]
    assert [one["chunk_id"] for one in chunks] == hits(api, ferry["id"])


def test_an_event_that_comes_before_the_file_does_no_harm(api: httpx.Client, bucket: Bucket) -> None:
    document, form = start_upload(api, filename="early.md")
    bucket.send(bucket.event("dev", document["id"]))
    bucket.drain()
    assert checked(api.get(f"/api/v1/documents/{document['id']}"))["error"]["code"] == "no_text"
    assert send_file(form, TEXT).is_success
    until(lambda: hits(api, document["id"]), DRAINED_S)
    assert wait(api, document["id"])["status"] == "ready"


def test_an_event_for_a_deleted_document_brings_nothing_back(api: httpx.Client, bucket: Bucket) -> None:
    document = add(api, "gone.md", TEXT)
    event = bucket.same_event("dev", document["id"])
    assert api.delete(f"/api/v1/documents/{document['id']}").status_code == 204
    dead = bucket.dead()
    bucket.send(event, event)
    bucket.drain()
    assert bucket.dead() == dead
    assert not bucket.record("dev", document["id"])
    assert not bucket.has_object("dev", document["id"])
    problem(api.get(f"/api/v1/documents/{document['id']}"), 404)


def test_a_file_that_arrives_for_a_deleted_document_is_removed(api: httpx.Client, bucket: Bucket) -> None:
    document, form = start_upload(api, filename="too-late.md")
    assert api.delete(f"/api/v1/documents/{document['id']}").status_code == 204
    assert send_file(form, TEXT).is_success
    until(lambda: not bucket.has_object("dev", document["id"]), DRAINED_S)
    problem(api.get(f"/api/v1/documents/{document['id']}"), 404)


def test_a_document_deleted_while_it_is_parsed_stays_deleted(api: httpx.Client, bucket: Bucket) -> None:
    text = "\n\n".join(f"Pier {n} has {n * 3} berths and {n * 7} lamps." for n in range(20_000))
    document, form = start_upload(api, filename="long.txt")
    assert send_file(form, text.encode()).is_success
    path = f"/api/v1/documents/{document['id']}"
    until(lambda: checked(api.get(path))["status"] == "parsing", DRAINED_S)
    assert api.delete(path).status_code == 204
    bucket.drain()
    problem(api.get(path), 404)
    assert not bucket.record("dev", document["id"])
    found = checked(api.post("/api/v1/search", json={"query": "berths of pier 12", "top_k": 50}))["items"]
    assert document["id"] not in {one["document_id"] for one in found}


def test_another_file_at_the_same_place_replaces_the_first(api: httpx.Client, bucket: Bucket) -> None:
    document, form = start_upload(api, filename="replaced.md")
    for time in (b"6:45", b"18:15"):
        assert send_file(form, TEXT.replace(b"6:45", time)).is_success
        bucket.drain()
    assert wait(api, document["id"])["status"] == "ready"
    (chunk,) = checked(api.get(f"/api/v1/documents/{document['id']}/chunks"))["items"]
    assert "18:15" in chunk["text"]
    assert len(hits(api, document["id"])) == 1


def test_none_of_it_ended_in_the_dead_letter_queue(bucket: Bucket) -> None:
    bucket.drain()
    assert bucket.dead() == 0
