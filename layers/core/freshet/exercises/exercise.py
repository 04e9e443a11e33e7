"""The head of an exercise: what a list shows of it, and the item that it is kept as.

    generating → ready | partial          (a retry: partial → generating)

What belongs here: the value, where it is kept, and as what. What does not: when it changes (`collection`).
"""

import time
from typing import Any, Literal

from pydantic import BaseModel, Field

from freshet.errors import NotFound
from freshet.exercises.fault import Rule
from freshet.exercises.question import Difficulty, Kind
from freshet.exercises.requests import State
from freshet.ids import made_at
from freshet.profile.concept import concept_key, folded
from freshet.runs.record import iso
from freshet.stores.table import Item, Table

LAPSE_S = 600  # a question is written, mended and answered anew within; no run goes on longer without one


class Exercise(BaseModel):
    """An exercise without its questions; times are ISO 8601 in UTC."""

    id: str
    title: str
    state: State = Field(description="partial: its run was cut short")
    origin: Literal["generated", "imported"] = "generated"
    language: str = ""
    difficulty: Difficulty | None = None
    document_ids: list[str] = Field([], description="what it was made from")
    types: list[Kind] = Field([], description="of its questions")
    concepts: list[str] = Field([], description="of its questions")
    questions: int = Field(0, description="how many it has")
    points: float = Field(0, description="of all its questions")
    asked: int = Field(0, description="how many questions were asked for")
    dropped: int = Field(0, description="questions that were not good enough")
    repaired: int = Field(0, description="questions that were good enough when written once more")
    reasons: dict[Rule, int] = Field({}, description="how often which rule was broken")
    run_id: str | None = Field(None, description="the run that made it, or makes it")
    created_at: str
    updated_at: str


# `exercise_of` shows what nobody makes any more as partial: a filter has to see it so, too.
_LAPSED = "#state = :generating AND #updated_at < :lapsed"
IN_STATE = {
    "generating": "#state = :state AND #updated_at >= :lapsed",
    "partial": f"(#state = :state OR ({_LAPSED}))",
    "ready": "#state = :state",
}
# What a process leaves that dies before the first question: without questions it has no types either.
ABANDONED = f"{_LAPSED} AND size(#types) = :none"


def state_values() -> dict[str, str | int]:
    """What these clauses speak of, but for `state`."""
    return {"generating": "generating", "lapsed": _lapsed_before(), "none": 0}


def members(exercise: Exercise) -> dict[str, Any]:
    """The head's item but for its id and version: as text, and beside it what lists are filtered by."""
    return {
        "text": exercise.model_dump_json(),
        "state": exercise.state,
        "updated_at": exercise.updated_at,
        "title": folded(exercise.title),
        "types": exercise.types,
        "document_ids": exercise.document_ids,
        "concepts": [concept_key(name) for name in exercise.concepts],
    }


def exercise_of(item: Item) -> Exercise:
    """The head that an item keeps. One whose run died reads as partial."""
    exercise = Exercise.model_validate_json(item["text"])
    if exercise.state == "generating" and exercise.updated_at < _lapsed_before():
        return exercise.model_copy(update={"state": "partial"})
    return exercise


def heads(owner: str) -> str:
    """The partition of an owner's exercises."""
    return f"{owner}/exercises"


def questions_of(owner: str, exercise_id: str) -> str:
    """The partition of an exercise's questions."""
    return f"{owner}/questions/{exercise_id}"


def attempts_of(owner: str, exercise_id: str) -> str:
    """The partition of the attempts at an exercise."""
    return f"{owner}/attempts/{exercise_id}"


async def head_of(table: Table, owner: str, exercise_id: str) -> Item:
    """The head's item. Raises NotFound; also for one that is about to be deleted."""
    head = await table.get(heads(owner), valid(exercise_id))
    if head is None or "deleted" in head:
        raise missing(exercise_id)
    return head


def valid(exercise_id: str) -> str:
    """A client's id, if it is one; DynamoDB refuses empty and long keys."""
    if not made_at(exercise_id):
        raise missing(exercise_id)
    return exercise_id


def missing(exercise_id: str) -> NotFound:
    """The error for an exercise that is not there."""
    return NotFound(f"There is no exercise {exercise_id}.")


def _lapsed_before() -> str:
    return iso(time.time() - LAPSE_S)
