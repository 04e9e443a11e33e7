import asyncio
import random

import pytest

from freshet.errors import Invalid, NotFound, TooLarge
from freshet.exercises.attempts import Attempts, practised
from freshet.exercises.collection import Collection
from freshet.exercises.requests import Override
from freshet.ids import new_id
from freshet.profile.mastery import Practised
from tests.stack import Stack
from tests.unit.exercises.kept import MADE, attempt, essay, exercise, left_of, question, result


@pytest.fixture
async def exercise_id(exercises: Collection, owner: str) -> str:
    return (await exercises.begin(owner, exercise())).id


async def test_an_attempt_is_kept_as_it_is(attempts: Attempts, owner: str, exercise_id: str) -> None:
    answer = {"1": "水", "2": ["", 0.1, None, {}]}
    tried = attempt(exercise_id, result("q1", 1 / 3, answer=answer), result("q2", 1, feedback="好 🧊"))
    assert await attempts.keep(owner, tried) == tried
    assert await attempts.get(owner, exercise_id, tried.id) == tried


async def test_keeping_an_attempt_twice_keeps_one_the_later(
    attempts: Attempts, owner: str, exercise_id: str
) -> None:
    first = attempt(exercise_id, result("q1", 0, graded_by="nobody"))
    later = attempt(exercise_id, result("q1", 1), id_=first.id)
    for one in (first, later, later):
        await attempts.keep(owner, one)
    page = await attempts.page(owner, exercise_id, 10)
    assert [(one.id, one.score, one.ungraded) for one in page.items] == [(first.id, 1, 0)]


async def test_attempts_are_listed_newest_first(
    attempts: Attempts, exercises: Collection, owner: str, exercise_id: str
) -> None:
    other = await exercises.begin(owner, exercise())
    await attempts.keep(owner, attempt(other.id, result("q1", 1)))
    tried = [attempt(exercise_id, result("q1", 0.5)) for _ in range(3)]
    for one in tried:
        await attempts.keep(owner, one)
    first = await attempts.page(owner, exercise_id, 2)
    rest = await attempts.page(owner, exercise_id, 2, first.next_cursor)
    assert [one.id for one in (*first.items, *rest.items)] == sorted((one.id for one in tried), reverse=True)
    assert (rest.next_cursor, rest.items[0].score, rest.items[0].created_at) == (None, 0.5, MADE)


async def test_an_owners_score_counts_and_what_was_before_stays_beside_it(
    attempts: Attempts, owner: str, exercise_id: str
) -> None:
    tried = attempt(exercise_id, result("q1", 1), result("q2", 2, 10, graded_by="model"))
    await attempts.keep(owner, tried)
    await attempts.override(owner, exercise_id, tried.id, Override(question_id="q2", score=7.5, comment="好"))
    now = await attempts.override(
        owner, exercise_id, tried.id, Override(question_id="q2", score=8, comment="更好")
    )
    assert now == await attempts.get(owner, exercise_id, tried.id)
    assert (now.score, now.max_score) == (9, 11)
    changed = now.results[1]
    assert (changed.score, changed.graded_by) == (8, "owner")
    assert changed.override
    assert (changed.override.before, changed.override.graded_by, changed.override.comment) == (
        2,
        "model",
        "更好",
    )
    assert (await attempts.page(owner, exercise_id, 1)).items[0].score == 9


async def test_overrides_at_once_lose_nothing_of_each_other(
    attempts: Attempts, owner: str, exercise_id: str
) -> None:
    tried = attempt(exercise_id, *(result(f"q{number}", 0) for number in range(6)))
    await attempts.keep(owner, tried)
    await asyncio.gather(
        *(
            attempts.override(owner, exercise_id, tried.id, Override(question_id=f"q{number}", score=1))
            for number in range(6)
        )
    )
    assert (await attempts.get(owner, exercise_id, tried.id)).score == 6


async def test_what_the_owner_said_outlives_a_repetition_as_long_as_the_answer_is_the_same(
    attempts: Attempts, owner: str, exercise_id: str
) -> None:
    tried = attempt(exercise_id, result("q1", 0), result("q2", 0), result("q3", 0))
    await attempts.keep(owner, tried)
    for question_id in ("q1", "q2", "q3"):
        await attempts.override(owner, exercise_id, tried.id, Override(question_id=question_id, score=0.75))
    repeated = attempt(exercise_id, result("q1", 0.25), result("q2", 0, answer=False), id_=tried.id)
    kept = await attempts.keep(owner, repeated)
    assert [(one.score, one.graded_by) for one in kept.results] == [(0.75, "owner"), (0, "rule")]
    assert kept.results[0].override
    assert kept.results[0].override.before == 0.25


@pytest.mark.parametrize("score", [1.01, 1e308])
async def test_no_owner_gives_a_score_that_there_is_not(
    attempts: Attempts, owner: str, exercise_id: str, score: float
) -> None:
    tried = attempt(exercise_id, result("q1", 0.5))
    await attempts.keep(owner, tried)
    with pytest.raises(Invalid) as refused:
        await attempts.override(owner, exercise_id, tried.id, Override(question_id="q1", score=score))
    assert refused.value.extra["errors"][0]["field"] == "score"
    assert await attempts.get(owner, exercise_id, tried.id) == tried


async def test_what_is_not_there_is_not_found(attempts: Attempts, owner: str, exercise_id: str) -> None:
    tried = attempt(exercise_id, result("q1", 0.5))
    await attempts.keep(owner, tried)
    for missing in (
        attempts.get(owner, exercise_id, new_id()),
        attempts.get(owner, new_id(), tried.id),
        attempts.get(owner, "", ""),
        attempts.get(f"{owner}-2", exercise_id, tried.id),
        attempts.page(owner, new_id(), 10),
        attempts.page(f"{owner}-2", exercise_id, 10),
        attempts.override(owner, exercise_id, new_id(), Override(question_id="q1", score=1)),
        attempts.override(owner, exercise_id, tried.id, Override(question_id="q2", score=1)),
        attempts.override(f"{owner}-2", exercise_id, tried.id, Override(question_id="q1", score=1)),
        attempts.keep(owner, attempt(new_id(), result("q1", 1))),
    ):
        with pytest.raises(NotFound):
            await missing


async def test_an_attempt_at_what_was_deleted_meanwhile_does_not_stay(
    attempts: Attempts, exercises: Collection, owner: str, exercise_id: str, cloud: Stack
) -> None:
    await exercises.delete(owner, exercise_id)
    with pytest.raises(NotFound):
        await attempts.keep(owner, attempt(exercise_id, result("q1", 1)))
    assert await left_of(cloud, owner) == []


async def test_long_answers_are_kept_up_to_a_bound(attempts: Attempts, owner: str, exercise_id: str) -> None:
    noise = random.Random(7)
    long = "".join(noise.choices([chr(0x4E00 + number) for number in range(2000)], k=100_000))
    tried = attempt(exercise_id, result("q1", 1, answer=long))
    await attempts.keep(owner, tried)
    assert await attempts.get(owner, exercise_id, tried.id) == tried
    with pytest.raises(TooLarge):
        await attempts.keep(owner, attempt(exercise_id, result("q1", 1, answer=long * 3)))


def test_an_attempt_tells_what_it_practised_of_what_somebody_graded() -> None:
    exercise_id = new_id()
    tried = attempt(
        exercise_id,
        result("q1", 0.5),
        result("q2", 7.5, 10, graded_by="model"),
        result("q3", 0, graded_by="nobody"),
        result("q4", 1),
    )
    asked = [question("q1", ["water", "ice"]), essay("q2", ["ice"]), question("q3", ["steam"])]
    assert practised(tried, asked) == [
        Practised("water", f"{exercise_id}/q1", 0.5, MADE, 1),
        Practised("ice", f"{exercise_id}/q1", 0.5, MADE, 1),
        Practised("ice", f"{exercise_id}/q2", 0.75, MADE, 10),
    ]
