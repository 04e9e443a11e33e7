"""The event graph and causal graphs in the console: the picture, and the same by keyboard and in tables."""

import json
import random
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.client import checked
from tests.e2e.console.conftest import Open
from tests.e2e.local_cloud import LocalCloud

if TYPE_CHECKING:
    from playwright.async_api import Browser, FloatRect, Page, Route


USER = "user_0001"
NODES, EDGES = 5_000, 15_000
FREEZE_MS = 200
Judge = Callable[["Page"], Awaitable[None]]

_PAINTED = """canvases => canvases.some(canvas => {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d");
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, copy.width, copy.height).data.some(value => value !== 0);
})"""


@pytest.fixture(scope="module")
def events(console_api: httpx.Client) -> None:
    """The events of a demo user."""
    checked(console_api.post(f"/api/v1/events/extract/{USER}", json={}))


@pytest.fixture(scope="module")
def causal_graph(console_api: httpx.Client) -> dict[str, Any]:
    """A causal graph of all demo users."""
    made: dict[str, Any] = checked(
        console_api.post("/api/v1/causal-graph/generate", json={"of": "behaviors", "by": "action"})
    )
    return made


async def painted(page: "Page") -> None:
    """Waits until the picture is arranged."""
    await expect(page.locator("[role=application][aria-busy=false]")).to_be_visible()


async def where(page: "Page") -> "FloatRect":
    """Where the picture is on the screen."""
    picture = page.get_by_role("application")
    await picture.scroll_into_view_if_needed()
    box = await picture.bounding_box()
    assert box
    return box


@pytest.mark.usefixtures("events")
async def test_the_event_graph_is_a_picture_and_a_table(open_console: Open) -> None:
    page = await open_console(f"#/events/graph/{USER}")
    await painted(page)
    assert await page.locator("[role=application] canvas").evaluate_all(_PAINTED)
    picture = page.get_by_role("application", name="Picture of the event graph")
    await expect(picture).to_have_accessible_description(re.compile(r"Nodes: \d+, edges: \d+.*The strongest"))
    row = page.get_by_role("table", name="Edges").get_by_role("row").nth(1)
    edge = await row.get_by_role("button").inner_text()
    await row.get_by_role("button").press("Enter")
    await expect(row.get_by_role("button")).to_have_attribute("aria-current", "true")
    details = page.get_by_role("region", name="Details")
    await expect(details.get_by_role("heading", name=edge)).to_be_visible()
    await expect(details).to_contain_text("Median gap")
    await picture.press("Escape")
    await expect(details).to_contain_text("Choose a node or an edge")


async def test_an_edge_and_a_node_are_chosen_in_the_picture(open_console: Open, console: LocalCloud) -> None:
    page = await open_console(url="about:blank")
    await page.route("**/api/v1/events/graph?*", _answering(_graph(["起床", "breakfast"], [(0, 1)])))
    await page.goto(f"{console.url}/#/events/graph")
    await painted(page)
    box = await where(page)
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.click(*middle)
    details = page.get_by_role("region", name="Details")
    await expect(details.get_by_role("heading", name="起床 → breakfast")).to_be_visible()
    await page.mouse.click(middle[0] - 75, middle[1])  # the layers are 150 pixels apart
    await expect(details.get_by_role("heading", name="起床", exact=True)).to_be_visible()
    for _ in range(5):  # a page that is busy may take one click for the end of a drag
        await page.mouse.click(middle[0], middle[1] + 150)
        await page.wait_for_timeout(200)
        if await details.get_by_text("Choose a node or an edge").is_visible():
            break
    await expect(details).to_contain_text("Choose a node or an edge")


async def test_a_node_is_found_by_its_name(open_console: Open, console: LocalCloud) -> None:
    page = await open_console(url="about:blank")
    await page.route(
        "**/api/v1/events/graph?*", _answering(_graph(["work", "food", "sleep"], [(0, 1), (1, 2)]))
    )
    await page.goto(f"{console.url}/#/events/graph")
    await page.get_by_label("Find a node").first.fill("FOO")
    await page.keyboard.press("Enter")
    details = page.get_by_role("region", name="Details")
    await expect(details.get_by_role("heading", name="food")).to_be_visible()
    await details.get_by_role("button", name="food → sleep").click()
    await expect(details.get_by_role("heading", name="food → sleep")).to_be_visible()
    await page.get_by_label("Find a node").first.fill("nowhere")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No such node")).to_be_visible()


async def test_a_view_is_written_by_a_model_and_shown(open_console: Open) -> None:
    page = await open_console("#/events/graph")
    await page.get_by_role("button", name="Write a view…").click()
    dialog = page.get_by_role("dialog", name="Have a model write a view")
    await dialog.get_by_label("Name").fill("day")
    await dialog.get_by_role("button", name="Write").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_label("View", exact=True)).to_have_value("day")
    await expect(page.get_by_text("Written by")).to_be_visible()


@pytest.mark.usefixtures("events")
async def test_a_graph_is_taken_away(open_console: Open) -> None:
    page = await open_console(f"#/events/graph/{USER}")
    async with page.expect_download() as started:
        await page.get_by_role("button", name="Download GraphML").click()
    assert (await started.value).suggested_filename.endswith(".graphml")


async def test_a_failure_is_in_the_servers_words(open_console: Open) -> None:
    page = await open_console("#/events/graph/nobody")
    await expect(page.get_by_role("alert").filter(has_text="nobody")).to_be_visible()


async def test_causes_are_found_as_one_looks_on(open_console: Open) -> None:
    page = await open_console(f"#/events/causal/{USER}")
    await expect(page.get_by_text("There is no causal graph yet")).to_be_visible()
    await page.get_by_role("button", name="New graph…").click()
    dialog = page.get_by_role("dialog", name="Find causes and effects")
    await dialog.get_by_label("Made of").select_option("behaviors")
    await dialog.get_by_role("button", name="Start").click()
    await expect(page.get_by_label("Graph", exact=True)).to_contain_text("edges: ")
    await expect(page.get_by_text("less than 8 days")).to_be_visible()
    await page.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("There is no causal graph yet")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label("Graph", exact=True)).to_be_visible()


async def test_evidence_is_shown_as_what_it_was(open_console: Open, causal_graph: dict[str, Any]) -> None:
    page = await open_console("#/events/causal")
    edge = causal_graph["edges"][0]
    await page.get_by_role("button", name=f"{edge['cause']} → {edge['effect']}").press("Enter")
    details = page.get_by_role("region", name="Details")
    evidence = details.get_by_role("region", name="Evidence")
    await expect(evidence.get_by_role("listitem")).to_have_count(len(edge["evidence"]) // 2)
    await expect(evidence.get_by_role("listitem").first).to_contain_text(re.compile(r"user_000\d"))
    await expect(evidence).to_contain_text(edge["cause"])
    await expect(details).to_contain_text("The model's opinion")


@pytest.mark.parametrize(
    ("language", "question", "path", "column"),
    [("en", "Question", "The path used", "yes"), ("zh", "问题", "所用路径", "是")],
)
async def test_an_answer_lights_its_path(
    open_console: Open,
    causal_graph: dict[str, Any],
    no_barriers: Judge,
    language: str,
    question: str,
    path: str,
    column: str,
) -> None:
    page = await open_console("#/events/causal", language=language, scheme="dark")
    edge = next(edge for edge in causal_graph["edges"] if edge["effect"] == "付款")
    await page.get_by_role("textbox", name=question).fill("什么会导致付款？")
    await page.keyboard.press("Enter")
    used = page.get_by_role("region", name=path)
    await expect(used).to_contain_text("付款")
    name = f"{edge['cause']} → {edge['effect']}"
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name=name))
    await expect(row).to_contain_text(column)
    await used.get_by_role("button").filter(has_text="[1]").click()
    await expect(row.get_by_role("button")).to_have_attribute("aria-current", "true")
    await painted(page)
    await no_barriers(page)


async def test_the_console_speaks_chinese_on_a_phone(open_console: Open, no_barriers: Judge) -> None:
    page = await open_console("#/events/graph", language="zh", width=390)
    await painted(page)
    await expect(page.get_by_role("application", name="事件图")).to_be_visible()
    await page.get_by_role("tab", name="节点").click()
    await expect(page.get_by_role("columnheader", name="作为开头")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await no_barriers(page)


async def test_without_webgl_the_tables_have_the_graph(open_console: Open, console: LocalCloud) -> None:
    page = await open_console(url="about:blank")
    await page.add_init_script(
        "const given = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext ="
        " function (kind, ...more)"
        " { return kind.includes('webgl') ? null : given.call(this, kind, ...more) }"
    )
    await page.goto(f"{console.url}/#/events/graph")
    await expect(page.get_by_text("This browser can't draw the picture")).to_be_visible()
    await page.get_by_role("table", name="Edges").get_by_role("row").nth(1).get_by_role("button").click()
    await expect(page.get_by_role("region", name="Details")).to_contain_text("Median gap")


async def test_thousands_of_nodes_are_painted_without_a_freeze(
    open_console: Open, console: LocalCloud, browser: "Browser"
) -> None:
    page = await open_console(url="about:blank")
    await page.route("**/api/v1/events/graph?*", _answering(_large()))
    await browser.start_tracing(page=page, categories=["toplevel"])
    await page.goto(f"{console.url}/#/events/graph")
    await expect(page.get_by_text(f"Nodes: {NODES:,}, edges: {EDGES:,}").first).to_be_visible()
    await painted(page)
    box = await where(page)
    await page.mouse.move(box["x"] + 200, box["y"] + 200)
    for _ in range(3):
        await page.mouse.wheel(0, -200)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 260, box["y"] + 230, steps=5)
    await page.mouse.up()
    await page.get_by_role("table", name="Edges").get_by_role("button").first.click()
    await expect(page.get_by_role("region", name="Details")).to_contain_text("Median gap")
    assert _longest_task_ms(await browser.stop_tracing()) < FREEZE_MS


def _longest_task_ms(trace: bytes) -> float:
    """Of the pages' threads, in processor time: what else runs on the machine changes nothing about it."""
    found = json.loads(trace)["traceEvents"]
    pages = {
        (event["pid"], event["tid"])
        for event in found
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks: list[float] = [
        event["tdur"] / 1000
        for event in found
        if event["name"].endswith("RunTask") and (event["pid"], event["tid"]) in pages and "tdur" in event
    ]
    assert tasks
    return max(tasks)


def _graph(labels: list[str], ways: list[tuple[int, int]]) -> dict[str, Any]:
    """An event graph as the API answers."""
    counted = {"users": 1, "starts": 1, "ends": 1}
    lags = {"users": 1, "median_lag_seconds": 60, "p90_lag_seconds": 90}
    return {
        "of": "events", "by": "title", "covered": 1, "sequences": 9, "steps": 99,
        "node_count": len(labels), "edge_count": len(ways), "view": None,
        "nodes": [{"id": at, "label": label, "count": 9, **counted} for at, label in enumerate(labels)],
        "edges": [{"source": one, "target": other, "count": 5, **lags} for one, other in ways],
    }  # fmt: skip


def _large() -> dict[str, Any]:
    dice = random.Random(7)
    ways: set[tuple[int, int]] = set()
    while len(ways) < EDGES:
        begin = dice.randrange(NODES)
        ways.add((begin, min(NODES - 1, int(abs(dice.gauss(begin, 40))))))
    return _graph([f"步骤 step {at}" for at in range(NODES)], sorted(ways))


def _answering(body: dict[str, Any]) -> Callable[["Route"], Awaitable[None]]:
    text = json.dumps(body)

    async def answer(route: "Route") -> None:
        await route.fulfill(content_type="application/json", body=text)

    return answer
