"""No function takes anybody's word but the authorizer's for who is calling."""

import pytest

from freshet.reference import document
from infra.openapi import PUBLIC
from tests.functions.events import request
from tests.functions.sandbox import Sandbox

ROUTES = [
    (operation["tags"][0], method.upper(), path)
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
    if path not in PUBLIC
]


@pytest.mark.parametrize(("function", "method", "path"), ROUTES)
def test_without_the_authorizers_word_every_route_is_401(
    sandbox: Sandbox, function: str, method: str, path: str
) -> None:
    claims = {"authorization": "Bearer fk_local", "x-owner": "dev", "x-amzn-oidc-identity": "dev"}
    asked = request(method, path.replace("{", "").replace("}", ""), owner=None, headers=claims, json={})
    answer = sandbox.ask(function, asked)
    code = answer.json()["error"]["code"] if path.startswith("/v1/") else answer.json()["code"]
    assert (answer.status, code) == (401, "invalid_api_key" if path.startswith("/v1/") else "unauthenticated")


def test_an_owner_that_could_leave_its_prefix_is_nobody(sandbox: Sandbox) -> None:
    for name in ("../dev", "a/b", "", "a\nb", "*"):
        assert sandbox.ask("profile", request("GET", "/api/v1/keys", owner=name)).status == 401
