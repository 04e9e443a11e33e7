"""Submissions: answers in, results out, each as soon as it is there; every attempt kept.

What a rule grades comes at once. What a model grades comes one after another, though several are graded at a
time: whoever reads along reads one feedback, not a mixture. What does not belong here: marks (`closed`,
`open`), where attempts are kept (`freshet.exercises.attempts`).
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any

from freshet.concurrency import accompanied, task_group, together
from freshet.errors import FreshetError, ModelError, NotFound
from freshet.exercises.attempts import Attempts, practised
from freshet.exercises.collection import Collection
from freshet.exercises.grading.attempt import Attempt, Mark, Result
from freshet.exercises.grading.open import judge
from freshet.exercises.grading.room import fitted, room_for
from freshet.exercises.grading.sheet import filled, marked, unmarked
from freshet.exercises.question import Essay, Question, ShortAnswer
from freshet.exercises.requests import Override, Submit
from freshet.ids import made_at
from freshet.llm.events import Reset as Voided
from freshet.llm.structured.preview import Preview
from freshet.llm.writer import Choose, Writer
from freshet.observe import log_failure, logger
from freshet.profile.mastery import Practised
from freshet.runs.events import Content, Done, Item, Reset, RunEvent, Started
from freshet.runs.record import iso
from freshet.runs.telling import Tell, told

Note = Callable[[str, str, Sequence[Practised]], Awaitable[None]]  # of an owner, by an attempt
Pieces = asyncio.Queue[Preview | Voided | Result]
_GAP = "\n\n"  # between two feedbacks
_PAUSE_S = 2.0  # between two times that an attempt is kept: it is kept as a whole


class Submitter:
    """Grades answers. Belongs to one event loop, as the turns of its calls do."""

    def __init__(
        self, collection: Collection, attempts: Attempts, choose: Choose, practised: Note, *, at_once: int
    ) -> None:
        """`at_once` answers of all submissions together are graded by a model at a time."""
        self._collection = collection
        self._attempts = attempts
        self._choose = choose
        self._practised = practised
        self._turns = asyncio.Semaphore(at_once)

    async def submit(
        self, owner: str, attempt_id: str, exercise_id: str, asked: Submit
    ) -> AsyncGenerator[RunEvent, None]:
        """Started, the results as Items, the feedback on open answers as Content, Done with the attempt.

        The same attempt again is the same one: what has a mark keeps it. A model that fails leaves its
        answers ungraded. Raises NotFound, Invalid, TooLarge, Unavailable.
        """
        attempt_id = asked.attempt_id or attempt_id
        questions, before = await together(
            self._collection.questions(owner, exercise_id), self._before(owner, exercise_id, attempt_id)
        )
        if asked.attempt_id:
            asked = _again(asked, before, len(questions))
        results = await asyncio.to_thread(filled, questions, asked, before)
        begun = before.created_at if before else iso(made_at(attempt_id) or time.time())
        attempt = Attempt.of(attempt_id, exercise_id, results, created_at=begun)
        going = _Attempt(self._attempts, owner, attempt)
        waiting = [question for question in questions if going.waits(question)]
        going.room = await asyncio.to_thread(room_for, attempt, waiting)
        writer = await self._writer(owner, asked.model_id, waiting, going)
        about = {"attempt_id": attempt_id, "exercise_id": exercise_id, "questions": len(results)}
        await going.keep()
        yield Started({**({"model": writer.client.model} if writer else {}), **about})
        for result in going.results.values():
            if result.graded_by != "nobody" or not writer:
                yield _item(result)
        await self._note(owner, going.kept, questions)
        if writer:
            try:
                async with aclosing(told(_Reading(self._turns, writer, going, waiting).read)) as events:
                    async for event in events:
                        yield event
            finally:  # stopped or failed, what was graded stands
                await going.keep()
            await self._note(owner, going.kept, questions)
        yield Done(going.kept.model_dump(mode="json"))

    async def override(self, owner: str, exercise_id: str, attempt_id: str, asked: Override) -> Attempt:
        """The attempt with the owner's own score in it; to the profile, it was so from the start.

        Raises NotFound, Invalid for a score outside of the question's points.
        """
        attempt = await self._attempts.override(owner, exercise_id, attempt_id, asked)
        await self._note(owner, attempt, await self._collection.questions(owner, exercise_id))
        return attempt

    async def _before(self, owner: str, exercise_id: str, attempt_id: str) -> Attempt | None:
        try:
            return await self._attempts.get(owner, exercise_id, attempt_id)
        except NotFound:
            return None

    async def _writer(
        self, owner: str, model_id: int, waiting: Sequence[Question], going: "_Attempt"
    ) -> Writer | None:
        """Who grades what waits; None if nothing does, or if the model can't be asked."""
        if not waiting:
            return None
        try:
            return await self._choose(owner, model_id)
        except ModelError as error:
            for question in waiting:
                going.leave(question, error)
            return None

    async def _note(self, owner: str, attempt: Attempt, questions: Sequence[Question]) -> None:
        """Tells the learner's profile. The attempt is kept, so a failure here is no failure of grading."""
        try:
            await self._practised(owner, attempt.id, practised(attempt, questions))
        except Exception as error:
            log_failure("an attempt was not noted in the profile", error, attempt_id=attempt.id)


def _again(asked: Submit, before: Attempt | None, questions: int) -> Submit:
    """The submission of the answers that the attempt has. Raises NotFound if there is none."""
    if before is None:
        raise NotFound("There is no such attempt.")
    answers = {result.question_id: result.answer for result in before.results}
    return asked.model_copy(update={"answers": answers, "only_answered": len(answers) < questions})


class _Attempt:
    """An attempt while it is graded. `room` is how many bytes may be said of each open answer."""

    def __init__(self, attempts: Attempts, owner: str, attempt: Attempt) -> None:
        self.kept = attempt
        self.results = {result.question_id: result for result in attempt.results}
        self.room = 0
        self._attempts = attempts
        self._owner = owner
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()
        self._news.set()  # nothing of it is kept yet

    async def keep(self) -> None:
        """Keeps it, if anything of it is new."""
        async with self._turn:  # or an older state would replace a newer one
            if not self._news.is_set():
                return
            self._news.clear()
            results = list(self.results.values())
            now = Attempt.of(self.kept.id, self.kept.exercise_id, results, created_at=self.kept.created_at)
            try:
                self.kept = await self._attempts.keep(self._owner, now)
            except BaseException:
                self._news.set()
                raise

    async def keep_up(self) -> None:
        """Keeps it whenever something is new, with a pause after each time."""
        while True:
            await asyncio.sleep(_PAUSE_S)
            await self._news.wait()
            await self.keep()

    def waits(self, question: Question) -> bool:
        result = self.results.get(question.id)
        return result is not None and result.graded_by == "nobody"

    def answer(self, question: Question) -> Any:
        return self.results[question.id].answer

    def grade(self, question: Question, mark: Mark) -> None:
        said = fitted(mark, self.room)
        self._put(marked(question, self.answer(question), said, "model"))

    def leave(self, question: Question, error: FreshetError) -> None:
        self._put(unmarked(question, self.answer(question), error))

    def _put(self, result: Result) -> None:
        self.results[result.question_id] = result
        self._news.set()


class _Reading:
    """The reading of open answers: some at a time, shown one after another."""

    def __init__(
        self, turns: asyncio.Semaphore, writer: Writer, going: _Attempt, waiting: Sequence[Question]
    ) -> None:
        self._turns = turns
        self._writer = writer
        self._going = going
        self._pieces: dict[str, Pieces] = {question.id: asyncio.Queue() for question in waiting}
        self._waiting = waiting
        self._shown: list[RunEvent] = [
            _item(result) for result in going.results.values() if result.graded_by != "nobody"
        ]

    async def read(self, tell: Tell) -> None:
        async with accompanied(self._going.keep_up()), task_group() as group:
            for question in self._waiting:
                group.create_task(self._judge(question))
            for question in self._waiting:
                await self._show(question, tell)

    async def _judge(self, question: Question) -> None:
        assert isinstance(question, Essay | ShortAnswer)  # everything else has a rule
        pieces = self._pieces[question.id]
        source = question.source.quote if question.source else ""
        try:
            async with (
                self._turns,
                aclosing(judge(self._writer, question, self._going.answer(question), source)) as said,
            ):
                async for piece in said:
                    if isinstance(piece, Mark):
                        self._going.grade(question, piece)
                        continue
                    while isinstance(piece, Voided) and not pieces.empty():
                        pieces.get_nowait()  # nobody has seen it yet
                    pieces.put_nowait(piece)
        except FreshetError as error:
            logger.warning("an answer was not graded", code=error.code)
            self._going.leave(question, error)
        pieces.put_nowait(self._going.results[question.id])

    async def _show(self, question: Question, tell: Tell) -> None:
        """Tells what is said of one answer. After a reset everything else that stands is told again."""
        written: list[RunEvent] = []
        while not isinstance(piece := await self._pieces[question.id].get(), Result):
            if isinstance(piece, Preview):
                written.append(
                    Content(piece.text if written or not self._any_feedback() else _GAP + piece.text)
                )
                tell(written[-1])
            elif written:
                written.clear()
                for event in (Reset(piece.reason), *self._shown):
                    tell(event)
        self._shown += [*written, _item(piece)]
        tell(self._shown[-1])

    def _any_feedback(self) -> bool:
        return any(isinstance(event, Content) for event in self._shown)


def _item(result: Result) -> Item:
    return Item(result.model_dump(mode="json"))
