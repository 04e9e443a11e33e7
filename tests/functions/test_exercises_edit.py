"""A question is written by its owner: `PUT /api/v1/exercises/{exercise_id}/questions/{question_id}`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from freshet import wiring
from freshet.ids import new_id
from tests.functions.conftest import Study
from tests.functions.exam import GIFT
from tests.functions.sandbox import Sandbox
from tests.unit.exercises.kept import exercise, question

UNKNOWN = "01JABCDEFGHJKMNPQRSTVWXYZ0"
CLOZE: dict[str, Any] = {
    "type": "cloze",
    "question": "水由{{1}}和{{2}}组成。",
    "blanks": [{"id": "1", "accepted": [{"text": "氢"}]}, {"id": "2", "accepted": [{"text": "氧"}]}],
}
ORDERING: dict[str, Any] = {
    "type": "ordering",
    "question": "Put the steps of rain in their order.",
    "entries": [{"id": id_, "text": text} for id_, text in zip("ABC", ("warm", "rise", "fall"), strict=True)],
}
MATCHING: dict[str, Any] = {
    "type": "matching",
    "question": "Which capital?",
    "pairs": [
        {"id": "1", "left": "France", "right": "Paris", "right_id": ""},
        {"id": "2", "left": "Japan", "right": "Tokyo", "right_id": ""},
    ],
    "distractors": [{"id": "", "text": "Cairo"}],
}
ESSAY: dict[str, Any] = {"type": "essay", "question": "Why do we sweat?", "rubric": []}

Edit = Callable[..., Any]


@pytest.fixture
def quiz(study: Study) -> dict[str, Any]:
    """An imported exercise of all types that GIFT has."""
    made = study("POST /import", json={"content": GIFT}).json()["exercise"]
    return dict(study(f"GET /{made['id']}").json())


@pytest.fixture
def edit(study: Study, quiz: dict[str, Any]) -> Edit:
    """`edit(item, points=2)`: the answer to the question's edition with these members."""

    def edited(item: dict[str, Any], **members: Any) -> Any:
        return study(f"PUT /{quiz['id']}/questions/{item['id']}", json={**item, **members})

    return edited


def of(quiz: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(item for item in quiz["items"] if item["type"] == kind)


def kept(study: Study, quiz: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    items = study(f"GET /{quiz['id']}").json()["items"]
    return next(one for one in items if one["id"] == item["id"])


def test_every_type_can_be_edited(study: Study, quiz: dict[str, Any], edit: Edit) -> None:
    for item in quiz["items"]:
        answer = edit(item, question=f"{item['question']} !", concepts=["水"], points=3, difficulty="hard")
        changed = {"question": f"{item['question']} !", "concepts": ["水"], "points": 3, "difficulty": "hard"}
        edited = answer.json()
        dealt = {"pairs", "distractors"}  # right sides have other ids
        assert {k: v for k, v in edited.items() if k not in dealt} == {
            k: v for k, v in {**item, **changed, "version": 2}.items() if k not in dealt
        }
        assert kept(study, quiz, item) == edited
    head = study(f"GET /{quiz['id']}").json()
    assert (head["concepts"], head["points"]) == (["水"], 3 * len(quiz["items"]))


@pytest.mark.parametrize("other", [CLOZE, ORDERING, MATCHING, ESSAY], ids=lambda one: str(one["type"]))
def test_a_question_may_become_one_of_another_type(
    study: Study, quiz: dict[str, Any], edit: Edit, other: dict[str, Any]
) -> None:
    item = quiz["items"][0]
    answer = study(f"PUT /{quiz['id']}/questions/{item['id']}", json={"id": "another", **other})
    assert (answer.status, answer.json()["id"]) == (200, item["id"])
    assert other["type"] in study(f"GET /{quiz['id']}").json()["types"]


def test_what_learners_see_does_not_tell_the_order(study: Study, quiz: dict[str, Any]) -> None:
    one, two = quiz["items"][:2]
    entries = study(f"PUT /{quiz['id']}/questions/{one['id']}", json={**ORDERING, "id": ""}).json()["entries"]
    assert [entry["text"] for entry in entries] == ["warm", "rise", "fall"]
    ids = [entry["id"] for entry in entries]
    assert sorted(ids) == ["A", "B", "C"] != ids
    same = [{**pair, "right": "Paris "} for pair in MATCHING["pairs"]]
    matching = study(
        f"PUT /{quiz['id']}/questions/{two['id']}", json={**MATCHING, "id": "", "pairs": same}
    ).json()
    assert len({pair["right_id"] for pair in matching["pairs"]}) == 1  # what is the same is offered once
    assert matching["distractors"][0]["id"] != matching["pairs"][0]["right_id"]
    answers = {one["id"]: ids, two["id"]: {pair["id"]: pair["right_id"] for pair in matching["pairs"]}}
    graded = study(f"POST /{quiz['id']}/submit", json={"answers": answers, "only_answered": True}).json()
    assert graded["score"] == graded["max_score"]


def test_of_two_editions_of_one_version_the_later_is_a_conflict(
    study: Study, quiz: dict[str, Any], edit: Edit
) -> None:
    item = of(quiz, "numeric")
    first = edit(item, explanation="So it is.")
    assert edit(item, explanation="So it is.").json() == first.json()  # the same once more
    answer = edit(item, explanation="No, it is not.")
    assert (answer.status, answer.json()["code"]) == (409, "conflict")
    assert kept(study, quiz, item)["explanation"] == "So it is."
    assert edit(first.json(), explanation="No, it is not.").json()["version"] == 3


def test_a_questions_source_stays(study: Study, quiz: dict[str, Any], edit: Edit) -> None:
    source = {"quote": "made up", "start": 0, "end": 7}
    assert edit(of(quiz, "essay"), source=source).json()["source"] is None


def test_practice_of_an_edited_question_stays_its_practice(
    study: Study, quiz: dict[str, Any], edit: Edit, sandbox: Sandbox, owner: str
) -> None:
    item = edit(of(quiz, "numeric"), concepts=["沸点"]).json()
    asked = {"answers": {item["id"]: "100"}, "only_answered": True}
    attempt = study(f"POST /{quiz['id']}/submit", json=asked).json()
    edit(item, question="水在海平面上沸腾时是多少度？")
    override = {"question_id": item["id"], "score": 0}
    study(f"PUT /{quiz['id']}/attempts/{attempt['id']}", json=override)
    concepts, _ = sandbox.run(lambda: wiring.mastery().concepts(owner, 10, now=datetime.now(UTC)))
    (concept,) = concepts
    assert (concept.concept, concept.reviews, concept.score) == ("沸点", 1, 0)
    assert concept.lately == [f"{quiz['id']}/{item['id']}"]
    graded = study(f"GET /{quiz['id']}/attempts/{attempt['id']}").json()["results"][0]
    assert (graded["version"], graded["question"]) == (item["version"], item["question"])


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("single_choice", {"question": " "}, "question"),
    ("single_choice", {"question": "x" * 4001}, "question"),
    ("single_choice", {"concepts": [str(number) for number in range(6)]}, "concepts"),
    ("single_choice", {"concepts": [" "]}, "concepts"),
    ("single_choice", {"options": [{"id": "A", "text": "x", "credit": 1}]}, "options"),
    ("single_choice", {"options": [{"id": "A", "text": "x"}, {"id": "B", "text": "y"}]}, "options"),
    (
        "single_choice",
        {"options": [{"id": "A", "text": "x", "credit": 1}, {"id": "a", "text": "y"}]},
        "options",
    ),
    (
        "single_choice",
        {"options": [{"id": "A!", "text": "x", "credit": 1}, {"id": "B", "text": "y"}]},
        "options",
    ),
    (
        "single_choice",
        {"options": [{"id": "A", "text": "", "credit": 1}, {"id": "B", "text": "y"}]},
        "options",
    ),
    (
        "multiple_choice",
        {"options": [{"id": "A", "text": "x", "credit": 0.5}, {"id": "B", "text": "y", "credit": 0.5}]},
        "options",
    ),
    (
        "multiple_choice",
        {"options": [{"id": "A", "text": "x", "credit": 0.5}, {"id": "B", "text": "y"}]},
        "options",
    ),
    ("short_answer", {"accepted": []}, "accepted"),
    ("short_answer", {"accepted": [{"text": "x", "credit": 0.5}]}, "accepted"),
    ("numeric", {"accepted": []}, "accepted"),
    ("matching", {"pairs": MATCHING["pairs"][:1]}, "pairs"),
    ("matching", {"pairs": [MATCHING["pairs"][0]] * 2}, "pairs"),
    (
        "matching",
        {"pairs": [{**one, "right": "Paris"} for one in MATCHING["pairs"]], "distractors": []},
        "pairs",
    ),
    ("essay", {**CLOZE, "question": "水由{{1}}组成。"}, "blanks"),
    ("essay", {**CLOZE, "question": "水由{{1}}和{{1}}组成，{{2}}。"}, "blanks"),
    ("essay", {**CLOZE, "blanks": []}, "blanks"),
    ("essay", {**ORDERING, "entries": ORDERING["entries"][:1]}, "entries"),
    ("essay", {**ORDERING, "entries": [{"id": "A", "text": "x"}, {"id": "B", "text": "x "}]}, "entries"),
    ("essay", {**ESSAY, "rubric": [{"id": "1", "text": " ", "points": 1}]}, "rubric"),
    ("essay", {"points": 0}, "essay.points"),
    ("essay", {"points": "1"}, "essay.points"),
    ("essay", {"type": "riddle"}, ""),
]


@pytest.mark.parametrize(("kind", "wrong", "field"), WRONG)
def test_what_is_no_question_of_its_type_is_refused(
    quiz: dict[str, Any], edit: Edit, kind: str, wrong: dict[str, Any], field: str
) -> None:
    answer = edit(of(quiz, kind), **wrong)
    assert answer.status == 422
    assert field in answer.json()["errors"][0]["field"]


def test_a_question_too_large_to_be_kept_is_refused(quiz: dict[str, Any], edit: Edit) -> None:
    assert edit(of(quiz, "essay"), sample="水" * 200_000).status == 413


def test_a_body_that_is_no_json_is_refused(study: Study, quiz: dict[str, Any]) -> None:
    path = f"PUT /{quiz['id']}/questions/q1"
    assert study(path, content=b"x=1", headers={"content-type": "text/plain"}).status == 415
    assert study(path, content=b"{", headers={"content-type": "application/json"}).status == 422
    half = b'{"type":"essay","id":"q1","question":"\\ud800"}'
    assert study(path, content=half, headers={"content-type": "application/json"}).status == 422


def test_what_is_not_there_is_a_404(study: Study, quiz: dict[str, Any], owner: str) -> None:
    item = of(quiz, "essay")
    assert study(f"PUT /{UNKNOWN}/questions/{item['id']}", json=item).status == 404
    assert study(f"PUT /{quiz['id']}/questions/{UNKNOWN}", json=item).status == 404
    path = f"PUT /{quiz['id']}/questions/{item['id']}"
    assert study(path, json=item, owner=f"{owner}-2").status == 404
    study(f"DELETE /{quiz['id']}")
    assert study(path, json=item).status == 404


def test_a_question_that_was_just_generated_can_be_edited(sandbox: Sandbox, study: Study, owner: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    head = exercise(id=new_id(), created_at=now, updated_at=now)

    async def begun() -> None:
        await wiring.exercises().begin(owner, head)
        await wiring.exercises().add(owner, head.id, question("q1"))

    sandbox.run(begun)
    item = study(f"GET /{head.id}").json()["items"][0]
    assert study(f"PUT /{head.id}/questions/q1", json={**item, "answer": False}).json()["answer"] is False
    assert study(f"GET /{head.id}").json()["state"] == "generating"
