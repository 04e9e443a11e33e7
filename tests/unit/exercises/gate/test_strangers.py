"""What others wrote who had not read the rules."""

import pytest

from freshet.exercises.fault import Rule
from freshet.exercises.gate import check, same
from freshet.exercises.question import Question
from tests.unit.exercises.gate.strangers import first, second, third

LISTS = (first, second, third)


def named(value: object) -> str | None:
    question = getattr(value, "question", None)
    return question[:40] if question else None


@pytest.mark.parametrize(
    ("question", "questions"), [(question, part.GOOD) for part in LISTS for question in part.GOOD], ids=named
)
def test_a_good_question_passes(question: Question, questions: list[Question]) -> None:
    assert check(question, "", [other for other in questions if other is not question]) == []


@pytest.mark.parametrize(("rule", "question"), [case for part in LISTS for case in part.BAD])
def test_a_bad_question_breaks_its_rule(rule: Rule, question: Question) -> None:
    source = question.source.quote if question.source else ""
    assert rule in {fault.rule for fault in check(question, source, [])}


@pytest.mark.parametrize(("one", "other"), [pair for part in LISTS for pair in part.ALIKE], ids=named)
def test_two_questions_that_ask_the_same_are_seen(one: Question, other: Question) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(("one", "other"), [pair for part in LISTS for pair in part.UNLIKE], ids=named)
def test_two_questions_that_are_only_alike_are_two(one: Question, other: Question) -> None:
    assert not same(one, other)
    assert not same(other, one)
