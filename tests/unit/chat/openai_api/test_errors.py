from typing import Any

import httpx
import openai
import pytest

from freshet.chat.openai_api.errors import ErrorAnswer, answer, body
from freshet.errors import (
    AddressRefused,
    BudgetSpent,
    Conflict,
    DeadlineExceeded,
    Forbidden,
    FreshetError,
    Interrupted,
    Invalid,
    ModelAuthentication,
    ModelBadRequest,
    ModelClosed,
    ModelCut,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefused,
    ModelTimeout,
    NotFound,
    QueueFull,
    Stopped,
    TooLarge,
    Unauthenticated,
    Unavailable,
    restored,
)
from freshet.web import create_app
from infra import openapi
from tests.serving import served
from tests.unit.chat.openai_api.door import client_of, failing

NO_MODEL = NotFound("There is no model 'x'.", errors=[{"field": "model", "message": "none"}])
EMPTY_ACCOUNT = ModelRateLimited(upstream_code="insufficient_quota")
TOO_LONG = ModelBadRequest("It is too long.", upstream_code="context_length_exceeded")
SPENT = BudgetSpent("Spent.", limit=5, spent=5, unit="USD", resets_at="2026-12-01T00:00:00Z")
BAD, BROKEN = "invalid_request_error", "server_error"

# error, status, type, code, whether to ask again
CASES: list[tuple[FreshetError, int, str, str | None, bool]] = [
    (Invalid("No."), 400, BAD, None, False),
    (AddressRefused("No."), 400, BAD, "address_refused", False),
    (Unauthenticated(), 401, "authentication_error", "invalid_api_key", False),
    (Forbidden(), 403, "permission_error", None, False),
    (NotFound(), 404, BAD, "not_found", False),
    (NO_MODEL, 404, BAD, "model_not_found", False),
    (Conflict(), 409, BAD, "conflict", False),
    (Stopped(), 409, BAD, "stopped", False),
    (TooLarge(), 413, BAD, "too_large", False),
    (SPENT, 429, "insufficient_quota", "insufficient_quota", False),
    (ModelRateLimited(retry_after=1.25), 429, "rate_limit_error", "rate_limit_exceeded", True),
    (EMPTY_ACCOUNT, 429, "insufficient_quota", "insufficient_quota", False),
    (ModelBadRequest("No."), 400, BAD, None, False),
    (TOO_LONG, 400, BAD, "context_length_exceeded", False),
    (ModelRefused(), 400, BAD, "content_filter", False),
    (ModelNotFound(), 404, BAD, "model_not_found", False),
    (ModelAuthentication(), 502, BROKEN, "model_authentication", False),
    (ModelCut(), 502, BROKEN, "model_cut", True),
    (ModelOverloaded(retry_after=3), 503, BROKEN, "model_overloaded", True),
    (ModelTimeout(), 504, BROKEN, "model_timeout", True),
    (ModelClosed(), 503, BROKEN, "model_client_closed", True),
    (QueueFull(), 503, BROKEN, "model_queue_full", True),
    (Unavailable("No.", part="table"), 503, BROKEN, "unavailable", True),
    (Interrupted(), 503, BROKEN, "interrupted", True),
    (DeadlineExceeded(), 504, BROKEN, "deadline", False),
    (FreshetError(), 500, BROKEN, None, False),
]


@pytest.mark.parametrize(("error", "status", "kind", "code", "again"), CASES, ids=str)
def test_every_error_has_openais_shape_and_tells_whether_to_ask_again(
    error: FreshetError, status: int, kind: str, code: str | None, again: bool
) -> None:
    found = answer(error)
    assert found.status == status
    members = ErrorAnswer.model_validate(found.body).error
    assert (members.message, members.type, members.code) == (error.detail, kind, code)
    assert found.headers["x-should-retry"] == str(again).lower()


@pytest.mark.parametrize("error", [case[0] for case in CASES], ids=str)
def test_an_error_that_was_kept_with_its_run_says_the_same(error: FreshetError) -> None:
    assert body(restored(error.problem())) == body(error)


def test_the_wait_is_told_to_the_millisecond_and_never_too_short() -> None:
    headers = answer(ModelRateLimited(retry_after=1.25)).headers
    assert (headers["retry-after-ms"], headers["retry-after"]) == ("1250", "2")
    assert "retry-after-ms" not in answer(ModelCut()).headers


async def test_the_client_asks_again_what_may_succeed_and_waits_as_told() -> None:
    failures = [ModelOverloaded(retry_after=0.01), QueueFull(retry_after=0.01)]
    app, calls = failing(lambda: failures.pop() if failures else None)
    async with client_of(app, max_retries=5) as client:
        assert (await client.models.list()).data == []
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (SPENT, openai.RateLimitError),
        (Stopped(), openai.ConflictError),
        (Conflict(), openai.ConflictError),
        (ModelAuthentication(), openai.InternalServerError),
        (DeadlineExceeded(), openai.InternalServerError),
        (NO_MODEL, openai.NotFoundError),
        (Unauthenticated(), openai.AuthenticationError),
        (Forbidden(), openai.PermissionDeniedError),
    ],
    ids=str,
)
async def test_the_client_gives_up_at_once_what_can_not_succeed(
    error: FreshetError, raised: type[openai.APIStatusError]
) -> None:
    app, calls = failing(lambda: error)
    async with client_of(app, max_retries=5) as client:
        with pytest.raises(raised):
            await client.models.list()
    assert len(calls) == 1


async def refused(method: str, path: str, **options: Any) -> httpx.Response:
    app, _ = failing(lambda: RuntimeError("sk-123"))  # type: ignore[arg-type, return-value]  # a bug of ours
    async with served(app) as url, httpx.AsyncClient(base_url=url) as client:
        return await client.request(method, path, **options)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nowhere", 404), ("DELETE", "/v1/models", 405), ("GET", "/v1/models", 500)],
)
async def test_whatever_is_answered_under_v1_has_openais_shape(method: str, path: str, status: int) -> None:
    found = await refused(method, path)
    assert found.status_code == status
    assert found.headers["content-type"] == "application/json"
    assert ErrorAnswer.model_validate(found.json()).error.message
    assert "sk-123" not in found.text
    assert found.headers["x-should-retry"] == "false"
    assert found.headers["x-request-id"]


async def test_elsewhere_errors_stay_problems() -> None:
    assert (await refused("GET", "/v1nowhere")).headers["content-type"] == "application/problem+json"


async def test_scripts_in_browsers_may_read_what_to_do() -> None:
    exposed = (await refused("GET", "/v1/models")).headers["access-control-expose-headers"].split(", ")
    assert {"x-should-retry", "retry-after-ms", "retry-after", "x-request-id"} <= set(exposed)


def test_the_document_tells_both_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def models() -> None: ...

    async def own_models() -> None: ...

    app = create_app("both")
    app.get("/v1/models")(models)
    app.get("/api/v1/models")(own_models)
    monkeypatch.setattr(openapi, "functions", lambda: {"both": app})
    document = openapi.document()
    contents = {
        path: {
            (media_type, content["schema"]["$ref"].rpartition("/")[2])
            for media_type, content in operations["get"]["responses"]["5XX"]["content"].items()
        }
        for path, operations in document["paths"].items()
    }
    assert contents == {
        "/v1/models": {("application/json", "ErrorAnswer"), ("application/problem+json", "ErrorAnswer")},
        "/api/v1/models": {("application/problem+json", "Problem")},
    }
    assert {"ErrorAnswer", "ErrorMembers", "Problem"} <= document["components"]["schemas"].keys()
