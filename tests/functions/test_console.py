from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from freshet import wiring
from freshet.console.site import Site
from freshet.settings import settings
from tests.functions.events import event, request
from tests.functions.sandbox import Answer, Sandbox
from tests.unit.console.dist import BROTLI, SCRIPT, built

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def console(sandbox_thread: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`console(path)`: the function's answer to anybody. It has pages; AWS is out of reach."""
    monkeypatch.setattr(sandbox_thread.prepare("console"), "site", Site(built(tmp_path)))
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOWHERE)
    monkeypatch.setenv("UPLOAD_ORIGIN", NOWHERE)
    settings.cache_clear()

    def asked(path: str, **headers: str) -> Answer:
        return sandbox_thread.ask("console", request("GET", path, owner=None, headers=headers))

    yield asked
    sandbox_thread.run(wiring.aclose)


@pytest.mark.parametrize("path", ["/", "/pages/debug.html"])
def test_pages_come_with_their_policy_and_links_below_the_stage(console: Any, path: str) -> None:
    answer = console(path)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f'src="/prod/assets/{SCRIPT}"'.encode() in answer.body
    assert f"connect-src 'self' {NOWHERE};" in answer.headers["content-security-policy"]
    again = console(path, **{"if-none-match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_the_recorded_event_of_a_browser_gets_the_first_page(console: Any, sandbox_thread: Sandbox) -> None:
    answer = sandbox_thread.ask("console", event("console"))
    assert answer.status == 200
    assert b'="/prod/assets/' in answer.body


def test_assets_are_streamed_as_they_were_compressed(console: Any) -> None:
    answer = console(f"/assets/{SCRIPT}", **{"accept-encoding": "gzip, deflate, br, zstd"})
    assert (answer.status, answer.headers["content-encoding"], answer.body) == (200, "br", BROTLI)
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/assets/../index.html", "/assets/%2e%2e%2findex.html", "/assets/", "/app.py"]
)
def test_what_is_no_file_of_the_consoles_is_a_problem(console: Any, path: str) -> None:
    answer = console(path)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_without_sign_in_the_configuration_needs_nothing_that_may_be_down(console: Any) -> None:
    answer = console("/config.json")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-cache")
    assert answer.json()["sign_in"] is None
    assert answer.json()["upload_origin"] == NOWHERE


def test_a_parameter_store_that_is_down_is_a_problem_that_names_it(
    console: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_IN_URL", "https://sign-in.example")
    monkeypatch.setenv("CONSOLE_CLIENT_PARAMETER", "/freshet/tests/console-client")
    settings.cache_clear()
    answer = console("/config.json")
    assert (answer.status, answer.json()["code"], answer.json()["part"]) == (503, "unavailable", "secrets")
    assert console("/").status == 200


def test_a_console_that_is_not_built_says_so_and_the_rest_of_it_works(
    console: Any, sandbox_thread: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_thread.prepare("console"), "site", Site(tmp_path / "nothing"))
    for path in ("/", "/pages/debug.html"):
        answer = console(path)
        assert (answer.status, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert "控制台尚未构建" in answer.body.decode()
    assert console(f"/assets/{SCRIPT}").status == 404
    assert console("/config.json").status == 200
