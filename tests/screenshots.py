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

from tests.chromium import executable
from tests.e2e.client import checked, client
from tests.e2e.console.demo import wait_for_demo
from tests.e2e.local_cloud import LocalCloud, started
from tests.stack import ROOT

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

IMAGES = ROOT / "docs/images"
WIDTH, HEIGHT = 1400, 850
PHONE = (390, 844)
USER = "user_0001"
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
    await page.get_by_text("Settings", exact=True).click()
    await page.get_by_label("calculator").check()
    await page.get_by_text("Settings", exact=True).click()
    prompt = page.get_by_label("Prompt", exact=True)
    await prompt.fill("What is (17.5 + 4) * 12?")
    await prompt.press("Control+Enter")
    await page.get_by_role("region", name="Comparison").wait_for()


async def exercises(page: "Page") -> None:
    await page.get_by_role("link", name="练习").click()
    await page.locator("main a[href^='#/exercises/0']").first.click()
    await page.get_by_role("heading", name="第 2 题").wait_for()


async def events(page: "Page") -> None:
    await page.goto(f"{page.url.partition('#')[0]}#/events/timeline/{USER}")
    timeline = page.get_by_role("application")
    await timeline.focus()
    await page.keyboard.press("Home")
    for _ in range(5):
        await page.keyboard.press("ArrowRight")
    await page.get_by_role("region", name="Rows of this event").wait_for()
    await timeline.scroll_into_view_if_needed()


async def causes(page: "Page") -> None:
    await page.goto(f"{page.url.partition('#')[0]}#/events/causal")
    edge = page.get_by_role("table", name="Edges").get_by_role("row").nth(1).get_by_role("button")
    await edge.press("Enter")
    await page.get_by_role("region", name="Details").get_by_role("heading").first.wait_for()
    await page.get_by_role("application").scroll_into_view_if_needed()


async def phone(page: "Page") -> None:
    question = page.get_by_role("textbox", name="问题")
    await question.fill("员工每年有多少天带薪年假？")
    await question.press("Enter")
    await page.get_by_text("首 token").wait_for()


PICTURES = (
    Picture("ask", ask),
    Picture("documents", documents),
    Picture("playground", playground, scheme="dark"),
    Picture("exercises", exercises, language="zh"),
    Picture("events", events),
    Picture("causes", causes, scheme="dark"),
    Picture("phone", phone, language="zh", size=PHONE),
)


def prepare(cloud: LocalCloud) -> None:
    """What there is to see besides the demo set: questions in Chinese, events, causes."""
    with client(cloud) as api:
        wait_for_demo(api)
        for document in checked(api.get("/api/v1/documents"))["items"]:
            if document["filename"] != "employee-handbook.pdf":
                request = {"document_ids": [document["id"]], "count": 5}
                checked(api.post("/api/v1/exercises/generate", json=request))
        checked(api.post(f"/api/v1/events/extract/{USER}"))
        checked(api.post("/api/v1/causal-graph/generate", json={"of": "behaviors", "by": "action"}))
        checked(api.post("/api/v1/query", json={"query": "warm"}))  # no picture waits for a sandbox


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
        await asyncio.to_thread(prepare, cloud)
        async with async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=executable())
            for picture in PICTURES:
                if not names or picture.name in names:
                    await take(browser, f"{cloud.url}/", picture)
                    sys.stdout.write(f"docs/images/console-{picture.name}.png\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
