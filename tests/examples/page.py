"""examples/stream.html in a tab."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGE = (EXAMPLES / "stream.html").as_uri()


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
