"""The Ask part: questions, streamed answers, what they quote, and connections that break."""

import asyncio
import json
import re
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.e2e.client import checked
from tests.e2e.console.conftest import Open
from tests.e2e.cutting import cutting
from tests.e2e.local_cloud import LocalCloud

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

ENGLISH = "How many days of paid leave do employees get?"
CHINESE = "员工每年有多少天带薪年假？"
QUOTES = {
    "en": "Employees get 25 days of paid leave per year.",
    "zh": "员工每年享有二十五天带薪年假，工作满五年后为二十八天。",
}
OPEN_DOCUMENT = {"en": "Open in the document", "zh": "在文档中打开"}
AWKWARD = """What's "paid leave", $HOME `ls` \\n or %s?
第二行：员工每年有多少天带薪年假！"""


@pytest.fixture
def faults(console: LocalCloud) -> Iterator[Callable[..., None]]:
    """`faults("", "slow=60")`: how the model's next requests go wrong; an answer asks for vectors first."""

    def set_faults(*texts: str) -> None:
        for text in texts:
            checked(httpx.post(f"{console.model_url}/__faults", json={"fault": text}))

    yield set_faults
    httpx.delete(f"{console.model_url}/__faults")


async def ask(page: "Page", question: str) -> None:
    await page.get_by_role("textbox").fill(question)
    await page.keyboard.press("Enter")


def answers(page: "Page") -> "Locator":
    return page.locator(".ask-answer")


async def ended(page: "Page", number: int = 1) -> "Locator":
    """The answer of that number, once it is whole."""
    await page.locator(".figures").nth(number - 1).wait_for()
    return answers(page).nth(number - 1)


async def text_of(answer: "Locator") -> str:
    """What is read of it; chips stand for their markers."""
    read = """node => {
        const copy = node.cloneNode(true);
        for (const chip of copy.querySelectorAll(".ask-chip")) chip.textContent = `[${chip.textContent}]`;
        return copy.textContent;
    }"""
    text: str = await answer.evaluate(read)
    return text.strip()


def last_run(api: httpx.Client) -> dict[str, Any]:
    run_id = checked(api.get("/api/v1/runs", params={"limit": 1}))["items"][0]["id"]
    found: dict[str, Any] = checked(api.get(f"/api/v1/runs/{run_id}"))
    return found


@pytest.mark.parametrize(("language", "question"), [("en", ENGLISH), ("zh", CHINESE)])
async def test_an_answer_quotes_its_source_and_opens_it_there(
    open_console: Open,
    no_barriers: Callable[["Page"], Awaitable[None]],
    language: str,
    question: str,
) -> None:
    page = await open_console("#/ask", language=language, scheme="dark" if language == "zh" else "light")
    await page.get_by_role("button", name=question).click()
    answer = await ended(page)
    await no_barriers(page)
    await answer.locator(".ask-chip").first.click()
    drawer = page.get_by_role("dialog")
    assert await drawer.locator("mark").text_content() == QUOTES[language]
    await no_barriers(page)
    await page.keyboard.press("Escape")
    await drawer.wait_for(state="hidden")
    await page.locator(".ask-quotation", has_text=QUOTES[language]).click()
    await drawer.get_by_role("button", name=OPEN_DOCUMENT[language]).click()
    await page.wait_for_url("**/#/documents/**")
    assert await page.locator("mark").text_content() == QUOTES[language]


async def test_what_the_documents_do_not_say_is_said_to_be_missing(open_console: Open) -> None:
    page = await open_console("#/ask")
    await ask(page, "Who painted the ceiling of the Sistine Chapel?")
    await page.get_by_text("Not found in your documents").wait_for()
    await page.get_by_text("passages were read").click()
    await page.get_by_text(re.compile(r"Score \d")).first.wait_for()


async def test_a_follow_up_carries_what_was_said(open_console: Open) -> None:
    page = await open_console("#/ask")
    await ask(page, ENGLISH)
    first = await text_of(await ended(page))
    async with page.expect_request("**/query/stream") as asked:
        await ask(page, "And after five years of service?")
    sent = json.loads((await asked.value).post_data or "")
    assert sent["history"] == [
        {"role": "user", "content": ENGLISH},
        {"role": "assistant", "content": first},
    ]
    assert "28 days" in await text_of(await ended(page, 2))


async def test_enter_that_ends_the_input_of_a_character_sends_nothing(open_console: Open) -> None:
    page = await open_console("#/ask", language="zh")
    box = page.get_by_role("textbox")
    await box.fill("员工")
    enter = {"key": "Enter", "bubbles": True, "cancelable": True}
    await box.dispatch_event("keydown", {**enter, "isComposing": True})
    await box.dispatch_event("keydown", {**enter, "keyCode": 229})
    await box.press("Shift+Enter")
    assert await box.input_value() == "员工\n"
    assert not await page.locator(".ask-turn").count()


async def test_a_stopped_answer_keeps_its_text_and_can_be_asked_again(
    open_console: Open, console_api: httpx.Client, faults: Callable[..., None]
) -> None:
    page = await open_console("#/ask")
    faults("", "hang=middle")
    await ask(page, ENGLISH)
    await answers(page).get_by_text("Employees").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("status").get_by_text("Stopped").wait_for()
    assert await text_of(answers(page)) == last_run(console_api)["final_response"]["output"].strip()
    await page.get_by_role("button", name="Ask again").click()
    await page.locator(".ask-quotation").wait_for()
    assert await text_of(answers(page)) == last_run(console_api)["final_response"]["output"]


async def test_a_failure_is_told_in_the_servers_words_and_can_be_repeated(
    open_console: Open, faults: Callable[..., None]
) -> None:
    page = await open_console("#/ask")
    faults("", "slow=20;cut=5", "status=400")
    await ask(page, ENGLISH)
    alert = page.get_by_role("alert")
    await alert.wait_for()
    assert "model" in await alert.inner_text()
    await alert.get_by_role("button").click()
    await page.locator(".ask-quotation").wait_for()
    assert not await alert.count()


async def test_a_cut_connection_loses_nothing_and_doubles_nothing(
    open_console: Open, console: LocalCloud, console_api: httpx.Client, faults: Callable[..., None]
) -> None:
    async with cutting(console.port) as proxy:
        page = await open_console("#/ask", url=f"{proxy.url}/")
        faults("", "slow=200")
        proxy.cuts = ["(?i)content-type", "Employees", "leave.*conten"]
        await ask(page, ENGLISH)
        await page.get_by_text("Reconnecting").wait_for()
        await page.locator(".ask-quotation").wait_for()
        assert not proxy.cuts
        assert await text_of(answers(page)) == last_run(console_api)["final_response"]["output"]
        assert await answers(page).count() == 1


async def test_an_answer_that_begins_again_drops_what_was_shown(
    open_console: Open, console_api: httpx.Client, faults: Callable[..., None]
) -> None:
    page = await open_console("#/ask")
    faults("", "slow=40;cut=6", "slow=20")
    await ask(page, ENGLISH)
    assert await text_of(await ended(page)) == last_run(console_api)["final_response"]["output"]
    await page.get_by_text("the answer began again").wait_for()


async def test_a_page_that_is_loaded_anew_in_the_middle_shows_all_of_the_answer(
    open_console: Open, console_api: httpx.Client, faults: Callable[..., None]
) -> None:
    page = await open_console("#/ask")
    faults("", "slow=200")
    await ask(page, ENGLISH)
    await answers(page).get_by_text("Employees").wait_for()
    await page.reload()
    assert await text_of(await ended(page)) == last_run(console_api)["final_response"]["output"]
    assert await answers(page).count() == 1


async def test_a_tab_that_was_closed_in_the_middle_is_opened_where_it_was(
    open_console: Open, console_api: httpx.Client, faults: Callable[..., None]
) -> None:
    page = await open_console("#/ask")
    faults("", "hang=middle")
    await ask(page, ENGLISH)
    await answers(page).get_by_text("Employees").wait_for()
    again = await page.context.new_page()
    await page.close()
    await again.goto(page.url.split("#")[0])
    await answers(again).get_by_text("Employees").wait_for()
    await again.get_by_role("button", name="Stop").click()
    await again.get_by_role("status").get_by_text("Stopped").wait_for()
    assert await text_of(answers(again)) == last_run(console_api)["final_response"]["output"].strip()


async def test_earlier_conversations_are_kept_and_can_be_deleted(open_console: Open) -> None:
    page = await open_console("#/ask")
    await ask(page, ENGLISH)
    answer = await text_of(await ended(page))
    await page.get_by_role("button", name="New conversation").click()
    await page.get_by_role("heading", name="What would you like to know?").wait_for()
    await page.reload()
    await page.get_by_role("link", name="History").click()
    await page.get_by_role("link", name=ENGLISH).click()
    assert await text_of(await ended(page)) == answer
    await page.locator(".ask-quotation").click()
    await page.get_by_role("dialog").locator("mark").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="History").click()
    row = page.get_by_role("link", name=ENGLISH)
    await page.get_by_role("button", name=f"Delete “{ENGLISH}”").click()
    await row.wait_for(state="hidden")
    await page.get_by_role("button", name="Undo").click()
    await row.wait_for()
    await page.get_by_role("button", name="Delete all").click()
    await page.get_by_text("No conversations yet").wait_for()
    await page.reload()
    await page.get_by_text("No conversations yet").wait_for()


async def test_a_question_can_be_asked_of_some_documents_only(open_console: Open) -> None:
    page = await open_console("#/ask")
    await page.get_by_text("All documents").click()
    await page.get_by_role("button", name="Choose documents").click()
    await page.get_by_role("checkbox", name="员工手册").check()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_label("Passages to read").fill("3")
    async with page.expect_request("**/query/stream") as asked:
        await ask(page, CHINESE)
    sent = json.loads((await asked.value).post_data or "")
    assert len(sent["document_ids"]) == 1
    assert sent["top_k"] == 3
    await ended(page)
    assert await page.locator(".ask-quotation").count() == 1


async def test_the_request_as_code_runs(open_console: Open, console_api: httpx.Client) -> None:
    page = await open_console("#/ask")
    await ask(page, AWKWARD)
    await ended(page)
    answer = last_run(console_api)["final_response"]
    await page.get_by_role("button", name="Copy as code").click()
    commands = {"curl": ["bash", "-c"], "Python": [sys.executable, "-c"]}
    if shutil.which("node"):
        commands["JavaScript"] = ["node", "--input-type=module", "-e"]
    for dialect, command in commands.items():
        await page.get_by_role("tab", name=dialect).click()
        code = await page.get_by_role("tabpanel").locator("pre").text_content() or ""
        ran = await asyncio.create_subprocess_exec(*command, code, stdout=asyncio.subprocess.PIPE)
        said = (await ran.communicate())[0].decode()
        assert ran.returncode == 0, dialect
        assert last_run(console_api)["final_response"] == answer
        shown = "".join(_contents(said)) if dialect == "curl" else said
        assert answer["output"] in shown


def _contents(stream: str) -> Iterator[str]:
    for line in stream.splitlines():
        if line.startswith("data: {"):
            yield json.loads(line[6:]).get("content", "")
