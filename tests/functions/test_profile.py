from tests.functions.events import request
from tests.functions.sandbox import Sandbox


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(sandbox: Sandbox, owner: str) -> None:
    issued = sandbox.ask("profile", request("POST", "/api/v1/keys", owner=owner, json={"name": "笔记本"}))
    assert issued.status == 201
    key = issued.json()
    assert key["key"].startswith("fk_")
    listed = sandbox.ask("profile", request("GET", "/api/v1/keys", owner=owner))
    assert [found["name"] for found in listed.json()["items"]] == ["笔记本"]
    assert key["key"] not in listed.body.decode()
    gone = request("DELETE", f"/api/v1/keys/{key['id']}", owner=owner)
    assert sandbox.ask("profile", gone).status == 204
    assert sandbox.ask("profile", gone).status == 404
    assert sandbox.ask("profile", request("GET", "/api/v1/keys", owner=owner)).json() == {"items": []}
