"""Attempts: totals, and the owner's word over them."""

import math
from typing import Any

import pytest

from freshet.errors import Invalid, NotFound
from freshet.exercises.grading.attempt import Attempt, Result, score_of

AT = "2026-03-01T08:00:00.000+00:00"


def result(id_: str, score: float, max_score: float, **more: Any) -> Result:
    about: dict[str, Any] = {
        "question_id": id_,
        "version": 1,
        "type": "essay",
        "question": "?",
        "correct": None,
    }
    return Result(**{**about, "score": score, "max_score": max_score, "graded_by": "model", **more})


def attempt(*results: Result) -> Attempt:
    return Attempt.of("a", "e", results, created_at=AT)


def test_an_attempt_adds_up_and_counts_what_nobody_graded() -> None:
    tried = attempt(*(result(str(at), 0.1, 0.2) for at in range(3)), result("x", 0, 5, graded_by="nobody"))
    assert (tried.score, tried.max_score, tried.ungraded) == (0.3, 5.6, 1)


def test_the_owners_score_counts_and_the_first_one_stays_beside_it() -> None:
    tried = attempt(result("1", 2, 5), result("2", 0, 5, graded_by="nobody", problem={"code": "x"}))
    now = (
        tried.overridden("1", 4, "kind", at=AT)
        .overridden("1", 5, "kinder", at=AT)
        .overridden("2", 3, "", at=AT)
    )
    assert (now.score, now.ungraded) == (8, 0)
    first, second = now.results
    assert first.override
    assert (first.override.before, first.override.graded_by, first.override.comment) == (2, "model", "kinder")
    assert (first.graded_by, second.graded_by, second.problem) == ("owner", "owner", None)
    assert tried.score == 2


@pytest.mark.parametrize("score", [-0.1, 5.1, math.inf, math.nan])
def test_an_owners_score_keeps_within_the_questions_range(score: float) -> None:
    with pytest.raises(Invalid):
        attempt(result("1", 2, 5)).overridden("1", score, "", at=AT)
    with pytest.raises(NotFound):
        attempt(result("1", 2, 5)).overridden("2", 1, "", at=AT)


@pytest.mark.parametrize(
    ("share", "points", "score"),
    [
        (0.5, 3, 1.5),
        (1 / 3, 1, 0.3333),
        (2, 3, 3),
        (-1, 3, 0),
        (math.nan, 3, 0),
        (math.inf, 3, 3),
        (1, 0.33335, 0.33335),
    ],
)
def test_a_share_is_a_score_within_the_points(share: float, points: float, score: float) -> None:
    assert score_of(share, points) == score
