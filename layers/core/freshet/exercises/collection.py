"""The collection: an owner's exercises with their questions, from the first question to their deletion.

A question is an item of its own, and what the head says of the questions is counted from them, under the
head's version: whoever writes last has counted all. Whoever deletes marks the head first and removes it last;
whoever adds looks for the mark after. So nothing outlives an exercise, and a deletion that was cut off can be
repeated.

What does not belong here: where questions come from (`generation`, `formats`), and attempts (`attempts`).
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from freshet.concurrency import together
from freshet.errors import Conflict, NotFound, TooLarge
from freshet.exercises.exercise import (
    ABANDONED,
    IN_STATE,
    Exercise,
    attempts_of,
    exercise_of,
    head_of,
    heads,
    members,
    missing,
    questions_of,
    state_values,
    valid,
)
from freshet.exercises.fault import Rule
from freshet.exercises.material.sections import Materials
from freshet.exercises.question import QUESTION, Question
from freshet.exercises.requests import Listing, State
from freshet.profile.concept import MAX_CHARS, concept_key, folded
from freshet.runs.record import iso
from freshet.stores.aws import ConditionFailed
from freshet.stores.contention import insist
from freshet.stores.table import MAX_ITEM_BYTES, Item, Table

__all__ = ["Collection", "Exercise", "State"]

MAX_QUESTIONS = 500  # of an exercise: it is read, graded and exported as a whole
MAX_CONCEPTS = 300  # that a head names: with their keys some 200 KB at most, of the 400 that an item may have
_AT_ONCE = 100  # items read or written at a time


class Collection:
    """The exercises of all owners. One that is not there, or not the owner's, is NotFound."""

    def __init__(self, table: Table, materials: Materials) -> None:
        self._table = table
        self._materials = materials

    async def begin(self, owner: str, exercise: Exercise) -> Exercise:
        """Keeps the head of a new exercise; of one that was begun before, what is there: it goes on.

        Raises NotFound for one that is about to be deleted.
        """
        try:
            await self._table.put(heads(owner), {"id": exercise.id, "version": 0, **members(exercise)})
        except ConditionFailed:
            before = await self.get(owner, exercise.id)
            if before.state == "ready":
                return before
            goes_on = {"state": "generating", "run_id": exercise.run_id}
            return await self._recount(owner, exercise.id, goes_on)
        return exercise

    async def add(self, owner: str, exercise_id: str, *questions: Question) -> None:
        """Keeps questions, and then tells the head; safe to repeat.

        Raises NotFound if the exercise was deleted meanwhile, and leaves nothing behind; TooLarge; Conflict
        if the exercise is full, or has other questions of these ids.
        """
        head = await self.get(owner, exercise_id)
        if head.questions + len(questions) > MAX_QUESTIONS:
            raise Conflict(f"An exercise has at most {MAX_QUESTIONS} questions.")
        items = [_question_item(question) for question in questions]
        for start in range(0, len(items), _AT_ONCE):
            await together(*(self._put(owner, exercise_id, item) for item in items[start : start + _AT_ONCE]))
        try:
            await self._recount(owner, exercise_id)
        except NotFound:
            await self._table.remove(questions_of(owner, exercise_id), [item["id"] for item in items])
            raise

    async def end(
        self,
        owner: str,
        exercise_id: str,
        *,
        state: State,
        repaired: int,
        dropped: int,
        reasons: Mapping[Rule, int],
    ) -> Exercise:
        """The exercise as it is when its run is over."""
        outcome = {"state": state, "repaired": repaired, "dropped": dropped, "reasons": dict(reasons)}
        return await self._recount(owner, exercise_id, outcome)

    async def replace(self, owner: str, exercise_id: str, question: Question) -> None:
        """Keeps the next version of a question in place of the one before it; safe to repeat.

        Raises NotFound, TooLarge; Conflict if another next version was faster.
        """
        item = _question_item(question)
        place = questions_of(owner, valid(exercise_id))
        try:
            await self._table.update(
                place,
                question.id,
                {"text": item["text"], "version": item["version"]},
                when="attribute_exists(#id) AND #version = :before",
                before=question.version - 1,
            )
        except ConditionFailed as refused:
            if refused.item is None:
                raise _no_question(question.id) from None
            if refused.item["text"] != item["text"]:
                raise Conflict("The question was changed meanwhile. Read it again.") from None
        await self._recount(owner, exercise_id)

    async def get(self, owner: str, exercise_id: str) -> Exercise:
        """The exercise without its questions."""
        return exercise_of(await head_of(self._table, owner, exercise_id))

    async def questions(self, owner: str, exercise_id: str) -> list[Question]:
        """All questions, in the order of their ids."""
        _, questions = await together(
            head_of(self._table, owner, exercise_id), self._questions(owner, exercise_id)
        )
        return list(questions)

    async def question(self, owner: str, exercise_id: str, question_id: str) -> Question:
        """One of its questions."""
        place = questions_of(owner, valid(exercise_id))
        _, item = await together(
            head_of(self._table, owner, exercise_id), self._table.get(place, question_id)
        )
        if item is None:
            raise _no_question(question_id)
        return _question(item)

    async def page(self, owner: str, wanted: Listing) -> tuple[list[Exercise], str | None]:
        """The owner's exercises, newest first, and where to go on; without those that nothing came of.

        Concepts and titles match in any spelling (`profile.concept`).
        """
        clauses = ["attribute_not_exists(#deleted)", f"NOT ({ABANDONED})"]
        values: dict[str, Any] = state_values()
        if wanted.state:
            clauses.append(IN_STATE[wanted.state])
            values["state"] = wanted.state
        parts = {
            "document_ids": wanted.document_id,
            "types": wanted.type,
            "concepts": wanted.concept and concept_key(wanted.concept),
            "title": wanted.q and folded(wanted.q),
        }
        for name, value in parts.items():
            if value is not None:
                clauses.append(f"contains(#{name}, :{name})")
                values[name] = value
        page = await self._table.page(
            heads(owner), limit=wanted.limit, cursor=wanted.cursor, matching=" AND ".join(clauses), **values
        )
        return [exercise_of(item) for item in page.items], page.cursor

    async def delete(self, owner: str, exercise_id: str) -> None:
        """Gone with its questions, attempts and material; whoever still adds to it meets NotFound.

        Where that fails half-way it is out of sight, and can be repeated.
        """
        try:
            await self._table.update(
                heads(owner), valid(exercise_id), {"deleted": True}, when="attribute_exists(#id)"
            )
        except ConditionFailed:
            raise missing(exercise_id) from None
        await self._table.clear(questions_of(owner, exercise_id))
        await self._table.clear(attempts_of(owner, exercise_id))
        await self._materials.delete(owner, exercise_id)
        await self._table.delete(heads(owner), exercise_id)

    async def _recount(
        self, owner: str, exercise_id: str, changes: Mapping[str, Any] | None = None
    ) -> Exercise:
        """The head with `changes` and with what its questions say. Its version is read before they are."""

        async def recounted() -> Exercise:
            head = await head_of(self._table, owner, exercise_id)
            counted = _counted(await self._questions(owner, exercise_id))
            now = {**(changes or {}), **counted, "updated_at": iso(time.time())}
            exercise = Exercise.model_validate_json(head["text"]).model_copy(update=now)
            await self._table.update(
                heads(owner),
                exercise_id,
                {**members(exercise), "version": head["version"] + 1},
                when="#version = :seen AND attribute_not_exists(#deleted)",
                seen=head["version"],
            )
            return exercise

        return await insist(recounted, "exercise")

    async def _questions(self, owner: str, exercise_id: str) -> list[Question]:
        items: list[Item] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await self._table.page(
                questions_of(owner, valid(exercise_id)), limit=_AT_ONCE, cursor=cursor, consistent=True
            )
            items += page.items
            cursor = page.cursor
        return [_question(item) for item in sorted(items, key=_in_order)]

    async def _put(self, owner: str, exercise_id: str, item: Item) -> None:
        try:
            await self._table.put(questions_of(owner, exercise_id), item)
        except ConditionFailed:
            raise Conflict(f"The exercise has another question {item['id']} already.") from None


def _counted(questions: Sequence[Question]) -> dict[str, Any]:
    """What a head says of its questions. Of each concept it has the first spelling."""
    concepts: dict[str, str] = {}
    for name in (name for question in questions for name in question.concepts):
        if key := concept_key(name):
            concepts.setdefault(key, name[:MAX_CHARS])
    return {
        "questions": len(questions),
        "points": round(sum(question.points for question in questions), 6),  # .1 + .2 is .3
        "types": sorted({question.type for question in questions}),
        "concepts": list(concepts.values())[:MAX_CONCEPTS],
    }


def _question_item(question: Question) -> Item:
    """As text: there are numbers and depths in it that the table does not take. Raises TooLarge."""
    text = question.model_dump_json()
    if len(text.encode()) > MAX_ITEM_BYTES:
        raise TooLarge(f"A question has at most {MAX_ITEM_BYTES} bytes.")
    return {"id": question.id, "version": question.version, "text": text}


def _question(item: Item) -> Question:
    return QUESTION.validate_json(item["text"])


def _in_order(item: Item) -> tuple[int, str]:
    """`q10` comes after `q9`, and ULIDs in the order of their making."""
    return len(item["id"]), item["id"]


def _no_question(question_id: str) -> NotFound:
    return NotFound(f"The exercise has no question {question_id}.")
