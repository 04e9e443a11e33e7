"""Mastery: how well an owner knows each concept, and what is due when; kept with the practice behind it.

A concept's item is the fold of its log (`practice`), written under its version, which is read before the log:
whoever writes last has seen all of it. The logs of all concepts share a partition, so that a record can be
erased whatever a failure left of it. What does not belong here: which questions a concept is practised by
(`freshet.exercises.due`).
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from freshet.concurrency import together
from freshet.profile.concept import MAX_CHARS, concept_key
from freshet.profile.practice import Practised, Review, card_of, in_order, retrievability, review_of
from freshet.profile.profile import Profiles
from freshet.runs.record import iso
from freshet.stores.contention import insist
from freshet.stores.table import Item, Table

__all__ = ["KnownConcept", "Mastery", "Practised"]

MATURE_DAYS = 21  # Anki's "mature"
# That a card follows from, the newest. With one failure among them, those before change nothing (measured);
# without any, the stability stays at two years instead of growing on.
MAX_REVIEWS = 200
MAX_CONCEPTS = 300  # of one attempt: two seconds of writing
_PAGES = 5  # of concepts, looked through for what is due: 2,000 each at most
_PAGE = 1000
_LATELY = 20  # questions
_THEN = "\n"  # between a concept and an attempt in a review's id: no concept's key has one
_AT_ONCE = 8  # concepts of one attempt: most of the AWS threads are left to others


class _Learned(BaseModel):
    """What is kept of a concept: the fold of its log."""

    concept: str = Field(description="as it was spelled first")
    stability_days: float = Field(description="after so many days without practice retrievability is 0.9")
    difficulty: float = Field(description="1 to 10")
    reviews: int = Field(description=f"attempts that practised it; at most the newest {MAX_REVIEWS}")
    score: float = Field(description="mean of these, 0 to 1")
    last_practised: str
    due: str = Field(description="when retrievability falls to the retention that the profile asks for")
    lately: list[str] = Field(
        description="questions that practised it last, <exercise id>/<question id>, newest first"
    )


class KnownConcept(_Learned):
    """How well a concept is known; times are ISO 8601 in UTC."""

    retrievability: float = Field(description="how likely it is that it is known now, 0 to 1")
    state: Literal["new", "learning", "mastered"] = Field(
        description=f"new: practised once; mastered: stable for {MATURE_DAYS} days"
    )


class Mastery:
    """What all owners know."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._profiles = Profiles(table)

    async def note(self, owner: str, attempt_id: str, practised: Sequence[Practised]) -> None:
        """Takes down what an attempt says, in place of what it said before; safe to repeat.

        Of more than `MAX_CONCEPTS` concepts the first ones count.
        """
        answers: dict[str, list[Practised]] = {}
        for one in practised:
            key = concept_key(one.concept)
            if key and (key in answers or len(answers) < MAX_CONCEPTS):
                answers.setdefault(key, []).append(one)
        if not answers:
            return
        retention = (await self._profiles.get(owner)).retention
        gate = asyncio.Semaphore(_AT_ONCE)

        async def take_down(key: str, said: list[Practised]) -> None:
            async with gate:
                review = review_of(attempt_id, said)
                await self._table.write(_practice(owner), _review_item(key, review))
                await self._fold(owner, key, said[0].concept, retention)

        await together(*(take_down(key, said) for key, said in answers.items()))

    async def concepts(
        self, owner: str, limit: int, cursor: str | None = None, *, now: datetime
    ) -> tuple[list[KnownConcept], str | None]:
        """The owner's concepts in alphabetical order, and where to go on."""
        page = await self._table.page(_concepts(owner), limit=limit, cursor=cursor, newest_first=False)
        return [_concept(item, now) for item in page.items], page.cursor

    async def due(self, owner: str, now: datetime, limit: int) -> tuple[list[KnownConcept], int]:
        """The concepts that are due, those most likely forgotten first; and how many there are in all."""
        found: list[Item] = []
        cursor: str | None = None
        for _ in range(_PAGES):
            page = await self._table.page(
                _concepts(owner), limit=_PAGE, cursor=cursor, matching="#due <= :now", now=_iso(now)
            )
            found += page.items
            cursor = page.cursor
            if cursor is None:
                break
        return await asyncio.to_thread(_most_forgotten, found, now, limit), len(found)

    async def count_due(self, owner: str, now: datetime) -> int:
        """How many concepts are due; at least so many, where more than a thousand are known."""
        page = await self._table.page(_concepts(owner), limit=_PAGE, matching="#due <= :now", now=_iso(now))
        return len(page.items)

    async def erase(self, owner: str) -> None:
        """Forgets all concepts and all practice; safe to repeat where it was cut off."""
        await self._table.clear(_practice(owner))
        await self._table.clear(_concepts(owner))

    async def _fold(self, owner: str, key: str, name: str, retention: float) -> None:
        async def folded() -> None:
            before = await self._table.get(_concepts(owner), key)
            log = await self._table.page(
                _practice(owner), limit=MAX_REVIEWS, consistent=True, prefix=f"{key}{_THEN}"
            )
            first = _Learned.model_validate_json(before["text"]).concept if before else name[:MAX_CHARS]
            learned = _learned(first, [_review(item) for item in log.items], retention)
            seen = before["version"] if before else 0
            await self._table.update(
                _concepts(owner),
                key,
                {"text": learned.model_dump_json(), "due": learned.due, "version": seen + 1},
                when="attribute_not_exists(#version) OR #version = :seen",
                seen=seen,
            )

        await insist(folded, "concept")


def _concepts(owner: str) -> str:
    return f"{owner}/concepts"


def _practice(owner: str) -> str:
    return f"{owner}/practice"


def _review_item(key: str, review: Review) -> Item:
    return {
        "id": f"{key}{_THEN}{review.attempt_id}",
        "score": round(review.score, 6),
        "at": _iso(review.at),
        "questions": review.questions[:_LATELY],
    }


def _review(item: Item) -> Review:
    attempt_id = item["id"].rpartition(_THEN)[2]
    return Review(attempt_id, item["score"], datetime.fromisoformat(item["at"]), item["questions"])


def _learned(name: str, reviews: Sequence[Review], retention: float) -> _Learned:
    card = card_of(reviews, retention=retention)
    ordered = in_order(reviews)
    lately = dict.fromkeys(question for review in reversed(ordered) for question in review.questions)
    return _Learned(
        concept=name,
        stability_days=card.stability or 0,
        difficulty=card.difficulty or 0,
        reviews=len(reviews),
        score=sum(review.score for review in reviews) / len(reviews),
        last_practised=_iso(ordered[-1].at),
        due=_iso(card.due),
        lately=list(lately)[:_LATELY],
    )


def _concept(item: Item, now: datetime) -> KnownConcept:
    learned = _Learned.model_validate_json(item["text"])
    known = retrievability(learned.stability_days, datetime.fromisoformat(learned.last_practised), now)
    state = "new" if learned.reviews == 1 else "learning"
    if learned.stability_days >= MATURE_DAYS:
        state = "mastered"
    return KnownConcept(**learned.model_dump(), retrievability=known, state=state)


def _most_forgotten(items: Sequence[Item], now: datetime, limit: int) -> list[KnownConcept]:
    concepts = [_concept(item, now) for item in items]
    return sorted(concepts, key=lambda concept: (concept.retrievability, concept.due))[:limit]


def _iso(moment: datetime) -> str:
    return iso(moment.timestamp())
