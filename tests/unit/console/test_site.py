"""The console's files as clients get them, from a small folder of its own."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.exceptions import HTTPException

from freshet.console.site import Site
from freshet.settings import settings
from tests.unit.console.dist import BROTLI, CODE, GZIPPED, PICTURE, SCRIPT, built

UPLOADS = "https://bucket.s3.eu-central-1.amazonaws.com"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


Ask = Callable[..., Coroutine[Any, Any, Answer]]


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    return built(tmp_path)


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("UPLOAD_ORIGIN", UPLOADS)
    monkeypatch.delenv("SIGN_IN_URL", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def ask(dist: Path) -> Ask:
    """`await ask("assets/…", **headers)`, or a page; `at` is the client's own path."""
    site = Site(dist)

    async def asked(path: str, at: str = "", **headers: str) -> Answer:
        route = {"index.html": "/"}.get(path, f"/{path}")
        lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        event = {"requestContext": {"path": at, "resourcePath": route}} if at else {}
        scope = {"type": "http", "method": "GET", "headers": lines, "aws.event": event}
        folder, _, name = path.rpartition("/")
        made = await (site.asset(name, scope) if folder == "assets" else site.page(path, scope))
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        async def receive() -> Any:
            await asyncio.Event().wait()  # API Gateway tells of no disconnect

        await made(scope, receive, send)
        start, *rest = messages
        found = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], found, b"".join(message.get("body", b"") for message in rest))

    return asked


@pytest.mark.parametrize(
    ("wanted", "coding", "body"),
    [
        ("gzip, br", "br", BROTLI),
        ("gzip", "gzip", GZIPPED),
        ("br;q=0.1, gzip;q=0.2", "gzip", GZIPPED),
        ("identity", None, CODE),
        ("", None, CODE),
    ],
)
async def test_a_script_comes_in_the_form_that_the_client_takes(
    ask: Ask, wanted: str, coding: str | None, body: bytes
) -> None:
    answer = await ask(f"assets/{SCRIPT}", accept_encoding=wanted)
    assert answer.status == 200
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.body == body


async def test_what_was_not_worth_compressing_comes_as_it_is(ask: Ask) -> None:
    answer = await ask(f"assets/{PICTURE}", accept_encoding="br, gzip")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "content-encoding" not in answer.headers


async def test_a_kind_of_file_that_nobody_knows_is_not_guessed_at(ask: Ask, dist: Path) -> None:
    (dist / "assets/x.unknown").write_text("<script>")
    answer = await ask("assets/x.unknown")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_each_form_has_its_own_tag_and_is_not_sent_twice(ask: Ask) -> None:
    tags = set()
    for wanted in ("br", "gzip", ""):
        first = await ask(f"assets/{SCRIPT}", accept_encoding=wanted)
        again = await ask(f"assets/{SCRIPT}", accept_encoding=wanted, if_none_match=first.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["vary"] == "Accept-Encoding"
        assert "immutable" in again.headers["cache-control"]
        tags.add(first.headers["etag"])
    assert len(tags) == 3
    assert (await ask(f"assets/{SCRIPT}", if_none_match='"other"')).status == 200


@pytest.mark.parametrize(
    "name",
    [
        "none.js",
        f"{SCRIPT}.br",
        f"{SCRIPT}.gz",
        "",
        ".",
        "..",
        "../index.html",
        "../.built",
        "../../secret",
        "/etc/passwd",
        "..\\index.html",
        "a\0b",
        "x" * 300,
    ],
)
async def test_what_is_no_asset_is_not_found(dist: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("s3cret")
    with pytest.raises(HTTPException) as refused:
        await Site(dist).asset(name, {"type": "http", "method": "GET", "headers": []})
    assert refused.value.status_code == 404


async def test_a_link_leads_out_of_the_folder_no_more_than_a_name(dist: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    (dist / "assets/link.js").symlink_to(tmp_path / "secret")
    with pytest.raises(HTTPException):
        await Site(dist).asset("link.js", {"type": "http", "method": "GET", "headers": []})


@pytest.mark.parametrize("page", ["index.html", "pages/debug.html"])
@pytest.mark.parametrize(
    ("at", "root"),
    [("/prod{}", "/prod/"), ("{}", "/"), ("/my/base{}", "/my/base/"), ('/"><b>{}', None), ("", None)],
)
async def test_a_page_links_to_where_the_client_found_it(
    ask: Ask, page: str, at: str, root: str | None
) -> None:
    answer = await ask(page, at.format("/" if page == "index.html" else f"/{page}"))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    up = root or ("./" if page == "index.html" else "../")
    assert f'src="{up}assets/{SCRIPT}"'.encode() in answer.body
    assert b"<b>" not in answer.body


async def test_a_page_is_asked_for_again_and_not_sent_again(ask: Ask) -> None:
    below_the_stage, at_the_root = await ask("index.html", "/prod/"), await ask("index.html", "/")
    tag = below_the_stage.headers["etag"]
    assert tag != at_the_root.headers["etag"]
    assert (await ask("index.html", "/prod/", if_none_match=tag)).status == 304
    assert (await ask("index.html", "/", if_none_match=tag)).status == 200


async def test_a_page_that_was_built_anew_is_a_new_one(ask: Ask, dist: Path) -> None:
    first = await ask("index.html", "/prod/")
    (dist / "index.html").write_text("<p>new</p>")
    os.utime(dist / "index.html", ns=(1, 1))
    second = await ask("index.html", "/prod/", if_none_match=first.headers["etag"])
    assert (second.status, second.body) == (200, b"<p>new</p>")


async def test_every_file_bears_the_policy_since_workers_have_their_own(ask: Ask) -> None:
    answers = [await ask(path) for path in ("index.html", "pages/debug.html", f"assets/{SCRIPT}")]
    policies = {answer.headers["content-security-policy"] for answer in answers}
    assert len(policies) == 1
    assert f"connect-src 'self' {UPLOADS};" in policies.pop()


@pytest.mark.parametrize(
    ("page", "at", "docs"),
    [
        ("index.html", "/prod/", "/prod/docs"),
        ("pages/debug.html", "/prod/pages/debug.html", "/prod/docs"),
        ("index.html", "", "./docs"),
        ("pages/debug.html", "", "../docs"),
    ],
)
async def test_where_nothing_is_built_a_page_says_so(
    ask: Ask, dist: Path, page: str, at: str, docs: str
) -> None:
    (dist / page).unlink()
    answer = await ask(page, at)
    assert answer.status == 503
    assert f'href="{docs}"'.encode() in answer.body
