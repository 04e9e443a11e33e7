"""Runs, usage, keys and health in the console."""

import re
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.client import checked, client
from tests.e2e.console.conftest import Open
from tests.e2e.local_cloud import START_S, LocalCloud, until

if TYPE_CHECKING:
    from playwright.async_api import Page, Route


QUESTION = "How many days of paid leave do employees get?"  # the demo set's
MANY = 5_000
FREEZE_MS = 200
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
LOADING = {"en": "Loading…", "zh": "加载中…"}
Judge = Callable[["Page"], Awaitable[None]]


@pytest.fixture(scope="module")
def run(console_api: httpx.Client) -> dict[str, Any]:
    """A question that was answered."""
    answer = checked(console_api.post("/api/v1/query", json={"query": QUESTION}))
    return {"id": answer["run_id"], "answer": answer["answer"], "tokens": answer["usage"]["total_tokens"]}


@pytest.fixture
def used(console_api: httpx.Client, run: dict[str, Any]) -> int:
    """This month's prompt tokens as the API adds them up, a run's among them."""
    totals = checked(console_api.get("/api/v1/usage"))["totals"]
    return sum(total["prompt_tokens"] for total in totals)


@pytest.fixture(scope="module")
def awake(console_api: httpx.Client) -> None:
    """Its sandbox has imported what it tries the parts with."""
    until(lambda: console_api.get("/health", params={"deep": "true"}).is_success, START_S)


@pytest.fixture
def slow_run(console: LocalCloud, console_api: httpx.Client) -> Iterator[str]:
    """A run whose model takes two seconds for each piece; its id."""
    faults = f"{console.model_url}/__faults"
    checked(httpx.post(faults, json={"fault": "slow=2000"}))
    body = {"model_id": 1, "prompt": "Say something long, slowly.", "stream": True}
    with console_api.stream("POST", "/api/debug/chat", json=body) as answer:
        line = next(one for one in answer.iter_lines() if one.startswith("id: "))
    yield line.removeprefix("id: ").split(":")[0]
    httpx.delete(faults)


async def test_a_run_is_opened_from_the_list_with_all_that_is_known_of_it(
    open_console: Open, run: dict[str, Any]
) -> None:
    page = await open_console("#/activity")
    row = page.get_by_role("listitem").filter(has_text="Question").first
    await expect(row).to_contain_text("Done")
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Question", level=1)).to_be_visible()
    await expect(page.get_by_text("kept for 24 hours")).to_be_visible()
    await page.goto(page.url.split("#")[0] + f"#/activity/runs/{run['id']}")
    await expect(page.get_by_text(run["id"])).to_be_visible()
    await expect(page.get_by_role("region", name="Answer")).to_contain_text(run["answer"][:20])
    await page.get_by_text("Final result as JSON").click()
    await expect(page.get_by_text('"citations"')).to_be_visible()
    await expect(page.get_by_role("button", name="Copy the id")).to_be_visible()


async def test_what_runs_is_shown_first_stopped_and_started_again(open_console: Open, slow_run: str) -> None:
    page = await open_console("#/activity")
    now = page.get_by_role("list", name="Running now")
    await expect(now).to_contain_text("Playground")
    await now.get_by_role("link", name="Playground").click()
    await expect(page.get_by_text(slow_run)).to_be_visible()
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("status").get_by_text("Stopped")).to_be_visible()
    await page.get_by_role("button", name="Start again").click()
    await expect(page.get_by_text("Repeats")).to_be_visible()
    await expect(page.get_by_role("link", name=slow_run)).to_be_visible()
    await expect(page.get_by_role("status").get_by_text("Done")).to_be_visible()


async def test_a_run_that_is_not_there_any_more_is_said_so(open_console: Open) -> None:
    page = await open_console("#/activity/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV", language="zh")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_text("运行记录只保留 24 小时")).to_be_visible()


async def test_thousands_of_runs_scroll_without_a_freeze(open_console: Open, console: LocalCloud) -> None:
    page = await open_console(url="about:blank")
    await page.route("**/api/v1/runs?*", _many)
    await page.goto(f"{console.url}/#/activity")
    await expect(page.get_by_role("listitem").first).to_be_visible()
    busy = await _busy_ms(page)
    for _ in range(20):
        await page.mouse.wheel(0, 100_000)
        await page.evaluate(TWO_FRAMES)
        before, busy = busy, await _busy_ms(page)
        assert busy - before < FREEZE_MS
    assert await page.get_by_role("listitem").count() < 100
    assert await page.get_by_role("listitem").first.get_attribute("aria-posinset") != "1"


async def _busy_ms(page: "Page") -> float:
    """How long the page has been at work, by the processor's clock: others may be busy, too."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    await session.detach()
    return 1000.0 * next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


async def _many(route: "Route") -> None:
    query = parse_qs(urlsplit(route.request.url).query)
    begin = int(query.get("cursor", ["0"])[0])
    limit = int(query["limit"][0])
    end = min(MANY, begin + limit)
    created_at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    items = [
        {"id": f"{MANY - at:026}", "capability": "query", "status": "done", "created_at": created_at,
         "ended_at": created_at, "last_seq": 3}
        for at in range(begin, end)
    ]  # fmt: skip
    await route.fulfill(json={"items": items, "next_cursor": str(end) if end < MANY else None})


async def test_usage_has_the_numbers_of_the_api_and_says_what_has_no_price(
    open_console: Open, used: int
) -> None:
    page = await open_console("#/activity/usage")
    table = page.get_by_role("table", name="By capability")
    await expect(table.get_by_role("row", name=re.compile(r"^Question \d"))).to_be_visible()
    await expect(table.get_by_role("row", name="Total")).to_contain_text(f"{used:,}")
    await expect(page.get_by_text("no price is known")).to_be_visible()
    await expect(page.get_by_text("No limit is set.")).to_be_visible()
    await page.get_by_label("Period").select_option("Last month")
    await expect(page.get_by_text("No model was used in this period")).to_be_visible()
    await page.get_by_label("Period").select_option("Own dates")
    await page.get_by_label("From").fill("2020-01-01")
    await expect(page.get_by_role("alert")).to_contain_text("days")


async def test_a_spent_budget_is_said_with_what_it_means(open_console: Open, console: LocalCloud) -> None:
    page = await open_console(url="about:blank")
    limit = {"limit": 1000, "spent": 950, "reserved": 50, "left": 0}
    budget = {"month": "2026-11", "tokens": limit, "cost": None, "resets_at": "2026-12-01T00:00:00Z"}
    report = {"from": "2026-11-01", "to": "2026-11-30", "items": [], "totals": [], "budget": budget}
    await page.route("**/api/v1/usage?*", lambda route: route.fulfill(json=report))
    await page.goto(f"{console.url}/#/activity/usage")
    await expect(page.get_by_text("950 of 1,000 used (95%)")).to_be_visible()
    await expect(page.get_by_text("calls of models are refused until it begins anew")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="Tokens")).to_have_js_property("value", 1000)


async def test_a_key_is_made_shown_once_used_and_revoked(open_console: Open, console: LocalCloud) -> None:
    page = await open_console("#/activity/keys", permissions=["clipboard-read", "clipboard-write"])
    await page.get_by_label("Name").fill("nightly import")
    await page.get_by_role("button", name="Make a key").click()
    made = page.get_by_role("dialog", name="nightly import")
    secret = await made.get_by_role("textbox", name="Key").input_value()
    await made.get_by_role("button", name="Copy the key").click()
    await expect(made.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == secret
    await expect(made).to_contain_text(
        f"curl -H 'Authorization: Bearer {secret}' {console.url}/api/v1/documents"
    )
    with client(console, secret) as program:
        checked(program.get("/api/v1/keys"))
    await page.keyboard.press("Escape")
    await expect(made).to_be_visible()
    await made.get_by_role("button", name="I have stored it").click()
    await expect(page.get_by_text(secret)).to_be_hidden()
    await page.get_by_role("button", name="Revoke the key “nightly import”").click()
    asked = page.get_by_role("dialog", name="Revoke this key?")
    await expect(asked).to_contain_text("can't be taken back")
    await asked.get_by_role("button", name="Revoke").click()
    await expect(page.get_by_text("The key “nightly import” is revoked.")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="nightly import")).to_be_hidden()


@pytest.mark.parametrize(
    ("language", "button", "well"),
    [("en", "Check now", "Everything works"), ("zh", "立即检查", "一切正常")],
)
async def test_every_part_is_tried_when_one_asks(
    open_console: Open, awake: None, language: str, button: str, well: str
) -> None:
    page = await open_console("#/activity/health", language=language)
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_text(well)).to_be_visible()
    await expect(page.get_by_role("row")).to_have_count(5)


async def test_a_part_that_fails_is_named(open_console: Open) -> None:
    page = await open_console("#/activity/health")
    failing = {"status": "failing", "latency_ms": 10_000, "error": "no answer within 10 s"}
    report = {"status": "failing", "failing": ["model"], "parts": {"model": failing}}
    await page.route("**/health?deep=true", lambda route: route.fulfill(status=503, json=report))
    await page.get_by_role("button", name="Check now").click()
    await expect(page.get_by_role("status").filter(has_text="Not working: Model")).to_be_visible()
    await expect(page.get_by_text("no answer within 10 s")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "zh"), (360, "en")])
async def test_nobody_is_kept_out(
    open_console: Open,
    no_barriers: Judge,
    run: dict[str, Any],
    scheme: str,
    width: int,
    language: str,
) -> None:
    page = await open_console("#/activity", scheme=scheme, width=width, language=language)
    base = page.url.split("#")[0]
    for path in ("", "/usage", "/keys", "/health", f"/runs/{run['id']}"):
        await page.goto(f"{base}#/activity{path}")
        await page.get_by_role("heading", level=1).wait_for()
        await expect(page.get_by_role("main").get_by_text(LOADING[language])).to_be_hidden()
        await no_barriers(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("language", "title", "next_title", "link"),
    [
        ("en", "Runs and keys · Freshet", "Documents · Freshet", "Documents"),
        ("zh", "运行与密钥 · Freshet", "文档 · Freshet", "文档"),
    ],
)
async def test_another_part_is_named_and_gets_the_focus(
    open_console: Open, language: str, title: str, next_title: str, link: str
) -> None:
    page = await open_console("#/activity", language=language)
    await expect(page).to_have_title(title)
    await page.get_by_role("navigation").get_by_role("link", name=link).press("Enter")
    await expect(page).to_have_title(next_title)
    await expect(page.get_by_role("main", name=link)).to_be_focused()


async def test_the_colours_are_chosen_by_name_and_kept(open_console: Open) -> None:
    page = await open_console("#/activity/keys", width=390)
    await page.get_by_label("Name").fill("kept")
    await page.get_by_role("radio", name="Dark").check()
    await expect(page.locator("html")).to_have_attribute("data-scheme", "dark")
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("radio", name="深色")).to_be_checked()
    await expect(page.get_by_label("名称")).to_have_value("kept")
    await page.reload()
    await expect(page.get_by_role("radio", name="深色")).to_be_checked()


async def test_the_stand_in_is_named_with_what_to_set_for_a_real_model(open_console: Open) -> None:
    page = await open_console("#/activity")
    await page.get_by_text("A stand-in answers here").click()
    await expect(page.get_by_text("OPENAI_API_KEY=")).to_be_visible()
    await page.get_by_role("button", name="Hide").click()
    await expect(page.get_by_text("A stand-in answers here")).to_be_hidden()
