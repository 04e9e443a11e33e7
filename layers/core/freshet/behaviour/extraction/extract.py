"""Extraction: a run that finds the events of one user's log.

Sessions that were asked about in the same way before are not asked about again. What belongs here: a run,
from what was asked to how it ended. What does not: the calls (`finding`), all users' extraction (`jobs`).
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.event import TYPES, Event
from freshet.behaviour.extraction.batches import Batch, batches
from freshet.behaviour.extraction.finding import Finding, Job
from freshet.behaviour.extraction.keeping import Keeper, Mark, hash_of
from freshet.behaviour.extraction.kept import Events, KeptSession
from freshet.behaviour.extraction.prompt import language_of_log
from freshet.behaviour.extraction.sheet import Wanted
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Extract
from freshet.behaviour.sequences.session import Session, sessions
from freshet.concurrency import together
from freshet.llm.writer import Choose, Writer
from freshet.runs.events import Done, Item, RunEvent, Started
from freshet.runs.telling import told

_TOLD = 10  # kinds of problems


@dataclass(frozen=True, slots=True)
class _Cut:
    """A log as sessions, what is known of them, and what is to be asked."""

    sessions: Sequence[Session]
    cached: Sequence[KeptSession]
    batches: Sequence[Batch]
    language: str


class Extractor:
    """Finds events. Belongs to one event loop, as its calls' turns do."""

    def __init__(self, log: Log, events: Events, choose: Choose, *, at_once: int) -> None:
        """`at_once` calls of all runs together: fewer than the model client has workers."""
        self._log = log
        self._events = events
        self._choose = choose
        self._at_once = at_once
        self._turns = asyncio.Semaphore(at_once)

    async def extract(
        self, owner: str, user_id: str, asked: Extract, *, budget_s: float | None = None
    ) -> AsyncGenerator[RunEvent, None]:
        """Started, each event: the known ones in order, others as they are found; Done.

        With `budget_s` calls end after so many seconds, and what was not asked about by then is `left`: the
        next run goes on there. Raises NotFound (the user, the model; the log if it is deleted meanwhile),
        Unavailable; the model's error, or BudgetSpent, if nothing was found.
        """
        until = None if budget_s is None else asyncio.get_running_loop().time() + budget_s
        generation = await self._log.alive(owner, user_id)
        writer, rows, known = await together(
            self._choose(owner, asked.model_id),
            self._log.read(owner, user_id),
            self._events.of(owner, user_id),
        )
        keeper = Keeper(self._events, owner, user_id, Mark(hash_of(asked), writer.client.model, generation))
        cut = await asyncio.to_thread(_cut, rows, await keeper.tidied(known), asked)
        yield Started(_begun(user_id, writer, cut))
        for event in (event for session in cut.cached for event in session.events):
            yield Item(event.model_dump(mode="json"))
        wanted = Wanted(cut.language, asked.types or TYPES)
        finding = Finding(Job(writer, wanted, self._turns, self._at_once, until), keeper.keep)
        async with aclosing(_found(finding, cut.batches)) as events:
            async for one in events:
                yield one
        await self._events.require_log(owner, user_id, generation)
        if cut.batches:
            await keeper.tidied(await self._events.of(owner, user_id))
        shown = [event for one in cut.cached for event in one.events]
        shown += [event for events in finding.found.values() for event in events]
        if not shown and finding.failure and not finding.left:
            raise finding.failure
        yield Done(_final(user_id, cut, shown, finding))


async def _found(finding: Finding, asked: Sequence[Batch]) -> AsyncGenerator[RunEvent, None]:
    """The events as they are found. However it ends, what was being saved is saved then."""
    try:
        async with aclosing(told(partial(finding.find, asked))) as events:
            async for event in events:
                yield event
    finally:
        await finding.settled()


def _cut(rows: Sequence[Behaviour], known: Sequence[KeptSession], asked: Extract) -> _Cut:
    """Work for a thread."""
    found = sessions(rows, gap_s=asked.gap_minutes * 60)
    answered = [] if asked.refresh else [one for one in known if one.asked_hash == hash_of(asked)]
    same = {one.key: one for one in answered}
    return _Cut(
        sessions=found,
        cached=[same[one.key] for one in found if one.key in same],
        batches=batches([one for one in found if one.key not in same]),
        language=asked.language or language_of_log(rows),
    )


def _begun(user_id: str, writer: Writer, cut: _Cut) -> dict[str, Any]:
    return {
        "model": writer.client.model,
        "user_id": user_id,
        "sessions": len(cut.sessions),
        "cached": len(cut.cached),
        "batches": len(cut.batches),
    }


def _final(user_id: str, cut: _Cut, events: Sequence[Event], finding: Finding) -> dict[str, Any]:
    """`events` are all that a client was told of."""
    rows = sum(len(session.rows) for session in cut.sessions)
    covered = sum(len(event.behaviours) for event in events) / rows if rows else 0
    return {
        "user_id": user_id,
        "event_count": len(events),
        "sessions": len(cut.sessions),
        "failed_sessions": len(finding.failed),
        "left_sessions": len(finding.left),
        "covered": round(covered, 4),
        "rejected": dict(finding.rejected.most_common()),
        "partial": bool(finding.failed or finding.left),
        "problems": [
            {"code": code, "detail": detail, "sessions": count}
            for (code, detail), count in finding.failures.most_common(_TOLD)
        ],
    }
