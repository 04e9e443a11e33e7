from typing import Any

import pytest

from freshet import wiring
from tests.functions.events import request
from tests.functions.sandbox import Answer, Sandbox


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


def test_a_secret_is_written_listed_without_its_value_and_deleted(
    sandbox: Sandbox, owner: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(method: str, path: str = "", **body: Any) -> Answer:
        event = request(method, f"/api/v1/secrets{path}", owner=owner, json=body or None)
        return sandbox.ask("profile", event)

    written = [ask("PUT", "/openai", value=value) for value in ("sk-first", "sk-second")]
    assert [answer.status for answer in written] == [201, 200]
    listed = ask("GET")
    assert [secret["name"] for secret in listed.json()["items"]] == ["openai"]
    assert written[0].json().keys() == listed.json()["items"][0].keys() == {"name", "updated_at"}
    assert sandbox.run(lambda: wiring.owner_secrets().get(owner, "openai")) == "sk-second"
    assert ask("DELETE", "/openai").status == 204
    gone = ask("DELETE", "/openai")
    assert (gone.status, gone.json()["code"]) == (404, "not_found")
    assert ask("GET").json() == {"items": []}
    shown = b"".join(answer.body for answer in (*written, listed, gone)).decode()
    assert "sk-" not in shown + capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("openai", "sk-1\r\nX-Admin: yes"),
        ("openai", ""),
        ("openai", "sk-密钥"),
        ("openai", 7),
        ("%2e%2e", "sk-1"),
    ],
)
def test_a_secret_that_can_not_be_kept_is_refused_without_repeating_it(
    name: str, value: Any, sandbox: Sandbox, owner: str
) -> None:
    event = request("PUT", f"/api/v1/secrets/{name}", owner=owner, json={"value": value})
    answer = sandbox.ask("profile", event)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert "sk-" not in answer.body.decode()


def test_a_secret_is_its_owners_alone(sandbox: Sandbox, owner: str) -> None:
    written = request("PUT", "/api/v1/secrets/openai", owner=owner, json={"value": "sk-1"})
    assert sandbox.ask("profile", written).status == 201
    stranger = f"{owner}-2"
    assert sandbox.ask("profile", request("GET", "/api/v1/secrets", owner=stranger)).json() == {"items": []}
    stolen = request("DELETE", "/api/v1/secrets/openai", owner=stranger)
    assert sandbox.ask("profile", stolen).status == 404
