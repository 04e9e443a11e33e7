"""The playground: several models side by side, their tools, and what they are configured with."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.async_api import Locator, expect

from infra.local.ports import free_ports
from tests.e2e.client import checked
from tests.e2e.console.conftest import Open
from tests.e2e.local_cloud import LocalCloud

if TYPE_CHECKING:
    from playwright.async_api import Page

PATH = "#/playground"
SUM = "What is 12*(3+4)?"
CALCULATOR = 2
UNDO_MS = 7_000  # a second more than a deletion can be taken back


@contextmanager
def _model(api: httpx.Client, name: str, base_url: str, **members: Any) -> Iterator[str]:
    """A model that is configured for a test; its name."""
    body = {"name": name, "model": "freshet-stand-in", "base_url": base_url, **members}
    made = checked(api.post("/api/v1/models", json=body))
    yield name
    api.delete(f"/api/v1/models/{made['id']}")


@pytest.fixture
def broken(console_api: httpx.Client) -> Iterator[str]:
    """A model whose endpoint is a closed port."""
    (port,) = free_ports([0])
    with _model(console_api, "broken", f"http://127.0.0.1:{port}/v1") as name:
        yield name


@pytest.fixture
def slow(console: LocalCloud, console_api: httpx.Client) -> Iterator[str]:
    """The stand-in, half a second for each piece."""
    headers = {"x-fault": "slow=500"}
    with _model(console_api, "slow", f"{console.model_url}/v1", headers=headers) as name:
        yield name


@pytest.fixture
def tidied(console_api: httpx.Client) -> Iterator[None]:
    """Afterwards no tool and no secret is there that somebody added."""
    yield
    for tool in checked(console_api.get("/api/v1/tools"))["items"]:
        if tool["kind"] == "http":
            console_api.delete(f"/api/v1/tools/{tool['id']}")
    for secret in checked(console_api.get("/api/v1/secrets"))["items"]:
        console_api.delete(f"/api/v1/secrets/{secret['name']}")


async def _ask(page: "Page", prompt: str) -> None:
    await page.get_by_label("Prompt", exact=True).fill(prompt)
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_label("Prompt", exact=True)).to_have_value("")  # what stands from now on is new


async def _choose_tool(page: "Page", name: str) -> None:
    await page.locator("summary", has_text="Settings").click()
    await page.get_by_label(name).check()


def _column(page: "Page", name: str) -> Locator:
    return page.get_by_label(f"Column {name}", exact=True)


def _exchange(column: Locator, prompt: str) -> Locator:
    return column.get_by_role("listitem").filter(has_text=f"Prompt: {prompt}")


async def _stands(column: Locator, state: str) -> None:
    await expect(column.get_by_role("status")).to_have_text(state)


async def test_two_models_answer_side_by_side_and_call_tools(
    open_console: Open, no_barriers: Callable[["Page"], Awaitable[None]], slow: str
) -> None:
    page = await open_console(PATH)
    await page.get_by_role("button", name="Add a column").click()
    await page.get_by_label("Model of column B").select_option(label=slow)
    await _choose_tool(page, "calculator")
    await _ask(page, SUM)
    forming = _column(page, "B").get_by_role("list", name="Tool calls")
    await expect(forming).to_contain_text("being written")
    await expect(forming.get_by_text(re.compile(r'^\{"expression"?:?"?$'))).to_be_visible()
    await page.get_by_role("button", name="Stop column B").click()
    await _stands(_column(page, "B"), "Stopped")
    first = _column(page, "A")
    await _stands(first, "Done")
    calls = first.get_by_role("list", name="Tool calls")
    await expect(calls).to_contain_text('"expression": "12*(3+4)"')
    await expect(calls).to_contain_text("84")
    await expect(first).to_contain_text("Tokens a second")
    await no_barriers(page)


async def test_the_figures_of_two_columns_are_compared(open_console: Open) -> None:
    page = await open_console(PATH)
    await page.get_by_role("button", name="Add a column").click()
    await _ask(page, "Hello")
    table = page.get_by_role("region", name="Comparison")
    await expect(table.get_by_role("row")).to_have_count(3)
    await expect(table.get_by_text("best").first).to_be_visible()


async def test_a_model_that_fails_says_why_while_the_other_goes_on(open_console: Open, broken: str) -> None:
    page = await open_console(PATH)
    await page.get_by_role("button", name="Add a column").click()
    await page.get_by_label("Model of column B").select_option(label=broken)
    await _ask(page, "Hello")
    await _stands(_column(page, "B"), "Failed")
    await expect(_column(page, "B").get_by_role("alert")).to_contain_text("can't be reached")
    await _stands(_column(page, "A"), "Done")


async def test_not_streamed_it_answers_at_once_and_can_be_stopped(open_console: Open, slow: str) -> None:
    page = await open_console(PATH)
    await page.locator("summary", has_text="Settings").click()
    await page.get_by_label("Stream the answer").uncheck()
    column = _column(page, "A")
    await _ask(page, "Hello")
    await _stands(column, "Done")
    await expect(column).to_contain_text("stand-in")
    await page.get_by_label("Model of column A").select_option(label=slow)
    await _ask(page, "And now?")
    await _stands(column, "Waiting")
    await page.keyboard.press("Escape")
    await _stands(column, "Stopped")


async def test_a_conversation_goes_on_is_edited_and_survives_a_reload(open_console: Open) -> None:
    page = await open_console(PATH)
    column = _column(page, "A")
    for prompt in ("My first prompt", "My second prompt"):
        await _ask(page, prompt)
        await _stands(column, "Done")
    await page.get_by_role("button", name="Edit the last prompt").click()
    await expect(page.get_by_label("Prompt", exact=True)).to_have_value("My second prompt")
    await _ask(page, "My third prompt")
    await _stands(column, "Done")
    await expect(column).not_to_contain_text("My second prompt")
    await page.get_by_label("Prompt", exact=True).fill("not sent yet")
    await page.reload()
    await expect(page.get_by_label("Prompt", exact=True)).to_have_value("not sent yet")
    for prompt in ("My first prompt", "My third prompt"):
        await expect(_exchange(column, prompt)).to_be_visible()


async def test_kept_conversations_are_opened_renamed_exported_and_deleted(open_console: Open) -> None:
    page = await open_console(PATH)
    await _ask(page, "A conversation to keep")
    await _stands(_column(page, "A"), "Done")
    await page.get_by_role("button", name="Clear column A").click()
    await page.get_by_role("link", name="Conversations").click()
    await page.get_by_role("button", name="Rename A conversation to keep").click()
    await page.get_by_label("Title").fill("Renamed")
    await page.get_by_role("button", name="Save").click()
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Export Renamed as md").click()
    download = await downloading.value
    assert download.suggested_filename == "Renamed.md"
    assert "A conversation to keep" in (await download.path()).read_text()
    await page.get_by_role("button", name="Open Renamed in column A").click()
    await expect(_exchange(_column(page, "A"), "A conversation to keep")).to_be_visible()
    await page.get_by_role("link", name="Conversations").click()
    remove = page.get_by_role("button", name="Delete Renamed")
    await remove.click()
    await page.get_by_role("button", name="Undo").click()
    await expect(remove).to_be_visible()


async def test_what_is_on_screen_is_exported(open_console: Open) -> None:
    page = await open_console(PATH)
    await _choose_tool(page, "calculator")
    await page.get_by_label("System prompt").fill("Be brief.")
    await page.get_by_label("temperature").fill("0.5")
    await _ask(page, SUM)
    await _stands(_column(page, "A"), "Done")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Export the columns as JSON").click()
    (column,) = json.loads((await (await downloading.value).path()).read_text())["columns"]
    assert column["settings"]["system_prompt"] == "Be brief."
    assert column["settings"]["params"] == {"temperature": 0.5}
    assert column["settings"]["tool_ids"] == [CALCULATOR]
    (exchange,) = column["exchanges"]
    assert exchange["prompt"] == SUM
    assert exchange["tool_calls"][0]["result"] == "84"
    assert exchange["metrics"]["completion_tokens"] > 0
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Export the columns as Markdown").click()
    written = (await (await downloading.value).path()).read_text()
    assert f"> {SUM}" in written
    assert "**1. `calculator`**" in written


async def test_a_mistake_in_the_settings_is_told_before_anything_is_sent(open_console: Open) -> None:
    page = await open_console(PATH)
    await page.get_by_label("Prompt", exact=True).fill("Hello")
    await page.get_by_role("button", name="Settings of column A").click()
    await page.get_by_label("Own settings").check()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_text("More parameters").click()
    await drawer.get_by_label("Extra").fill('{"top_k":')
    await expect(drawer.get_by_text("This is not valid JSON.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("alert")).to_contain_text("Column A")
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()


async def test_a_model_is_added_tried_changed_and_deleted(open_console: Open, console: LocalCloud) -> None:
    page = await open_console(f"{PATH}/models")
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("button", name="Add a model").click()
    await drawer.get_by_label("Name", exact=True).fill("mine")
    await drawer.get_by_label("Model", exact=True).fill("freshet-stand-in")
    await drawer.get_by_label("Base URL").fill("ftp://nowhere")
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer.get_by_label("Base URL")).to_have_attribute("aria-invalid", "true")
    await drawer.get_by_label("Base URL").fill(f"{console.model_url}/v1")
    await drawer.get_by_role("button", name="Save").click()
    await drawer.get_by_role("button", name="Test mine").click()
    await expect(drawer.get_by_text("It answers")).to_be_visible()
    await drawer.get_by_role("button", name="Edit mine").click()
    await drawer.get_by_label("Name", exact=True).fill("ours")
    await drawer.get_by_role("button", name="Save").click()
    await page.clock.install()
    await drawer.get_by_role("button", name="Delete ours").click()
    await expect(drawer.get_by_text("ours", exact=True)).to_be_hidden()
    async with page.expect_response(lambda response: response.request.method == "DELETE") as deleting:
        await page.clock.fast_forward(UNDO_MS)
    assert (await deleting.value).ok


async def test_a_tool_is_added_changed_and_deleted_and_a_secret_never_shown(
    open_console: Open, no_barriers: Callable[["Page"], Awaitable[None]], tidied: None
) -> None:
    page = await open_console(f"{PATH}/tools")
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("button", name="Add a tool").click()
    await drawer.get_by_label("Name", exact=True).fill("weather")
    await drawer.get_by_label("Description").fill("Tells the weather of a city.")
    await drawer.get_by_label("URL").fill("https://example.com/{town}")
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer.get_by_role("alert")).to_contain_text("town is not among the properties")
    await drawer.get_by_label("URL").fill("https://example.com/{city}")
    await drawer.get_by_role("button", name="Save").click()
    await drawer.get_by_role("button", name="Edit weather").click()
    await drawer.get_by_label("Parameters").fill("[]")
    await expect(drawer.get_by_text("This has to be a JSON object")).to_be_visible()
    await no_barriers(page)
    await drawer.get_by_role("button", name="Cancel").click()
    await drawer.get_by_role("tab", name="Secrets").click()
    await drawer.get_by_label("Name").fill("weather-token")
    await drawer.get_by_label("Value").fill("s3cret")
    await drawer.get_by_role("button", name="Keep").click()
    await expect(drawer.get_by_text("weather-token", exact=True)).to_be_visible()
    await expect(drawer.get_by_label("Value")).to_have_value("")
    assert "s3cret" not in await page.content()


async def test_it_is_chinese_and_fits_a_phone(
    open_console: Open, no_barriers: Callable[["Page"], Awaitable[None]]
) -> None:
    page = await open_console("pages/debug.html", language="zh", width=360)
    await expect(page.get_by_role("heading", level=1)).to_have_text("调试台")
    await page.get_by_role("button", name="添加一列").click()
    await page.get_by_label("提示词", exact=True).fill("你好")
    await page.get_by_role("button", name="发送").click()
    await expect(page.get_by_role("status").filter(has_text="完成")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await no_barriers(page)
