"""Good questions pass among all the others; of each that is spoiled, its fault is named and no other."""

from collections import Counter

import pytest

from freshet.exercises.gate import check
from freshet.exercises.question import Question
from tests.unit.exercises.gate import good_english
from tests.unit.exercises.gate.good import QUESTIONS, others_than, source_of
from tests.unit.exercises.gate.spoiling import SPOILINGS, spoiled

GOOD = [
    pytest.param(question, questions, id=question.question[:40])
    for questions in QUESTIONS.values()
    for question in questions
]


@pytest.mark.parametrize(("question", "questions"), GOOD)
def test_a_good_question_passes_among_all_the_others(question: Question, questions: list[Question]) -> None:
    assert check(question, source_of(questions), others_than(question, questions)) == []


@pytest.mark.parametrize(("question", "questions"), GOOD)
def test_of_a_spoiled_question_its_fault_is_named_and_no_other(
    question: Question, questions: list[Question]
) -> None:
    source, others = source_of(questions), others_than(question, questions)
    found = {spoiling: check(bad, source, others) for spoiling, bad in spoiled(question)}
    wrong = {
        spoiling.name: faults
        for spoiling, faults in found.items()
        if {fault.rule for fault in faults} != {spoiling.rule}
    }
    assert wrong == {}


@pytest.mark.parametrize(("question", "questions"), GOOD)
def test_a_question_that_is_there_already_is_a_duplicate(
    question: Question, questions: list[Question]
) -> None:
    faults = check(question, source_of(questions), questions)
    assert [fault.rule for fault in faults] == ["duplicate"]


def test_each_way_to_spoil_a_question_is_used_and_there_are_hundreds_of_spoiled_ones() -> None:
    ways = Counter(spoiling.name for case in GOOD for spoiling, _ in spoiled(case.values[0]))  # type: ignore[arg-type]  # the first of a case is its question
    assert {spoiling.name for spoiling in SPOILINGS} == set(ways)
    assert ways.total() > 200


def test_a_fault_says_what_to_mend() -> None:
    question = next(one for one in good_english.QUESTIONS if one.type == "single_choice")
    bad = next(bad for spoiling, bad in spoiled(question) if spoiling.name == "has_the_key_twice")
    (fault,) = check(bad, source_of(good_english.QUESTIONS), [])
    assert "'Each value has an owner'" in fault.detail
    assert "replace one of them" in fault.detail
