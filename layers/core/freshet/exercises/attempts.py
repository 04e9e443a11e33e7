"""Where attempts are kept: an item each, in a partition of their exercise, in the order of their ids.

Every attempt is kept until its exercise is deleted. It is changed under its version, so that of two overrides
at once none is lost. What does not belong here: what a score means (`grading`).
"""

import asyncio
import gzip
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from pydantic import BaseModel, Field

from freshet.concurrency import together
from freshet.errors import NotFound, TooLarge
from freshet.exercises.exercise import attempts_of, head_of, valid
from freshet.exercises.grading.answers import is_nothing
from freshet.exercises.grading.attempt import Attempt, Result
from freshet.exercises.question import Question
from freshet.exercises.requests import Override
from freshet.profile.mastery import Practised
from freshet.runs.record import iso
from freshet.stores.contention import insist
from freshet.stores.table import MAX_ITEM_BYTES, Item, Table

T = TypeVar("T")


class AttemptSummary(BaseModel):
    """An attempt as a list shows it."""

    id: str
    exercise_id: str
    score: float
    max_score: float
    ungraded: int = Field(description="answers that nobody graded yet")
    created_at: str = Field(description="ISO 8601, in UTC")


class AttemptPage(BaseModel):
    items: list[AttemptSummary]
    next_cursor: str | None = Field(description="null at the end")


class Attempts:
    """The attempts of all owners. One that is not there, or whose exercise is not, is NotFound."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def keep(self, owner: str, attempt: Attempt) -> Attempt:
        """The attempt as it is kept: over the one that has its id, whose overrides it takes on.

        Raises TooLarge; NotFound if the exercise was deleted meanwhile, and leaves nothing behind.
        """
        kept = await self._change(
            owner, attempt.exercise_id, attempt.id, lambda before: _with_overrides(attempt, before)
        )
        try:
            await head_of(self._table, owner, attempt.exercise_id)
        except NotFound:
            await self._table.delete(attempts_of(owner, attempt.exercise_id), attempt.id)
            raise
        return kept

    async def get(self, owner: str, exercise_id: str, attempt_id: str) -> Attempt:
        """The attempt with all its results."""
        _, item = await together(
            head_of(self._table, owner, exercise_id), self._item(owner, exercise_id, attempt_id)
        )
        return await asyncio.to_thread(_unpacked, _found(item, attempt_id))

    async def page(self, owner: str, exercise_id: str, limit: int, cursor: str | None = None) -> AttemptPage:
        """The attempts at an exercise, newest first."""
        place = attempts_of(owner, valid(exercise_id))
        _, page = await together(
            head_of(self._table, owner, exercise_id),
            self._table.page(place, limit=limit, cursor=cursor, consistent=True),
        )
        items = [AttemptSummary.model_validate_json(item["summary"]) for item in page.items]
        return AttemptPage(items=items, next_cursor=page.cursor)

    async def override(self, owner: str, exercise_id: str, attempt_id: str, asked: Override) -> Attempt:
        """The attempt with the owner's own score of a question; what was there before stays beside it.

        Raises NotFound, Invalid.
        """
        now = iso(time.time())
        await head_of(self._table, owner, exercise_id)

        def overridden(before: Attempt | None) -> Attempt:
            found = _found(before, attempt_id)
            return found.overridden(asked.question_id, asked.score, asked.comment, at=now)

        return await self._change(owner, exercise_id, attempt_id, overridden)

    async def _change(
        self, owner: str, exercise_id: str, attempt_id: str, change: Callable[[Attempt | None], Attempt]
    ) -> Attempt:
        async def changed() -> Attempt:
            item = await self._item(owner, exercise_id, attempt_id)
            before = await asyncio.to_thread(_unpacked, item) if item else None
            attempt = change(before)
            members = await asyncio.to_thread(_members, attempt)
            await self._write(attempts_of(owner, exercise_id), attempt_id, members, item)
            return attempt

        return await insist(changed, "attempt")

    async def _write(self, place: str, attempt_id: str, members: Item, before: Item | None) -> None:
        if before is None:
            await self._table.put(place, {"id": attempt_id, "version": 1, **members})
            return
        seen = before["version"]
        await self._table.update(
            place, attempt_id, {**members, "version": seen + 1}, when="#version = :seen", seen=seen
        )

    async def _item(self, owner: str, exercise_id: str, attempt_id: str) -> Item | None:
        return await self._table.get(attempts_of(owner, valid(exercise_id)), attempt_id)


def practised(attempt: Attempt, questions: Iterable[Question]) -> list[Practised]:
    """What the attempt shows of each concept of the questions that were answered, and graded by somebody.

    What was left out earns nothing, but whoever was not asked, or had no time, need not have forgotten it.
    """
    concepts = {question.id: question.concepts for question in questions}
    return [
        Practised(
            concept=concept,
            question=f"{attempt.exercise_id}/{result.question_id}",
            score=result.score / result.max_score,
            points=result.max_score,
            at=attempt.created_at,
        )
        for result in attempt.results
        if result.graded_by != "nobody" and result.max_score
        if result.override or not is_nothing(result.answer)
        for concept in concepts.get(result.question_id, ())
    ]


def _with_overrides(attempt: Attempt, before: Attempt | None) -> Attempt:
    """The attempt, with what its owner said of the same answers when it was kept earlier."""
    for result in _same(before.results if before else (), attempt.results):
        if said := result.override:
            attempt = attempt.overridden(result.question_id, said.score, said.comment, at=said.at)
    return attempt


def _same(before: Sequence[Result], now: Sequence[Result]) -> list[Result]:
    answers = {result.question_id: (result.version, result.answer) for result in now}
    return [one for one in before if answers.get(one.question_id) == (one.version, one.answer)]


def _found(kept: T | None, attempt_id: str) -> T:
    if kept is None:
        raise NotFound(f"There is no attempt {attempt_id}.")
    return kept


def _members(attempt: Attempt) -> Item:
    """An attempt's item but for its id and version. Work for a thread. Raises TooLarge."""
    data = packed(attempt)
    if len(data) > MAX_ITEM_BYTES:
        raise TooLarge(f"The answers and what is said of them are more than {MAX_ITEM_BYTES} bytes, packed.")
    summary = AttemptSummary.model_validate(attempt, from_attributes=True)
    return {"packed": data, "summary": summary.model_dump_json()}


def packed(attempt: Attempt) -> bytes:
    """The attempt as it is kept. Work for a thread."""
    return gzip.compress(attempt.model_dump_json().encode(), mtime=0)


def _unpacked(item: Item) -> Attempt:
    return Attempt.model_validate_json(gzip.decompress(item["packed"]))
