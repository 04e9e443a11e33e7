"""Answers are graded: `POST /api/v1/exercises/{exercise_id}/submit`, and what becomes of attempts."""

import json
from typing import Any

import pytest

from freshet import wiring
from freshet.ids import new_id
from freshet.profile.mastery import Practised
from tests.functions import exam
from tests.functions.conftest import Configure, Study, Teacher, Upstream
from tests.functions.events import request
from tests.functions.sandbox import Sandbox
from tests.functions.streams import frames, written
from tests.unit.exercises.generation.examiner import written as drafts
from tests.unit.llm.upstream import refuses, says

UNKNOWN = "01JABCDEFGHJKMNPQRSTVWXYZ0"
SWEAT = "Sweat evaporates, and that takes heat away."
# Of the imported questions: right, half right, wrong; with what they earn.
ANSWERS: dict[str, list[tuple[Any, float]]] = {
    "q1": [("A", 1), ("A", 1), ("B", 0)],
    "q2": [(["A", "B"], 1), (["B"], 0.5), (["A", "C"], 0)],
    "q3": [(True, 1), (True, 1), (False, 0)],
    "q4": [("ｈ２ｏ", 1), (" hho ", 0.5), ("水", 0)],
    "q5": [("一百", 1), (92, 0.5), ("７０", 0)],
    "q6": [({"1": "C", "2": "B"}, 1), ({"1": "C"}, 0.5), ({"1": "B", "2": "C"}, 0)],
}


def judgement(*criteria: tuple[str, Any, str], feedback: str = "说得好。") -> str:
    """What a model says of an answer: (id, points, quote) of each criterion."""
    said = [{"id": id_, "points": points, "quote": quote} for id_, points, quote in criteria]
    return json.dumps({"criteria": said, "feedback": feedback}, ensure_ascii=False)


@pytest.fixture
def quiz(study: Study) -> str:
    """The path of an imported exercise."""
    return f"/{study('POST /import', json={'content': exam.GIFT}).json()['exercise']['id']}"


@pytest.fixture
def grader(configure: Configure, upstream: Upstream) -> Any:
    """`grader("…")`: the id of a model that says these things, and its endpoint."""

    def made(*said: Any) -> tuple[int, Any]:
        model = upstream(grader=tuple(says(one) if isinstance(one, str) else one for one in said))
        return configure("grader", base_url=model.url)["id"], model

    return made


@pytest.fixture
def essay(study: Study, teacher: Teacher) -> dict[str, Any]:
    """A generated exercise of a cloze question, an ordering and an essay, as its detail shows it."""

    def knows(said: dict[str, Any]) -> list[str]:
        if said["type"] == "cloze":
            return ["hydrogen", "oxygen"]
        places = {entry["text"]: entry["id"] for entry in said["entries"]}
        return [places[text] for text in exam.ORDERING["options"]]

    model_id, _ = teacher(drafts(exam.CLOZE, exam.ORDERING, exam.ESSAY), knows=knows)
    types = ["cloze", "ordering", "essay"]
    made = study("POST /generate", json={"text": exam.TEXT, "types": types, "count": 3, "model_id": model_id})
    assert made.status == 200, made.body
    return dict(study(f"GET /{made.json()['exercise']['id']}").json())


def of_type(exercise: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = (one for one in exercise["items"] if one["type"] == kind)
    return dict(found)


@pytest.mark.parametrize("column", range(3))
def test_closed_questions_are_graded_by_rule(study: Study, quiz: str, generations: Any, column: int) -> None:
    answers = {id_: given[column][0] for id_, given in ANSWERS.items()}
    answer = study(f"POST {quiz}/submit", json={"answers": answers, "only_answered": True}).json()
    share = {one["question_id"]: one["score"] / one["max_score"] for one in answer["results"]}
    assert share == {id_: given[column][1] for id_, given in ANSWERS.items()}
    assert {one["graded_by"] for one in answer["results"]} == {"rule"}
    assert [one["answer"] for one in answer["results"]] == list(answers.values())
    assert answer["score"] == sum(one["score"] for one in answer["results"])
    assert (answer["ungraded"], generations()) == (0, [])


def test_open_questions_are_graded_by_rubric_with_streamed_feedback(
    study: Study, essay: dict[str, Any], grader: Any
) -> None:
    cloze, ordering, asked = (of_type(essay, kind) for kind in ("cloze", "ordering", "essay"))
    model_id, model = grader(judgement(("1", 3.5, "Sweat evaporates"), ("2", 99, "takes heat away")))
    answers = {
        cloze["id"]: {"1": "Ｈydrogen", "2": "O2"},
        ordering["id"]: [entry["id"] for entry in ordering["entries"]],
        asked["id"]: SWEAT,
    }
    body = {"answers": answers, "model_id": model_id, "stream": True}
    events = frames(study(f"POST /{essay['id']}/submit", json=body))
    first, last = events[0][1], events[-1][1]
    assert first == {
        "run_id": first["run_id"],
        "started": True,
        "model": "grader",
        "attempt_id": first["attempt_id"],
        "exercise_id": essay["id"],
        "questions": 3,
        "done": False,
    }
    kinds = [next(iter(data)) for _, data in events[1:-1]]
    assert kinds == ["item", "item", *["content"] * (len(kinds) - 3), "item"]
    assert written(events) == "说得好。"
    results = [data["item"] for _, data in events if "item" in data]
    attempt = last["final_response"]
    assert sorted(map(str, attempt["results"])) == sorted(map(str, results))
    assert {one["type"]: one["score"] for one in results} == {"cloze": 2, "ordering": 3, "essay": 5.5}
    assert (attempt["score"], attempt["max_score"], attempt["ungraded"]) == (10.5, 11, 0)
    graded = results[-1]
    assert (graded["graded_by"], graded["feedback"]) == ("model", "说得好。")
    assert [(one["score"], one["quote"]) for one in graded["criteria"]] == [
        (3.5, "Sweat evaporates"),
        (2, "takes heat away"),
    ]
    assert study(f"GET /{essay['id']}/attempts/{attempt['id']}").json() == attempt
    assert exam.ESSAY["quote"] in str(model.calls[0].body)


def test_not_streamed_is_the_stream_folded(study: Study, quiz: str, grader: Any) -> None:
    model_id, _ = grader(judgement(("1", 1, "海水蒸发成云")))
    body = {"answers": {"q1": "A", "q7": "海水蒸发成云，云变成雨。"}, "model_id": model_id}
    whole = study(f"POST {quiz}/submit", json=body).json()
    streamed = frames(study(f"POST {quiz}/submit", json={**body, "stream": True}))[-1][1]["final_response"]
    for own in ("usage", "metrics", "run_id"):
        del whole[own]
    changing = {name: streamed[name] for name in ("id", "created_at")}
    assert {**whole, **changing} == streamed
    assert len(whole["results"]) == 7  # what was not answered counts 0
    assert whole["score"] == 2


def test_the_same_key_is_one_attempt(study: Study, quiz: str) -> None:
    body = {"answers": {"q1": "A"}}
    first, again = (
        study(f"POST {quiz}/submit", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )
    assert again.body == first.body
    assert len(study(f"GET {quiz}/attempts").json()["items"]) == 1
    other = {"answers": {"q1": "B"}}
    assert study(f"POST {quiz}/submit", json=other, headers={"Idempotency-Key": "k"}).status == 409
    assert study(f"POST {quiz}/submit", json=body).status == 200
    assert len(study(f"GET {quiz}/attempts").json()["items"]) == 2


def test_what_a_model_failed_to_grade_is_graded_later(study: Study, quiz: str, grader: Any) -> None:
    model_id, _ = grader(refuses(401), judgement(("1", 1, "海水蒸发")))
    body = {"answers": {"q1": "A", "q7": "海水蒸发。"}, "only_answered": True, "model_id": model_id}
    answer = study(f"POST {quiz}/submit", json=body)
    assert answer.status == 200
    closed, open_ = answer.json()["results"]
    assert (closed["score"], open_["score"], open_["graded_by"]) == (1, 0, "nobody")
    assert open_["problem"]["code"] == "model_authentication"
    assert answer.json()["ungraded"] == 1
    kept = study(f"GET {quiz}/attempts/{answer.json()['id']}").json()
    assert kept["results"] == answer.json()["results"]
    again = {"attempt_id": kept["id"], "model_id": model_id}
    graded = study(f"POST {quiz}/submit", json=again).json()
    assert (graded["id"], graded["score"], graded["ungraded"]) == (kept["id"], 2, 0)
    assert graded["results"][1]["graded_by"] == "model"
    assert len(study(f"GET {quiz}/attempts").json()["items"]) == 1


@pytest.fixture
def failed(study: Study, essay: dict[str, Any]) -> dict[str, Any]:
    """An attempt that earned nothing, of two points."""
    answers = {of_type(essay, "cloze")["id"]: {"1": "helium", "2": "neon"}}
    body = {"answers": answers, "only_answered": True}
    return dict(study(f"POST /{essay['id']}/submit", json=body).json())


def path_of(attempt: dict[str, Any]) -> str:
    return f"/{attempt['exercise_id']}/attempts/{attempt['id']}"


def overriding(attempt: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"question_id": attempt["results"][0]["question_id"], "score": 2, "comment": "也算对", **changes}


def test_an_owner_has_the_last_word(
    study: Study, sandbox: Sandbox, owner: str, failed: dict[str, Any]
) -> None:
    def known() -> dict[str, Any]:
        profile = sandbox.ask("profile", request("GET", "/api/v1/user/profile", owner=owner)).json()
        (concept,) = profile["mastery"]["items"]
        return dict(concept)

    before = known()
    assert (failed["score"], before["concept"], before["score"]) == (0, "water", 0)
    changed = study(f"PUT {path_of(failed)}", json=overriding(failed))
    assert changed.status == 200, changed.body
    (result,) = changed.json()["results"]
    assert (changed.json()["score"], result["score"], result["graded_by"]) == (2, 2, "owner")
    assert (result["override"]["before"], result["override"]["comment"]) == (0, "也算对")
    assert study(f"GET {path_of(failed)}").json() == changed.json()
    after = known()
    assert (after["score"], after["reviews"]) == (1, 1)
    assert after["due"] > before["due"]


def test_an_override_that_can_not_be_is_refused(study: Study, failed: dict[str, Any]) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"score": 2.5}, "score"),
        ({"score": -1}, "score"),
        ({"score": "2"}, "score"),
        ({"score": True}, "score"),
        ({"comment": "x" * 2_001}, "comment"),
        ({"question_id": ""}, "question_id"),
        ({"points": 1}, "points"),
    ]
    for changes, field in wrong:
        refused = study(f"PUT {path_of(failed)}", json=overriding(failed, **changes))
        assert (refused.status, refused.json()["errors"][0]["field"]) == (422, field)
    missing = [
        (failed, overriding(failed, question_id=UNKNOWN), {}),
        (failed, overriding(failed), {"owner": "stranger"}),
        ({**failed, "id": UNKNOWN}, overriding(failed), {}),
        ({**failed, "exercise_id": UNKNOWN}, overriding(failed), {}),
    ]
    for attempt, body, options in missing:
        answer = study(f"PUT {path_of(attempt)}", json=body, **options)
        assert (answer.status, answer.json()["code"]) == (404, "not_found")
    assert study(f"GET {path_of(failed)}").json()["results"] == failed["results"]


def test_what_was_forgotten_is_due_with_questions_to_practise_it(
    study: Study, sandbox: Sandbox, owner: str, essay: dict[str, Any]
) -> None:
    assert study("GET /due").json() == {"items": [], "total": 0}
    long_ago = [Practised(concept, "x/y", 0.2, "2024-05-01T08:00:00+00:00") for concept in ("Water", "rain")]
    sandbox.run(lambda: wiring.mastery().note(owner, new_id(), long_ago))
    due = study("GET /due?limit=1").json()
    assert (len(due["items"]), due["total"]) == (1, 2)
    due = study("GET /due").json()
    found = {one["concept"]: one["questions"] for one in due["items"]}
    asked = {kind: of_type(essay, kind)["id"] for kind in ("cloze", "ordering")}
    assert [one["question_id"] for one in found["Water"]] == [asked["cloze"]]
    assert [one["question_id"] for one in found["rain"]] == [asked["ordering"]]
    assert found["rain"][0]["exercise_id"] == essay["id"]
    assert "hydrogen" not in json.dumps(due)
    right = {asked["cloze"]: {"1": "hydrogen", "2": "oxygen"}}
    body = {"answers": right, "only_answered": True}
    assert study(f"POST /{essay['id']}/submit", json=body).status == 200
    assert [one["concept"] for one in study("GET /due").json()["items"]] == ["rain"]
    for query in ("limit=0", "limit=51", "limit=x"):
        assert study(f"GET /due?{query}").json()["errors"][0]["field"] == "limit"


def test_attempts_are_listed_newest_first(study: Study, quiz: str) -> None:
    made = [
        study(f"POST {quiz}/submit", json={"answers": {"q1": given}, "only_answered": True}).json()
        for given in "ABC"
    ]
    first = study(f"GET {quiz}/attempts?limit=2").json()
    rest = study(f"GET {quiz}/attempts?limit=2&cursor={first['next_cursor']}").json()
    listed = first["items"] + rest["items"]
    assert [(one["id"], one["score"]) for one in listed] == [(one["id"], one["score"]) for one in made[::-1]]
    assert rest["next_cursor"] is None
    assert listed[0].keys() == {"id", "exercise_id", "score", "max_score", "ungraded", "created_at"}
    for query, field in [("limit=0", "limit"), ("limit=101", "limit"), ("cursor=x", "cursor")]:
        refused = study(f"GET {quiz}/attempts?{query}")
        assert (refused.status, refused.json()["errors"][0]["field"]) == (422, field)


def test_what_is_not_there_is_a_404(study: Study, quiz: str) -> None:
    attempt = study(f"POST {quiz}/submit", json={"answers": {"q1": "A"}, "only_answered": True}).json()["id"]
    body = {"answers": {"q1": "A", "q7": "蒸发"}}
    missing: list[tuple[str, dict[str, Any]]] = [
        (f"POST {quiz}/submit", {"json": body, "owner": "stranger"}),
        (f"POST /{UNKNOWN}/submit", {"json": body}),
        (f"POST {quiz}/submit", {"json": {**body, "model_id": 99}}),
        (f"POST {quiz}/submit", {"json": {"attempt_id": UNKNOWN}}),
        (f"POST {quiz}/submit", {"json": {"attempt_id": attempt}, "owner": "stranger"}),
        (f"GET {quiz}/attempts", {"owner": "stranger"}),
        (f"GET {quiz}/attempts/{attempt}", {"owner": "stranger"}),
        (f"GET {quiz}/attempts/{UNKNOWN}", {}),
        (f"GET {quiz}/attempts/%20", {}),
        (f"GET /{UNKNOWN}/attempts", {}),
        (f"GET /{UNKNOWN}/attempts/{attempt}", {}),
    ]
    for asked, options in missing:
        answer = study(asked, **options)
        assert (answer.status, answer.json()["code"]) == (404, "not_found"), asked
    assert len(study(f"GET {quiz}/attempts").json()["items"]) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "body"),
        ({"answers": {}}, "body"),
        ({"answers": {"q1": "A"}, "attempt_id": UNKNOWN}, "body"),
        ({"attempt_id": ""}, "attempt_id"),
        ({"answers": []}, "answers"),
        ({"answers": {"q9": "A"}}, "answers.q9"),
        ({"answers": {"q1": 1}}, "answers.q1"),
        ({"answers": {"q1": ["A", "B"]}}, "answers.q1"),
        ({"answers": {"q1": "Z"}}, "answers.q1"),
        ({"answers": {"q2": "A", "q3": {}}}, "answers.q3"),
        ({"answers": {"q5": {"a": 1}}}, "answers.q5"),
        ({"answers": {"q6": {"9": "A"}}}, "answers.q6"),
        ({"answers": {"q7": {"text": "x"}}}, "answers.q7"),
        ({"answers": {"q1": ""}, "only_answered": True}, "answers"),
        ({"answers": {f"q{number}": "A" for number in range(501)}}, "answers"),
        ({"answers": {"q1": "A"}, "model_id": "1"}, "model_id"),
        ({"answers": {"q1": "A"}, "grade": 100}, "grade"),
    ],
)
def test_answers_that_fit_no_question_are_refused_and_named(
    study: Study, quiz: str, wrong: Any, field: str
) -> None:
    answer = study(f"POST {quiz}/submit", json=wrong)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == field
    assert study(f"GET {quiz}/attempts").json()["items"] == []
