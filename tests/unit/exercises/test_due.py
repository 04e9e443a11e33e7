from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freshet import wiring
from freshet.exercises import due as slice_
from freshet.exercises.collection import Collection
from freshet.exercises.due import Due
from freshet.exercises.question import Option, SingleChoice
from freshet.ids import new_id
from freshet.profile.mastery import Mastery, Practised
from freshet.settings import settings
from freshet.stores.table import Table
from tests.stack import Stack
from tests.unit.exercises.kept import MADE, exercise, question

LATER = datetime.fromisoformat(MADE) + timedelta(days=30)


@pytest.fixture
def mastery(cloud: Stack) -> Mastery:
    return Mastery(Table(wiring.dynamodb(), settings().profiles_table))


@pytest.fixture
def due(exercises: Collection, mastery: Mastery) -> Due:
    return Due(exercises, mastery)


async def made(exercises: Collection, owner: str, questions: dict[str, list[str]]) -> str:
    """The id of an exercise of these questions with their concepts."""
    begun = await exercises.begin(owner, exercise())
    await exercises.add(owner, begun.id, *(question(id_, about) for id_, about in questions.items()))
    return begun.id


async def practise(mastery: Mastery, owner: str, concept: str, question: str = "", score: float = 1) -> None:
    await mastery.note(owner, new_id(), [Practised(concept, question or f"{new_id()}/q1", score, MADE)])


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["question_id"] for one in found]


async def test_what_is_due_comes_with_questions_about_it(
    due: Due, exercises: Collection, mastery: Mastery, owner: str
) -> None:
    id_ = await made(
        exercises, owner, {"q1": ["Ice"], "q2": ["水"], "q3": ["steam", "ICE"], "q4": ["ice age"]}
    )
    await practise(mastery, owner, "ice", score=0)
    await practise(mastery, owner, "water")
    listed = await due.due(owner, LATER, 10)
    assert [one.concept for one in listed.items] == ["ice", "water"]
    assert listed.total == 2
    assert ids(listed.items[0].questions) == ["q1", "q3"]
    assert {one["exercise_id"] for one in listed.items[0].questions} == {id_}
    assert listed.items[1].questions == []


async def test_questions_come_without_their_keys(
    due: Due, exercises: Collection, mastery: Mastery, owner: str
) -> None:
    begun = await exercises.begin(owner, exercise())
    options = [Option(id="a", text="yes", credit=1, feedback="right"), Option(id="b", text="no")]
    asked = SingleChoice(id="q1", question="Is it?", options=options, concepts=["ice"], explanation="It is.")
    await exercises.add(owner, begun.id, asked)
    await practise(mastery, owner, "ice")
    (found,) = (await due.due(owner, LATER, 10)).items[0].questions
    assert (found["question"], found["options"]) == (
        "Is it?",
        [{"id": "a", "text": "yes"}, {"id": "b", "text": "no"}],
    )
    assert not {"explanation", "source"} & set(found)


async def test_questions_that_were_not_answered_lately_come_first(
    due: Due, exercises: Collection, mastery: Mastery, owner: str
) -> None:
    id_ = await made(exercises, owner, {f"q{number}": ["ice"] for number in range(7)})
    for number in (0, 2, 1, 4):
        await practise(mastery, owner, "ice", f"{id_}/q{number}")
    listed = await due.due(owner, LATER, 10)
    assert ids(listed.items[0].questions) == ["q3", "q5", "q6", "q0", "q2"]


async def test_what_was_practised_just_now_is_not_due(
    due: Due, exercises: Collection, mastery: Mastery, owner: str
) -> None:
    await made(exercises, owner, {"q1": ["ice"]})
    await practise(mastery, owner, "ice")
    now = datetime.fromisoformat(MADE).astimezone(UTC)
    assert (await due.due(owner, now, 10)).model_dump() == {"items": [], "total": 0}
    assert (await due.due(f"{owner}-2", LATER, 10)).total == 0


async def test_each_concept_gets_its_exercise_before_any_gets_a_second(
    due: Due, exercises: Collection, mastery: Mastery, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slice_, "MAX_EXERCISES", 3)
    for concept in ("ice", "steam", "water", "water", "water"):
        await made(exercises, owner, {"q1": [concept]})
    for concept in ("water", "steam", "ice"):
        await practise(mastery, owner, concept)
    listed = await due.due(owner, LATER, 2)
    assert (len(listed.items), listed.total) == (2, 3)
    listed = await due.due(owner, LATER, 3)
    assert {one.concept: len(one.questions) for one in listed.items} == {"ice": 1, "steam": 1, "water": 1}


async def test_what_several_exercises_ask_in_the_same_words_is_offered_once(
    due: Due, exercises: Collection, mastery: Mastery, owner: str
) -> None:
    for _ in range(3):
        await made(exercises, owner, {"q1": ["ice"], "q2": ["ice"]})
    await practise(mastery, owner, "ice")
    (concept,) = (await due.due(owner, LATER, 10)).items
    assert sorted(ids(concept.questions)) == ["q1", "q2"]
