"""The web console in a browser, served by a local cloud that is started as `make run` starts it.

What belongs here: opening it, and what every page of it must keep to. What does not: any part of it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import httpx
import pytest
from playwright.async_api import expect

from tests.chromium import browser
from tests.e2e.client import checked, client
from tests.e2e.console.demo import wait_for_demo
from tests.e2e.local_cloud import LocalCloud, started
from tests.stack import ROOT

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Page

__all__ = ["browser"]  # a fixture

WEB = ROOT / "functions/console/web"
HEIGHT = 800
WAIT_MS = 30_000  # for what is awaited to be seen; a busy machine starts sandboxes slowly
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
# Chromium's own lines: an answer that is no success (tests of failures ask for those), how it draws.
_NOT_OURS = ("Failed to load resource", "GL Driver Message")

expect.set_options(timeout=WAIT_MS)

Open = Callable[..., Awaitable["Page"]]


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud with the demo set; a request without a header is the caller `dev`."""
    if not (WEB / "dist/index.html").is_file():
        pytest.skip("the console is not built: `make console`, with Node 20.19+")
    with started(LocalCloud(tmp_path_factory.mktemp("console"))) as cloud:
        with client(cloud) as api:
            checked(api.get("/config.json"))  # the first sandbox takes its time
            wait_for_demo(api)
        yield cloud


@pytest.fixture(scope="session")
def console_api(console: LocalCloud) -> Iterator[httpx.Client]:
    """A client of that cloud: the caller `dev`."""
    with client(console) as found:
        yield found


@pytest.fixture
async def open_console(browser: "Browser", request: pytest.FixtureRequest) -> AsyncIterator[Open]:
    """`await open_console("#/ask", language="zh", width=390, scheme="dark")`: the console in a new tab.

    `url` is where the console is instead of the shared one; further options are those of a browser's context.
    What a page throws, and what its security policy refuses, fails the test.
    """
    complaints: list[str] = []
    contexts = []

    async def open_(
        path: str = "",
        *,
        url: str = "",
        language: str = "en",
        width: int = 1280,
        scheme: Literal["light", "dark"] = "light",
        **options: Any,
    ) -> "Page":
        base = url or f"{request.getfixturevalue('console').url}/"
        context = await browser.new_context(
            locale=LOCALES[language],
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,
            reduced_motion="reduce",  # what moves is painted by the processor, which others need
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend(_complaint(message)))
        await page.goto(f"{base}{path}")
        return page

    yield open_
    for context in contexts:
        await context.close()
    assert not complaints


def _complaint(message: "ConsoleMessage") -> list[str]:
    is_ours = not any(known in message.text for known in _NOT_OURS)
    return [message.text] if message.type in {"error", "warning"} and is_ours else []


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which judges accessibility."""
    path: Path = WEB / "node_modules/axe-core/axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed: `make console`, with Node 20.19+")
    return path.read_text()


@pytest.fixture
def no_barriers(axe: str) -> Callable[["Page"], Awaitable[None]]:
    """`await no_barriers(page)`: nothing on the page keeps people with disabilities out, by axe's rules."""

    async def judge(page: "Page") -> None:
        await page.evaluate(axe)
        found = await page.evaluate("async () => (await axe.run()).violations")
        serious = [one for one in found if one["impact"] in {"serious", "critical"}]
        assert not [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious]

    return judge
