"""A case: an answer as a learner types it, and what a teacher would give for it."""

from typing import Any, NamedTuple

from freshet.exercises.question import Question


class Case(NamedTuple):
    question: Question
    answer: Any
    score: float
    correct: bool


def right(question: Question, *answers: Any) -> list[Case]:
    return [Case(question, answer, question.points, True) for answer in answers]


def wrong(question: Question, *answers: Any) -> list[Case]:
    return [Case(question, answer, 0, False) for answer in answers]


def partly(question: Question, *answers: tuple[Any, float]) -> list[Case]:
    return [Case(question, answer, score, False) for answer, score in answers]
