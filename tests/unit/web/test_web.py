from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import Field

from freshet.errors import FreshetError, ModelRateLimited, NotFound, Unavailable
from freshet.web import Model, Owner, create_app
from tests.serving import as_caller, served


class Body(Model):
    count: int = Field(ge=1)


app = create_app("test")


@app.get("/whoami")
async def whoami(owner: Owner) -> dict[str, str]:
    return {"owner": owner}


@app.post("/count")
async def count(body: Body) -> int:
    return body.count


@app.get("/fail/{kind}")
async def fail(kind: str) -> None:
    failures: dict[str, Exception] = {
        "missing": NotFound("There is no 文档."),
        "limited": ModelRateLimited(retry_after=7),
        "down": Unavailable("The index does not answer.", part="index"),
        "bug": RuntimeError("secret sk-123"),
        "internal": FreshetError(),
    }
    raise failures[kind]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with served(as_caller(app, "alice")) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


def problem(response: httpx.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == response.status_code
    assert body["request_id"] == response.headers["x-request-id"] == "req-1"
    return body


async def test_the_caller_is_who_the_authorizer_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/whoami")).json() == {"owner": "alice"}


@pytest.mark.parametrize("owner", [None, "../bob", "a/b", "", "x" * 200])
async def test_without_a_proper_caller_nothing_is_served(owner: str | None) -> None:
    async with served(as_caller(app, owner)) as url, httpx.AsyncClient(base_url=url) as client:
        response = await client.get("/whoami", headers={"x-owner": "alice", "authorization": "Bearer x"})
    assert problem(response)["code"] == "unauthenticated"


async def test_without_any_event_there_is_no_caller() -> None:
    async with served(app) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/whoami")).status_code == 401


@pytest.mark.parametrize("body", ['{"count": "3"}', '{"count": 0}', "{}", "[]", "{", "", '{"count": 1.5}'])
async def test_wrong_bodies_are_422_and_name_the_field(client: httpx.AsyncClient, body: str) -> None:
    response = await client.post("/count", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    found = problem(response)
    assert found["code"] == "invalid_request"
    assert all(error["field"] and error["message"] for error in found["errors"])


async def test_errors_are_problems_with_their_own_status_and_words(client: httpx.AsyncClient) -> None:
    missing = await client.get("/fail/missing")
    assert missing.status_code == 404
    assert problem(missing)["detail"] == "There is no 文档."
    limited = await client.get("/fail/limited")
    assert limited.headers["retry-after"] == "7"
    down = await client.get("/fail/down")
    assert (down.status_code, problem(down)["part"]) == (503, "index")


async def test_a_bug_is_a_500_that_tells_nothing(client: httpx.AsyncClient) -> None:
    response = await client.get("/fail/bug")
    assert response.status_code == 500
    assert "sk-123" not in response.text
    assert problem(response)["code"] == "internal"


async def test_unknown_routes_and_methods_are_problems(client: httpx.AsyncClient) -> None:
    assert problem(await client.get("/nowhere"))["code"] == "not_found"
    assert problem(await client.delete("/whoami"))["code"] == "method_not_allowed"


async def test_browsers_may_read_every_answer(client: httpx.AsyncClient) -> None:
    for path in ["/whoami", "/nowhere", "/fail/bug"]:
        assert (await client.get(path)).headers["access-control-allow-origin"] == "*"
