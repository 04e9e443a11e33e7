"""What holds for every page of the console: where it is served, what it loads, who can use it."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.console.conftest import Open
from tests.e2e.local_cloud import LocalCloud

if TYPE_CHECKING:
    from playwright.async_api import Page

PARTS = {
    "ask": ("Ask", "问答"),
    "documents": ("Documents", "文档"),
    "playground": ("Playground", "调试台"),
    "exercises": ("Exercises", "练习"),
    "events": ("Events", "事件"),
    "activity": ("Runs", "运行"),
}
FIRST_LOAD_BYTES = 250_000  # compressed, of everything that the first page asks for
PHONE = 360  # CSS pixels


async def settled(page: "Page") -> None:
    """The part is there, and what it asked the API for is shown."""
    await page.locator("main h1").first.wait_for()
    await page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("path", ["prod", "prod/", "prod/pages/debug.html"])
async def test_it_works_below_the_stage_and_asks_for_nothing_outside_of_it(
    open_console: Open, console: LocalCloud, path: str
) -> None:
    page = await open_console(url="about:blank", path="")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{console.url}/{path}")
    await settled(page)
    for name in PARTS:
        await page.goto(f"{console.url}/{path}#/{name}")
        await settled(page)
    assert asked
    assert not [url for url in asked if not url.startswith(f"{console.url}/prod") and url[:5] != "blob:"]


def test_its_policy_allows_no_inline_script_and_nothing_from_elsewhere(
    console_api: httpx.Client,
) -> None:
    answer = console_api.get("/")
    policy = dict(one.strip().split(" ", 1) for one in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert set(policy["connect-src"].split()) >= {"'self'"}
    assert "unsafe" not in str(policy)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=", answer.text)


async def test_the_first_load_is_small(open_console: Open, console: LocalCloud) -> None:
    page = await open_console(url="about:blank")
    sizes: dict[str, int] = {}

    async def measured(url: str) -> None:
        async with httpx.AsyncClient() as client:
            answer = await client.send(
                client.build_request("GET", url, headers={"Accept-Encoding": "br"}), stream=True
            )
            sizes[url] = sum([len(piece) async for piece in answer.aiter_raw()])

    loaded: list[str] = []
    page.on("requestfinished", lambda request: loaded.append(request.url))
    await page.goto(f"{console.url}/")
    await settled(page)
    for url in loaded:
        if urlsplit(url).path in {"/", "/config.json"} or "/assets/" in url:
            await measured(url)
    assert len(sizes) > 3
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, sizes


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_no_part_is_wider_than_a_phone(open_console: Open, language: str) -> None:
    page = await open_console(language=language, width=PHONE)
    too_wide = []
    for name in PARTS:
        await page.goto(page.url.split("#")[0] + f"#/{name}")
        await settled(page)
        if await page.evaluate("document.documentElement.scrollWidth") > PHONE:
            too_wide.append(name)
    assert not too_wide


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_part_keeps_anybody_out(
    open_console: Open, no_barriers: Callable[["Page"], Awaitable[None]], scheme: str
) -> None:
    page = await open_console(scheme=scheme, language="zh" if scheme == "dark" else "en")
    for name in PARTS:
        await page.goto(page.url.split("#")[0] + f"#/{name}")
        await settled(page)
        await no_barriers(page)


async def test_the_language_is_the_browsers_until_somebody_chooses(open_console: Open) -> None:
    page = await open_console(language="zh")
    await settled(page)
    for name, (english, chinese) in PARTS.items():
        link = page.locator(f"nav a[href='#/{name}']")
        assert chinese in await link.inner_text()
        assert english not in await link.inner_text()
    assert await page.locator("html").get_attribute("lang") == "zh-CN"
    await page.get_by_role("button", name="English").click()
    await page.get_by_role("link", name="Documents").wait_for()
    await page.reload()
    await page.get_by_role("link", name="Documents").wait_for()
    assert await page.locator("html").get_attribute("lang") == "en"


async def test_every_part_is_reached_by_keyboard_alone(open_console: Open) -> None:
    page = await open_console()
    await settled(page)
    for name in PARTS:
        link = page.locator(f"nav a[href='#/{name}']")
        await link.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/#/{name}*")
        await settled(page)
