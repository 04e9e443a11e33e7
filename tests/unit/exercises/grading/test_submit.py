"""Submissions: what comes when, and what is kept of them, whatever happens on the way."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from freshet.errors import Invalid, ModelAuthentication, NotFound, TooLarge
from freshet.exercises.attempts import Attempts
from freshet.exercises.collection import MAX_QUESTIONS, Collection
from freshet.exercises.grading.attempt import Attempt
from freshet.exercises.grading.submit import Submitter
from freshet.exercises.question import Question
from freshet.exercises.requests import MAX_ANSWERS, Submit
from freshet.ids import new_id
from freshet.llm.writer import Writer
from freshet.profile.mastery import Practised
from freshet.runs.events import Content, Done, Item, Reset, RunEvent, Started
from freshet.stores.table import Table
from tests.unit.exercises.grading.builders import essay, numeric, single, true_false
from tests.unit.exercises.grading.marker import Marker, Marks, judgement, marker
from tests.unit.exercises.kept import exercise
from tests.unit.llm.upstream import chunk, hangs, refuses, sends, until, whole

QUESTIONS: list[Question] = [
    essay("Why does ice float?", ("density", 4), id="q1", concepts=["ice"]),
    single("Capital of France?", "Lyon", "Paris", key="B", concepts=["France"]).model_copy(
        update={"id": "q2"}
    ),
    essay("How does ice form?", ("cold", 6), id="q3", concepts=["ice"]),
    numeric("How many days has a week?", 7).model_copy(update={"id": "q4"}),
    true_false("Ice is a mineral.", key=True).model_copy(update={"id": "q5"}),
]
ANSWERS = {
    "q1": "Its density is lower.",
    "q3": "In the cold.",
    "q2": "b",
    "q4": "seven",
    "q5": "no",
}


def says_of(answer: str) -> str:
    if "density" in answer:
        return judgement(("1", 3, "density"), feedback="Right, density.")
    return judgement(("1", 6, "cold"), feedback="Right, the cold.")


class Learner:
    """An owner with an exercise; `noted` is what the profile was told."""

    def __init__(self, exercises: Collection, attempts: Attempts, owner: str, exercise_id: str) -> None:
        self.exercises = exercises
        self.attempts = attempts
        self.owner = owner
        self.exercise_id = exercise_id
        self.noted: list[tuple[str, str, Sequence[Practised]]] = []

    async def note(self, owner: str, attempt_id: str, practised: Sequence[Practised]) -> None:
        self.noted.append((owner, attempt_id, practised))

    def submitter(self, writer: Writer | Exception, at_once: int = 4) -> Submitter:
        async def choose(owner: str, model_id: int) -> Writer:
            if isinstance(writer, Exception):
                raise writer
            return writer

        return Submitter(self.exercises, self.attempts, choose, self.note, at_once=at_once)

    async def submits(
        self, writer: Writer | Exception, answers: dict[str, Any], attempt_id: str = "", **asked: Any
    ) -> list[RunEvent]:
        going = self.submitter(writer).submit(
            self.owner, attempt_id or new_id(), self.exercise_id, Submit(answers=answers, **asked)
        )
        return [event async for event in going]

    async def goes_on(self, writer: Writer | Exception, attempt_id: str) -> list[RunEvent]:
        asked = Submit(attempt_id=attempt_id)
        going = self.submitter(writer).submit(self.owner, new_id(), self.exercise_id, asked)
        return [event async for event in going]


@pytest.fixture
async def learner(exercises: Collection, attempts: Attempts, owner: str) -> Learner:
    id_ = (await exercises.begin(owner, exercise())).id
    await exercises.add(owner, id_, *QUESTIONS)
    return Learner(exercises, attempts, owner, id_)


@asynccontextmanager
async def marking(marks: Marks | str = says_of) -> AsyncIterator[tuple[Marker, Writer]]:
    async with marker(marks) as found:
        yield found


def items(events: Sequence[RunEvent]) -> list[dict[str, Any]]:
    return [event.item for event in events if isinstance(event, Item)]


def text(events: Sequence[RunEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Content))


def done(events: Sequence[RunEvent]) -> dict[str, Any]:
    assert isinstance(events[-1], Done)
    return events[-1].final_response


async def test_closed_answers_come_at_once_open_ones_with_their_feedback(learner: Learner) -> None:
    async with marking() as (model, writer):
        attempt_id = new_id()
        events = await learner.submits(writer, ANSWERS, attempt_id)
    assert isinstance(events[0], Started)
    about = {"attempt_id": attempt_id, "exercise_id": learner.exercise_id, "questions": 5}
    assert events[0].data == {"model": "marker", **about}
    results = items(events)
    assert [one["question_id"] for one in results] == ["q2", "q4", "q5", "q1", "q3"]
    assert [one["graded_by"] for one in results] == ["rule"] * 3 + ["model"] * 2
    assert [one["score"] for one in results] == [1, 1, 0, 3, 6]
    assert text(events) == "Right, density.\n\nRight, the cold."
    kinds = [type(event).__name__ for event in events]
    assert kinds.index("Content") == 4
    final = done(events)
    assert (final["id"], final["score"], final["max_score"], final["ungraded"]) == (attempt_id, 11, 13, 0)
    assert [one["question_id"] for one in final["results"]] == [one.id for one in QUESTIONS]
    kept = await learner.attempts.get(learner.owner, learner.exercise_id, attempt_id)
    assert kept.model_dump(mode="json") == final
    assert model.busiest == 2


async def test_the_feedback_on_two_answers_is_not_mixed(learner: Learner) -> None:
    """The second is written while the first goes on, letter by letter."""

    def marks(answer: str) -> Any:
        said = says_of(answer)
        return sends(*map(chunk, said), whole(""), pause=0.001 if "density" in answer else 0)

    async with marking(marks) as (_, writer):
        events = await learner.submits(writer, {"q1": ANSWERS["q1"], "q3": ANSWERS["q3"]}, only_answered=True)
    assert text(events) == "Right, density.\n\nRight, the cold."
    shown = [event for event in events if isinstance(event, Content | Item)]
    first = next(at for at, event in enumerate(shown) if isinstance(event, Item))
    assert text(shown[:first]) == "Right, density."


async def test_at_most_so_many_answers_are_graded_at_a_time(learner: Learner) -> None:
    async with marking() as (model, writer):
        going = learner.submitter(writer, at_once=1).submit(
            learner.owner, new_id(), learner.exercise_id, Submit(answers=ANSWERS)
        )
        assert len([event async for event in going if isinstance(event, Item)]) == 5
    assert (model.busiest, len(model.seen)) == (1, 2)


async def test_what_was_not_answered_counts_nothing_or_is_left_out(learner: Learner) -> None:
    async with marking() as (model, writer):
        whole_ = done(await learner.submits(writer, {"q2": "B", "q1": " ", "q3": None}))
        part = done(await learner.submits(writer, {"q2": "B", "q1": " "}, only_answered=True))
    assert (whole_["score"], whole_["max_score"], len(whole_["results"])) == (1, 13, 5)
    assert {one["graded_by"] for one in whole_["results"]} == {"rule"}
    assert (part["score"], part["max_score"], len(part["results"])) == (1, 1, 1)
    assert model.seen == []


async def test_all_answers_that_fit_no_question_are_named_and_nothing_is_kept(learner: Learner) -> None:
    async with marking() as (model, writer):
        with pytest.raises(Invalid) as refused:
            await learner.submits(writer, {**ANSWERS, "q9": "B", "q2": {"B": True}, "q4": True})
        with pytest.raises(Invalid):
            await learner.submits(writer, {"q1": "", "q3": []}, only_answered=True)
        nested: Any = "B"
        for _ in range(2_000):
            nested = [nested]
        with pytest.raises(Invalid):
            await learner.submits(writer, {"q2": nested})
        with pytest.raises(TooLarge):
            await learner.submits(writer, {"q2": ["长" * 50_000] * 2})
    fields = [error["field"] for error in refused.value.extra["errors"]]
    assert fields == ["answers.q9", "answers.q2", "answers.q4"]
    assert model.seen == []
    page = await learner.attempts.page(learner.owner, learner.exercise_id, 5)
    assert page.items == []


async def test_somebody_elses_exercise_is_not_found(learner: Learner) -> None:
    learner.owner = "somebody"
    with pytest.raises(NotFound):
        await learner.submits(ModelAuthentication(), ANSWERS)


async def test_an_answer_that_the_model_cannot_grade_is_kept_ungraded_and_graded_the_next_time(
    learner: Learner,
) -> None:
    attempt_id = new_id()
    async with marking(lambda answer: refuses(400) if "cold" in answer else says_of(answer)) as (_, writer):
        events = await learner.submits(writer, ANSWERS, attempt_id)
    final = done(events)
    assert (final["score"], final["max_score"], final["ungraded"]) == (5, 13, 1)
    how = next(one for one in final["results"] if one["question_id"] == "q3")
    assert (how["graded_by"], how["score"], how["correct"]) == ("nobody", 0, None)
    assert how["problem"]["code"] == "model_bad_request"
    assert how["answer"] == "In the cold."
    async with marking() as (model, writer):
        again = done(await learner.submits(writer, ANSWERS, attempt_id))
    assert model.seen == ["In the cold."]
    assert (again["score"], again["ungraded"], again["created_at"]) == (11, 0, final["created_at"])
    page = await learner.attempts.page(learner.owner, learner.exercise_id, 5)
    assert [(one.id, one.score) for one in page.items] == [(attempt_id, 11)]


async def test_without_a_model_what_rules_grade_is_graded_all_the_same(learner: Learner) -> None:
    final = done(await learner.submits(ModelAuthentication("The key was refused."), ANSWERS))
    assert (final["score"], final["ungraded"]) == (2, 2)
    assert {one["problem"]["code"] for one in final["results"] if one["problem"]} == {"model_authentication"}
    with pytest.raises(NotFound):
        await learner.submits(NotFound("There is no model 9."), ANSWERS)


async def test_what_nobody_graded_is_graded_when_its_attempt_is_named(learner: Learner) -> None:
    for only_answered, most in ((True, 11), (False, 13)):
        answers = {name: said for name, said in ANSWERS.items() if name not in {"q2", "q4"}}
        first = done(await learner.submits(ModelAuthentication(), answers, only_answered=only_answered))
        async with marking() as (model, writer):
            again = done(await learner.goes_on(writer, first["id"]))
        assert sorted(model.seen) == ["In the cold.", "Its density is lower."]
        assert (again["id"], again["max_score"], again["ungraded"]) == (first["id"], most, 0)
    with pytest.raises(NotFound):
        await learner.goes_on(ModelAuthentication(), new_id())


async def test_what_was_not_answered_is_not_told_to_the_profile(learner: Learner) -> None:
    await learner.submits(ModelAuthentication(), {"q2": "b"})
    (*_, (_, _, practised)) = learner.noted
    assert [(one.concept, one.score) for one in practised] == [("France", 1)]


async def test_of_an_attempt_stopped_half_way_what_was_graded_is_kept(learner: Learner) -> None:
    attempt_id = new_id()
    async with marking(lambda answer: hangs() if "cold" in answer else says_of(answer)) as (model, writer):
        going = learner.submitter(writer).submit(
            learner.owner, attempt_id, learner.exercise_id, Submit(answers=ANSWERS)
        )
        seen = []
        async for event in going:
            seen.append(event)
            if len(items(seen)) == 4:
                break
        await going.aclose()
        await until(lambda: not model.busy or len(model.seen) == 2)
    kept = await learner.attempts.get(learner.owner, learner.exercise_id, attempt_id)
    assert (kept.score, kept.ungraded) == (5, 1)
    ungraded = next(one for one in kept.results if one.question_id == "q3")
    assert ungraded.problem
    assert ungraded.answer == "In the cold."


async def test_after_a_reset_everything_that_stands_is_told_again(learner: Learner) -> None:
    pieces = map(chunk, ['{"feedback": "Nonsense', '", "criteria": 7}'])
    cold = iter([sends(*pieces, whole(""), pause=0.2)])  # the first piece is seen before the last

    def marks(answer: str) -> Any:
        return says_of(answer) if "density" in answer else next(cold, says_of(answer))

    async with marking(marks) as (_, writer):
        events = await learner.submits(writer, ANSWERS)
    resets = [at for at, event in enumerate(events) if isinstance(event, Reset)]
    assert len(resets) == 1
    assert "Nonsense" in text(events[: resets[0]])
    stands = events[resets[0] + 1 :]
    assert [one["question_id"] for one in items(stands)] == ["q2", "q4", "q5", "q1", "q3"]
    assert text(stands) == "Right, density.\n\nRight, the cold."


async def test_the_profile_hears_of_every_concept_and_its_failure_loses_nothing(learner: Learner) -> None:
    attempt_id = new_id()
    async with marking() as (_, writer):
        await learner.submits(writer, ANSWERS, attempt_id)
        owner, noted, practised = learner.noted[-1]
        assert (owner, noted) == (learner.owner, attempt_id)
        assert {(one.concept, one.question.partition("/")[2], one.score) for one in practised} == {
            ("ice", "q1", 0.75),
            ("ice", "q3", 1),
            ("France", "q2", 1),
        }

        async def fails(owner: str, attempt_id: str, practised: Sequence[Practised]) -> None:
            raise RuntimeError("no table")

        learner.note = fails  # type: ignore[method-assign]  # a profile that can't be written
        final = done(await learner.submits(writer, ANSWERS, attempt_id))
    assert final["score"] == 11


async def test_an_answer_is_kept_as_text_that_can_be_kept(learner: Learner) -> None:
    async with marking() as (_, writer):
        final = done(await learner.submits(writer, {"q2": "B\ud800 no", "q3": 10**30, "q4": float("inf")}))
    assert final["score"] == 0
    answers = [one["answer"] for one in final["results"] if one["answer"]]
    assert answers == ["B? no", "1" + "0" * 30, "inf"]


async def test_two_at_once_are_two_attempts(learner: Learner) -> None:
    async with marking() as (_, writer):
        finals = await asyncio.gather(*(learner.submits(writer, ANSWERS) for _ in range(3)))
    assert {done(events)["score"] for events in finals} == {11}
    page = await learner.attempts.page(learner.owner, learner.exercise_id, 5)
    assert len(page.items) == 3


class Watched(Attempts):
    """Attempts of which `kept` says, each time that one was kept, how many answers it had ungraded."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.kept: list[int] = []

    async def keep(self, owner: str, attempt: Attempt) -> Attempt:
        kept = await super().keep(owner, attempt)
        self.kept.append(kept.ungraded)
        return kept


@pytest.fixture
def watched(attempts: Attempts) -> Watched:
    return Watched(attempts._table)


def essays(count: int, **more: Any) -> list[Question]:
    return [essay("How does ice form?", ("cold", 6), id=f"e{at}", **more) for at in range(count)]


async def test_an_attempt_is_not_kept_as_a_whole_after_each_of_its_answers(
    learner: Learner, watched: Watched
) -> None:
    await learner.exercises.add(learner.owner, learner.exercise_id, *essays(30))
    learner.attempts = watched
    attempt_id = new_id()
    answers = {f"e{at}": "In the cold." for at in range(30)}
    async with marking() as (_, writer):
        final = done(await learner.submits(writer, answers, attempt_id, only_answered=True))
    assert final["score"] == 180
    assert watched.kept == [30, 0]
    kept = await watched.get(learner.owner, learner.exercise_id, attempt_id)
    assert kept.model_dump(mode="json") == final


async def test_what_was_graded_is_kept_while_others_are_waited_for(
    learner: Learner, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("freshet.exercises.grading.submit._PAUSE_S", 0.05)
    learner.attempts = watched
    attempt_id = new_id()
    async with marking(lambda answer: hangs() if "cold" in answer else says_of(answer)) as (_, writer):
        going = asyncio.create_task(learner.submits(writer, ANSWERS, attempt_id))
        await until(lambda: watched.kept == [2, 1])
        assert not going.done()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)


async def test_as_many_answers_are_taken_as_an_exercise_has_questions(learner: Learner) -> None:
    assert MAX_ANSWERS == MAX_QUESTIONS
    questions: list[Question] = [
        true_false("Ice is a mineral.", key=True).model_copy(update={"id": f"t{at}"})
        for at in range(MAX_QUESTIONS - len(QUESTIONS))
    ]
    await learner.exercises.add(learner.owner, learner.exercise_id, *questions)
    answers = {question.id: True for question in questions} | ANSWERS
    async with marking() as (_, writer):
        final = done(await learner.submits(writer, answers))
    assert (len(final["results"]), final["ungraded"]) == (500, 0)


def noise(seed: int, characters: int) -> str:
    """Text that can't be packed."""
    return "".join(random.Random(seed).choices([chr(at) for at in range(0x4E00, 0x9FA5)], k=characters))


async def test_however_much_a_model_says_of_many_answers_the_attempt_is_kept(learner: Learner) -> None:
    """60 answers with 2,000 characters of feedback and 500 of comment each would be 450 KB."""
    await learner.exercises.add(learner.owner, learner.exercise_id, *essays(60))
    attempt_id = new_id()

    def marks(answer: str) -> str:
        number = int(answer.rsplit(" ", 1)[1])
        said = {"id": "1", "points": 6, "quote": "In the cold", "comment": noise(number + 1_000, 500)}
        return json.dumps({"criteria": [said], "feedback": noise(number, 2_000)}, ensure_ascii=False)

    answers = {f"e{at}": f"In the cold. {at}" for at in range(60)}
    async with marking(marks) as (_, writer):
        final = done(await learner.submits(writer, answers, attempt_id, only_answered=True))
    assert (final["score"], final["ungraded"]) == (360, 0)
    assert all(result["feedback"] for result in final["results"])
    assert (await learner.attempts.get(learner.owner, learner.exercise_id, attempt_id)).score == 360


async def test_where_there_is_no_room_for_a_models_words_none_is_asked(learner: Learner) -> None:
    texts = [noise(at, 1_300) for at in range(100)]
    questions = [
        one.model_copy(update={"explanation": text}) for one, text in zip(essays(100), texts, strict=True)
    ]
    await learner.exercises.add(learner.owner, learner.exercise_id, *questions)
    attempt_id = new_id()
    async with marking() as (model, writer):
        with pytest.raises(TooLarge):
            await learner.submits(
                writer, {one.id: "In the cold." for one in questions}, attempt_id, only_answered=True
            )
        assert model.seen == []
        with pytest.raises(NotFound):
            await learner.attempts.get(learner.owner, learner.exercise_id, attempt_id)
        some = {one.id: "In the cold." for one in questions[:40]}
        assert done(await learner.submits(writer, some, only_answered=True))["score"] == 240
