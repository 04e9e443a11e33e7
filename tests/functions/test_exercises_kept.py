"""Exercises are listed, looked at and deleted."""

import json
from typing import Any

import pytest

from freshet import wiring
from freshet.exercises.question import Question, for_learner
from tests.functions import exam
from tests.functions.conftest import HANDBOOK, Put, Study, Teacher
from tests.functions.sandbox import Sandbox
from tests.stack import Stack
from tests.unit.exercises.formats.questions import ALL, PLACE
from tests.unit.exercises.generation.examiner import TEXT, short, true
from tests.unit.exercises.generation.examiner import written as drafts
from tests.unit.exercises.kept import exercise, left_of

UNKNOWN = "01JABCDEFGHJKMNPQRSTVWXYZ0"
KEYS = {"answer", "accepted", "credit", "feedback", "feedback_right", "feedback_wrong"}
KEYS |= {"explanation", "source", "sample", "quote", "right_id", "pairs", "distractors"}


def imported(study: Study, content: str = exam.GIFT, title: str = "水与行星") -> str:
    answer = study("POST /import", json={"content": content, "title": title})
    assert answer.status == 201, answer.body
    return str(answer.json()["exercise"]["id"])


def listed(study: Study, query: str = "") -> list[str]:
    answer = study(f"GET {query}")
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer.json()["items"]]


def test_exercises_are_listed_newest_first_and_page_by_page(study: Study, owner: str) -> None:
    made = [imported(study, title=title) for title in ("one", "two", "三")]
    first = study("GET ?limit=2").json()
    rest = study(f"GET ?limit=2&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    assert "items" not in first["items"][0]
    assert study(owner=f"{owner}-2").json() == {"items": [], "next_cursor": None}


def test_exercises_are_found_by_what_they_are(study: Study, teacher: Teacher, index: Put) -> None:
    other = imported(study, "1+1? {#2}", "Ｓums")
    quiz = imported(study)
    draft = short(0, concepts=["Mercury"], quote=HANDBOOK.splitlines()[2])
    model_id, _ = teacher(drafts(draft))
    asked = {"document_ids": [index()], "types": ["short_answer"], "count": 1, "model_id": model_id}
    made = study("POST /generate", json=asked).json()["exercise"]
    for query, found in [
        (f"?document_id={made['document_ids'][0]}", [made["id"]]),
        (f"?document_id={UNKNOWN}", []),
        ("?type=numeric", [quiz, other]),
        ("?type=short_answer", [made["id"], quiz]),
        ("?concept=mercury", [made["id"]]),
        ("?concept=venus", []),
        ("?state=ready", [made["id"], quiz, other]),
        ("?state=partial", []),
        ("?q=%E8%A1%8C%E6%98%9F", [quiz]),
        ("?q=sums&type=numeric", [other]),
        ("?q=sums&type=cloze", []),
    ]:
        assert listed(study, query) == found, query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("cursor=x", "cursor"),
        ("document_id=", "document_id"),
        ("type=riddle", "type"),
        ("state=done", "state"),
        ("concept=%20", "concept"),
        (f"q={'x' * 201}", "q"),
    ],
)
def test_a_list_that_can_not_be_is_refused(study: Study, query: str, field: str) -> None:
    answer = study(f"GET ?{query}")
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == field


def members(found: Any) -> set[str]:
    """The names of all members, however deep."""
    if isinstance(found, list):
        return {name for one in found for name in members(one)}
    if isinstance(found, dict):
        return set(found) | members(list(found.values()))
    return set()


def test_a_learner_sees_no_key(study: Study, teacher: Teacher) -> None:
    model_id, _ = teacher(drafts(exam.ESSAY))
    asked = {"text": exam.TEXT, "types": {"essay": 1}, "model_id": model_id}
    essay = study("POST /generate", json=asked).json()["exercise"]["id"]
    for exercise_id in (essay, imported(study)):
        whole = study(f"GET /{exercise_id}").json()
        sheet = study(f"GET /{exercise_id}?answers=false").json()
        assert KEYS & members(whole["items"])
        assert not KEYS & members(sheet["items"])
        assert [one["id"] for one in sheet["items"]] == [one["id"] for one in whole["items"]]
        assert (whole["answers"], sheet["answers"]) == (True, False)
        hidden: dict[str, Any] = {
            "items": [],
            "answers": None,
            "concepts": [],
        }  # concepts may be what is asked for
        assert {**sheet, **hidden} == {**whole, **hidden}
        assert sheet["concepts"] == []
        said = json.dumps(sheet, ensure_ascii=False)
        for secret in ("H2O", "Well seen", "对了", "八十八", "takes heat", "蒸发、", "evaporation, and"):
            assert secret not in said
    assert [one["text"] for one in sheet["items"][0]["options"]] == ["水星", "金星", "地球"]
    assert sorted(one["text"] for one in sheet["items"][5]["right"]) == ["东京", "巴黎", "开罗"]
    assert study(f"GET /{essay}?answers=maybe").json()["errors"][0]["field"] == "answers"


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.id + question.type)
def test_a_learner_sees_no_key_of_any_type(
    question: Question, study: Study, sandbox: Sandbox, owner: str
) -> None:
    """Alone on its sheet: nothing beside it tells that this is no whole question."""
    remarked = question.model_copy(update={"explanation": "because", "source": PLACE})
    begun = exercise(types=[question.type])

    async def keep() -> None:
        await wiring.exercises().begin(owner, begun)
        await wiring.exercises().add(owner, begun.id, remarked)

    sandbox.run(keep)
    whole, sheet = study(f"GET /{begun.id}").json(), study(f"GET /{begun.id}?answers=false").json()
    assert whole["items"] == [remarked.model_dump(mode="json")]
    assert sheet["items"] == [for_learner(question).model_dump(mode="json")]
    assert not (KEYS | {"version", "tolerance", "wildcards"}) & members(sheet["items"])


def test_what_is_deleted_is_gone_with_all_that_it_had(
    study: Study, sandbox: Sandbox, product: Stack, owner: str, teacher: Teacher
) -> None:
    model_id, _ = teacher(drafts(short(0), true(1)))
    asked = {"text": TEXT, "types": ["short_answer", "true_false"], "count": 2, "model_id": model_id}
    made = study("POST /generate", json=asked).json()
    path = f"/{made['exercise']['id']}"
    body = {"answers": {made["items"][0]["id"]: "Mercury"}, "only_answered": True}
    attempt = study(f"POST {path}/submit", json=body).json()["id"]
    assert sandbox.run(lambda: left_of(product, owner))
    assert study(f"DELETE {path}", owner="stranger").status == 404
    gone = study(f"DELETE {path}")
    assert (gone.status, gone.body) == (204, b"")
    assert sandbox.run(lambda: left_of(product, owner)) == []
    for asked_again in ("DELETE {}", "GET {}", "GET {}/export?format=md", f"GET {{}}/attempts/{attempt}"):
        answer = study(asked_again.format(path))
        assert (answer.status, answer.json()["code"]) == (404, "not_found")
    assert listed(study) == []


def test_what_is_not_there_is_a_404(study: Study) -> None:
    exercise_id = imported(study)
    missing: list[tuple[str, dict[str, Any]]] = [
        (f"GET /{UNKNOWN}", {}),
        ("GET /x", {}),
        ("GET /%2e%2e", {}),
        (f"GET /{'x' * 3000}", {}),
        (f"GET /{exercise_id}", {"owner": "stranger"}),
        (f"GET /{exercise_id}?answers=false", {"owner": "stranger"}),
        (f"DELETE /{UNKNOWN}", {}),
        ("DELETE /due", {}),
    ]
    for asked, options in missing:
        answer = study(asked, **options)
        assert (answer.status, answer.json()["code"]) == (404, "not_found"), asked
    assert listed(study) == [exercise_id]
