"""Exercises, questions and attempts as these tests keep them; and what is left of them."""

import asyncio
from typing import Any

from freshet.exercises.exercise import Exercise
from freshet.exercises.grading.attempt import Attempt, Result
from freshet.exercises.question import Essay, Question, TrueFalse
from freshet.ids import new_id
from freshet.settings import settings
from tests.stack import Stack

MADE = "2026-03-01T08:00:00.000+00:00"


def exercise(**members: Any) -> Exercise:
    made: dict[str, Any] = {"id": new_id(), "title": "Water", "state": "generating", "asked": 3}
    return Exercise.model_validate({**made, "created_at": MADE, "updated_at": MADE, **members})


def question(id_: str, concepts: list[str] | None = None, **members: Any) -> Question:
    text = f"Statement {id_} is true."
    return TrueFalse(id=id_, question=text, answer=True, concepts=concepts or ["water"], **members)


def essay(id_: str, concepts: list[str] | None = None, **members: Any) -> Question:
    return Essay(id=id_, question="Why is ice lighter than water?", concepts=concepts or ["ice"], **members)


def result(question_id: str, score: float, max_score: float = 1, **members: Any) -> Result:
    made: dict[str, Any] = {"version": 1, "type": "true_false", "question": "?", "answer": True}
    made |= {"graded_by": "rule", "correct": score == max_score}
    return Result.model_validate(
        {**made, "question_id": question_id, "score": score, "max_score": max_score, **members}
    )


def attempt(exercise_id: str, *results: Result, id_: str = "", at: str = MADE) -> Attempt:
    return Attempt.of(id_ or new_id(), exercise_id, results, created_at=at)


async def left_of(cloud: Stack, owner: str) -> list[str]:
    """Whatever the table and the bucket hold of the owner's exercises."""

    def look() -> list[str]:
        items: list[dict[str, Any]] = []
        scans = cloud.aws.client("dynamodb").get_paginator("scan")
        for page in scans.paginate(TableName=settings().exercises_table, ConsistentRead=True):
            items += page["Items"]
        prefix = f"exercises/{owner}/"
        found = cloud.aws.client("s3").list_objects_v2(Bucket=settings().bucket, Prefix=prefix)
        places = [item["owner"]["S"] for item in items]
        keys = [one["Key"] for one in found.get("Contents", [])]
        return [place for place in places if place.startswith(f"{owner}/")] + keys

    return await asyncio.to_thread(look)
