"""Generation: exercises made from material, question by question, and single questions made anew.

    ready     the run came to its end: what is missing was not good enough
    partial   something cut it short: a stop, a failure, the end of its process, a call that came to nothing

An exercise without a question is not kept. What belongs here: a run, from what was asked to how it ended.
What does not: the writing itself (`writing`).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any

from freshet.concurrency import in_background, together
from freshet.errors import Conflict, FreshetError, NoQuestion, NotFound
from freshet.exercises.analysis.kept import Analyses
from freshet.exercises.collection import Collection, Exercise, State
from freshet.exercises.generation.inspection import Brief
from freshet.exercises.generation.plan import Slot, missing, slots
from freshet.exercises.generation.source import Source, section_about, source_kept, source_of
from freshet.exercises.generation.writing import Job, Tally, Writing, as_item
from freshet.exercises.material.reading import Reader
from freshet.exercises.material.sections import Material, Materials
from freshet.exercises.question import Question
from freshet.exercises.requests import Generate, Regenerate
from freshet.ids import made_at, new_id
from freshet.llm.writer import Choose
from freshet.observe import logger
from freshet.runs.events import Done, RunEvent, Started
from freshet.runs.record import iso
from freshet.runs.telling import told


class Generator:
    """Makes exercises. Belongs to one event loop, as its inspections' turns do."""

    def __init__(
        self,
        collection: Collection,
        materials: Materials,
        analyses: Analyses,
        reader: Reader,
        choose: Choose,
        *,
        at_once: int,
    ) -> None:
        """`at_once` questions of all runs together are inspected: fewer than the model client has workers.

        A call waits only so long for a worker, and those that write need one, too.
        """
        self._collection = collection
        self._materials = materials
        self._analyses = analyses
        self._reader = reader
        self._choose = choose
        self._turns = asyncio.Semaphore(at_once)

    async def generate(self, owner: str, exercise_id: str, asked: Generate) -> AsyncGenerator[RunEvent, None]:
        """Started, the questions' text as it is written, each question as soon as it is kept, Done.

        Of an exercise that was begun before, the questions that it has come first, and what is missing is
        written about the text that these came from.

        Raises NotFound (a model, a document, an analysis; the exercise if it is deleted meanwhile), Conflict,
        Unavailable; ModelError or BudgetSpent of a call that writes, or if nothing came of the others.
        """
        writer, source = await together(
            self._choose(owner, asked.model_id), self._source(owner, exercise_id, asked)
        )
        wanted = slots(asked.types, asked.count, asked.bloom)
        exercise = await self._collection.begin(owner, _head(exercise_id, asked, source, len(wanted)))
        brief = Brief(exercise.title, exercise.language, asked.difficulty, asked.instructions)
        job = Job(exercise_id, writer, brief, source.material.sections, source.points, self._turns)
        writing = Writing(job, partial(self._add, owner, exercise_id), _tally(exercise))
        async with self._closing(owner, exercise, writing):
            if not source.kept:
                await self._materials.put(owner, exercise_id, source.material)
            there = await self._collection.questions(owner, exercise_id)
            writing.there += there
            about = {"exercise_id": exercise_id, "asked": len(wanted)}
            yield Started({"model": writer.client.model, **about, **_parts(source)})
            for question in there:
                yield as_item(exercise_id, question)
            left = [] if exercise.state == "ready" else missing(wanted, there)
            async with aclosing(told(partial(writing.write, left))) as events:
                async for event in events:
                    yield event
            if not writing.made and (writing.failure or not there):
                raise _nothing(writing)
            cut = writing.failure and missing(left, writing.made)
            exercise = await self._end(owner, exercise_id, writing.tally, "partial" if cut else "ready")
        yield Done(_final(exercise, missing(wanted, writing.there)))

    async def regenerate(
        self, owner: str, exercise_id: str, question_id: str, asked: Regenerate
    ) -> AsyncGenerator[RunEvent, None]:
        """Another question in the place of this one, about the same part of the material.

        Started, its text as it is written, the question once it is kept, Done. Raises NotFound; Conflict if
        the exercise has no material, or the question is changed meanwhile; Unavailable; ModelError, also if
        nothing good came of it: then the question stays as it is.
        """
        writer, questions, old = await together(
            self._choose(owner, asked.model_id),
            self._collection.questions(owner, exercise_id),
            self._collection.question(owner, exercise_id, question_id),
        )
        material = await self._material(owner, exercise_id)
        section = await asyncio.to_thread(section_about, material, old)
        brief = Brief(material.title, old.language, asked.difficulty or old.difficulty, asked.instructions)
        job = Job(exercise_id, writer, brief, [section], (), self._turns)
        others = sorted(questions, key=lambda one: one.id == old.id)  # calls are told of the last ones
        writing = Writing(job, partial(self._replace, owner, exercise_id, old), Tally(), others)
        yield Started({"model": writer.client.model, "exercise_id": exercise_id, "question_id": question_id})
        slot = Slot(asked.type or old.type, old.bloom)
        try:
            async with aclosing(told(partial(writing.write, [slot]))) as events:
                async for event in events:
                    yield event
        finally:
            await writing.settled()
        if not writing.made:
            raise _nothing(writing)
        yield Done({"question": writing.made[0].model_dump(mode="json")})

    async def _source(self, owner: str, exercise_id: str, asked: Generate) -> Source:
        """What the request names; of an exercise that was begun before, the material that it has."""
        try:
            material = await self._materials.get(owner, exercise_id)
        except NotFound:
            return await source_of(owner, asked, self._reader, self._analyses)
        return await source_kept(owner, asked, material, self._analyses)

    async def _add(self, owner: str, exercise_id: str, question: Question) -> Question:
        """Under a new id: they sort in the order in which questions passed."""
        added = question.model_copy(update={"id": new_id()})
        await self._collection.add(owner, exercise_id, added)
        return added

    async def _replace(self, owner: str, exercise_id: str, old: Question, question: Question) -> Question:
        new = question.model_copy(update={"id": old.id, "version": old.version + 1})
        await self._collection.replace(owner, exercise_id, new)
        return new

    async def _material(self, owner: str, exercise_id: str) -> Material:
        try:
            return await self._materials.get(owner, exercise_id)
        except NotFound:
            raise Conflict(
                "This exercise was imported: there is no material that its questions could be made from anew."
            ) from None

    @asynccontextmanager
    async def _closing(self, owner: str, exercise: Exercise, writing: Writing) -> AsyncIterator[None]:
        """Around a run: whatever ends it early, the exercise is closed, even if the run isn't waited for."""
        try:
            yield
        except BaseException:
            await asyncio.shield(in_background(self._break_off(owner, exercise, writing)))
            raise

    async def _break_off(self, owner: str, exercise: Exercise, writing: Writing) -> None:
        """Leaves the exercise with the questions that it has, or none of it. Where that fails, it lapses."""
        await writing.settled()
        state: State = "ready" if exercise.state == "ready" else "partial"
        try:
            ended = await self._end(owner, exercise.id, writing.tally, state)
            if not ended.questions:
                await self._collection.delete(owner, exercise.id)
        except NotFound:  # it was deleted meanwhile
            await self._materials.delete(owner, exercise.id)
        except FreshetError as error:
            logger.warning("an exercise could not be closed", code=error.code)

    async def _end(self, owner: str, exercise_id: str, tally: Tally, state: State) -> Exercise:
        return await self._collection.end(
            owner,
            exercise_id,
            state=state,
            repaired=tally.repaired,
            dropped=tally.dropped,
            reasons=tally.reasons,
        )


def _head(exercise_id: str, asked: Generate, source: Source, count: int) -> Exercise:
    made = iso(made_at(exercise_id))
    return Exercise(
        id=exercise_id,
        title=source.title,
        state="generating",
        language=source.language,
        difficulty=asked.difficulty,
        document_ids=source.material.document_ids,
        asked=count,
        run_id=exercise_id,
        created_at=made,
        updated_at=made,
    )


def _tally(exercise: Exercise) -> Tally:
    """What an earlier run counted."""
    return Tally(exercise.repaired, exercise.dropped, Counter(exercise.reasons))


def _parts(source: Source) -> dict[str, Any]:
    """Of how many parts the material is, and the share of the documents that it holds."""
    material = source.material
    covered = {"covered": material.covered} if material.covered < 1 else {}
    return {"parts": len(material.sections), **covered}


def _final(exercise: Exercise, lacking: Sequence[Slot]) -> dict[str, Any]:
    return {
        "exercise_id": exercise.id,
        "asked": exercise.asked,
        "kept": exercise.questions,
        "missing": dict(Counter(slot.kind for slot in lacking)),
        "repaired": exercise.repaired,
        "dropped": exercise.dropped,
        "reasons": dict(exercise.reasons),
        "state": exercise.state,
    }


def _nothing(writing: Writing) -> FreshetError:
    """Why there is no question."""
    tally = writing.tally
    if writing.failure:
        return writing.failure
    if not tally.dropped:
        return NoQuestion("The model found nothing in it to write a question about.", reasons={})
    rules = ", ".join(f"{rule} {count}" for rule, count in tally.reasons.most_common())
    return NoQuestion(
        f"No question was good enough: {tally.dropped} dropped, for the rules that they broke ({rules}).",
        reasons=dict(tally.reasons),
    )
