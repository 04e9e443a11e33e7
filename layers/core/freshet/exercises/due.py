"""What is due to be practised, and by which questions of the owner's exercises.

What does not belong here: when a concept is due (`freshet.profile.mastery`).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, zip_longest
from typing import Any

from pydantic import BaseModel, Field

from freshet.concurrency import together
from freshet.errors import NotFound
from freshet.exercises.collection import Collection, Exercise
from freshet.exercises.question import Question, shown
from freshet.exercises.requests import Listing
from freshet.profile.concept import concept_key, folded
from freshet.profile.mastery import KnownConcept, Mastery

MAX_HEADS = 100  # of the newest exercises: questions are looked for in these
MAX_EXERCISES = 10  # that questions are read of
MAX_QUESTIONS = 5  # a concept


@dataclass(frozen=True, slots=True)
class Found:
    """A question of an exercise, and the keys of its concepts."""

    exercise_id: str
    question: Question
    concepts: set[str]

    @property
    def reference(self) -> str:
        """What a log of practice calls it."""
        return f"{self.exercise_id}/{self.question.id}"


class DueConcept(KnownConcept):
    """A concept that is due, with questions that practise it."""

    questions: list[dict[str, Any]] = Field(
        description="as a learner gets them, without their keys, with `exercise_id` and `question_id`"
    )


class DueConcepts(BaseModel):
    """What is due, most likely forgotten first."""

    items: list[DueConcept]
    total: int = Field(description="how many concepts are due in all")


class Due:
    """Finds it, within a bounded number of reads."""

    def __init__(self, collection: Collection, mastery: Mastery) -> None:
        self._collection = collection
        self._mastery = mastery

    async def due(self, owner: str, now: datetime, limit: int) -> DueConcepts:
        """Up to `limit` concepts; those whose exercises are gone, or too many, have no questions."""
        concepts, total = await self._mastery.due(owner, now, limit)
        if not concepts:
            return DueConcepts(items=[], total=total)
        heads, _ = await self._collection.page(owner, Listing(limit=MAX_HEADS))
        ids = await asyncio.to_thread(_chosen, concepts, heads)
        read = await together(*(self._questions(owner, id_) for id_ in ids))
        found = [one for some in read for one in some]
        items = [
            DueConcept(**concept.model_dump(), questions=_offered(concept, found)) for concept in concepts
        ]
        return DueConcepts(items=items, total=total)

    async def _questions(self, owner: str, exercise_id: str) -> list[Found]:
        try:
            questions = await self._collection.questions(owner, exercise_id)
        except NotFound:  # deleted since the list was read
            return []
        return [
            Found(exercise_id, question, {concept_key(name) for name in question.concepts})
            for question in questions
        ]


def _chosen(concepts: Sequence[KnownConcept], heads: Sequence[Exercise]) -> list[str]:
    """Exercises to read: the newest that has each concept, then the next newest, until there are enough."""
    keys = [(head.id, {concept_key(name) for name in head.concepts}) for head in heads]
    wanted = [concept_key(concept.concept) for concept in concepts]
    having = [[id_ for id_, found in keys if key in found] for key in wanted]
    in_turn = dict.fromkeys(id_ for row in zip_longest(*having) for id_ in row if id_)
    return list(in_turn)[:MAX_EXERCISES]


def _offered(concept: KnownConcept, found: Sequence[Found]) -> list[dict[str, Any]]:
    """Questions that practise the concept: those not answered yet first, then what was longest ago.

    Of those that ask in the same words one is enough.
    """
    key = concept_key(concept.concept)
    since = {reference: -place for place, reference in enumerate(concept.lately)}
    able = [one for one in found if key in one.concepts]
    able.sort(key=lambda one: since.get(one.reference, -len(since)))
    distinct: dict[str, Found] = {}
    for one in able:
        distinct.setdefault(folded(one.question.question), one)
    return [
        {"exercise_id": one.exercise_id, "question_id": one.question.id, **shown(one.question)}
        for one in islice(distinct.values(), MAX_QUESTIONS)
    ]
