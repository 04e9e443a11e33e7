"""Documents in the console: upload, the list, deletion, the reader."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.client import checked
from tests.e2e.console.conftest import Open
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.papers import GUIDE, pdf, plain

if TYPE_CHECKING:
    from playwright.async_api import FilePayload, Locator, Page, Route


LOOKS = 4
MANY = 10_000
ROUNDS = 3
FREEZE_MS = 200
PAGES = 100
LINES = 17  # on a page
QUOTE = "measure 8113 has a limit of 580 metres"
Judge = Callable[["Page"], Awaitable[None]]


def a_file(name: str, content: bytes = b"The keeper lights the lamp at dusk.") -> "FilePayload":
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def kept(api: httpx.Client, name: str, content: bytes) -> dict[str, Any]:
    """A document that was uploaded, and is ready."""
    started = checked(api.post("/api/v1/documents/upload", files={"file": (name, content)}))["document"]
    for _ in range(LOOKS):
        document: dict[str, Any] = checked(api.get(f"/api/v1/documents/{started['id']}", params={"wait": 20}))
        if document["status"] == "ready":
            return document
    raise AssertionError(f"{name} did not become ready")


@pytest.fixture(scope="module", autouse=True)
def _warm(console_api: httpx.Client) -> None:
    """The first parse of a cloud starts cold: no page should have to wait for that."""
    kept(console_api, "warm.txt", b"The first one.")


def now(api: httpx.Client, document: dict[str, Any]) -> dict[str, Any]:
    """The document as the API has it by now."""
    found: dict[str, Any] = checked(api.get(f"/api/v1/documents/{document['id']}"))
    return found


def content_of(path: Path) -> bytes:
    return path.read_bytes()


@pytest.fixture(scope="module")
def long_pdf(console_api: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A PDF of a hundred pages, parsed."""
    chapters = (
        f"## Chapter {number}\n" + "\n".join(_line(number, line) for line in range(1, LINES + 1))
        for number in range(1, PAGES + 1)
    )
    return kept(console_api, "long.pdf", pdf(tmp_path_factory.mktemp("long"), "\n---\n".join(chapters)))


def _line(chapter: int, line: int) -> str:
    return f"In chapter {chapter} measure {chapter * 100 + line} has a limit of {chapter * 7 + line} metres."


def row(page: "Page", title: str) -> "Locator":
    """The newest document of that title."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=title, exact=True)).first


async def choose(page: "Page", *files: "FilePayload", button: str = "Choose files") -> None:
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name=button).click()
    await (await chooser.value).set_files(list(files))


async def test_several_files_are_uploaded_parsed_and_read(open_console: Open) -> None:
    page = await open_console("#/documents")
    await choose(page, a_file("one.txt"), a_file("two.txt", plain(GUIDE, "utf-8")))
    await expect(row(page, "one.txt")).to_contain_text("Ready")
    await expect(row(page, "two.txt")).to_contain_text("Ready")
    await expect(page.get_by_role("region", name="Uploads")).to_have_count(0)
    await page.get_by_role("link", name="two.txt", exact=True).first.click()
    await expect(page.get_by_role("heading", name="two.txt", level=1)).to_be_visible()
    await expect(page.get_by_role("list", name="Text by chunks")).to_contain_text("from 9:30 to 17:00")


async def test_files_are_dropped_anywhere_on_the_page(open_console: Open) -> None:
    page = await open_console("#/documents", language="zh")
    await expect(page.get_by_role("heading", name="文档", level=1)).to_be_visible()
    dropped = await page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['灯塔看守人在黄昏时点灯。'], '灯塔.txt', {type: 'text/plain'}));"
        " return data }"
    )
    await page.dispatch_event("body", "dragover", {"dataTransfer": dropped})
    await expect(page.get_by_text("松开鼠标即可上传")).to_be_visible()
    await page.dispatch_event("body", "drop", {"dataTransfer": dropped})
    await expect(page.get_by_text("松开鼠标即可上传")).to_have_count(0)
    await expect(row(page, "灯塔.txt")).to_contain_text("就绪")


async def test_what_the_storage_refuses_is_said_in_words_and_can_be_sent_again(open_console: Open) -> None:
    page = await open_console("#/documents")
    await page.route("**/freshet-*", _too_large)
    await choose(page, a_file("large.txt"), a_file("empty.txt", b""))
    uploads = page.get_by_role("region", name="Uploads")
    await expect(uploads).to_contain_text("The file is larger than the storage takes.")
    await expect(uploads).to_contain_text("The file is empty: it has 0 bytes.")
    await uploads.get_by_role("button", name="Cancel empty.txt").click()
    await page.unroute("**/freshet-*")
    await uploads.get_by_role("button", name="Try large.txt again").click()
    await expect(row(page, "large.txt")).to_contain_text("Ready")


async def test_an_upload_shows_how_far_it_is_and_can_be_cancelled(open_console: Open) -> None:
    page = await open_console("#/documents")
    await page.route("**/freshet-*", _never)
    await choose(page, *(a_file(f"held-{number}.txt") for number in range(4)))
    uploads = page.get_by_role("region", name="Uploads")
    await expect(uploads.get_by_role("progressbar", name="Upload of held-0.txt")).to_be_visible()
    await expect(uploads.get_by_text("Waiting")).to_have_count(1)  # three at a time
    await uploads.get_by_role("button", name="Cancel held-0.txt").click()
    await expect(uploads.get_by_text("Waiting")).to_have_count(0)
    await uploads.get_by_role("button", name="Cancel all").click()
    await expect(uploads).to_have_count(0)


async def test_a_file_that_cannot_be_read_says_why_and_what_to_do(open_console: Open) -> None:
    page = await open_console("#/documents", language="zh")
    await choose(page, a_file("noise.bin", bytes(range(256)) * 8), button="选择文件")
    await expect(row(page, "noise.bin")).to_contain_text("失败")
    await expect(row(page, "noise.bin")).to_contain_text("不支持该格式")


async def test_a_deletion_is_taken_back(open_console: Open, console_api: httpx.Client) -> None:
    document = kept(console_api, "taken-back.txt", b"It stays.")
    page = await open_console("#/documents")
    await page.get_by_role("button", name="Delete taken-back.txt").click()
    await expect(row(page, "taken-back.txt")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(row(page, "taken-back.txt")).to_be_visible()
    assert now(console_api, document)["status"] == "ready"


async def test_a_deletion_that_fails_brings_the_document_back(
    open_console: Open, console: LocalCloud, console_api: httpx.Client
) -> None:
    document = kept(console_api, "unmoved.txt", b"It can't go.")
    page = await open_console(url="about:blank")
    await page.clock.install()
    await page.route(f"**/documents/{document['id']}", _unavailable)
    await page.goto(f"{console.url}/#/documents")
    await page.get_by_label("Select unmoved.txt").check()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(row(page, "unmoved.txt")).to_have_count(0)
    await page.clock.fast_forward(7_000)
    await expect(page.get_by_text("Not now.")).to_be_visible()
    await expect(row(page, "unmoved.txt")).to_be_visible()


async def test_the_original_is_downloaded_by_the_bearer_of_a_key(
    open_console: Open, console_api: httpx.Client
) -> None:
    kept(console_api, "original.txt", b"Word for word.")
    page = await open_console("#/documents")
    await page.evaluate("sessionStorage.setItem('freshet.key', 'fk_local')")
    await page.reload()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download original.txt").click()
    found = await download.value
    assert found.suggested_filename == "original.txt"
    assert content_of(await found.path()) == b"Word for word."


async def test_the_reader_goes_to_a_quoted_passage_of_a_long_pdf(
    open_console: Open, console_api: httpx.Client, long_pdf: dict[str, Any]
) -> None:
    chunk = _chunk_with(console_api, long_pdf["id"], QUOTE)
    start = chunk["text"].index(QUOTE)
    page = await open_console(
        f"#/documents/{long_pdf['id']}/{chunk['chunk_id']}/{start}-{start + len(QUOTE)}"
    )
    quote = page.locator("mark")
    await expect(quote).to_have_text(QUOTE)
    await expect(quote).to_be_in_viewport()
    await expect(page.get_by_text(f"The passage is in chunk {chunk['position'] + 1}.")).to_be_attached()
    assert await page.get_by_role("article").count() < 30
    await page.goto(page.url.replace(chunk["chunk_id"], "0" * 36))
    await expect(page.get_by_text("The passage is not in this document any more")).to_be_visible()


def _chunk_with(api: httpx.Client, document_id: str, text: str) -> dict[str, Any]:
    cursor = "0"
    while cursor is not None:
        found = checked(
            api.get(f"/api/v1/documents/{document_id}/chunks", params={"cursor": cursor, "limit": 100})
        )
        for chunk in found["items"]:
            if text in chunk["text"]:
                return dict(chunk)
        cursor = found["next_cursor"]
    raise AssertionError(f"no chunk has {text!r}")


async def test_a_summary_is_written_and_stays(open_console: Open, console_api: httpx.Client) -> None:
    document = kept(console_api, "summed-up.txt", plain(GUIDE, "utf-8"))
    page = await open_console(f"#/documents/{document['id']}", language="zh")
    await page.get_by_role("button", name="生成摘要").click()
    await expect(page.get_by_role("button", name="重新生成摘要")).to_be_visible()
    summary = now(console_api, document)["summary"]
    await expect(page.get_by_role("region", name="摘要")).to_contain_text(summary.split(".")[0])


async def test_there_is_no_barrier_in_the_list_and_the_reader(
    open_console: Open, console_api: httpx.Client, no_barriers: Judge
) -> None:
    document = kept(console_api, f"{'very-long-name-' * 13}.txt", b"The keeper lights the lamp.")
    page = await open_console("#/documents", width=360, scheme="dark", language="zh")
    await expect(row(page, document["title"])).to_be_visible()
    await no_barriers(page)
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.get_by_role("link", name=document["title"]).click()
    await expect(page.get_by_role("list", name="正文片段")).to_contain_text("lights the lamp")
    await no_barriers(page)
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_a_document_that_is_gone_is_said_so(open_console: Open) -> None:
    page = await open_console("#/documents/01ARZ3NDEKTSV4RRFFQ69G5FAV")
    await expect(page.get_by_text("There is no such document.")).to_be_visible()
    await page.get_by_role("link", name="All documents").click()
    await expect(page.get_by_role("heading", name="Documents", level=1)).to_be_visible()


async def test_ten_thousand_documents_scroll_without_a_freeze(
    open_console: Open, console: LocalCloud
) -> None:
    page = await open_console(url="about:blank")
    await page.route("**/api/v1/documents?*", _many)
    await page.goto(f"{console.url}/#/documents")
    await expect(page.get_by_label("Select Report 9999", exact=True)).to_be_visible()
    await page.get_by_label("Search titles").fill("Report 0099")
    await page.get_by_role("button", name="Load the rest, too").click()
    await expect(page.get_by_label("Select Report 0099", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    longest = await _longest_task(page)
    for _ in range(ROUNDS - 1):  # a busy machine may stop any one round; the page itself would stop each
        if longest >= FREEZE_MS:
            longest = await _longest_task(page)
    assert await page.get_by_role("link", name="Report").count() < 60
    assert longest < FREEZE_MS


async def _longest_task(page: "Page") -> float:
    """Milliseconds, while the search is taken away and the list of all is scrolled through."""
    await page.get_by_label("Search titles").fill("Report 0099")
    await expect(page.get_by_label("Select Report 0099", exact=True)).to_be_visible()
    await page.evaluate(
        "window.longest = 0; new PerformanceObserver(list => { for (const task of list.getEntries())"
        " window.longest = Math.max(window.longest, task.duration) }).observe({type: 'longtask'})"
    )
    await page.get_by_label("Search titles").fill("")
    await expect(page.get_by_text("10,000 documents")).to_be_attached()
    for _ in range(20):
        await page.mouse.wheel(0, 30_000)
        await page.evaluate(
            "new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))"
        )
    longest: float = await page.evaluate("window.longest")
    return longest


async def _many(route: "Route") -> None:
    query = parse_qs(urlsplit(route.request.url).query)
    begin = MANY - int(query["cursor"][0]) if "cursor" in query else 0
    end = begin + int(query["limit"][0])
    items = [_report(MANY - at - 1) for at in range(begin, end)]
    await route.fulfill(json={"items": items, "next_cursor": f"{MANY - end:026}" if end < MANY else None})


def _report(number: int) -> dict[str, Any]:
    return {
        "id": f"{number:026}",
        "filename": f"report-{number:04}.pdf",
        "title": f"Report {number:04}",
        "kind": "material",
        "status": "ready",
        "content_type": "application/pdf",
        "tags": [],
        "size": 1000 * number,
        "pages_done": 9,
        "pages_total": 9,
        "chunks": 12,
        "created_at": "2026-01-01T00:00:00.000+00:00",
        "updated_at": "2026-01-01T00:00:00.000+00:00",
    }


async def _too_large(route: "Route") -> None:
    await route.fulfill(
        status=400,
        headers={"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"},
        content_type="application/xml",
        body="<Error><Code>EntityTooLarge</Code><Message>Too large.</Message></Error>",
    )


async def _never(_: "Route") -> None:
    """No answer, until the page gives up."""


async def _unavailable(route: "Route") -> None:
    problem = {"status": 503, "code": "unavailable", "title": "Unavailable", "detail": "Not now."}
    if route.request.method == "DELETE":
        await route.fulfill(status=503, content_type="application/problem+json", json=problem)
    else:
        await route.fallback()
