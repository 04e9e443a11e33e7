"""Writing: questions are written call by call, inspected beside the next call, and kept as they pass.

For `count` questions a run makes at most

    2 x (ceil(count / 4) + 2)   calls that write: two rounds of `plan.most_batches`
    3 x (count + 4)             calls that inspect: the second round asks for no more than they suffice for

which is 192 for 50 questions if the model is very bad, and 65 if all are good at once. (Within a call, the
client has an answer that does not fit its schema written once more.)

What belongs here: the work of one run, and the count of what became of it. What does not: what a draft goes
through (`inspection`), where questions are kept, and what a client is told of the run (`generate`).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field
from typing import Any

from freshet.concurrency import in_background, task_group
from freshet.errors import (
    FreshetError,
    ModelAuthentication,
    ModelClosed,
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    ModelRefused,
    QueueFull,
)
from freshet.exercises.analysis.result import KeyPoint
from freshet.exercises.fault import Fault, Rule
from freshet.exercises.gate import same
from freshet.exercises.generation.draft import Draft
from freshet.exercises.generation.inspection import MOST_CALLS, Brief, Inspector
from freshet.exercises.generation.plan import BATCH, Batch, Slot, batches, missing
from freshet.exercises.material.sections import Section
from freshet.exercises.prompt import Messages, writing_messages
from freshet.exercises.question import Question
from freshet.llm import Preview
from freshet.llm.writer import Writer
from freshet.observe import logger
from freshet.runs.events import Content, Item
from freshet.runs.telling import Tell

_ROUNDS = 2  # the second is for what the first was left without
_ASKED = 30  # questions that a call is told of, the newest ones; the gate knows all of them
_ASKED_CHARACTERS = 300  # of each
_LASTING = (ModelAuthentication, ModelNotFound, ModelClosed, QueueFull)
_GAP = "\n\n"  # between two questions

Keep = Callable[[Question], Coroutine[Any, Any, Question]]  # saves it, and returns what it saved


@dataclass(slots=True)
class Tally:
    """What became of the drafts.

    `reasons`: for every draft that was dropped, each rule that it broke as it was first written.
    """

    repaired: int = 0
    dropped: int = 0
    reasons: Counter[Rule] = field(default_factory=Counter)

    def drop(self, faults: Sequence[Fault]) -> None:
        """Counts a draft that came to nothing."""
        self.dropped += 1
        self.reasons.update({fault.rule for fault in faults})


@dataclass(frozen=True, slots=True)
class Job:
    """What a run writes about, how, and with what; `turns` are for inspections, of all runs together."""

    exercise_id: str
    writer: Writer
    brief: Brief
    sections: Sequence[Section]
    points: Sequence[KeyPoint]
    turns: AbstractAsyncContextManager[object]


class Writing:
    """Writes what is wanted, next to the questions that there are. Belongs to one task.

    `made` are the questions of this run, `there` those before it, too. `failure` is of a call that came to
    nothing: of one that wrote, what it had finished by then stands; of an inspection, its draft is left out,
    neither kept nor dropped.
    """

    def __init__(self, job: Job, keep: Keep, tally: Tally, there: Sequence[Question] = ()) -> None:
        self.tally = tally
        self.there = list(there)
        self.made: list[Question] = []
        self.failure: FreshetError | None = None
        self._over = False  # after a failure that would meet every other call, too
        self._job = job
        self._keep = keep
        self._inspector = Inspector(job.writer, job.brief)
        self._door = asyncio.Lock()  # one after the other: of two that ask the same, one
        self._saving: asyncio.Task[Question] | None = None
        self._inspecting: list[Draft] = []
        self._shown = False

    async def write(self, wanted: Sequence[Slot], tell: Tell) -> None:
        """Tells the text as it is written, and each question once it is kept. Raises what ends the run.

        A model of which several calls brought nothing good is not asked once more.
        """
        most = MOST_CALLS * (len(wanted) + BATCH)
        for _ in range(_ROUNDS):
            left = missing(wanted, self.made)[: (most - self._inspector.calls) // MOST_CALLS]
            if not left:
                return
            planned = await asyncio.to_thread(batches, left, self._job.sections, self._job.points)
            await self._round(planned, tell)
            if len(planned) > 1 and not self.made:
                return

    async def settled(self) -> None:
        """Returns when nothing is being saved any more."""
        if self._saving:
            await asyncio.gather(self._saving, return_exceptions=True)

    async def _round(self, planned: Sequence[Batch], tell: Tell) -> None:
        """One call after the other. Where one fails, what is finished by then still comes to its end."""
        failure: FreshetError | None = None
        async with task_group() as inspections:
            try:
                for batch in planned:
                    if self._over:
                        break
                    await self._call(batch, inspections, tell)
            except FreshetError as error:
                failure = error
        if failure:
            raise failure

    async def _call(self, batch: Batch, inspections: asyncio.TaskGroup, tell: Tell) -> None:
        """Sends one call's drafts to their inspections."""
        try:
            async with aclosing(self._drafts(batch, tell)) as drafts:
                async for draft in drafts:
                    self._inspecting.append(draft)
                    inspections.create_task(self._inspected(draft, batch.section, tell))
        except (ModelMalformed, ModelCut, ModelRefused) as error:
            self._failed(error)

    async def _drafts(self, batch: Batch, tell: Tell) -> AsyncGenerator[Draft, None]:
        """The drafts that are wanted, until writing is over. What comes after the last one is not read."""
        wanted = Counter(slot.kind for slot in batch.slots)
        unwanted, element = 0, -1
        writer = self._job.writer
        pieces = writer.client.preview_items(
            self._messages(batch), item_model=Draft, field="question", **writer.options
        )
        async with aclosing(pieces):
            async for piece in pieces:
                if self._over or not wanted.total() or unwanted > len(batch.slots):
                    return
                if isinstance(piece, Preview):
                    begins, element = piece.element != element, piece.element
                    tell(Content(_GAP + piece.text if begins and self._shown else piece.text))
                    self._shown = True
                elif wanted[piece.type]:
                    wanted[piece.type] -= 1
                    yield piece
                else:
                    unwanted += 1
                    self.tally.drop([Fault("shape", f"{piece.type} was not asked for")])

    def _messages(self, batch: Batch) -> Messages:
        brief, section = self._job.brief, batch.section
        others = [*self.there, *self._inspecting][-_ASKED:]
        asked = [one.question[:_ASKED_CHARACTERS] for one in others]
        return writing_messages(
            brief.title_of(section), section.text, brief.wanted(batch.slots), points=batch.points, asked=asked
        )

    async def _inspected(self, draft: Draft, section: Section, tell: Tell) -> None:
        try:
            async with self._job.turns:
                verdict = await self._inspector.inspect(draft, section, self.there)
        except FreshetError as error:  # the model's, which is no fault of the draft's
            self._failed(error)
            return
        finally:
            self._inspecting = [one for one in self._inspecting if one is not draft]
        if verdict.question is None:
            self.tally.drop(verdict.faults)
        elif await self._kept(verdict.question, tell):
            self.tally.repaired += bool(verdict.faults)
        else:
            self.tally.drop([Fault("duplicate", "another one passed before it")])

    def _failed(self, error: FreshetError) -> None:
        logger.info("a call for questions came to nothing", code=error.code)
        if not self._over:
            self.failure = error
        self._over = self._over or _lasts(error)

    async def _kept(self, question: Question, tell: Tell) -> bool:
        """Keeps the question; False if one that passed meanwhile asks the same.

        A save that has begun is carried through: otherwise nobody knows whether the question is there.
        """
        async with self._door:
            if await asyncio.to_thread(_asked_before, question, tuple(self.there)):
                return False
            self._saving = in_background(self._keep(question))
            kept = await asyncio.shield(self._saving)
            self.there.append(kept)
            self.made.append(kept)
            tell(as_item(self._job.exercise_id, kept))
        return True


def _lasts(error: FreshetError) -> bool:
    """Whether other calls would fail, too: as any does without a budget, or at an address that is refused."""
    return isinstance(error, _LASTING) or not isinstance(error, ModelError)


def _asked_before(question: Question, others: Sequence[Question]) -> bool:
    """Compares with each of the others: work for a thread."""
    return any(same(question, other) for other in others)


def as_item(exercise_id: str, question: Question) -> Item:
    """A question as a client gets it."""
    return Item({"exercise_id": exercise_id, **question.model_dump(mode="json")})
