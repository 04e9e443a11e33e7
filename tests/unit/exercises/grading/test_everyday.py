"""Numeric questions without a unit: what is said beside a number counts as long as it says nothing else."""

import time

import pytest

from freshet.exercises.grading.closed import grade
from freshet.exercises.question import Accepted, ShortAnswer
from tests.unit.exercises.grading.builders import cloze, numeric, short
from tests.unit.exercises.grading.case import Case
from tests.unit.exercises.grading.everyday import CHINESE_NUMBERS, ENGLISH_NUMBERS, cases

CASES = [*cases(ENGLISH_NUMBERS), *cases(CHINESE_NUMBERS)]


@pytest.mark.parametrize("case", CASES, ids=[f"{c.question.question}: {c.answer}"[:60] for c in CASES])
def test_an_everyday_number_is_right_unless_it_is_another_one(case: Case) -> None:
    mark = grade(case.question, case.answer)
    assert mark is not None
    assert mark.correct == case.correct


def test_a_question_with_a_unit_takes_no_other() -> None:
    for answer, correct in (("32元", True), ("32", True), ("32本", False), ("$32", False)):
        mark = grade(numeric("这本书多少钱？", 32, 0, "元"), answer)
        assert mark is not None
        assert mark.correct == correct


@pytest.mark.parametrize(
    "question",
    [
        ShortAnswer(
            id="q",
            question="?",
            wildcards=True,
            accepted=[Accepted(text=f"x{number}*") for number in range(100)],
        ),
        short("?", *(f"x{number}" for number in range(100))),
        cloze("{{1}}", "|".join(f"x{number}" for number in range(100))),
    ],
    ids=lambda question: question.type,
)
@pytest.mark.parametrize("count", [200, 2_000, 49_000])
def test_an_answer_of_characters_that_unfold_is_graded_in_no_time(question: ShortAnswer, count: int) -> None:
    began = time.process_time()
    mark = grade(question, "\ufdfa" * count)  # each unfolds into 18 characters
    assert mark is not None
    assert not mark.correct
    assert time.process_time() - began < 3
