"""Exercises in the console, used as those do who teach and learn: made, changed, taken, practised."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.async_api import expect

from freshet.ids import new_id
from tests.e2e.client import checked
from tests.e2e.console.conftest import WAIT_MS, Open
from tests.e2e.local_cloud import LocalCloud
from tests.functions.exam import GIFT
from tests.lessons import PHOTOSYNTHESIS, WATER

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

NoBarriers = Callable[["Page"], Awaitable[None]]
ORDERING: dict[str, Any] = {
    "type": "ordering",
    "question": "Put the steps of rain in their order.",
    "entries": [{"id": id_, "text": text} for id_, text in zip("ABC", ("warm", "rise", "fall"), strict=True)],
}
CLOZE: dict[str, Any] = {
    "type": "cloze",
    "question": "水由{{1}}和{{2}}组成。",
    "blanks": [{"id": "1", "accepted": [{"text": "氢"}]}, {"id": "2", "accepted": [{"text": "氧"}]}],
}


@pytest.fixture
def quiz(console_api: httpx.Client) -> dict[str, Any]:
    """An exercise of all nine types, called by a name of its own."""
    title = f"Quiz {new_id()[-6:]}"
    content = f"{GIFT}\n\nFirst?{{}}\n\nSecond?{{}}\n"
    answer = console_api.post("/api/v1/exercises/import", json={"content": content, "title": title})
    assert answer.status_code == 201, answer.text
    path = f"/api/v1/exercises/{answer.json()['exercise']['id']}"
    items = checked(console_api.get(path))["items"]
    for item, other in zip(items[-2:], (ORDERING, CLOZE), strict=True):
        checked(console_api.put(f"{path}/questions/{item['id']}", json={**other, "id": item["id"]}))
    found: dict[str, Any] = checked(console_api.get(path))
    return found


@pytest.fixture
def lesson(console_api: httpx.Client) -> dict[str, Any]:
    """An exercise of two questions about one of the demo's documents."""
    documents = checked(console_api.get("/api/v1/documents", params={"limit": 100}))["items"]
    handbook = next(one["id"] for one in documents if one["filename"] == "employee-handbook.pdf")
    asked = {"document_ids": [handbook], "types": {"true_false": 1, "cloze": 1}}
    made: dict[str, Any] = checked(console_api.post("/api/v1/exercises/generate", json=asked))
    return {**made["exercise"], "items": made["items"]}


@pytest.fixture
def slow(console: LocalCloud) -> Iterator[None]:
    """The model takes its time for the first answer, so that something can happen meanwhile."""
    checked(httpx.post(f"{console.model_url}/__faults", json={"fault": "slow=30"}))
    yield
    httpx.delete(f"{console.model_url}/__faults")


def place(page: "Page") -> str:
    """What the address says behind `#`."""
    return page.url.partition("#")[2]


async def ask_for(page: "Page", text: str, counts: dict[str, int], labels: tuple[str, str]) -> None:
    """Fills the form: the text, and how many questions of which type; no others."""
    material, generate = labels
    await page.get_by_label(material).fill(text)
    for field in await page.get_by_role("spinbutton").all():
        await field.fill("0")
    for name, count in counts.items():
        await page.get_by_role("spinbutton", name=name, exact=True).fill(str(count))
    await page.get_by_role("button", name=generate).click()


async def test_questions_appear_one_by_one(open_console: Open) -> None:
    page = await open_console("#/exercises")
    await page.get_by_role("link", name="New exercise").first.click()
    counts = {"True or false": 2, "Fill in the blanks": 1}
    await ask_for(page, WATER, counts, ("Text to ask about", "Write the questions"))
    await expect(page.get_by_role("heading", name="Questions are being written")).to_be_visible()
    await expect(page.get_by_role("heading", name="Question 1")).to_be_visible()
    assert await page.get_by_role("heading", name="Question 3").count() == 0
    await expect(page.get_by_role("status").filter(has_text="of 3")).to_be_visible()
    await expect(page.get_by_role("tab", name="Questions (3)")).to_be_visible()
    assert re.fullmatch(r"/exercises/[0-9A-Z]{26}", place(page))
    await expect(page.get_by_role("heading", name="Question 3")).to_be_visible()


@pytest.mark.usefixtures("slow")
async def test_a_run_outlives_a_cut_and_a_reload_and_can_be_stopped(
    open_console: Open, console_api: httpx.Client
) -> None:
    page = await open_console("#/exercises/new", language="zh")
    await ask_for(page, PHOTOSYNTHESIS, {"判断题": 10, "填空题": 10}, ("出题用的文字", "开始出题"))
    await expect(page.get_by_role("heading", name="第 1 题")).to_be_visible()
    await page.context.set_offline(True)
    await page.context.set_offline(False)
    await expect(page.get_by_role("heading", name="第 2 题")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="正在出题")).to_be_visible()
    await expect(page.get_by_role("heading", name="第 1 题")).to_be_visible()
    await page.get_by_role("button", name="停止").click()
    stopped = page.get_by_text("出题中断，已完成的题目都在这里。")
    await expect(stopped).to_be_visible(timeout=2 * WAIT_MS)
    cards = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="第"))
    made = await cards.count()
    assert made >= 2
    kept = await asked(console_api.get, f"/api/v1{place(page)}")
    assert made == kept["questions"]  # nothing is missing, and nothing is there twice
    await page.get_by_role("button", name="继续出题").click()
    await expect(page.get_by_role("heading", name="正在出题")).to_be_visible()
    await expect(page.get_by_role("heading", name=f"第 {made} 题")).to_be_visible()


async def test_material_without_a_question_is_told_and_can_be_changed(open_console: Open) -> None:
    page = await open_console("#/exercises/new")
    await ask_for(page, "Hi.", {"Essay": 1}, ("Text to ask about", "Write the questions"))
    await expect(page.get_by_role("alert")).to_contain_text("found nothing in it")
    await page.get_by_role("link", name="Change the request").click()
    await expect(page.get_by_label("Text to ask about")).to_have_value("Hi.")
    await expect(page.get_by_role("spinbutton", name="Essay")).to_have_value("1")


async def test_what_is_analysed_becomes_an_exercise(open_console: Open) -> None:
    page = await open_console("#/exercises/analyse", language="zh")
    await page.get_by_label("出题用的文字").fill(PHOTOSYNTHESIS)
    await page.get_by_role("button", name="开始分析").click()
    await expect(page.get_by_role("heading", name="知识点")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="叶绿体").first).to_be_visible()
    await page.get_by_role("link", name="据此出题").click()
    await expect(page.get_by_role("tab", name="分析结果")).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_role("button", name="开始出题")).to_be_enabled()


async def test_a_question_is_written_anew_and_edited(open_console: Open, lesson: dict[str, Any]) -> None:
    first = lesson["items"][0]
    page = await open_console(f"#/exercises/{lesson['id']}")
    await page.get_by_role("button", name="Write question 1 anew").click()
    await page.get_by_label("Type").select_option("short_answer")
    await page.get_by_role("button", name="Write anew", exact=True).click()
    await expect(page.get_by_text("The question was replaced.")).to_be_visible()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Question 1"))
    await expect(card.get_by_text("Short answer")).to_be_visible()
    await expect(card.get_by_text(first["question"], exact=True)).to_have_count(0)

    await card.get_by_role("button", name="Edit question 1").click()
    await page.get_by_label("Question", exact=True).fill("What do plants drink?")
    await page.get_by_label("Accepted answers").fill("water\nH2O")
    await page.get_by_role("button", name="Save").click()
    await expect(card.get_by_text("What do plants drink?")).to_be_visible()
    await page.reload()
    await expect(card.get_by_text("water / H2O")).to_be_visible()


async def test_a_quote_is_shown_in_its_document(open_console: Open, lesson: dict[str, Any]) -> None:
    source = lesson["items"][0]["source"]
    page = await open_console(f"#/exercises/{lesson['id']}")
    await page.get_by_role("button", name="Show in the document").first.click()
    await page.wait_for_url(re.compile(rf"#/documents/{source['document_id']}/[0-9a-f-]{{36}}/\d+-\d+"))
    await expect(page.get_by_text(source["quote"], exact=True).first).to_be_visible()


async def test_of_two_who_edit_at_once_the_later_hears_of_it(
    open_console: Open, console_api: httpx.Client, lesson: dict[str, Any]
) -> None:
    first = lesson["items"][0]
    page = await open_console(f"#/exercises/{lesson['id']}", language="zh")
    await page.get_by_role("button", name="编辑第 1 题").click()
    path = f"/api/v1/exercises/{lesson['id']}/questions/{first['id']}"
    await asked(console_api.put, path, json={**first, "explanation": "Another one was faster."})
    await page.get_by_label("解析").fill("慢了一步")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_role("alert")).to_contain_text("刚刚被他人修改")
    await page.get_by_role("button", name="载入最新版本").click()
    await expect(page.get_by_text("Another one was faster.")).to_be_visible()


async def test_a_test_of_all_types_is_taken_and_graded(
    open_console: Open, no_barriers: NoBarriers, quiz: dict[str, Any]
) -> None:
    page = await open_console(f"#/exercises/{quiz['id']}/test")
    await page.get_by_role("radio", name="水星").check()
    await page.get_by_role("checkbox", name="oxygen").check()
    await page.get_by_role("checkbox", name="nitrogen").check()
    await page.get_by_role("radio", name="False").check()
    await page.get_by_label("写出水的化学式").fill("H2O")
    await page.get_by_label("水在海平面上多少度沸腾").fill("一百")
    await page.get_by_label("Belongs to: 法国").select_option(label="巴黎")
    await page.get_by_label("Belongs to: 日本").select_option(label="巴黎")
    await put_in_order(page, ["warm", "rise", "fall"])
    await page.get_by_label("Blank 1").fill("氢")
    await page.get_by_label("Blank 2").fill("氧")
    await no_barriers(page)
    await page.reload()  # nothing of it is lost
    await expect(page.get_by_label("Blank 2")).to_have_value("氧")
    await expect(page.get_by_text("8 of 9 answered")).to_be_visible()
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_role("button", name="Go to the first of them").click()
    essay = page.get_by_label("说明水的循环")
    await expect(essay).to_be_focused()
    await essay.fill("水蒸发，凝结成云，再降雨。")
    await page.get_by_role("button", name="Submit").click()

    await expect(page.get_by_role("heading", level=1, name=quiz["title"])).to_be_visible()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Question 3"))
    await expect(card.get_by_text("Wrong")).to_be_visible()
    await expect(card.get_by_text("True", exact=True)).to_be_visible()
    verdicts = page.get_by_role("listitem").get_by_text(re.compile("^(Right|Partly right|Wrong)$"))
    await expect(verdicts).to_have_count(9)
    said = await verdicts.all_text_contents()
    assert said[:6] == ["Right", "Right", "Wrong", "Right", "Right", "Partly right"]
    assert said[7:] == ["Right", "Right"]
    await expect(page.get_by_text("How it was marked")).to_be_attached()

    await card.get_by_role("button", name="Change the score of question 3").click()
    await card.get_by_label("Score, 0 to 1").fill("0.5")
    await card.get_by_label("Comment").fill("Misread.")
    await card.get_by_role("button", name="Save").click()
    await expect(card.get_by_text("Partly right")).to_be_visible()
    await expect(card.get_by_text("Misread.")).to_be_visible()
    await no_barriers(page)
    await page.get_by_role("link", name="The exercise").click()
    await page.get_by_role("tab", name="Attempts").click()
    await expect(page.get_by_role("row")).to_have_count(2)


async def asked(call: Callable[..., httpx.Response], *told: Any, **options: Any) -> Any:
    """The body of a good answer, asked for beside the browser."""
    return checked(await asyncio.to_thread(call, *told, **options))


async def put_in_order(page: "Page", wanted: list[str]) -> None:
    """Orders the entries by their arrows, from the keyboard."""
    for at, text in enumerate(wanted):
        up = page.get_by_role("button", name=f"Move up: {text}")
        rows = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Move up"))
        rows = rows.filter(has_not=page.get_by_role("heading"))
        places = [row.partition(".")[2].strip() for row in await rows.all_text_contents()]
        for _ in range(places.index(text) - at):
            await up.focus()
            await page.keyboard.press("Enter")


async def test_what_is_due_is_practised_with_its_feedback(
    open_console: Open, console_api: httpx.Client, no_barriers: NoBarriers, lesson: dict[str, Any]
) -> None:
    sheet = (await asked(console_api.get, f"/api/v1/exercises/{lesson['id']}?answers=false"))["items"]
    cloze = next(item for item in sheet if item["type"] == "cloze")
    key = next(item for item in lesson["items"] if item["type"] == "cloze")["blanks"][0]["accepted"][0][
        "text"
    ]

    async def later(route: "Route") -> None:  # as it is in some days
        known = {"concept": "water", "retrievability": 0.61, "last_practised": "2026-03-01T08:00:00Z"}
        questions = [{**cloze, "exercise_id": lesson["id"], "question_id": cloze["id"]}]
        await route.fulfill(json={"items": [{**known, "questions": questions}], "total": 1})

    page = await open_console()
    await page.route("**/api/v1/exercises/due*", later)
    await page.goto(f"{page.url.partition('#')[0]}#/exercises")
    await page.get_by_role("link", name="1 concept due").click()
    await expect(page.get_by_text("61%")).to_be_visible()
    await no_barriers(page)
    await page.get_by_role("link", name="Practise now").click()
    await page.get_by_label("Blank 1").fill(key)
    await page.get_by_role("button", name="Check").click()
    await expect(page.get_by_text("Right", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_text("1 of 1 right.")).to_be_visible()
    await page.get_by_role("link", name="What I know").last.click()
    await page.get_by_role("tab", name="All concepts").click()
    concepts = next(item for item in lesson["items"] if item["id"] == cloze["id"])["concepts"]
    await expect(page.get_by_role("rowheader", name=concepts[0], exact=True)).to_be_visible()


async def test_a_profile_is_written_and_erased(open_console: Open) -> None:
    page = await open_console("#/exercises/learning", language="zh")
    await page.get_by_role("tab", name="个人资料").click()
    await page.get_by_label("姓名").fill("小明")
    await page.get_by_label("学段").select_option("secondary")
    await page.get_by_label("语言").fill("zh，en")
    await page.get_by_label("时区").fill("Nowhere/Else")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_role("alert")).to_contain_text("Nowhere/Else")
    await page.get_by_label("时区").fill("Asia/Shanghai")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("已保存。")).to_be_visible()
    await page.reload()
    await page.get_by_role("tab", name="个人资料").click()
    await expect(page.get_by_label("语言")).to_have_value("zh, en")
    await page.get_by_role("button", name="清除资料与学习记录").click()
    await page.get_by_role("dialog").get_by_role("button", name="清除").last.click()
    await expect(page.get_by_label("姓名")).to_have_value("")


async def test_an_exercise_is_taken_away_and_comes_back(
    open_console: Open, quiz: dict[str, Any], tmp_path: Path
) -> None:
    page = await open_console(f"#/exercises/{quiz['id']}")
    for format_, says in (("GIFT", "哪颗行星离太阳最近？"), ("HTML", "<html"), ("CSV", "水星")):
        await page.get_by_role("button", name="Export").click()
        await page.get_by_role("radio", name=format_).check()
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Download").click()
        file = await download.value
        assert file.suggested_filename.startswith(quiz["title"])
        await file.save_as(tmp_path / format_)
        assert says in (tmp_path / format_).read_text()
        await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("link", name="All exercises").click()
    await page.get_by_role("button", name="Import").click()
    broken = "\n\nWhat?{=x -> }\n\n{{{\n"
    gift = (tmp_path / "GIFT").read_text() + broken
    (tmp_path / "quiz.gift").write_text(gift)
    await page.get_by_label("File").set_input_files(tmp_path / "quiz.gift")
    await page.get_by_label("Title", exact=True).fill("Imported again")
    await page.get_by_role("dialog").get_by_role("button", name="Import").click()
    await expect(page.get_by_role("dialog").get_by_text("could not be read")).to_be_visible()
    await page.get_by_role("link", name="Open the exercise").click()
    await expect(page.get_by_role("heading", level=1, name="Imported again")).to_be_visible()


async def test_a_list_is_filtered_and_a_deletion_taken_back(
    open_console: Open, no_barriers: NoBarriers, quiz: dict[str, Any]
) -> None:
    page = await open_console("#/exercises", width=390, scheme="dark")
    row = page.get_by_role("link", name=quiz["title"], exact=True)
    await page.get_by_label("Title contains").fill(quiz["title"])
    await expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
    await page.get_by_role("button", name=f"Delete {quiz['title']}").click()
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(row).to_be_visible()
    await page.get_by_label("State").select_option("partial")
    await expect(page.get_by_text("No exercise matches")).to_be_visible()
    await no_barriers(page)
    await page.get_by_role("button", name="Clear filters").click()
    await expect(row).to_be_visible()


async def test_an_exercise_that_is_gone_is_told(open_console: Open, console_api: httpx.Client) -> None:
    page = await open_console(f"#/exercises/{new_id()}", language="zh")
    await expect(page.get_by_text("没有这份练习")).to_be_visible()
