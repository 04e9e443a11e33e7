"""Finding: batch after batch is asked about, and each session kept as soon as drafts have left it behind.

A batch whose call fails, or leaves sessions without an event, is asked about once more, as far as it is
missing. What still is missing then has failed, and is asked about in the next run; so is what there was no
time for.

What belongs here: the calls of one run, and the count of what became of them. What does not: what becomes of
a draft (`sheet`), where events are kept, and what a client is told of the run (`extract`).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import Any

from freshet.behaviour.event import Event
from freshet.behaviour.extraction.batches import Batch
from freshet.behaviour.extraction.draft import EventDraft
from freshet.behaviour.extraction.prompt import extraction_messages
from freshet.behaviour.extraction.sheet import Fault, Sheet, Wanted, in_order
from freshet.behaviour.prompt import Messages
from freshet.behaviour.sequences.session import Session
from freshet.concurrency import in_background, task_group
from freshet.errors import (
    FreshetError,
    ModelAuthentication,
    ModelClosed,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    QueueFull,
)
from freshet.llm.options import ToolOptions
from freshet.llm.writer import Writer
from freshet.observe import logger
from freshet.runs.events import Item
from freshet.runs.telling import Tell

_ROUNDS = 2  # the second is for what the first was left without
_CALL_S = 300.0  # 250 lines make some 5,000 tokens; a slow model writes 20 a second
_LASTING = (ModelAuthentication, ModelNotFound, ModelClosed, QueueFull)

# Keeps the events of a session; whether they are all of it, and not what a broken call left.
Keep = Callable[[Session, Sequence[Event], bool], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Job:
    """What a run asks for, and of which model; `turns` are for calls, of all runs together.

    No call begins after `until`, in the event loop's time.
    """

    writer: Writer
    wanted: Wanted
    turns: AbstractAsyncContextManager[object]
    at_once: int
    until: float | None = None


class Finding:
    """Finds the events of batches. Belongs to one task.

    `found` are the events of each session, by key. `failed` are sessions that no call brought whole, `left`
    those that there was no time for; `failures` says why, with the number of sessions. `failure` is the last
    error of a call.
    """

    def __init__(self, job: Job, keep: Keep) -> None:
        self.found: dict[str, list[Event]] = {}
        self.failed: list[Session] = []
        self.left: list[Session] = []
        self.rejected: Counter[Fault] = Counter()
        self.failures: Counter[tuple[str, str]] = Counter()
        self.failure: FreshetError | None = None
        self._job = job
        self._keep = keep
        self._over = False  # after a failure that would meet every other call, too
        self._saving: set[asyncio.Task[None]] = set()

    async def find(self, batches: Iterable[Batch], tell: Tell) -> None:
        """Tells each event as it is found. Raises what ends the run: that events can't be kept."""
        waiting = iter(batches)
        async with task_group() as group:
            for _ in range(self._job.at_once):
                group.create_task(self._work(waiting, tell))

    async def settled(self) -> None:
        """Returns when nothing is being saved any more."""
        await asyncio.gather(*self._saving, return_exceptions=True)

    async def _work(self, waiting: Iterator[Batch], tell: Tell) -> None:
        """One batch after the other, as long as some are waiting."""
        for batch in waiting:
            await self._batch(batch, tell)

    async def _batch(self, batch: Batch, tell: Tell) -> None:
        missing = batch.sessions
        self.found |= {session.key: [] for session in missing}
        error: FreshetError | None = None
        for _ in range(_ROUNDS):
            if not missing or self._over or self._late:
                break
            missing, error = await self._asked(Batch(missing), tell)
        if not missing:
            return
        for session in missing:
            if events := self.found[session.key]:
                await self._save(session, events, whole=False)
        if self._late and not self._over:
            self.left += missing
        else:
            self._failed(missing, error or self.failure or _nothing())

    async def _asked(self, batch: Batch, tell: Tell) -> tuple[tuple[Session, ...], FreshetError | None]:
        """One call: the sessions that it brought nothing of, or not all of, and why."""
        sheet = Sheet(batch, self._job.wanted, self.found)
        call = _Call(self._job.writer)
        done: set[str] = set()
        async with self._job.turns:
            if self._over or self._late:
                return batch.sessions, None
            async with aclosing(call.drafts(await self._messages(batch), self._seconds())) as drafts:
                async for draft in drafts:
                    if event := sheet.take(draft):
                        tell(Item(event.model_dump(mode="json")))
                    done |= await self._save_all(sheet.passed())
                    if sheet.endless:
                        break
        ended = call.error is None and not sheet.endless
        done |= await self._save_all(sheet.rest() if ended else sheet.reopened())
        self.rejected += sheet.rejected
        if call.error:
            self._note(call.error)
        missing = tuple(session for session in batch.sessions if session.key not in done)
        return missing, call.error or (_endless() if sheet.endless else None)

    async def _messages(self, batch: Batch) -> Messages:
        wanted = self._job.wanted
        return await asyncio.to_thread(
            extraction_messages, batch, language=wanted.language, types=wanted.types
        )

    async def _save_all(self, sessions: Sequence[Session]) -> set[str]:
        for session in sessions:
            await self._save(session, self.found[session.key], whole=True)
        return {session.key for session in sessions}

    async def _save(self, session: Session, events: Sequence[Event], *, whole: bool) -> None:
        """A save that has begun is carried through: otherwise nobody knows whether it is there."""
        task = in_background(self._keep(session, in_order(events, session), whole))
        self._saving.add(task)
        task.add_done_callback(self._saving.discard)
        await asyncio.shield(task)

    @property
    def _late(self) -> bool:
        return self._job.until is not None and asyncio.get_running_loop().time() >= self._job.until

    def _seconds(self) -> float:
        """What a call may take."""
        if self._job.until is None:
            return _CALL_S
        return min(_CALL_S, self._job.until - asyncio.get_running_loop().time())

    def _note(self, error: FreshetError) -> None:
        logger.info("a call for events came to nothing", code=error.code)
        self.failure = error
        self._over = self._over or _lasts(error)

    def _failed(self, sessions: Sequence[Session], error: FreshetError) -> None:
        self.failed += sessions
        self.failures[error.code, error.detail] += len(sessions)


class _Call:
    """One call of the model; after its drafts `error` says what ended them early."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.error: FreshetError | None = None

    async def drafts(self, messages: Messages, seconds: float) -> AsyncGenerator[EventDraft, None]:
        """The drafts as they are written."""
        options: ToolOptions = {"timeout": seconds, **self._writer.options}
        found = self._writer.client.stream_items(messages, item_model=EventDraft, **options)
        try:
            async with aclosing(found):
                async for draft in found:
                    yield draft
        except FreshetError as error:
            self.error = error


def _lasts(error: FreshetError) -> bool:
    """Whether other calls would fail, too: as any does without a budget, or at an address that is refused."""
    return isinstance(error, _LASTING) or not isinstance(error, ModelError)


def _nothing() -> ModelMalformed:
    return ModelMalformed("The model found no event in it that can be used, though it was asked twice.")


def _endless() -> ModelMalformed:
    return ModelMalformed("The model's answer had far more events than the log has lines.")
