"""Single questions made anew, from the part of the material that they are about."""

import re
from typing import Any

import pytest

from freshet.errors import Conflict, FreshetError, NoQuestion, NotFound
from freshet.exercises.collection import Collection
from freshet.exercises.material.sections import Materials
from freshet.exercises.question import Question
from freshet.exercises.requests import Regenerate
from freshet.ids import new_id
from freshet.runs.events import RunEvent, Started
from tests.answering import collected
from tests.unit.exercises.generation.examiner import FACTS, Examiner, examiner, short, true, written
from tests.unit.exercises.generation.making import (
    facts,
    final,
    generated,
    generator,
    items,
    said,
    shown,
    texts,
)
from tests.unit.exercises.kept import exercise, question

CHAPTERS = (f"{FACTS[0][0]} {FACTS[1][0]}", FACTS[2][0], FACTS[3][0])
LONG = "\n\n".join(
    f"# Chapter {number}\n\n{text}\n\n" + f"Filler number {number} says nothing at all. " * 350
    for number, text in enumerate(CHAPTERS)
)


@pytest.fixture
async def made(owner: str, exercises: Collection) -> tuple[str, list[Question]]:
    """An exercise of four questions about chapters far apart, and its questions."""
    id_ = new_id()
    calls = written(short(0), short(1)), written(short(2)), written(short(3))
    async with examiner(*calls) as model:
        events, error = await generated(model, owner, id_, text=LONG, count=4)
    assert error is None
    assert sorted(texts(events)) == sorted(facts(0, 1, 2, 3))
    return id_, await exercises.questions(owner, id_)


async def regenerated(
    model: Examiner, owner: str, exercise_id: str, question_id: str, **asked: Any
) -> tuple[list[RunEvent], FreshetError | None]:
    async with generator(model) as maker:
        wanted = Regenerate.model_validate(asked)
        return await collected(maker.regenerate(owner, exercise_id, question_id, wanted))


async def test_another_question_takes_its_place(
    owner: str, made: tuple[str, list[Question]], exercises: Collection
) -> None:
    id_, before = made
    old = next(one for one in before if one.question == FACTS[2][1])
    async with examiner(written(true(2, difficulty="easy"))) as model:
        events, error = await regenerated(
            model, owner, id_, old.id, type="true_false", difficulty="hard", instructions="Be brief."
        )
    assert error is None
    assert events[0] == Started({"model": "scripted", "exercise_id": id_, "question_id": old.id})
    (item,) = items(events)
    assert (item["id"], item["version"], item["type"]) == (old.id, 2, "true_false")
    assert (item["question"], item["difficulty"]) == (shown(events), "hard")
    assert final(events) == {"question": {name: item[name] for name in item if name != "exercise_id"}}
    after = await exercises.questions(owner, id_)
    assert [one.id for one in after] == [one.id for one in before]
    assert [one for one in after if one.id != old.id] == [one for one in before if one.id != old.id]
    assert (await exercises.get(owner, id_)).questions == 4

    (call,) = model.of("write")
    assert FACTS[2][0] in call
    assert FACTS[0][0] not in call
    assert all(f"<question>{one.question}</question>" in call for one in before)
    wanted = said(call)
    assert wanted["types"] == {"true_false": 1}
    assert (wanted["difficulty"], wanted["instructions"]) == ("hard", "Be brief.")


async def test_without_wishes_it_is_of_the_same_type_and_another_one(
    owner: str, made: tuple[str, list[Question]]
) -> None:
    id_, before = made
    old = next(one for one in before if one.question == FACTS[1][1])
    fresh = short(1, question="By what is carried what we breathe?")
    async with examiner(written(short(1)), written(fresh), knows=lambda question: ["blood"]) as model:
        events, error = await regenerated(model, owner, id_, old.id)
        assert error is None
        again, error = await regenerated(model, owner, id_, old.id)
    assert texts(events) == [fresh["question"]]
    assert len(model.of("mend")) >= 1
    assert isinstance(error, NoQuestion)
    assert not items(again)


async def test_a_call_is_told_of_few_others_in_few_words_and_last_of_the_one_that_goes(
    owner: str, made: tuple[str, list[Question]], exercises: Collection
) -> None:
    id_, before = made
    long = [f"{at}. " + "It says nothing at all. " * 20 for at in range(40)]
    ids = sorted(new_id() for _ in long)
    others = [
        question(one).model_copy(update={"question": text}) for one, text in zip(ids, long, strict=True)
    ]
    await exercises.add(owner, id_, *others)
    async with examiner(written(true(2))) as model:
        await regenerated(model, owner, id_, before[0].id, type="true_false")
    told = re.findall("<question>(.*?)</question>", model.of("write")[0])
    assert told[-1] == before[0].question
    assert [one.partition(".")[0] for one in told[:-1]] == [str(at) for at in range(11, 40)]
    assert {len(one) for one in told[:-1]} == {300}


async def test_one_that_is_not_good_enough_leaves_the_old_one(
    owner: str, made: tuple[str, list[Question]], exercises: Collection
) -> None:
    id_, before = made
    bad = short(0, question="Of what is the Moon made?", quote="It is made of old green cheese.")
    async with examiner(written(bad)) as model:
        _, error = await regenerated(model, owner, id_, before[0].id)
    assert isinstance(error, NoQuestion)
    assert "quote 2" in error.detail
    assert await exercises.questions(owner, id_) == before
    assert (await exercises.get(owner, id_)).state == "ready"


async def test_a_question_without_a_place_is_about_the_section_with_its_words(
    owner: str, exercises: Collection, made: tuple[str, list[Question]]
) -> None:
    id_, _ = made
    own = question(new_id()).model_copy(update={"question": "Where did Gutenberg print the Bible?"})
    await exercises.add(owner, id_, own)
    async with examiner(written(true(2))) as model:
        events, error = await regenerated(model, owner, id_, own.id)
    assert error is None
    assert texts(events) == [FACTS[2][0]]
    assert FACTS[2][0] in model.of("write")[0]


async def test_an_imported_exercise_has_no_material(owner: str, exercises: Collection) -> None:
    head = exercise(origin="imported")
    await exercises.begin(owner, head)
    await exercises.add(owner, head.id, one := question(new_id()))
    async with examiner(written()) as model:
        _, error = await regenerated(model, owner, head.id, one.id)
    assert isinstance(error, Conflict)
    assert "imported" in error.detail
    assert model.calls == []


async def test_one_that_was_changed_meanwhile_is_a_conflict(
    owner: str, made: tuple[str, list[Question]], exercises: Collection
) -> None:
    id_, before = made
    old = next(one for one in before if one.question == FACTS[2][1])
    async with examiner(written(true(2))) as model, generator(model) as maker:
        events = maker.regenerate(owner, id_, old.id, Regenerate(type="true_false"))
        assert isinstance(await anext(events), Started)
        faster = old.model_copy(update={"version": 2, "title": "faster"})
        await exercises.replace(owner, id_, faster)
        _, error = await collected(events)
    assert isinstance(error, Conflict)
    assert await exercises.question(owner, id_, old.id) == faster


async def test_what_is_not_there_is_not_found(
    owner: str, made: tuple[str, list[Question]], materials: Materials
) -> None:
    id_, before = made
    async with examiner(written()) as model:
        for place in ((owner, new_id(), before[0].id), (owner, id_, "q"), ("nobody", id_, before[0].id)):
            _, error = await regenerated(model, *place)
            assert isinstance(error, NotFound)
    assert model.calls == []
