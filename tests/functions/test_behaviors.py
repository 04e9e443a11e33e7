"""Logs by user: whatever a user is called, their log can be listed and deleted."""

from urllib.parse import quote

import pytest

from freshet.behaviour import receiving
from tests.functions.events import request
from tests.functions.sandbox import Sandbox

LOGS = "/api/v1/behaviors"


@pytest.mark.parametrize("user_id", ["/a//b/", "用户/😀", "Zoe\u0308"])
def test_a_log_is_deleted_by_whatever_its_user_is_called(sandbox: Sandbox, owner: str, user_id: str) -> None:
    row = {"user_id": user_id, "time": "2026-03-01", "action": "open"}
    put = sandbox.ask("behaviour", request("POST", LOGS, owner=owner, json=[row]))
    assert put.status == 201
    path = quote(user_id, safe="")
    listed = request("GET", f"{LOGS}?user_id={path}", owner=owner)
    assert len(sandbox.ask("behaviour", listed).json()["items"]) == 1
    summary = request("POST", f"/api/v1/events/summary/{path}", owner=owner)
    assert sandbox.ask("behaviour", summary).status == 200
    assert sandbox.ask("behaviour", request("DELETE", f"{LOGS}/{path}", owner=owner)).status == 204
    assert sandbox.ask("behaviour", listed).status == 404


def test_a_body_has_rows_of_so_many_users_as_can_be_kept_within_a_call(
    sandbox: Sandbox, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MAX_USERS", 1)
    rows = [{"user_id": name, "time": "2026-03-01", "action": "open"} for name in ("ann", "bob")]
    refused = sandbox.ask("behaviour", request("POST", LOGS, owner=owner, json=rows))
    assert (refused.status, refused.json()["code"]) == (413, "too_large")
    assert sandbox.ask("behaviour", request("GET", f"{LOGS}/users", owner=owner)).json()["items"] == []
