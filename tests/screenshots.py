"""The pictures of the console in docs/images, made anew: `make screenshots`.

Each is taken of a local cloud with its demo set, as a person would come to see it. Nothing is drawn or cut.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.chromium import OPTIONS, executable
from tests.e2e.local_cloud import LocalCloud, started
from tests.stack import ROOT

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

IMAGES = ROOT / "docs/images"
WIDTH, HEIGHT = 1200, 750
PHONE = (390, 844)
WAIT_MS = 60_000
SETTLE_MS = 600  # fonts, layouts and animations


@dataclass(frozen=True)
class Picture:
    """What is shown: `show` brings a page there from the console's first page."""

    name: str
    show: Callable[["Page"], Awaitable[None]]
    language: Literal["en", "zh"] = "en"
    scheme: Literal["light", "dark"] = "light"
    size: tuple[int, int] = (WIDTH, HEIGHT)


async def ask(page: "Page") -> None:
    question = page.get_by_role("textbox", name="Question")
    await question.fill("How many days of paid leave do employees get?")
    await question.press("Enter")
    chip = page.get_by_role("button", name="Source 1").first
    await page.get_by_text("First token").wait_for()
    await chip.click()
    await page.get_by_role("dialog").locator("mark").first.wait_for()


async def documents(page: "Page") -> None:
    await page.get_by_role("link", name="Documents").click()
    await page.get_by_role("link", name="employee-handbook.pdf").click()
    await page.get_by_text("Paid leave", exact=False).first.wait_for()


async def playground(page: "Page") -> None:
    await page.get_by_role("link", name="Playground").click()
    await page.get_by_role("button", name="Add a column").click()
    prompt = page.get_by_placeholder("Write a prompt for all columns")
    await prompt.fill("What is (17.5 + 4) * 12? Use the calculator.")
    await prompt.press("Control+Enter")
    await page.get_by_text("258").nth(1).wait_for()


PICTURES = (
    Picture("ask", ask),
    Picture("documents", documents),
    Picture("playground", playground, scheme="dark"),
)


async def take(browser: "Browser", url: str, picture: Picture) -> None:
    width, height = picture.size
    context = await browser.new_context(
        locale={"en": "en-GB", "zh": "zh-CN"}[picture.language],
        color_scheme=picture.scheme,
        viewport={"width": width, "height": height},
    )
    context.set_default_timeout(WAIT_MS)
    try:
        page = await context.new_page()
        await page.goto(url)
        await page.locator("main h1").first.wait_for()
        await picture.show(page)
        await page.wait_for_timeout(SETTLE_MS)
        await page.screenshot(path=IMAGES / f"console-{picture.name}.png")
    finally:
        await context.close()


async def main(names: list[str]) -> None:
    from playwright.async_api import async_playwright

    with tempfile.TemporaryDirectory() as folder, started(LocalCloud(Path(folder))) as cloud:
        async with async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=executable(), args=OPTIONS)
            for picture in PICTURES:
                if not names or picture.name in names:
                    await take(browser, f"{cloud.url}/", picture)
                    sys.stdout.write(f"docs/images/console-{picture.name}.png\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
