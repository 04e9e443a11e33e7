"""Least privilege: the main job under each function's own role, and what those roles must not do."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from freshet.ids import new_id
from infra.local.aws import role_name
from tests.e2e.client import (
    ask,
    checked,
    events_of,
    final,
    follow,
    problem,
    run_of,
    send_file,
    start_upload,
    wait,
    whole,
)
from tests.e2e.local_cloud import LocalCloud, until
from tests.lessons import PHOTOSYNTHESIS, WATER


def test_all_that_a_caller_can_do_works_under_the_functions_roles(
    api: httpx.Client, chinese_pdf: bytes
) -> None:
    """The other tests on this cloud, in short: with a permission too few this one says it first."""
    document, form = start_upload(api, filename="指南.pdf", content_type="application/pdf")
    assert send_file(form, chinese_pdf).status_code == 204
    assert wait(api, document["id"])["status"] == "ready"
    path = f"/api/v1/documents/{document['id']}"
    assert api.post(f"{path}/parse").status_code == 202
    assert wait(api, document["id"])["status"] == "ready"
    assert final(ask(api, "成人票多少钱？", document_ids=[document["id"]]))["citations"]
    assert checked(api.get(f"{path}/chunks"))["items"]
    assert checked(api.get("/api/v1/documents"))["items"]
    assert httpx.get(api.get(f"{path}/file").headers["location"]).content == chinese_pdf
    assert api.delete(path).status_code == 204
    assert checked(api.get("/health", params={"deep": "true"}))["status"] == "ok"


def test_runs_are_kept_and_made_again_under_the_functions_roles(
    api: httpx.Client, guide: dict[str, Any], faults: Callable[..., None]
) -> None:
    """With a request so long that it is kept in the bucket."""
    turn = [{"role": "user", "content": "lighthouse " * 1_800}, {"role": "assistant", "content": "Yes."}]
    faults("", "", "status=400")  # the question is rewritten, then found, then not answered
    key, documents = {"Idempotency-Key": new_id()}, [guide["id"]]
    (started, failed) = ask(api, "And what costs a ticket?", key, history=turn * 16, document_ids=documents)
    assert failed.data["problem"]["code"] == "model_bad_request"
    run = run_of(api, started.data["run_id"])
    assert run["status"] == checked(api.post(f"/api/v1/runs/{run['id']}/stop"))["status"] == "failed"
    again = checked(api.post(f"/api/v1/runs/{run['id']}/retry"))
    assert final(whole(follow(api, again["id"])))["output"]
    kept = [one["id"] for one in checked(api.get("/api/v1/runs"))["items"]]
    assert kept[:2] == [again["id"], run["id"]]


def test_exercises_are_made_taken_and_taken_away_under_the_functions_roles(
    api: httpx.Client, guide: dict[str, Any]
) -> None:
    asked = {"document_ids": [guide["id"]], "types": {"true_false": 1}, "use_documents": True}
    made = checked(api.post("/api/v1/exercises/generate", json=asked))
    path = f"/api/v1/exercises/{made['exercise']['id']}"
    (question,) = checked(api.get(path))["items"]
    assert checked(api.post(f"{path}/questions/{question['id']}/regenerate"))["question"]["version"] == 2
    attempt = checked(api.post(f"{path}/submit", json={"answers": {question["id"]: True}}))
    override = {"question_id": question["id"], "score": 0.5}
    kept = checked(api.put(f"{path}/attempts/{attempt['id']}", json=override))
    assert checked(api.get(f"{path}/attempts/{attempt['id']}")) == kept
    assert checked(api.get(f"{path}/attempts"))["items"][0]["score"] == 0.5
    assert checked(api.get("/api/v1/exercises", params={"document_id": guide["id"]}))["items"]
    assert checked(api.get("/api/v1/exercises/due"))["total"] == 0
    exported = api.get(f"{path}/export", params={"format": "gift"})
    again = checked(api.post("/api/v1/exercises/import", files={"file": ("quiz.gift", exported.content)}))
    assert again["exercise"]["questions"] == 1
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    profile = checked(api.put("/api/v1/user/profile", json={"name": "开发者"}))
    mastery = checked(api.get("/api/v1/user/profile"))["mastery"]
    assert (profile["name"], {one["reviews"] for one in mastery["items"]}) == ("开发者", {1})


def test_a_file_is_analysed_and_a_failed_generation_made_again_under_the_functions_roles(
    api: httpx.Client, cloud: LocalCloud, faults: Callable[..., None]
) -> None:
    """With a text so long that its request is kept in the bucket; the file goes to the model's endpoint."""
    own = {"name": "long", "base_url": cloud.running["given"]["MODEL_BASE_URL"], "files": True}
    model = checked(api.post("/api/v1/models", json={**own, "model": cloud.running["given"]["MODEL_NAME"]}))
    files, form = {"file": ("课文.md", PHOTOSYNTHESIS.encode())}, {"model_id": str(model["id"])}
    analysis = checked(api.post("/api/v1/exercises/analyze-file", files=files, data=form))
    assert analysis["key_points"][0]["source"]["document_id"] == analysis["analysis_id"]
    made = {"analysis_id": analysis["analysis_id"], "types": {"cloze": 1}}
    assert checked(api.post("/api/v1/exercises/generate", json=made))["exercise"]["language"] == "zh"
    faults("status=400")
    asked = {"text": WATER * 400, "types": {"cloze": 1}, "title": new_id(), "stream": True}
    with api.stream("POST", "/api/v1/exercises/generate", json=asked) as answer:
        *_, failed = whole(events_of(answer))
    assert failed.data["problem"]["code"] == "model_bad_request"
    again = checked(api.post(f"/api/v1/runs/{failed.id.partition(':')[0]}/retry"))
    exercise_id = final(whole(follow(api, again["id"])))["exercise_id"]
    assert checked(api.get(f"/api/v1/exercises/{exercise_id}"))["title"] == asked["title"]


Call = Callable[[Any, dict[str, str]], Any]
CONSOLE_CLIENT = "/freshet/freshet/console-client"


@pytest.mark.parametrize(
    ("function", "service", "call"),
    [
        ("Authorize", "dynamodb", lambda it, out: it.scan(TableName=out["KeysTableName"])),
        ("Authorize", "dynamodb", lambda it, out: it.scan(TableName=out["DocumentsTableName"])),
        ("Profile", "dynamodb", lambda it, out: it.scan(TableName=out["KeysTableName"])),
        ("Documents", "dynamodb", lambda it, out: it.scan(TableName=out["DocumentsTableName"])),
        ("Documents", "s3", lambda it, out: it.list_objects_v2(Bucket=out["BucketName"])),
        ("Documents", "s3", lambda it, out: it.get_object(Bucket=out["BucketName"], Key="other/x")),
        ("Documents", "sqs", lambda it, out: it.receive_message(QueueUrl=out["ParseQueueUrl"])),
        (
            "Query",
            "s3",
            lambda it, out: it.get_object(Bucket=out["BucketName"], Key="documents/dev/x/original"),
        ),
        (
            "Query",
            "dynamodb",
            lambda it, out: it.delete_item(
                TableName=out["DocumentsTableName"], Key={"owner": {"S": "dev"}, "id": {"S": "x"}}
            ),
        ),
        ("Parse", "s3", lambda it, out: it.put_object(Bucket=out["BucketName"], Key="documents/x", Body=b"")),
        ("Parse", "dynamodb", lambda it, out: it.scan(TableName=out["KeysTableName"])),
        ("Parse", "sqs", lambda it, out: it.receive_message(QueueUrl=out["ParseDeadLetterQueueUrl"])),
        ("Query", "dynamodb", lambda it, out: it.scan(TableName=out["RunsTableName"])),
        ("Query", "lambda", lambda it, out: it.invoke(FunctionName="QueryFunction")),
        ("Runs", "dynamodb", lambda it, out: it.scan(TableName=out["DocumentsTableName"])),
        ("Runs", "lambda", lambda it, out: it.invoke(FunctionName="ParseFunction")),
        ("Exercises", "dynamodb", lambda it, out: it.scan(TableName=out["ExercisesTableName"])),
        ("Exercises", "dynamodb", lambda it, out: it.scan(TableName=out["KeysTableName"])),
        (
            "Exercises",
            "s3",
            lambda it, out: it.delete_object(Bucket=out["BucketName"], Key="documents/dev/x/original"),
        ),
        ("Exercises", "s3", lambda it, out: it.get_object(Bucket=out["BucketName"], Key="other/x")),
        (
            "Exercises",
            "dynamodb",
            lambda it, out: it.delete_item(
                TableName=out["ProfilesTableName"], Key={"owner": {"S": "dev"}, "id": {"S": "x"}}
            ),
        ),
        ("Behaviour", "dynamodb", lambda it, out: it.scan(TableName=out["BehaviourTableName"])),
        ("Behaviour", "sqs", lambda it, out: it.receive_message(QueueUrl=out["ExtractQueueUrl"])),
        (
            "Behaviour",
            "s3",
            lambda it, out: it.get_object(Bucket=out["BucketName"], Key="logs/dev/x/original"),
        ),
        ("Extract", "dynamodb", lambda it, out: it.scan(TableName=out["KeysTableName"])),
        ("Extract", "s3", lambda it, out: it.put_object(Bucket=out["BucketName"], Key="logs/x", Body=b"")),
        ("Profile", "dynamodb", lambda it, out: it.scan(TableName=out["ExercisesTableName"])),
        ("Health", "dynamodb", lambda it, out: it.scan(TableName=out["DocumentsTableName"])),
        ("Authorize", "ssm", lambda it, out: it.get_parameter(Name="/freshet/model-key")),
        ("Console", "ssm", lambda it, out: it.get_parameter(Name="/freshet/model-key")),
        ("Console", "ssm", lambda it, out: it.put_parameter(Name=CONSOLE_CLIENT, Value="x", Overwrite=True)),
        ("Console", "s3", lambda it, out: it.list_objects_v2(Bucket=out["BucketName"])),
    ],
)
def test_a_role_can_do_no_more_than_its_function_needs(
    cloud: LocalCloud, function: str, service: str, call: Call
) -> None:
    client = cloud.aws.as_role(f"{function}FunctionRole").client(service)
    with pytest.raises(ClientError) as refused:
        call(client, cloud.outputs)
    assert refused.value.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}


@contextmanager
def without(cloud: LocalCloud, function: str, action: str) -> Iterator[None]:
    """The function's role lacks one permission for as long as this lasts."""
    iam, role = cloud.aws.client("iam"), role_name(f"{function}FunctionRole")
    kept = {}
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        kept[name] = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        reduced = {**kept[name], "Statement": [_less(one, action) for one in kept[name]["Statement"]]}
        assert action in json.dumps(kept[name])
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(reduced))
    assert kept
    try:
        yield
    finally:
        for name, document in kept.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def _less(statement: dict[str, Any], action: str) -> dict[str, Any]:
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    return {**statement, "Action": [one for one in actions if one != action] or ["none:Nothing"]}


def test_a_missing_permission_to_write_is_a_clear_failure(api: httpx.Client, cloud: LocalCloud) -> None:
    def uploaded() -> httpx.Response:
        return api.post("/api/v1/documents/upload", files={"file": ("x.md", b"# X")})

    with without(cloud, "Documents", "dynamodb:PutItem"):
        check_refused(cloud, uploaded())
    assert uploaded().status_code == 201


def test_a_missing_permission_to_read_is_a_clear_failure(
    api: httpx.Client, cloud: LocalCloud, guide: dict[str, Any]
) -> None:
    body = {"query": "tickets", "document_ids": [guide["id"]]}
    with without(cloud, "Query", "dynamodb:GetItem"):
        check_refused(cloud, api.post("/api/v1/query/stream", json=body))
    assert api.post("/api/v1/query/stream", json=body).status_code == 200


def check_refused(cloud: LocalCloud, answer: httpx.Response) -> None:
    """The caller is told which part refused, the log says why."""
    assert problem(answer, 500)["detail"] == "The table refused the call."
    assert "code=AccessDenied" in cloud.log


def test_a_missing_permission_of_the_authorizer_lets_nobody_in(cloud: LocalCloud) -> None:
    headers = {"Authorization": "Bearer fk_somebody_not_asked_for_before"}
    with without(cloud, "Authorize", "dynamodb:GetItem"):
        problem(httpx.get(f"{cloud.url}/api/v1/documents", headers=headers), 503)
    problem(httpx.get(f"{cloud.url}/api/v1/documents", headers=headers), 401)


def test_a_parse_that_may_not_read_the_file_comes_again(api: httpx.Client, cloud: LocalCloud) -> None:
    failures = cloud.log.count("a message failed")
    with without(cloud, "Parse", "s3:GetObject"):
        answer = api.post("/api/v1/documents/upload", files={"file": ("late.md", b"# Late\n\nBut not lost.")})
        document_id = answer.json()["document"]["id"]
        until(lambda: cloud.log.count("a message failed") > failures, 15)
    assert wait(api, document_id)["status"] == "ready"
