"""Attempts: what was answered, what it earned, by whose judgement, and why.

What belongs here: the values, and how a total follows from its parts. What does not: how an answer is graded
(`closed`, `open`), and where attempts are kept (`freshet.exercises.attempts`).
"""

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import Field

from freshet.errors import Invalid, NotFound
from freshet.exercises.question import Finite, Kind, Shape

DIGITS = 4  # of a score: thirds add up
# no_evidence: the answer does not hold the words that were to earn the points.
# addresses_grader: the answer speaks to whoever grades it, which earns nothing.
# unclear_points: what the model gave was no number of points, and counts nothing.
Flag = Literal["no_evidence", "addresses_grader", "unclear_points"]
GradedBy = Literal["rule", "model", "owner", "nobody"]


class PartMark(Shape):
    """What became of a blank or of a pair."""

    id: str
    score: Finite
    max_score: Finite
    correct: bool


class Earned(Shape):
    """What a criterion of the rubric earned; `quote` are the words of the answer that earned it."""

    id: str
    text: str
    score: Finite
    max_score: Finite
    quote: str = ""
    comment: str = ""
    flags: list[Flag] = Field(default_factory=list)


class Mark(Shape):
    """What an answer is worth: `score` is within 0 to `max_score`.

    `correct` is None where there is more to an answer than right and wrong; `key` is what would have been
    right.
    """

    score: Finite
    max_score: Finite
    correct: bool | None
    feedback: str = ""
    key: Any = None
    parts: list[PartMark] = Field(default_factory=list)
    criteria: list[Earned] = Field(default_factory=list)
    flags: list[Flag] = Field(default_factory=list)


class Overridden(Shape):
    """The owner's own score, and what stood there before."""

    score: Finite
    comment: str = ""
    at: str = Field(description="ISO 8601, in UTC")
    before: Finite
    graded_by: GradedBy = Field(description="who gave the score that stood there before")


class Result(Mark):
    """What became of one question. `problem` says why nobody graded it."""

    question_id: str
    version: int
    type: Kind
    question: str
    answer: Any = None
    graded_by: GradedBy
    explanation: str = ""
    override: Overridden | None = None
    problem: dict[str, Any] | None = None

    def overridden(self, score: float, comment: str, *, at: str) -> Self:
        """The result with the owner's score. Raises Invalid for one that the question can't have."""
        if not 0 <= score <= self.max_score:
            message = f"The score of this question is within 0 and {self.max_score:g}."
            raise Invalid(message, errors=[{"field": "score", "message": message}])
        first = self.override
        override = Overridden(
            score=score,
            comment=comment,
            at=at,
            before=first.before if first else self.score,
            graded_by=first.graded_by if first else self.graded_by,
        )
        correct = score == self.max_score
        changes = {"score": score, "correct": correct, "graded_by": "owner", "problem": None}
        return self.model_copy(update={**changes, "override": override})


class Attempt(Shape):
    """One go at an exercise. What is `ungraded` counts 0 until somebody grades it."""

    id: str
    exercise_id: str
    score: Finite
    max_score: Finite
    results: list[Result]
    ungraded: int = 0
    created_at: str = Field(description="ISO 8601, in UTC")

    @classmethod
    def of(cls, id_: str, exercise_id: str, results: Sequence[Result], *, created_at: str) -> Self:
        """The attempt that these results make."""
        return cls(
            id=id_,
            exercise_id=exercise_id,
            score=round(sum(one.score for one in results), DIGITS),
            max_score=round(sum(one.max_score for one in results), DIGITS),
            results=list(results),
            ungraded=sum(one.graded_by == "nobody" for one in results),
            created_at=created_at,
        )

    def overridden(self, question_id: str, score: float, comment: str, *, at: str) -> Self:
        """The attempt with the owner's score of one question. Raises NotFound, Invalid."""
        if all(one.question_id != question_id for one in self.results):
            raise NotFound(f"The attempt holds no answer to the question {question_id}.")
        results = [
            one.overridden(score, comment, at=at) if one.question_id == question_id else one
            for one in self.results
        ]
        return self.of(self.id, self.exercise_id, results, created_at=self.created_at)


def score_of(share: float, points: float) -> float:
    """A share of the points as a score: within 0 to `points`, whatever the share."""
    if not share > 0:  # not a number is no share either
        return 0.0
    return points if share >= 1 else min(round(share * points, DIGITS), points)
