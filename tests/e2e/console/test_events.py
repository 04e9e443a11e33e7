"""Events in the console: logs, extraction, the timeline, patterns, questions. Graphs are tested beside it."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.client import checked
from tests.e2e.console.conftest import WAIT_MS, Open

if TYPE_CHECKING:
    from playwright.async_api import FilePayload, Locator, Page


ENGLISH, CHINESE = "user_0002", "user_0001"  # by what their logs are written in
BAD_ROWS = """时间,动作,对象
2026-01-01 08:00:00,打开,微信
坏时间,打开,微信
2026-01-01 08:10:00,,
2026-01-01 09:10:00,观看,抖音
"""
UNKNOWN_COLUMNS = "几点,干了啥,在哪儿\n2026-01-01 08:00:00,打开,微信\n"
APPS = ("Slack", "VS Code", "Chrome", "Spotify", "Maps")
LONG = 3_000  # rows, each a session
Judge = Callable[["Page"], Awaitable[None]]


def a_log(name: str, text: str) -> "FilePayload":
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def picture(page: "Page") -> "Locator":
    return page.get_by_role("application")


def titled(page: "Page", event: dict[str, Any]) -> "Locator":
    """What says which event is chosen."""
    return page.get_by_role("heading", level=3, name=event["title"], exact=True)


def is_kept(api: httpx.Client, user: str) -> bool:
    return api.get("/api/v1/behaviors", params={"user_id": user}).status_code != 404


@pytest.fixture(scope="module")
def events(console_api: httpx.Client) -> list[dict[str, Any]]:
    """The events of the Chinese log, in the order of the timeline."""
    checked(console_api.post(f"/api/v1/events/extract/{CHINESE}"))
    query: dict[str, Any] = {"user_id": CHINESE, "limit": 1000}
    found: list[dict[str, Any]] = checked(console_api.get("/api/v1/events", params=query))["items"]
    return sorted(found, key=lambda event: str(event["start"]))


@pytest.fixture
def long_log(console_api: httpx.Client) -> Iterator[str]:
    """A user whose events take a while to be found."""
    begin = datetime(2026, 1, 1, 8, tzinfo=UTC)
    rows = [
        {"time": (begin + timedelta(hours=hour)).isoformat(), "action": "open", "app": APPS[hour % len(APPS)]}
        for hour in range(LONG)
    ]
    checked(console_api.post("/api/v1/behaviors", params={"user_id": "long"}, json=rows))
    yield "long"
    console_api.delete("/api/v1/behaviors/long")


async def test_events_appear_while_they_are_found_and_stay_when_it_is_stopped(
    open_console: Open, long_log: str
) -> None:
    page = await open_console(f"#/events/timeline/{long_log}")
    await expect(page.get_by_text("No events yet")).to_be_visible()
    await page.get_by_role("button", name="Find events").click()
    await expect(picture(page)).to_be_visible()
    await page.reload()  # it goes on, and is followed again
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_text("What was found is kept")).to_be_visible()
    await expect(picture(page)).to_be_visible()
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("button", name="Go on")).to_be_visible()


async def test_what_was_found_is_summed_up(open_console: Open) -> None:
    page = await open_console(f"#/events/timeline/{ENGLISH}")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_text("111 events in 37 sessions")).to_be_visible()
    await expect(picture(page)).to_have_accessible_name("Timeline of 111 events")


async def test_the_timeline_is_read_by_keyboard(open_console: Open, events: list[dict[str, Any]]) -> None:
    page = await open_console(f"#/events/timeline/{CHINESE}")
    await expect(picture(page)).to_have_accessible_name(f"Timeline of {len(events)} events")
    await picture(page).focus()
    for key, event in (("Home", events[0]), ("ArrowRight", events[1]), ("ArrowLeft", events[0])):
        await page.keyboard.press(key)
        await expect(titled(page, event)).to_be_visible()
    rows = page.get_by_role("region", name="Rows of this event").get_by_role("row")
    await expect(rows).to_have_count(1 + len(events[0]["behaviours"]))
    await page.keyboard.press("+")
    await expect(page.get_by_role("button", name="Zoom out")).not_to_have_attribute("aria-disabled", "true")
    await page.keyboard.press("0")
    await expect(page.get_by_role("button", name="Zoom out")).to_have_attribute("aria-disabled", "true")
    await page.keyboard.press("Escape")
    await expect(titled(page, events[0])).to_be_hidden()


async def test_the_table_has_what_the_picture_has(open_console: Open, events: list[dict[str, Any]]) -> None:
    page = await open_console(f"#/events/timeline/{CHINESE}", language="zh")
    await page.get_by_role("button", name="表格").click()
    table = page.get_by_role("region", name="事件表格").get_by_role("table")
    await expect(table).to_have_attribute("aria-rowcount", str(1 + len(events)))
    await table.get_by_role("button", name=events[0]["title"]).first.click()
    await expect(titled(page, events[0])).to_be_visible()
    work = sum(event["type"] == "work" for event in events)
    await page.get_by_role("button", name=f"工作 {work}").click()
    await expect(page.get_by_text(f"显示 {work} 个，共 {len(events)} 个事件")).to_be_visible()
    await expect(table).to_have_attribute("aria-rowcount", str(1 + work))


async def test_events_are_exported(open_console: Open, events: list[dict[str, Any]]) -> None:
    page = await open_console(f"#/events/timeline/{CHINESE}")
    async with page.expect_download() as taken:
        await page.get_by_label("Export").select_option("CSV")
    lines = (await (await taken.value).path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(events)


async def test_an_answer_lights_up_the_events_that_it_names(
    open_console: Open, events: list[dict[str, Any]]
) -> None:
    page = await open_console(f"#/events/timeline/{CHINESE}", language="zh")
    await page.get_by_label("问题").fill("周二上午在做什么？")
    await page.get_by_role("button", name="提问").click()
    cited = page.get_by_role("list", name="回答引用的事件").get_by_role("button")
    await expect(cited.first).to_be_visible()
    marker, _, rest = (await cited.first.inner_text()).partition("\n")
    await cited.first.click()
    chosen = next(event for event in events if event["title"] == rest.partition("\n")[0].strip())
    await expect(titled(page, chosen)).to_be_visible()
    await page.get_by_role("button", name="表格").click()
    await expect(page.get_by_text(f"引用 {marker}").first).to_be_visible()
    await page.get_by_role("button", name="恢复显示全部").click()
    await expect(page.get_by_text(f"引用 {marker}")).to_have_count(0)


async def test_bad_rows_are_named_and_good_ones_kept(open_console: Open) -> None:
    page = await open_console("#/events", language="zh")
    await page.get_by_role("textbox", name="用户").fill("上传/一号")
    await page.get_by_label("选择文件").set_input_files([a_log("日志.csv", BAD_ROWS)])
    await expect(page.get_by_text("保留 2 行")).to_be_visible()
    await expect(page.get_by_text("拒绝 2 行")).to_be_visible()
    bad = page.get_by_role("region", name="被拒绝的行").get_by_role("row").nth(1)
    await expect(bad.get_by_role("cell")).to_contain_text(["3", "坏时间", "坏时间,打开,微信"])
    await page.get_by_role("button", name="上传/一号").click()
    await expect(page).to_have_url(re.compile("#/events/timeline/%E4%B8%8A%E4%BC%A0%2F"))
    await page.get_by_role("tab", name="行为记录").click()
    await expect(page.get_by_role("cell", name="抖音")).to_be_visible()


async def test_columns_that_no_name_tells_are_asked_for(open_console: Open) -> None:
    page = await open_console("#/events", language="zh")
    await page.get_by_role("textbox", name="用户").fill("upload_2")
    await page.get_by_label("选择文件").set_input_files([a_log("未知.csv", UNKNOWN_COLUMNS)])
    await expect(page.get_by_text("没有识别出这一列：时间。")).to_be_visible()
    await page.get_by_label("几点 的含义").select_option("时间")
    await page.get_by_label("干了啥 的含义").select_option("动作")
    await page.get_by_role("button", name="重新上传").click()
    await expect(page.get_by_text("保留 1 行")).to_be_visible()


async def test_a_pasted_log_is_kept_and_its_deletion_taken_back(
    open_console: Open, console_api: httpx.Client
) -> None:
    page = await open_console("#/events")
    await page.get_by_role("textbox", name="User").fill("pasted")
    await page.get_by_text("Paste a log").click()
    await page.get_by_label("Log as text").fill(
        '{"time": "2026-01-01T08:00:00Z", "action": "open", "app": "Mail"}'
    )
    await page.get_by_role("button", name="Upload", exact=True).click()
    await page.get_by_role("button", name="pasted", exact=True).click()
    await page.get_by_role("tab", name="Behaviours").click()
    row = page.get_by_role("cell", name="Mail")
    await expect(row).to_be_visible()
    await page.get_by_role("button", name="Delete this log").click()
    await expect(row).to_be_hidden()
    await page.get_by_role("button", name="Undo").click()
    await expect(row).to_be_visible()
    await page.get_by_role("button", name="Delete this log").click()
    await page.evaluate("dispatchEvent(new Event('pagehide'))")  # who leaves has made up their mind
    await expect(page.get_by_role("heading", name="Upload logs")).to_be_visible()
    assert not is_kept(console_api, "pasted")


async def test_all_users_are_gone_through_in_the_background(open_console: Open) -> None:
    page = await open_console("#/events", language="zh")
    await page.get_by_role("button", name="提取全部用户的事件").click()
    await expect(page.get_by_text(re.compile("排队中|进行中"))).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("progressbar", name="全部用户的进度")).to_be_visible()
    await expect(page.get_by_text("已完成")).to_be_visible(timeout=2 * WAIT_MS)


async def test_patterns_are_chains_of_steps(open_console: Open) -> None:
    page = await open_console(f"#/events/patterns/{CHINESE}", language="zh")
    await page.get_by_label("步骤来源").select_option("行为记录")
    chains = page.get_by_role("list", name="规律").get_by_role("listitem")
    await expect(chains.first).to_be_visible()
    await page.get_by_role("button", name="步数").click()
    await expect(page.get_by_role("button", name="步数")).to_have_attribute("aria-pressed", "true")
    await page.get_by_label("最低支持度").fill("100")
    await expect(page.get_by_text("没有规律")).to_be_visible()


async def test_a_log_is_summarised_and_its_names_tagged(open_console: Open) -> None:
    page = await open_console(f"#/events/behaviours/{CHINESE}", language="zh")
    await page.get_by_role("button", name="生成日志摘要").click()
    await expect(page.get_by_text("记录共有 195 条")).to_be_visible()
    await page.get_by_text("标签", exact=True).click()
    await page.get_by_role("button", name="使用日志中的名称").click()
    await page.get_by_role("button", name="打标签").click()
    await expect(page.get_by_role("table", name="已打标签的名称").get_by_role("row")).not_to_have_count(0)


async def test_a_user_is_chosen_from_the_list(open_console: Open) -> None:
    page = await open_console("#/events/timeline")
    await page.get_by_role("button", name="User: All users").click()
    await page.get_by_label("Find a user").fill("0005")
    await page.get_by_role("dialog").get_by_role("button", name="user_0005").click()
    await expect(page).to_have_url(re.compile("#/events/timeline/user_0005$"))


async def test_a_user_who_is_not_there_is_said_in_the_servers_words(open_console: Open) -> None:
    page = await open_console("#/events/timeline/nobody")
    await expect(page.get_by_role("alert")).to_contain_text("nobody")


@pytest.mark.parametrize(
    ("view", "language", "scheme", "width"),
    [("logs", "en", "dark", 390), ("timeline", "zh", "light", 1280), ("patterns", "en", "light", 390)],
)
async def test_nobody_is_kept_out(
    open_console: Open,
    events: list[dict[str, Any]],
    no_barriers: Judge,
    view: str,
    language: str,
    scheme: Any,
    width: int,
) -> None:
    assert events
    page = await open_console(f"#/events/{view}/{CHINESE}", language=language, scheme=scheme, width=width)
    shown = {"logs": page.get_by_role("table"), "timeline": picture(page), "patterns": page.locator("meter")}
    await expect(shown[view].first).to_be_visible()
    await no_barriers(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
