"""Sequences as a client lists them: user by user, the events of each session.

What belongs here: pages of users, and how much of each fits. What does not: finding events
(`freshet.behaviour.extraction`).
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from freshet.behaviour.event import Event
from freshet.behaviour.extraction.kept import Events, KeptSession
from freshet.behaviour.log.heads import UserLog
from freshet.behaviour.log.log import Log
from freshet.concurrency import together

SEQUENCES = 200  # of a user in one answer
_ANSWER_BYTES = 4_000_000  # of events: a function may answer with six million in all
_EVENT_BYTES, _CHARACTER_BYTES, _ID_BYTES = 200, 3, 20  # of JSON: an event without names and ids; of those
_PAGE = 500  # users who are passed over at a time
_AT_ONCE = 8  # users whose events are read side by side


class EventSequence(BaseModel):
    """The events of one session, oldest first. Times are ISO 8601 on the log's clock."""

    model_config = ConfigDict(frozen=True)

    start: str
    end: str
    events: list[Event]


class UserSequences(BaseModel):
    """A user's sequences, oldest first; the counts are of all of them."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    event_count: int
    behavior_count: int
    extracted: bool = Field(description="false: no events were looked for yet, or none found")
    sequences: list[EventSequence]
    more: bool = Field(description="older ones are left out")


class SequencePage(BaseModel):
    """Users in the order of their ids; `total` counts all of them."""

    model_config = ConfigDict(frozen=True)

    items: list[UserSequences]
    total: int
    limit: int
    offset: int


class Sequences:
    """The event sequences of an owner's users."""

    def __init__(self, log: Log, events: Events) -> None:
        self._log = log
        self._events = events

    async def page(self, owner: str, limit: int, offset: int) -> SequencePage:
        """`limit` users after the first `offset`. Of each the newest sequences that fit into an answer."""
        total, users = await together(self._log.count(owner), self._users(owner, limit, offset))
        room = _ANSWER_BYTES // max(1, len(users))
        places = asyncio.Semaphore(_AT_ONCE)

        async def shown(user: UserLog) -> UserSequences:
            async with places:
                kept = await self._events.of(owner, user.user_id)
                return await asyncio.to_thread(_shown, user, kept, room)

        items = await together(*map(shown, users))
        return SequencePage(items=items, total=total, limit=limit, offset=offset)

    async def _users(self, owner: str, limit: int, offset: int) -> list[UserLog]:
        users: list[UserLog] = []
        passed, cursor = 0, None
        while len(users) < limit:
            wanted = min(_PAGE, offset - passed + limit - len(users))
            found, cursor = await self._log.users(owner, wanted, cursor)
            users += found[max(0, offset - passed) :]
            passed = min(offset, passed + len(found))
            if cursor is None:
                break
        return users[:limit]


def _shown(user: UserLog, kept: Sequence[KeptSession], room: int) -> UserSequences:
    """Work for a thread."""
    found = [session for session in kept if session.events]
    sequences: list[EventSequence] = []
    for session in reversed(found[-SEQUENCES:]):
        room -= sum(map(_bytes, session.events))
        if room < 0 and sequences:
            break
        sequences.append(_sequence(session.events))
    return UserSequences(
        user_id=user.user_id,
        event_count=sum(len(session.events) for session in found),
        behavior_count=user.rows,
        extracted=bool(found),
        sequences=sequences[::-1],
        more=len(sequences) < len(found),
    )


def _sequence(events: Sequence[Event]) -> EventSequence:
    ordered = sorted(events, key=lambda event: datetime.fromisoformat(event.start))
    last = max(ordered, key=lambda event: datetime.fromisoformat(event.end))
    return EventSequence(start=ordered[0].start, end=last.end, events=ordered)


def _bytes(event: Event) -> int:
    names = len(event.user_id) + len(event.type) + len(event.title)
    return _EVENT_BYTES + _CHARACTER_BYTES * names + _ID_BYTES * len(event.behaviours)
