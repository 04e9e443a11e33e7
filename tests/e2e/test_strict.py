"""LOCAL_AUTH=strict, which is how AWS behaves: who gets in, and what everybody else is told."""

import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.local.api import Route
from infra.local.template import load
from tests.e2e.client import add, ask, checked, client, final, problem
from tests.e2e.conftest import Revoked
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.users import sign_up
from tests.stack import ROOT

CACHED_S = 30  # ReauthorizeEvery in template.yaml
PUBLIC = {
    *("/health", "/openapi.json", "/docs"),
    *("/", "/pages/debug.html", "/assets/{asset}", "/config.json"),
}


@pytest.fixture(scope="module")
def routes(cloud: LocalCloud) -> list[Route]:
    """The template's own routes, preflights left out."""
    found = cloud.running
    given = {**found["given"], "AWS_ENDPOINT_URL": found["endpoint"]}
    template = load(ROOT / "template.yaml", given, found["region"])
    template.outputs.update(found["outputs"])
    resources = template.stack().api.resources.values()
    return [route for methods in resources for route in methods.values() if not route.mock]


@pytest.fixture(scope="module")
def tokens(cloud: LocalCloud) -> dict[str, str]:
    """Tokens of a user of the stack's own user pool."""
    return sign_up(cloud, "ada@example.org")


@pytest.fixture(scope="module")
def forged(tokens: dict[str, str]) -> str:
    """The user's own ID token, with the same claims and key id, signed by somebody else."""
    claims = jwt.decode(tokens["IdToken"], options={"verify_signature": False})
    head = {"kid": jwt.get_unverified_header(tokens["IdToken"])["kid"]}
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, foreign, algorithm="RS256", headers=head)


def _request(client: httpx.Client, route: Route, authorization: str | None) -> httpx.Response:
    path = route.resource.replace("{document_id}", "x").replace("{key_id}", "x")
    headers = {} if authorization is None else {"Authorization": authorization}
    return client.request(route.method, path, headers=headers)


def test_the_template_s_public_routes_are_the_contract_s(routes: list[Route]) -> None:
    assert {route.resource for route in routes if not route.authorizer} == PUBLIC


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer fk_wrong", "Basic ZGV2OmRldg==", "fk_local", "forged"]
)
def test_no_route_is_open_to_a_stranger(
    anybody: httpx.Client, routes: list[Route], forged: str, authorization: str | None
) -> None:
    given = f"Bearer {forged}" if authorization == "forged" else authorization
    closed = [route for route in routes if route.resource not in PUBLIC]
    assert len(closed) >= 14
    for route in closed:
        answer = _request(anybody, route, given)
        found = problem(answer, 401)
        assert found["code"] == found["error"]["code"] == "unauthenticated"
        assert "www-authenticate" in " ".join(answer.headers)


def test_public_routes_stay_public(anybody: httpx.Client, routes: list[Route]) -> None:
    open_to_all = {200, 404, 503}  # an asset of no name; pages that are not built
    for route in routes:
        if route.resource in PUBLIC:
            assert _request(anybody, route, None).status_code in open_to_all
            assert _request(anybody, route, "Bearer fk_wrong").status_code in open_to_all


def test_a_deep_look_at_the_parts_needs_a_caller(anybody: httpx.Client) -> None:
    for headers in ({}, {"Authorization": "Bearer fk_wrong"}):
        problem(anybody.get("/health", params={"deep": "true"}, headers=headers), 401)


def test_the_local_key_opens_every_route(anybody: httpx.Client, routes: list[Route]) -> None:
    for route in routes:
        assert _request(anybody, route, "Bearer fk_local").status_code not in {401, 403, 500, 502}


def test_a_signed_in_user_has_documents_of_their_own(
    cloud: LocalCloud, api: httpx.Client, tokens: dict[str, str]
) -> None:
    with client(cloud, tokens["IdToken"]) as ada:
        assert checked(ada.get("/api/v1/documents"))["items"] == []
        document = add(ada, "diary.md", b"# Diary\n\nThe diary of Ada is hidden below the stove.\n")
        events = ask(ada, "Where is the diary of Ada hidden?")
        assert "below the stove" in final(events)["output"]
        problem(api.get(f"/api/v1/documents/{document['id']}"), 404)


@pytest.mark.parametrize("which", ["AccessToken", "RefreshToken"])
def test_only_id_tokens_are_taken(anybody: httpx.Client, tokens: dict[str, str], which: str) -> None:
    headers = {"Authorization": f"Bearer {tokens[which]}"}
    problem(anybody.get("/api/v1/documents", headers=headers), 401)


@pytest.mark.parametrize(
    "change",
    [{"exp": 1}, {"aud": "another-client"}, {"iss": "https://issuer.example"}, {"token_use": "access"}],
)
def test_a_token_that_was_changed_is_refused(
    anybody: httpx.Client, tokens: dict[str, str], change: dict[str, Any]
) -> None:
    head, _, signature = tokens["IdToken"].split(".")
    claims = jwt.decode(tokens["IdToken"], options={"verify_signature": False})
    body = jwt.encode({**claims, **change}, "x" * 32, algorithm="HS256").split(".")[1]
    unsigned = jwt.encode({**claims, **change}, "", algorithm="none")
    for token in (f"{head}.{body}.{signature}", unsigned):
        problem(anybody.get("/api/v1/documents", headers={"Authorization": f"Bearer {token}"}), 401)


def test_a_key_revoked_before_its_first_use_is_refused_at_once(
    anybody: httpx.Client, api: httpx.Client
) -> None:
    key = checked(api.post("/api/v1/keys", json={"name": "never used"}))
    assert api.delete(f"/api/v1/keys/{key['id']}").status_code == 204
    headers = {"Authorization": f"Bearer {key['key']}"}
    problem(anybody.get("/api/v1/documents", headers=headers), 401)


def test_a_revoked_key_is_refused_once_the_authorizer_asks_again(
    anybody: httpx.Client, revoked: Revoked
) -> None:
    time.sleep(max(0.0, revoked.at + CACHED_S + 1 - time.monotonic()))
    headers = {"Authorization": f"Bearer {revoked.secret}"}
    problem(anybody.get("/api/v1/documents", headers=headers), 401)
