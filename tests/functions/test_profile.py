import time
from functools import partial
from typing import Any

import pytest

from freshet import wiring
from freshet.ids import new_id
from freshet.profile.mastery import Practised
from freshet.runs.record import iso
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


@pytest.fixture
def profile(sandbox: Sandbox, owner: str) -> Any:
    """`profile("PUT", name="…")`: the answer to `owner`."""

    def asked(method: str = "GET", query: str = "", *, owner: str = owner, **body: Any) -> Answer:
        event = request(method, f"/api/v1/user/profile{query}", owner=owner, json=body or None)
        return sandbox.ask("profile", event)

    return asked


NEW: dict[str, Any] = {
    "name": "",
    "languages": [],
    "level": None,
    "goals": [],
    "timezone": "UTC",
    "retention": 0.9,
}
NOTHING: dict[str, Any] = {"items": [], "next_cursor": None, "due": 0}


def test_a_profile_is_made_on_first_use_and_written_whole(profile: Any, owner: str) -> None:
    first = profile().json()
    assert first == {
        **NEW,
        "created_at": first["created_at"],
        "updated_at": first["updated_at"],
        "mastery": NOTHING,
    }
    wanted = {
        "name": "小明",
        "languages": ["zh-Hans", "en"],
        "level": "secondary",
        "goals": ["通过 HSK 五级"],
        "timezone": "Asia/Shanghai",
        "retention": 0.85,
    }
    written = profile("PUT", **wanted)
    assert written.status == 200
    kept = profile().json()
    assert written.json() == {name: value for name, value in kept.items() if name != "mastery"}
    assert {**kept, **wanted} == kept
    assert kept["created_at"] == first["created_at"] <= kept["updated_at"]
    assert {**kept, **NEW, "name": "明"} == {**profile("PUT", name="明").json(), "mastery": NOTHING} | {
        "updated_at": kept["updated_at"]
    }
    assert profile(owner=f"{owner}-2").json()["name"] == ""
    assert profile("PUT", **kept).json()["name"] == "小明"  # as it was read, with what is only shown


def test_a_profile_is_erased_with_all_that_was_learned(sandbox: Sandbox, profile: Any, owner: str) -> None:
    for whose in (owner, f"{owner}-2"):
        profile("PUT", owner=whose, name="小明", retention=0.8)
        known = [Practised(concept, "x/y", 1, "2026-11-01T08:00:00+00:00") for concept in ("水", "Ice")]
        sandbox.run(partial(wiring.mastery().note, whose, new_id(), known))
    for _ in range(2):
        gone = profile("DELETE")
        assert (gone.status, gone.body) == (204, b"")
    found = profile().json()
    assert ({name: found[name] for name in NEW}, found["mastery"]) == (NEW, NOTHING)
    other = profile(owner=f"{owner}-2").json()
    assert (other["name"], len(other["mastery"]["items"])) == ("小明", 2)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "x" * 101}, "name"),
        ({"name": 5}, "name"),
        ({"languages": "zh"}, "languages"),
        ({"languages": ["Chinese!"]}, "languages.0"),
        ({"languages": ["en", "EN"]}, "languages"),
        ({"languages": ["en"] * 11}, "languages"),
        ({"level": "genius"}, "level"),
        ({"goals": [" "]}, "goals.0"),
        ({"goals": ["x"] * 21}, "goals"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"retention": 0.5}, "retention"),
        ({"retention": 1}, "retention"),
        ({"retention": "0.9"}, "retention"),
        ({"nickname": "x"}, "nickname"),
    ],
)
def test_a_profile_that_can_not_be_is_refused(profile: Any, wrong: Any, field: str) -> None:
    answer = profile("PUT", **wrong)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == field
    kept = profile().json()
    assert {name: kept[name] for name in NEW} == NEW


def test_what_was_learned_is_shown_page_by_page(sandbox: Sandbox, profile: Any, owner: str) -> None:
    now, long_ago = "2026-11-01T08:00:00+00:00", "2024-05-01T08:00:00+00:00"
    known, forgotten = Practised("水", "x/y", 1, now), Practised("Ice", "x/z", 0.2, long_ago)
    sandbox.run(lambda: wiring.mastery().note(owner, new_id(), [known]))
    sandbox.run(lambda: wiring.mastery().note(owner, new_id(), [forgotten]))
    found = profile().json()["mastery"]
    assert [one["concept"] for one in found["items"]] == ["Ice", "水"]
    assert (found["next_cursor"], found["due"]) == (None, 1 + (found["items"][1]["due"] < iso(time.time())))
    first = profile(query="?limit=1").json()["mastery"]
    rest = profile(query=f"?limit=1&cursor={first['next_cursor']}").json()["mastery"]
    assert [one["concept"] for one in first["items"] + rest["items"]] == ["Ice", "水"]
    assert profile("DELETE").status == 204
    assert profile().json()["mastery"] == NOTHING
    for query in ("limit=0", "limit=501", f"cursor={'x' * 101}"):
        answer = profile(query=f"?{query}")
        assert (answer.status, answer.json()["errors"][0]["field"]) == (422, query.partition("=")[0])
