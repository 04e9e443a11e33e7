"""Exercises are generated: `POST /api/v1/exercises/generate`."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.functions.conftest import Configure, Put, Study, Teacher, Upstream
from tests.functions.streams import Events, frames, told, written
from tests.lessons import PHOTOSYNTHESIS, WATER
from tests.stack import Stack
from tests.unit.exercises.analysis.analyst import notes
from tests.unit.exercises.generation.examiner import FACTS, TEXT, examiner, short, true
from tests.unit.exercises.generation.examiner import written as drafts
from tests.unit.exercises.generation.making import said
from tests.unit.exercises.kept import left_of
from tests.unit.llm.upstream import aborts, chunk, refuses, says, sends

GENERATE = "POST /generate"
UNKNOWN = "01JABCDEFGHJKMNPQRSTVWXYZ0"
TYPES = {"short_answer": 2, "true_false": 1}
DRAFTS = drafts(short(0), short(2, concepts=["printing"]), true(1))
LEAVE: dict[str, Any] = {
    "type": "short_answer",
    "question": "How long may staff stay away with pay?",
    "quote": "Staff have 25 days of paid leave per year.",
    "answer": ["25 days"],
}


def texts(found: list[dict[str, Any]]) -> list[str]:
    return sorted(one["question"] for one in found)


def items(events: Events) -> list[dict[str, Any]]:
    return [data["item"] for _, data in events if "item" in data]


@pytest.fixture
def analysed(study: Study, configure: Configure, upstream: Upstream) -> str:
    """The id of an analysis of the facts, with one key point."""
    model = upstream(mine=says(notes(("Mercury is near.", FACTS[0][0]))))
    asked = {"text": TEXT, "title": "常识", "model_id": configure("mine", base_url=model.url)["id"]}
    return str(study("POST /analyze", json=asked).json()["analysis_id"])


def test_questions_are_streamed_one_by_one_and_kept(study: Study, teacher: Teacher) -> None:
    model_id, _ = teacher(DRAFTS)
    asked = {"text": TEXT, "types": TYPES, "title": "常识", "difficulty": "hard", "model_id": model_id}
    events = frames(study(GENERATE, json={**asked, "stream": True}))
    (run_id, first), *between, (_, last) = events
    exercise_id = first["exercise_id"]
    assert first == {
        "run_id": run_id.partition(":")[0],
        "started": True,
        "model": first["model"],
        "exercise_id": exercise_id,
        "asked": 3,
        "parts": 1,
        "done": False,
    }
    assert {tuple(data) for _, data in between} == {("content", "done"), ("item", "done")}
    assert written(events) == "\n\n".join([FACTS[0][1], FACTS[2][1], FACTS[1][0]])
    assert last.keys() == {"done", "final_response", "metrics"}
    assert last["final_response"] == {
        "exercise_id": exercise_id,
        "asked": 3,
        "kept": 3,
        "missing": {},
        "repaired": 0,
        "dropped": 0,
        "reasons": {},
        "state": "ready",
    }
    kept = study(f"GET /{exercise_id}").json()
    assert kept.pop("answers") is True
    assert items(events) == [{"exercise_id": exercise_id, **one} for one in kept.pop("items")]
    assert kept == {
        "id": exercise_id,
        "title": "常识",
        "state": "ready",
        "origin": "generated",
        "language": "en",
        "difficulty": "hard",
        "document_ids": [],
        "types": ["short_answer", "true_false"],
        "concepts": ["printing"],
        "questions": 3,
        "points": 5.0,
        "asked": 3,
        "dropped": 0,
        "repaired": 0,
        "reasons": {},
        "run_id": run_id.partition(":")[0],
        "created_at": kept["created_at"],
        "updated_at": kept["updated_at"],
    }


def test_not_streamed_is_the_stream_folded(study: Study, teacher: Teacher) -> None:
    model_id, _ = teacher(DRAFTS)
    asked = {"text": TEXT, "types": TYPES, "model_id": model_id}
    whole = study(GENERATE, json=asked).json()
    streamed = frames(study(GENERATE, json={**asked, "stream": True}))
    assert whole.keys() == {"exercise", "items", "usage", "metrics", "run_id"}
    detail = study(f"GET /{whole['exercise']['id']}").json()
    assert {**whole["exercise"], "items": detail["items"], "answers": True} == detail
    assert whole["items"] == detail["items"]
    assert whole["exercise"]["run_id"] == whole["run_id"]
    assert whole["metrics"].keys() == streamed[-1][1]["metrics"].keys()
    assert texts(whole["items"]) == texts(items(streamed))


@pytest.mark.parametrize(("text", "language"), [(WATER, "en"), (PHOTOSYNTHESIS, "zh")])
def test_the_stand_in_writes_questions_about_a_text(study: Study, text: str, language: str) -> None:
    answer = study(GENERATE, json={"text": text, "types": {"cloze": 1, "single_choice": 1}}).json()
    assert (answer["exercise"]["language"], answer["exercise"]["asked"]) == (language, 2)
    assert answer["exercise"]["types"] == ["cloze", "single_choice"]
    for item in answer["items"]:
        place = item["source"]
        assert text[place["start"] : place["end"]] == place["quote"]


def test_a_list_of_types_is_taken_in_turn(study: Study, teacher: Teacher) -> None:
    model_id, model = teacher(DRAFTS)
    asked = {"text": TEXT, "types": ["short_answer", "true_false"], "count": 3, "bloom": ["apply"]}
    more = {"instructions": "只考数字", "language": "zh-Hans", "difficulty": "easy", "model_id": model_id}
    answer = study(GENERATE, json={**asked, **more})
    assert answer.json()["exercise"]["language"] == "zh-Hans"
    assert said(model.of("write")[0]) == {
        "count": 3,
        "types": TYPES,
        "bloom": ["apply"],
        "difficulty": "easy",
        "language": "zh-Hans",
        "instructions": "只考数字",
    }


def test_documents_are_asked_about_and_named(study: Study, teacher: Teacher, index: Put) -> None:
    document_id = index()
    model_id, _ = teacher(drafts(LEAVE), knows=lambda said: LEAVE["answer"])
    asked = {"document_ids": [document_id], "types": ["short_answer"], "count": 1, "model_id": model_id}
    answer = study(GENERATE, json=asked).json()
    (item,) = answer["items"]
    assert item["source"]["quote"] == LEAVE["quote"]
    assert (item["source"]["document_id"], item["source"]["filename"]) == (document_id, "handbook.md")
    assert item["source"]["heading"] == ["Leave"]
    assert answer["exercise"]["document_ids"] == [document_id]


def test_documents_add_what_they_say_of_a_text(study: Study, teacher: Teacher, index: Put) -> None:
    document_id = index()
    model_id, model = teacher(drafts(LEAVE), knows=lambda said: LEAVE["answer"])
    asked = {"text": "Who asks for paid leave fills in a form.", "types": ["short_answer"], "count": 1}
    added = study(GENERATE, json={**asked, "use_documents": True, "model_id": model_id}).json()
    assert added["items"][0]["source"]["document_id"] == document_id
    alone = study(GENERATE, json={**asked, "model_id": model_id})
    assert (alone.status, alone.json()["code"]) == (422, "no_question")
    assert alone.json()["reasons"] == {"quote": 2}  # it is asked twice
    assert LEAVE["quote"] in "".join(model.of("write")[:2])


def test_an_analysis_is_asked_about(study: Study, analysed: str, teacher: Teacher) -> None:
    model_id, model = teacher(DRAFTS)
    asked = {"analysis_id": analysed, "types": ["short_answer"], "count": 1, "model_id": model_id}
    assert study(GENERATE, json=asked).json()["exercise"]["title"] == "常识"
    shown = model.of("write")[0]
    assert "<key_points>\n- Mercury is near.\n</key_points>" in shown
    assert 'filename="常识"' in shown


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "body"),
        ({"text": "x", "analysis_id": UNKNOWN}, "body"),
        ({"text": "x", "document_ids": [UNKNOWN]}, "body"),
        ({"text": ""}, "text"),
        ({"text": " \n\t"}, "text"),
        ({"text": "\ud83d"}, "text"),
        ({"text": 5}, "text"),
        ({"text": "x" * 500_001}, "text"),
        ({"document_ids": []}, "document_ids"),
        ({"document_ids": UNKNOWN}, "document_ids"),
        ({"document_ids": [UNKNOWN] * 21}, "document_ids"),
        ({"document_ids": [5]}, "document_ids.0"),
        ({"analysis_id": ""}, "analysis_id"),
        ({"text": "x", "count": 0}, "count"),
        ({"text": "x", "count": 51}, "count"),
        ({"text": "x", "count": 1.5}, "count"),
        ({"text": "x", "count": True}, "count"),
        ({"text": "x", "count": "3"}, "count"),
        ({"text": "x", "types": []}, "types"),
        ({"text": "x", "types": {}}, "types"),
        ({"text": "x", "types": "cloze"}, "types"),
        ({"text": "x", "types": ["riddle"]}, "types"),
        ({"text": "x", "types": {"riddle": 1}}, "types"),
        ({"text": "x", "types": {"cloze": 0}}, "types"),
        ({"text": "x", "types": {"cloze": 51}}, "types"),
        ({"text": "x", "types": {"cloze": 26, "essay": 25}}, "body"),
        ({"text": "x", "types": {"cloze": 2}, "count": 3}, "body"),
        ({"text": "x", "difficulty": "impossible"}, "difficulty"),
        ({"text": "x", "bloom": ["guess"]}, "bloom.0"),
        ({"text": "x", "bloom": ["apply"] * 7}, "bloom"),
        ({"text": "x", "language": "Chinese!"}, "language"),
        ({"text": "x", "instructions": "x" * 2_001}, "instructions"),
        ({"text": "x", "instructions": "\ud83d"}, "instructions"),
        ({"text": "x", "title": " "}, "title"),
        ({"text": "x", "use_documents": 1}, "use_documents"),
        ({"text": "x", "model_id": "1"}, "model_id"),
        ({"text": "x", "stream": "true"}, "stream"),
        ({"text": "x", "cuont": 3}, "cuont"),
        ([], "body"),
        ("x", "body"),
    ],
)
def test_a_wrong_body_is_refused_and_its_field_named(study: Study, wrong: Any, field: str) -> None:
    content = json.dumps(wrong).encode()  # with half characters, as clients may send them
    answer = study(GENERATE, content=content, headers={"content-type": "application/json"})
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    named = answer.json()["errors"][0]["field"]
    assert named.split(".")[0] == field.split(".", maxsplit=1)[0]
    assert len(answer.body) < 3_000


def test_what_is_not_there_is_a_404(study: Study, owner: str, index: Put, analysed: str) -> None:
    mine = index()
    missing: list[tuple[dict[str, Any], str]] = [
        ({"document_ids": [UNKNOWN]}, owner),
        ({"document_ids": [mine, UNKNOWN]}, owner),
        ({"document_ids": ["../x"]}, owner),
        ({"document_ids": [mine]}, "stranger"),
        ({"analysis_id": UNKNOWN}, owner),
        ({"analysis_id": "../x"}, owner),
        ({"analysis_id": analysed}, "stranger"),
        ({"text": "x", "model_id": 99}, owner),
        ({"text": "x", "model_id": 10**2000}, owner),
    ]
    for number, (wrong, caller) in enumerate(missing):
        answer = study(GENERATE, json={**wrong, "stream": number % 2 == 0}, owner=caller)
        assert (answer.status, answer.json()["code"]) == (404, "not_found"), wrong
        assert study(owner=caller).json()["items"] == []


def test_a_document_without_text_is_a_conflict(study: Study, upload: Put) -> None:
    answer = study(GENERATE, json={"document_ids": [upload()]})
    assert (answer.status, answer.json()["code"]) == (409, "conflict")


def test_a_model_that_fails_leaves_no_exercise(study: Study, teacher: Teacher) -> None:
    model_id, _ = teacher(refuses(400))
    asked = {"text": TEXT, "model_id": model_id}
    failed = study(GENERATE, json=asked)
    assert (failed.status, failed.json()["code"]) == (502, "model_bad_request")
    (_, started), (_, end) = frames(study(GENERATE, json={**asked, "stream": True}))
    assert started["started"]
    assert (end["status"], end["problem"]["code"]) == ("error", "model_bad_request")
    assert study().json()["items"] == []


def test_a_cut_keeps_what_was_finished(study: Study, teacher: Teacher) -> None:
    cut = drafts(short(0), short(2), short(4))[:-20]
    model_id, _ = teacher(aborts(chunk(cut)), refuses(400))
    asked = {"text": TEXT, "types": ["short_answer"], "count": 3, "model_id": model_id, "stream": True}
    events = frames(study(GENERATE, json=asked))
    assert texts(items(events)) == sorted([FACTS[0][1], FACTS[2][1]])
    assert events[-1][1]["problem"]["code"] == "model_bad_request"
    kept = study(f"GET /{events[0][1]['exercise_id']}").json()
    assert (kept["state"], texts(kept["items"])) == ("partial", texts(items(events)))


async def test_a_question_is_kept_before_it_is_shown_and_gone_with_its_exercise(
    product: Stack, owner: str, live: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted = asyncio.Event()

    async def waits(writer: asyncio.StreamWriter) -> None:
        await sends(chunk('{"items": [' + json.dumps(short(0))))(writer)
        await asyncio.wait_for(deleted.wait(), 5)
        await sends(chunk(f", {json.dumps(short(2))}]}}"), chunk(finish="stop"))(writer)

    async with examiner(waits) as model:
        monkeypatch.setenv("MODEL_BASE_URL", model.url)
        seen: list[dict[str, Any]] = []
        asked = {"text": TEXT, "types": ["short_answer"], "count": 2, "stream": True}
        async with live.stream("POST", "/generate", json=asked) as answer:
            async for data in told(answer):
                seen.append(data)
                if "item" in data:
                    exercise = f"/{data['item']['exercise_id']}"
                    kept = (await live.get(exercise)).json()
                    assert kept["state"] == "generating"
                    assert kept["items"][0]["id"] == data["item"]["id"]
                    assert (await live.delete(exercise)).status_code == 204
                    deleted.set()
    assert [next(iter(data)) for data in seen if "content" not in data] == ["run_id", "item", "done"]
    assert seen[-1]["problem"]["code"] == "not_found"
    assert (await live.get(exercise)).status_code == 404
    assert await left_of(product, owner) == []
