"""examples/stream.html in the system's Chromium. Its tests are skipped where that is not to be had."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGE = (EXAMPLES / "stream.html").as_uri()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator["Browser"]:
    playwright = pytest.importorskip("playwright.async_api", reason="no playwright")
    executable = shutil.which("chromium")
    if not executable:
        pytest.skip("no chromium")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=executable)
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(browser: "Browser", url: str = PAGE) -> AsyncIterator["Page"]:
    """The example in a tab of its own. What it throws is the test's failure."""
    thrown: list[str] = []
    context = await browser.new_context()
    page = await context.new_page()
    page.on("pageerror", lambda error: thrown.append(str(error)))
    try:
        await page.goto(url)
        yield page
    finally:
        await context.close()
    assert not thrown
