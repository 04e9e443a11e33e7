from typing import Any

import pytest

from freshet.console.page import anchored, prefix_of
from tests.unit.console.dist import PAGE

INDEX, DEBUG = "/", "/pages/debug.html"


def scope(path: Any, route: Any) -> dict[str, Any]:
    return {"aws.event": {"requestContext": {"path": path, "resourcePath": route}}}


@pytest.mark.parametrize(
    ("path", "route", "prefix"),
    [
        ("/prod/", INDEX, "/prod"),
        ("/prod", INDEX, "/prod"),
        ("/", INDEX, ""),
        ("", INDEX, ""),
        ("/v1/console/", INDEX, "/v1/console"),
        ("/prod/pages/debug.html", DEBUG, "/prod"),
        ("/pages/debug.html", DEBUG, ""),
        ("/prod/elsewhere", DEBUG, None),
        (None, INDEX, None),
        ("/prod/", None, None),
    ],
)
def test_the_prefix_is_what_the_clients_path_has_before_the_route(
    path: Any, route: Any, prefix: str | None
) -> None:
    assert prefix_of(scope(path, route)) == prefix


@pytest.mark.parametrize("event", [{}, {"aws.event": None}, {"aws.event": {"requestContext": None}}])
def test_without_an_event_there_is_no_prefix(event: dict[str, Any]) -> None:
    assert prefix_of(event) is None


@pytest.mark.parametrize(
    "hostile",
    [
        '/"><script>alert(1)</script>',
        "/'onload='alert(1)",
        "//evil.example",
        "/prod//evil.example",
        "/\\evil.example",
        "/a b",
        "/a\nb",
        "/%22%3E",
        "/&quot;",
        "javascript:alert(1)",
        "https://evil.example",
        "/a?b",
        "/a#b",
        "/产品",
    ],
)
def test_what_can_be_no_prefix_is_none(hostile: str) -> None:
    assert prefix_of(scope(f"{hostile}/", INDEX)) is None
    assert prefix_of(scope(f"{hostile}{DEBUG}", DEBUG)) is None


@pytest.mark.parametrize(
    ("page", "up", "prefix", "root"),
    [
        ("", "./", "/prod", "/prod/"),
        ("pages/debug.html", "../", "/prod", "/prod/"),
        ("", "./", "", "/"),
        ("pages/debug.html", "../", "/a/b", "/a/b/"),
    ],
)
def test_links_become_absolute(page: str, up: str, prefix: str, root: str) -> None:
    made = anchored(PAGE.format(up=up), page, prefix)
    assert f'href="{root}assets/mark-def456.svg"' in made
    assert f' src="{root}assets/main-abc123.js"' in made
    assert 'href="https://example.com/"' in made


def test_text_is_no_link_and_an_unknown_prefix_changes_nothing() -> None:
    html = PAGE.format(up="./")
    assert '<p>src="./assets/text.js"</p>' in anchored(html, "", "/prod")
    assert anchored(html, "", None) == html


def test_a_prefix_that_nobody_checked_still_stays_in_its_attribute() -> None:
    made = anchored(PAGE.format(up="./"), "", '/"><script>alert(1)</script>')
    assert "<script>alert" not in made
