import re
from base64 import b64encode
from hashlib import sha256

import pytest
from pydantic import ValidationError

from freshet.console.headers import guarding
from freshet.console.unbuilt import unbuilt
from freshet.settings import Settings

STRICT = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'"],
    "worker-src": ["'self'"],
    "manifest-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
}


def policy(headers: dict[str, str]) -> dict[str, list[str]]:
    directives = (one.split() for one in headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize(
    ("elsewhere", "origins"),
    [
        ((), []),
        (("", ""), []),
        (("https://b.s3.eu-central-1.amazonaws.com", ""), ["https://b.s3.eu-central-1.amazonaws.com"]),
        (
            ("http://127.0.0.1:4566", "https://login.example/some/path"),
            ["http://127.0.0.1:4566", "https://login.example"],
        ),
        (("http://127.0.0.1:4566", "http://127.0.0.1:4566/"), ["http://127.0.0.1:4566"]),
    ],
)
def test_scripts_connect_only_to_what_is_configured(elsewhere: tuple[str, ...], origins: list[str]) -> None:
    assert policy(guarding(*elsewhere)) == {**STRICT, "connect-src": ["'self'", *origins]}


def test_browsers_guess_tell_and_lend_nothing() -> None:
    headers = guarding()
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(headers["Permissions-Policy"].split(", "))


@pytest.mark.parametrize("name", ["upload_origin", "sign_in_url"])
@pytest.mark.parametrize(
    "value",
    ["https://a.example; script-src *", "https://a.example *", "//a.example", "a.example", "*", "data:"],
)
def test_what_would_change_the_policy_is_no_setting(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({name: value})


def test_the_page_of_a_console_that_is_not_built_may_use_its_own_style_only() -> None:
    answer = unbuilt("/prod/")
    page = bytes(answer.body).decode()
    style = re.search(r"<style>(.*)</style>", page, re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    allowed = policy(
        dict(answer.headers.items()) | {"Content-Security-Policy": answer.headers["content-security-policy"]}
    )
    assert allowed["style-src"] == [f"'sha256-{digest}'"]
    assert allowed["default-src"] == ["'none'"]
    assert "script-src" not in allowed
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")


def test_that_page_says_in_two_languages_what_to_do_and_where_all_else_is() -> None:
    page = bytes(unbuilt('/"x/').body).decode()
    assert page.count("make console") == page.count("20.19") == 2
    assert 'lang="zh-CN"' in page
    assert set(re.findall(r'href="([^"]*)"', page)) == {"/&quot;x/docs", "/&quot;x/openapi.json"}
