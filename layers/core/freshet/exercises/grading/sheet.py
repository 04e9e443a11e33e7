"""Sheets: what was answered at one go, each answer with its question and graded as far as rules go.

What does not belong here: what a model has to say (`open`), and how a submission goes on (`submit`).
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

from freshet.errors import FreshetError, Interrupted, Invalid, TooLarge
from freshet.exercises.grading.answers import is_nothing
from freshet.exercises.grading.attempt import Attempt, GradedBy, Mark, Result
from freshet.exercises.grading.closed import grade, key_of
from freshet.exercises.question import Question
from freshet.exercises.requests import Submit

MAX_BYTES = 250_000  # of all answers together: an attempt is kept in one piece
MAX_DEPTH = 4  # lists and objects inside of one another
_LARGEST = 2**53  # beyond it JSON's numbers are not exact everywhere


def filled(questions: Sequence[Question], asked: Submit, before: Attempt | None = None) -> list[Result]:
    """A result for each question, in their order; what waits for a model is graded by `nobody`.

    A mark that `before` has for the same answer stands. Raises Invalid, which names every answer that does
    not fit its question, and TooLarge.
    """
    answers: dict[str, Any] = _storable(asked.answers)
    _require_bounds(answers)
    known = {question.id for question in questions}
    misfits = [_misfit(id_, "the exercise has no such question") for id_ in answers if id_ not in known]
    results = []
    for question in questions:
        answer = answers.get(question.id)
        if asked.only_answered and is_nothing(answer):
            continue
        try:
            results.append(_result(question, answer, before))
        except Invalid as error:
            misfits += error.extra["errors"]
    if misfits:
        raise Invalid("; ".join(f"{one['field']}: {one['message']}" for one in misfits[:5]), errors=misfits)
    if not results:
        raise Invalid("No question was answered.", errors=[_misfit("", "none of them says anything")])
    return results


def marked(question: Question, answer: Any, mark: Mark, graded_by: GradedBy) -> Result:
    """The result of a question whose answer somebody graded."""
    return Result(**dict(mark), **_about(question, answer), graded_by=graded_by)


def unmarked(question: Question, answer: Any, error: FreshetError) -> Result:
    """The result of a question that nobody graded, because of an error."""
    return Result(
        score=0,
        max_score=question.points,
        correct=None,
        key=key_of(question),
        **_about(question, answer),
        graded_by="nobody",
        problem=error.problem(),
    )


def _result(question: Question, answer: Any, before: Attempt | None) -> Result:
    mark = grade(question, answer)
    if mark is not None:
        return marked(question, answer, mark, "rule")
    for one in before.results if before else ():
        if _same_answer(one, question, answer) and one.graded_by != "nobody":
            return one
    return unmarked(question, answer, Interrupted("The answer was not graded yet when the run ended."))


def _same_answer(result: Result, question: Question, answer: Any) -> bool:
    return (result.question_id, result.version, result.answer) == (question.id, question.version, answer)


def _about(question: Question, answer: Any) -> dict[str, Any]:
    return {
        "question_id": question.id,
        "version": question.version,
        "type": question.type,
        "question": question.question,
        "answer": answer,
        "explanation": question.explanation,
    }


def _storable(answer: Any, deep: int = 0) -> Any:
    """The answer as it can be kept: without halves of characters, and numbers only as long as JSON's are."""
    if deep > MAX_DEPTH:
        raise Invalid("No answer is nested so deeply.", errors=[_misfit("", "nested too deeply")])
    match answer:
        case str():
            return answer.encode(errors="replace").decode()
        case list():
            return [_storable(one, deep + 1) for one in answer]
        case dict():
            return {_storable(name): _storable(one, deep + 1) for name, one in answer.items()}
        case int() if abs(answer) > _LARGEST:
            return str(Decimal(answer))
        case float() if not math.isfinite(answer):
            return str(answer)
    return answer


def _require_bounds(answers: Mapping[str, Any]) -> None:
    size = len(orjson.dumps(answers))
    if size > MAX_BYTES:
        raise TooLarge(f"The answers have {size} bytes, of {MAX_BYTES} at most; submit fewer at a time.")


def _misfit(question_id: str, message: str) -> dict[str, str]:
    return {"field": f"answers.{question_id}" if question_id else "answers", "message": message}
