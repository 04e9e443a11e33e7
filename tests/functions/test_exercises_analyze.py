"""Material is analysed: `POST /api/v1/exercises/analyze` and `/analyze-file`."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal

from freshet import wiring
from freshet.documents.messages import process_batch
from tests.functions.conftest import HANDBOOK, Configure, Put, Study
from tests.functions.events import batch
from tests.functions.streams import frames, told
from tests.lessons import WATER
from tests.stack import Stack
from tests.unit.exercises.analysis.analyst import Analyst, analyst, notes, reduction

HOLIDAYS = "# 假期\n\n员工每年有二十五天带薪假期。工资每月二十八日发放。\n"
UNKNOWN = "01JABCDEFGHJKMNPQRSTVWXYZ0"
ANALYSIS = {"analysis_id", "title", "language", "level", "difficulty", "key_points", "concepts", "suggested"}
ANALYSIS |= {"document_ids", "covered", "failed_parts"}

Noter = Callable[..., tuple[int, Analyst]]


@pytest.fixture
def noter(portal: BlockingPortal, configure: Configure) -> Iterator[Noter]:
    """`noter(say)`: the id of a model that says this of a part and chooses the first point; and itself."""

    async def choose(listed: str) -> str:
        return reduction(1, concepts=("part",))

    with ExitStack() as servers:

        def made(say: Callable[[str], str], **options: Any) -> tuple[int, Analyst]:
            async def said(part: str) -> str:
                return say(part)

            model = servers.enter_context(portal.wrap_async_context_manager(analyst(said, choose)))
            return configure("noter", base_url=model.url, **options)["id"], model

        yield made


def long(parts: int) -> str:
    """A text of so many parts, each beginning with its number."""
    filler = "Nothing of interest is said in this sentence at all. " * 250
    return "\n\n".join(f"# Chapter\n\nPart {one} is about number {one}. {filler}" for one in range(parts))


def test_a_text_has_key_points_with_their_places(study: Study) -> None:
    found = study("POST /analyze", json={"text": WATER, "title": "课文"}).json()
    assert found.keys() == {*ANALYSIS, "usage", "metrics", "run_id"}
    assert (found["title"], found["language"], found["covered"]) == ("课文", "en", 1)
    assert found["key_points"]
    for point in found["key_points"]:
        place = point["source"]
        assert WATER[place["start"] : place["end"]] == place["quote"]
    assert {one["name"].casefold() for one in found["concepts"]} >= {"water"}
    assert sum(found["suggested"].values()) > 0
    again = f"GET /analyses/{found['analysis_id']}"
    assert study(again).json() == {name: found[name] for name in ANALYSIS}
    for asked, caller in [
        (again, "stranger"),
        ("GET /analyses/x", "dev"),
        (f"GET /analyses/{UNKNOWN}", "dev"),
    ]:
        assert study(asked, owner=caller).status == 404


def test_parts_are_told_as_they_are_done_and_what_fails_is_counted(study: Study, noter: Noter) -> None:
    def say(part: str) -> str:
        number = part.partition("Part ")[2][:1]
        quote = f"Part {number} is about number {number}."
        return "no notes" if number == "1" else notes((f"Point {number}.", quote))

    model_id, _ = noter(say)
    asked = {"text": long(3), "model_id": model_id}
    events = frames(study("POST /analyze", json={**asked, "stream": True}))
    (_, first), *between, (_, last) = events
    assert first == {
        "run_id": first["run_id"],
        "started": True,
        "model": "noter",
        "analysis_id": first["analysis_id"],
        "parts": first["parts"],
        "done": False,
    }
    items = [data["item"] for _, data in between]
    assert [one["done"] for one in items] == list(range(1, first["parts"] + 1))
    assert {one["part"] for one in items} == set(range(1, first["parts"] + 1))
    good = [one for one in items if one["key_points"]]
    assert {one["key_points"][0]["text"] for one in good} >= {"Point 0.", "Point 2."}
    analysis = last["final_response"]
    assert analysis.keys() == ANALYSIS
    assert analysis["failed_parts"] == sum("problem" in one for one in items) > 0
    assert 0 < analysis["covered"] < 1
    assert [point["text"] for point in analysis["key_points"]] == ["Point 0."]
    whole = study("POST /analyze", json=asked).json()
    assert {**whole, "analysis_id": analysis["analysis_id"]} == {**whole, **analysis}


def test_where_no_part_has_notes_the_run_fails(study: Study, noter: Noter) -> None:
    model_id, _ = noter(lambda part: "no notes")
    failed = study("POST /analyze", json={"text": WATER, "model_id": model_id})
    assert (failed.status, failed.json()["code"]) == (502, "model_malformed")


def test_a_document_is_analysed(study: Study, index: Put, owner: str) -> None:
    document_id = index()
    events = frames(study("POST /analyze-file", json={"document_id": document_id, "stream": True}))
    assert events[0][1]["document_id"] == document_id
    analysis = events[-1][1]["final_response"]
    assert analysis["document_ids"] == [document_id]
    assert analysis["key_points"][0]["source"]["document_id"] == document_id
    assert {point["source"]["quote"] for point in analysis["key_points"]} <= set(HANDBOOK.splitlines())


def test_a_model_that_reads_files_gets_the_original(
    study: Study, index: Put, noter: Noter, configure: Configure, model_url: str
) -> None:
    document_id = index()
    quote = "Wages come on the 28th."
    model_id, model = noter(lambda asked: notes(("工资二十八号发。", quote)), files=True)
    asked = {"document_id": document_id, "language": "zh", "model_id": model_id}
    (point,) = study("POST /analyze-file", json=asked).json()["key_points"]
    assert (point["source"]["document_id"], point["source"]["quote"]) == (document_id, quote)
    ((file_id, sent),) = model.files.items()
    assert HANDBOOK.encode() in sent
    assert model.deleted == [file_id]
    assert model.messages[0][1]["content"] == f"fileid://{file_id}"
    stand_in = configure("long", base_url=model_url, model="freshet-stand-in", files=True)["id"]
    own = study("POST /analyze-file", json={"document_id": document_id, "model_id": stand_in}).json()
    assert {one["source"]["quote"] for one in own["key_points"]} <= set(HANDBOOK.splitlines())
    assert own["key_points"]


async def test_an_upload_becomes_a_document_and_is_analysed(
    product: Stack, owner: str, live: httpx.AsyncClient
) -> None:
    files, data = (
        {"file": ("手册.md", HOLIDAYS.encode("gb18030"))},
        {"stream": "true", "language": "zh"},
    )
    seen = []
    async with live.stream("POST", "/analyze-file", files=files, data=data) as answer:
        async for event in told(answer):
            seen.append(event)
            if "started" in event:
                await parse(owner, event["document_id"])
    analysis = seen[-1]["final_response"]
    assert analysis["document_ids"] == [seen[0]["document_id"]] == [seen[0]["analysis_id"]]
    assert analysis["language"] == "zh"
    assert analysis["key_points"][0]["source"]["filename"] == "手册.md"


async def test_an_upload_that_can_not_be_read_fails_as_its_document_does(
    product: Stack, owner: str, live: httpx.AsyncClient
) -> None:
    files = {"file": ("broken.pdf", b"%PDF-1.7\nno more")}
    async with live.stream("POST", "/analyze-file", files=files, data={"stream": "true"}) as answer:
        events = told(answer)
        first = await anext(events)
        await parse(owner, first["document_id"])
        (last,) = [event async for event in events]
    failed = await wiring.library().get(owner, first["document_id"])
    assert failed.error is not None
    assert last["problem"]["code"] == failed.error.code


async def parse(owner: str, document_id: str) -> None:
    """What the parse worker does meanwhile."""
    message = {"owner": owner, "document_id": document_id, "request": "s3:1:1"}
    records = batch({"Body": json.dumps(message)})["Records"]
    assert await process_batch(records, wiring.ingest(), wiring.parse_queue(), remaining_s=60) == []


def test_what_is_not_there_is_a_404(study: Study, index: Put, owner: str) -> None:
    mine = index()
    for path, wrong, caller in [
        ("analyze", {"text": "x", "model_id": 99}, owner),
        ("analyze-file", {"document_id": UNKNOWN}, owner),
        ("analyze-file", {"document_id": "../x"}, owner),
        ("analyze-file", {"document_id": mine}, "stranger"),
        ("analyze-file", {"document_id": mine, "model_id": 99}, owner),
    ]:
        answer = study(f"POST /{path}", json=wrong, owner=caller)
        assert (answer.status, answer.json()["code"]) == (404, "not_found"), wrong


@pytest.mark.parametrize(
    ("path", "wrong", "field"),
    [
        ("analyze", {}, "text"),
        ("analyze", {"text": ""}, "text"),
        ("analyze", {"text": "\n"}, "text"),
        ("analyze", {"text": "\ud83d"}, "text"),
        ("analyze", {"text": "x" * 500_001}, "text"),
        ("analyze", {"text": ["x"]}, "text"),
        ("analyze", {"text": "x", "language": "?"}, "language"),
        ("analyze", {"text": "x", "title": "x" * 201}, "title"),
        ("analyze", {"text": "x", "model_id": "1"}, "model_id"),
        ("analyze", {"text": "x", "stream": 1}, "stream"),
        ("analyze", {"text": "x", "document_id": UNKNOWN}, "document_id"),
        ("analyze", [], "body"),
        ("analyze-file", {}, "document_id"),
        ("analyze-file", {"document_id": ""}, "document_id"),
        ("analyze-file", {"document_id": 5}, "document_id"),
        ("analyze-file", {"document_id": UNKNOWN, "text": "x"}, "text"),
        ("analyze-file", {"document_id": UNKNOWN, "stream": "true"}, "stream"),
        ("analyze-file", [], "body"),
    ],
)
def test_a_wrong_body_is_refused_and_its_field_named(study: Study, path: str, wrong: Any, field: str) -> None:
    content = json.dumps(wrong).encode()
    answer = study(f"POST /{path}", content=content, headers={"content-type": "application/json"})
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == field
    assert len(answer.body) < 2_000


@pytest.mark.parametrize(
    ("options", "status", "field"),
    [
        ({"files": {"language": (None, b"zh")}}, 422, "file"),
        ({"files": {"file": ("a.md", b"# A"), "language": (None, b"?")}}, 422, "language"),
        ({"files": {"file": ("a.md", b"# A"), "model_id": (None, b"one")}}, 422, "model_id"),
        ({"files": {"file": ("a.md", b"# A"), "document_id": (None, b"x")}}, 422, "document_id"),
        ({"files": {"file": ("a.md", b"# A"), "model_id": (None, b"99")}}, 404, None),
        ({"files": {"file": ("a.md", b"")}}, 422, None),
        ({"content": b"# A", "headers": {"content-type": "text/markdown"}}, 415, None),
        (
            {"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            422,
            "file",
        ),
    ],
)
def test_a_wrong_form_is_refused(study: Study, options: Any, status: int, field: str | None) -> None:
    answer = study("POST /analyze-file", **options)
    assert answer.status == status, answer.body
    assert answer.json().get("errors", [{"field": None}])[0]["field"] == field
