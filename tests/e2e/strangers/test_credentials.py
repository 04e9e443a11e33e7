"""LOCAL_AUTH=strict, which is how AWS behaves: who gets in, and what all others are told, on every route."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from infra.local.template import load
from tests.contract.template_rules import PUBLIC
from tests.e2e.client import add, ask, checked, client, final, problem
from tests.e2e.conftest import Revoked
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.strangers.credentials import Forger, refused
from tests.e2e.strangers.routes import Operation, closed, operations
from tests.e2e.users import sign_up
from tests.stack import ROOT

CACHED_S = 30  # ReauthorizeEvery in template.yaml
AT_ONCE = 8
OPEN_TO_ALL = {200, 404, 503}  # an asset of no name; pages that are not built
REFUSED_MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id", "error"}


@pytest.fixture(scope="module")
def tokens(cloud: LocalCloud) -> dict[str, str]:
    """Tokens of a user of the stack's own user pool."""
    return sign_up(cloud, "ada@example.org")


@pytest.fixture(scope="module")
def everywhere() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield threads


def _ask(api: httpx.Client, operation: Operation, authorization: str | None) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return api.request(operation.method, re.sub(r"\{\w+\}", "x", operation.path), headers=headers)


def _check_refused(answer: httpx.Response) -> None:
    found = problem(answer, 401)
    assert found.keys() == REFUSED_MEMBERS
    assert found["code"] == found["error"]["code"] == "unauthenticated"
    assert "www-authenticate" in " ".join(answer.headers)


def test_the_template_serves_what_the_document_describes(cloud: LocalCloud) -> None:
    """So whatever is asked of the document's operations is asked of every route."""
    found = cloud.running
    given = {**found["given"], "AWS_ENDPOINT_URL": found["endpoint"]}
    template = load(ROOT / "template.yaml", given, found["region"])
    template.outputs.update(found["outputs"])
    resources = template.stack().api.resources.values()
    routes = [route for methods in resources for route in methods.values() if not route.mock]
    assert {f"{route.method} {route.resource}" for route in routes} == set(map(str, operations()))
    assert {route.resource for route in routes if not route.authorizer} == PUBLIC
    assert {one.path for one in operations() if one.public} == PUBLIC


def test_no_credentials_but_a_caller_s_open_any_route(
    cloud: LocalCloud, anybody: httpx.Client, tokens: dict[str, str], everywhere: ThreadPoolExecutor
) -> None:
    for name, authorization in refused(cloud, tokens).items():
        answers = everywhere.map(lambda one, sent=authorization: _ask(anybody, one, sent), closed())
        for operation, answer in zip(closed(), answers, strict=True):
            try:
                _check_refused(answer)
            except AssertionError as error:
                raise AssertionError(f"{operation} with {name}") from error


def test_a_forger_with_the_pool_s_own_key_gets_in(
    cloud: LocalCloud, anybody: httpx.Client, tokens: dict[str, str]
) -> None:
    """So what is refused of theirs is refused for the one thing that is wrong with it."""
    headers = {"Authorization": f"Bearer {Forger(cloud, tokens['IdToken']).signed()}"}
    assert anybody.get("/api/v1/documents", headers=headers).status_code == 200


def test_a_key_revoked_before_its_first_use_opens_no_route(
    anybody: httpx.Client, api: httpx.Client, everywhere: ThreadPoolExecutor
) -> None:
    key = checked(api.post("/api/v1/keys", json={"name": "never used"}))
    assert api.delete(f"/api/v1/keys/{key['id']}").status_code == 204
    for answer in everywhere.map(lambda one: _ask(anybody, one, f"Bearer {key['key']}"), closed()):
        _check_refused(answer)


def test_a_revoked_key_is_refused_once_the_authorizer_asks_again(
    anybody: httpx.Client, revoked: Revoked
) -> None:
    time.sleep(max(0.0, revoked.at + CACHED_S + 1 - time.monotonic()))
    headers = {"Authorization": f"Bearer {revoked.secret}"}
    problem(anybody.get("/api/v1/documents", headers=headers), 401)


def test_public_routes_stay_public(anybody: httpx.Client) -> None:
    for operation in operations():
        if operation.public:
            assert _ask(anybody, operation, None).status_code in OPEN_TO_ALL
            assert _ask(anybody, operation, "Bearer fk_wrong").status_code in OPEN_TO_ALL


def test_a_deep_look_at_the_parts_needs_a_caller(anybody: httpx.Client) -> None:
    for headers in ({}, {"Authorization": "Bearer fk_wrong"}):
        problem(anybody.get("/health", params={"deep": "true"}, headers=headers), 401)


def test_the_local_key_opens_every_route(anybody: httpx.Client) -> None:
    for operation in operations():
        assert _ask(anybody, operation, "Bearer fk_local").status_code not in {401, 403, 500, 502}


def test_a_signed_in_user_has_documents_of_their_own(
    cloud: LocalCloud, api: httpx.Client, tokens: dict[str, str]
) -> None:
    with client(cloud, tokens["IdToken"]) as ada:
        assert checked(ada.get("/api/v1/documents"))["items"] == []
        document = add(ada, "diary.md", b"# Diary\n\nThe diary of Ada is hidden below the stove.\n")
        events = ask(ada, "Where is the diary of Ada hidden?")
        assert "below the stove" in final(events)["output"]
        problem(api.get(f"/api/v1/documents/{document['id']}"), 404)
