"""The examples that people copy, run as they would run them, over a connection that breaks."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.staticfiles import StaticFiles

from infra.local.identity import LOCAL_SECRET
from tests.chromium import browser
from tests.e2e.client import checked
from tests.e2e.cutting import Proxy, cutting
from tests.e2e.local_cloud import LocalCloud
from tests.examples.page import EXAMPLES, PAGE, opened
from tests.serving import served

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

__all__ = ["browser"]  # a fixture

pytestmark = pytest.mark.usefixtures("guide", "chinese_guide")

TOURS = "Where do the guided tours of the museum start every day?"
CHINESE_TOURS = "免费讲解每天上午几点在灯塔模型前开始？"
BEFORE_THE_FIRST_BYTE = ""
BETWEEN_ID_AND_DATA = r"id: \w+:2\n"
IN_AN_EVENT = r'\n\n.*"content":"'
IN_A_CHARACTER = '"content":"[\xe4-\xe9]'  # the first byte of a Chinese one
AFTER_THE_LAST_EVENT = r'"final_response".*\n\n'
CUTS = {
    TOURS: [BEFORE_THE_FIRST_BYTE, BETWEEN_ID_AND_DATA, IN_AN_EVENT, AFTER_THE_LAST_EVENT],
    CHINESE_TOURS: [BETWEEN_ID_AND_DATA, IN_A_CHARACTER, AFTER_THE_LAST_EVENT],
}
STILL_WRITING = "slow=150"
REFUSAL = "Send a valid Authorization: Bearer <key or token>."

Faults = Callable[..., None]


@pytest.fixture
async def proxy(cloud: LocalCloud) -> AsyncIterator[Proxy]:
    async with cutting(cloud.port) as proxy:
        yield proxy


@pytest.fixture
def asked(cloud: LocalCloud) -> Callable[[], int]:
    """How often the model was asked for an answer since the test began."""

    def answers() -> set[int]:
        seen = checked(httpx.get(f"{cloud.model_url}/__requests"))["requests"]
        return {one["id"] for one in seen if one["path"].endswith("/chat/completions")}

    before = answers()
    return lambda: len(answers() - before)


def latest_run(api: httpx.Client) -> dict[str, Any]:
    """The run that was started last, with its result."""
    (run,) = checked(api.get("/api/v1/runs", params={"limit": 1}))["items"]
    found: dict[str, Any] = checked(api.get(f"/api/v1/runs/{run['id']}"))
    return found


def start_script(question: str, url: str, key: str = LOCAL_SECRET) -> Any:
    return asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", str(EXAMPLES / "stream.py"), question, "--url", url, "--key", key),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run_script(question: str, url: str, key: str = LOCAL_SECRET) -> tuple[int | None, str, str]:
    """Its exit code and what it printed."""
    process = await start_script(question, url, key)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def page_of(browser: "Browser", url: str, *, key: str = LOCAL_SECRET, source: str = PAGE) -> Any:
    """The page, its fields filled in."""
    async with opened(browser, source) as page:
        await page.fill("#url", url)
        await page.fill("#key", key)
        yield page


async def ask_page(page: "Page", question: str) -> None:
    await page.fill("#question", question)
    await page.click("#ask")


async def ended(page: "Page", how: str) -> str:
    """Waits until the page can be asked again, and has this in its status or error; the answer's text."""
    await page.locator("#ask:enabled").wait_for(timeout=60_000)
    said = [await page.locator(part).inner_text() for part in ("#status", "#error", "#answer")]
    assert how in said[0] + said[1], said
    return said[2]


@pytest.mark.parametrize("question", CUTS)
async def test_the_script_prints_a_whole_answer_over_cut_connections(
    api: httpx.Client, proxy: Proxy, faults: Faults, asked: Callable[[], int], question: str
) -> None:
    faults("", "slow=20")
    proxy.cuts = [*CUTS[question]]
    code, out, err = await run_script(question, proxy.url)
    assert (code, err, proxy.cuts) == (0, "", [])
    answer, _, citations = out.partition("\n\n")
    final = latest_run(api)["final_response"]
    (cited,) = final["citations"]
    assert answer == final["output"]
    assert citations == f"[1] {cited['filename']}, page {cited['page']}: “{cited['quote']}”\n"
    assert asked() == 1


async def test_the_script_begins_again_when_the_answer_does(
    api: httpx.Client, proxy: Proxy, faults: Faults
) -> None:
    faults("", "slow=20;cut=6", "slow=20")
    code, out, err = await run_script(CHINESE_TOURS, proxy.url)
    assert (code, err) == (0, "")
    void, _, answer = out.partition("\n\nThe answer begins again:\n")
    assert void
    assert answer.startswith(latest_run(api)["final_response"]["output"] + "\n\n")


async def test_ctrl_c_stops_the_run_and_prints_what_was_kept(
    api: httpx.Client, proxy: Proxy, faults: Faults
) -> None:
    faults("", STILL_WRITING)
    process = await start_script(CHINESE_TOURS, proxy.url)
    shown = await asyncio.wait_for(process.stdout.read(1), 20)
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, err.decode()) == (130, "")
    shown, _, kept = (shown + out).decode().partition("\n\nStopped. What was kept:\n")
    run = latest_run(api)
    assert run["status"] == "stopped"
    assert kept == run["final_response"]["output"] + "\n"
    assert kept.startswith(shown)


async def test_the_script_ends_with_the_words_of_a_refusal(proxy: Proxy) -> None:
    code, out, err = await run_script(TOURS, proxy.url, key="fk_wrong")
    assert (code, out) == (1, "")
    assert err == f"\n{REFUSAL}\n"


async def test_the_script_ends_with_the_words_of_a_failure(
    api: httpx.Client, proxy: Proxy, faults: Faults
) -> None:
    faults("", "status=400")
    code, out, err = await run_script(TOURS, proxy.url)
    assert (code, out) == (1, "")
    assert err == f"\n{latest_run(api)['error']['detail']}\n"


@pytest.mark.parametrize("question", CUTS)
async def test_the_page_shows_a_whole_answer_over_cut_connections(
    api: httpx.Client,
    browser: "Browser",
    proxy: Proxy,
    faults: Faults,
    asked: Callable[[], int],
    question: str,
) -> None:
    faults("", "slow=20")
    proxy.cuts = [*CUTS[question]]
    async with page_of(browser, proxy.url) as page:
        await ask_page(page, question)
        answer = await ended(page, "Done")
        citations = await page.locator("#citations li").all_inner_texts()
    assert proxy.cuts == []
    final = latest_run(api)["final_response"]
    (cited,) = final["citations"]
    assert answer == final["output"]
    assert citations == [f"{cited['filename']}, p. {cited['page']}\n{cited['quote']}"]
    assert asked() == 1


async def test_the_page_begins_again_when_the_answer_does_served_from_another_origin(
    api: httpx.Client, browser: "Browser", proxy: Proxy, faults: Faults
) -> None:
    faults("", "slow=20;cut=6", "slow=20")
    async with (
        served(StaticFiles(directory=EXAMPLES)) as origin,
        page_of(browser, proxy.url, source=f"{origin}/stream.html") as page,
    ):
        await ask_page(page, TOURS)
        assert await ended(page, "Done") == latest_run(api)["final_response"]["output"]
    assert latest_run(api)["metrics"]["attempts"] == 2


async def test_the_pages_button_stops_the_run_and_keeps_what_was_shown(
    api: httpx.Client, browser: "Browser", proxy: Proxy, faults: Faults
) -> None:
    faults("", STILL_WRITING)
    async with page_of(browser, proxy.url) as page:
        await ask_page(page, CHINESE_TOURS)
        await page.locator("#answer:not(:empty)").wait_for()
        await page.click("#stop")
        shown = await ended(page, "Stopped")
        assert await page.locator("#error").inner_text() == ""
    run = latest_run(api)
    assert (run["status"], run["final_response"]["output"]) == ("stopped", shown)


async def test_the_page_says_what_went_wrong(browser: "Browser", proxy: Proxy, faults: Faults) -> None:
    async with page_of(browser, proxy.url, key="fk_wrong") as page:
        await ask_page(page, TOURS)
        await ended(page, REFUSAL)
        faults("", "status=400")
        await page.fill("#key", LOCAL_SECRET)
        await ask_page(page, TOURS)
        await ended(page, "model")


async def test_what_a_model_or_a_document_says_never_becomes_html(browser: "Browser") -> None:
    hostile = "<img src=x onerror='throw 1'>"
    cited = {"marker": 3, "filename": hostile, "page": None, "quote": hostile}
    async with opened(browser) as page:
        await page.evaluate("text => show({ content: text, done: false })", hostile)
        await page.evaluate("cited => show({ done: true, final_response: { citations: [cited] } })", cited)
        await page.evaluate("text => show({ done: true, status: 'error', error: text })", hostile)
        assert await page.locator("#answer").inner_text() == hostile
        assert await page.locator("#error").inner_text() == hostile
        assert await page.locator("#citations li").all_inner_texts() == [f"{hostile}\n{hostile}"]
