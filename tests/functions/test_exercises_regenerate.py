"""One question is written anew: `POST /api/v1/exercises/{exercise_id}/questions/{question_id}/regenerate`."""

from typing import Any

import pytest

from tests.functions.conftest import Study, Teacher
from tests.functions.streams import frames, written
from tests.unit.exercises.generation.examiner import FACTS, TEXT, short, true
from tests.unit.exercises.generation.examiner import written as drafts
from tests.unit.exercises.generation.making import said
from tests.unit.llm.upstream import refuses

GENERATE = "POST /generate"
UNKNOWN = "01JABCDEFGHJKMNPQRSTVWXYZ0"


@pytest.fixture
def made(study: Study, teacher: Teacher) -> dict[str, Any]:
    """An exercise of two questions, the first of them about Mercury."""
    model_id, _ = teacher(drafts(short(0), short(2)))
    asked = {"text": TEXT, "types": ["short_answer"], "count": 2, "model_id": model_id}
    answer = study(GENERATE, json=asked).json()
    items = sorted(answer["items"], key=lambda one: one["question"] != FACTS[0][1])
    return {**answer["exercise"], "items": items}


def again(made: dict[str, Any], question_id: str = "") -> str:
    return f"POST /{made['id']}/questions/{question_id or made['items'][0]['id']}/regenerate"


def test_a_question_takes_the_place_of_the_one_before_it(
    study: Study, teacher: Teacher, made: dict[str, Any]
) -> None:
    old, other = made["items"]
    model_id, model = teacher(drafts(true(1)), drafts(short(4)))
    asked = {"type": "true_false", "difficulty": "hard", "instructions": "更短", "model_id": model_id}
    events = frames(study(again(made), json={**asked, "stream": True}))
    first, last = events[0][1], events[-1][1]
    assert first == {
        "run_id": first["run_id"],
        "started": True,
        "model": first["model"],
        "exercise_id": made["id"],
        "question_id": old["id"],
        "done": False,
    }
    (item,) = [data["item"] for _, data in events if "item" in data]
    assert written(events) == FACTS[1][0]
    assert item == {"exercise_id": made["id"], **last["final_response"]["question"]}
    assert last["final_response"].keys() == {"question"}
    assert (item["id"], item["version"], item["type"]) == (old["id"], 2, "true_false")
    wanted = said(model.of("write")[0])
    assert (wanted["types"], wanted["difficulty"]) == ({"true_false": 1}, "hard")
    assert wanted["instructions"] == "更短"
    third = study(again(made), json={"type": "short_answer", "model_id": model_id}).json()
    assert third.keys() == {"question", "usage", "metrics", "run_id"}
    assert third["question"]["version"] == 3
    kept = study(f"GET /{made['id']}").json()
    assert {one["id"]: one for one in kept["items"]} == {old["id"]: third["question"], other["id"]: other}
    assert (kept["types"], kept["questions"], kept["state"]) == (["short_answer"], 2, "ready")


def test_where_nothing_good_comes_the_question_stays(
    study: Study, teacher: Teacher, made: dict[str, Any]
) -> None:
    duplicate, wrong, nothing = drafts(short(2)), drafts(short(0, answer=["Venus"])), drafts()
    for instead, status, code in [
        (duplicate, 422, "no_question"),
        (wrong, 422, "no_question"),
        (nothing, 422, "no_question"),
        (refuses(400), 502, "model_bad_request"),
    ]:
        model_id, _ = teacher(instead)
        answer = study(again(made), json={"model_id": model_id})
        assert (answer.status, answer.json()["code"]) == (status, code)
    kept = study(f"GET /{made['id']}").json()
    assert sorted(kept["items"], key=lambda one: one["question"] != FACTS[0][1]) == made["items"]


def test_a_body_may_be_left_out(study: Study, made: dict[str, Any]) -> None:
    assert study(again(made)).json()["question"]["version"] == 2


def test_what_is_not_there_is_a_404(study: Study, made: dict[str, Any]) -> None:
    missing: list[tuple[str, dict[str, Any]]] = [
        (again(made, UNKNOWN), {}),
        (again(made, "x" * 3000), {}),
        (again(made, "%20"), {}),
        (again({**made, "id": UNKNOWN}), {}),
        (again({**made, "id": "%2e%2e"}), {}),
        (again(made), {"owner": "stranger"}),
        (again(made), {"json": {"model_id": 99}}),
    ]
    for asked, options in missing:
        answer = study(asked, **options)
        assert (answer.status, answer.json()["code"]) == (404, "not_found"), asked


def test_what_was_imported_has_nothing_to_be_made_from(study: Study) -> None:
    imported = study("POST /import", json={"content": "1+1? {#2}"}).json()["exercise"]
    (question,) = study(f"GET /{imported['id']}").json()["items"]
    answer = study(again(imported, question["id"]))
    assert (answer.status, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"type": "riddle"}, "type"),
        ({"difficulty": 3}, "difficulty"),
        ({"instructions": "x" * 2_001}, "instructions"),
        ({"model_id": True}, "model_id"),
        ({"stream": 1}, "stream"),
        ({"points": 3}, "points"),
        ([], "body"),
    ],
)
def test_a_wrong_body_is_refused_and_its_field_named(study: Study, wrong: Any, field: str) -> None:
    answer = study(again({"id": UNKNOWN}, UNKNOWN), json=wrong)
    assert (answer.status, answer.json()["errors"][0]["field"]) == (422, field)
