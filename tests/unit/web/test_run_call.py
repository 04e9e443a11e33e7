"""What the edge makes of a request for a run: who asks what, by which key, and how long it may take."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from awslambdaric.lambda_context import LambdaContext

from freshet import wiring
from freshet.addresses import FROM_A_RUN
from freshet.ids import new_id
from freshet.runs.record import new_item
from freshet.runs.records import Records
from freshet.runs.request import Request
from freshet.runs.run import RUN_TIMEOUT_S
from freshet.settings import settings
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from freshet.web import END_S, Model, RunCall, create_app
from tests.serving import served
from tests.stack import Stack

Ask = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


class Body(Model):
    query: str


app = create_app("test")


@app.post("/ask/{name}")
async def ask_for(name: str, body: Body, call: RunCall) -> dict[str, Any]:
    asked = call.request
    return {
        "name": name,
        "query": body.query,
        "owner": call.owner,
        "timeout_s": call.timeout_s,
        "key": call.key,
        "run_id": call.run_id,
        "function": asked.function,
        "request": [asked.method, asked.path, asked.query, asked.headers, asked.body.decode()],
        "digest": asked.digest,
    }


@asynccontextmanager
async def asking(left_s: float | None = None, **context: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app in a function that has `left_s` left; None: in no function."""

    async def called(scope: dict[str, Any], receive: Any, send: Any) -> None:
        event = {"requestContext": {"requestId": "req-1", "authorizer": {"owner": "ann"}, **context}}
        await app({**scope, "aws.event": event, "aws.context": _sandbox(left_s)}, receive, send)

    async with served(called) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


def _sandbox(left_s: float | None) -> LambdaContext | None:
    if left_s is None:
        return None
    found = LambdaContext("req-1", {}, {}, int((time.time() + left_s) * 1000))
    found.function_name = "query"
    return found


async def ask(client: httpx.AsyncClient, body: str = '{"query": "年假"}', **headers: Any) -> httpx.Response:
    sent = {"content-type": "application/json", **{name.replace("_", "-"): headers[name] for name in headers}}
    return await client.post("/ask/x", content=body.encode(), headers=sent)


@pytest.mark.parametrize(
    ("left_s", "asked_ms", "timeout_s"),
    [
        (60, None, 57),
        (60, 2_000, 2),
        (60, 59_000, 57),
        (60, 1, 0.001),
        (None, None, RUN_TIMEOUT_S),
        (None, 2_500, 2.5),
    ],
)
async def test_the_deadline_is_the_callers_or_the_functions_own_whichever_is_first(
    left_s: float | None, asked_ms: int | None, timeout_s: float
) -> None:
    headers = {"x_request_timeout_ms": str(asked_ms)} if asked_ms else {}
    async with asking(left_s) as client:
        found = (await ask(client, **headers)).json()["timeout_s"]
    assert found == pytest.approx(timeout_s, abs=0.5 if timeout_s > 50 else 1e-9)


def test_a_run_ends_three_seconds_before_its_function_would_be_killed() -> None:
    assert END_S == 3


@pytest.mark.parametrize("asked", ["0", "-5", "soon", "1.5", "", "9" * 400])
async def test_a_deadline_that_is_none_is_refused(asked: str) -> None:
    async with asking() as client:
        response = await ask(client, x_request_timeout_ms=asked)
    assert response.status_code == 422
    assert "X-Request-Timeout-Ms" in response.json()["detail"]


@pytest.mark.parametrize("key", ["", "k", "550e8400-e29b-41d4-a716-446655440000", "a b~!", "k" * 255])
async def test_a_key_is_taken_as_it_is(key: str) -> None:
    async with asking() as client:
        assert (await ask(client, idempotency_key=key)).json()["key"] == key


@pytest.mark.parametrize("key", [b"k" * 256, "é".encode("latin-1"), "键".encode(), b"a\tb"])
async def test_a_key_that_is_too_long_or_no_plain_text_is_refused(key: bytes) -> None:
    async with asking() as client:
        response = await ask(client, idempotency_key=key)
    assert response.status_code == 422
    assert "Idempotency-Key" in response.json()["detail"]


async def test_the_request_is_what_makes_a_run_what_it_is() -> None:
    body, headers = '{"query": "年假", "x": 1}', {"x_request_timeout_ms": "9000", "authorization": "Bearer s"}
    async with asking(60) as client:
        client.params = httpx.QueryParams([("stream", "true"), ("tag", "一"), ("tag", "二")])
        found = (await ask(client, body, **headers)).json()
    kept = {"content-type": "application/json", "x-request-timeout-ms": "9000"}  # and no secret
    query = {"stream": ["true"], "tag": ["一", "二"]}
    assert found["request"] == ["POST", "/ask/x", query, kept, body]
    assert (found["owner"], found["function"], found["run_id"]) == ("ann", "query", "")


async def test_a_request_made_again_has_the_same_path() -> None:
    async with asking() as client:
        response = await client.post("/ask/%E5%B9%B4%201", json={"query": "q"})
    assert response.json()["name"] == "年 1"
    assert response.json()["request"][1] == "/ask/%E5%B9%B4%201"


async def test_a_request_may_be_nested_deep() -> None:
    body = '{"query": "年假", "x": ' + "[" * 400 + "]" * 400 + "}"
    async with asking() as client:
        found = (await ask(client, body, idempotency_key="k")).json()
    assert found["digest"] == Request("POST", "/ask/x", body=body.encode()).digest


async def test_without_a_caller_there_is_no_run() -> None:
    async with asking(authorizer=None) as client:
        assert (await ask(client)).status_code == 401


@pytest.fixture
def records(cloud: Stack) -> Records:
    table = Table(wiring.dynamodb(), settings().runs_table)
    return Records(table, Objects(wiring.s3(), settings().bucket, "runs"))


async def handed_over(records: Records, body: str) -> str:
    """The id of a run of ann's that a function is to make of this body."""
    item = new_item(new_id(), "query")
    await records.create("ann", item)
    await records.keep_request("ann", item, Request("POST", "/ask/x", body=body.encode()))
    return str(item["id"])


async def test_a_run_that_is_made_again_takes_its_body_from_its_record(records: Records) -> None:
    body = '{"query": "从前"}'
    run_id = await handed_over(records, body)
    async with asking(60, run_id=run_id) as client:
        found = (await ask(client, "")).json()
    assert (found["query"], found["run_id"]) == ("从前", run_id)
    assert found["request"][4] == body


@pytest.mark.parametrize("begun", [True, False])
async def test_a_run_that_is_refused_before_it_began_has_failed(records: Records, begun: bool) -> None:
    """Its event may come twice: what the first one began goes on."""
    run_id = await handed_over(records, '{"query": 1}')
    if begun:
        await records.begin("ann", run_id)
    async with asking(60, run_id=run_id) as client:
        assert (await ask(client, "")).status_code == 422
    record = await records.find("ann", run_id)
    assert record
    assert record.status == ("queued" if begun else "failed")
    assert begun or "422" in str(record.error)


async def test_a_run_starts_no_run() -> None:
    async with asking() as client:
        answer = await client.post("/ask/x", json={"query": "q"}, headers={FROM_A_RUN: "1"})
    assert answer.status_code == 409
    assert "leads back" in answer.json()["detail"]
