"""Events as they are kept: an item a session, for as long as the log that they were found in.

A session that is kept takes the place of those that it shares behaviours with, in one write: rows that came
later, or another gap, cut the log anew. So a behaviour is in one kept session at most, and in one event.

The deletion of a log takes this partition along (`freshet.behaviour.log`), and nothing is written to it from
then on. What belongs here: the items, and what is read of them. What does not: how events are found
(`extract`).
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from freshet.behaviour.event import Event
from freshet.behaviour.log.place import head_id, user_place
from freshet.behaviour.requests import EventListing, in_utc
from freshet.errors import Invalid, NotFound
from freshet.stores.aws import ConditionFailed
from freshet.stores.contention import insist
from freshet.stores.table import Item, Table

_PREFIX = "session#"
_ALIVE = "#generation = :generation AND attribute_not_exists(#deleted)"  # of a log's head
_READ = 100  # items a page: sessions have some kilobytes, and a query gives a megabyte
_LONGEST_S = 3 * 24 * 3600  # a session ends with its day; who flies around the world has a longer one
_TOGETHER = 90  # items that one write may remove: DynamoDB takes 100 a transaction


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session and the events in it, oldest first.

    `key` and `start` (seconds since 1970) are the session's. `asked_hash` says what the model was asked for,
    `model` its name; `rows` are the ids of all behaviours of the session, `generation` the log's, `at` is
    when it was kept, in seconds since 1970.
    """

    key: str
    start: float
    events: Sequence[Event]
    asked_hash: str = ""
    model: str = ""
    rows: Sequence[str] = ()
    generation: int = 0
    at: float = 0

    @property
    def id(self) -> str:
        """Where it is kept: in the order of time."""
        return f"{_from(self.start)}#{self.key}"


class Events:
    """The events of all users of all owners."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def of(
        self, owner: str, user_id: str, start: datetime | None = None, end: datetime | None = None
    ) -> list[KeptSession]:
        """The sessions that have events, oldest first; of a period those with events that begin in it."""
        async with aclosing(self._sessions(owner, user_id, _seconds(start))) as sessions:
            return [one async for one in _within(sessions, _seconds(start), _seconds(end))]

    async def count(self, owner: str, user_id: str) -> int:
        """How many events there are."""
        return sum([len(session.events) for session in await self.of(owner, user_id)])

    async def page(self, owner: str, asked: EventListing) -> tuple[list[Event], str | None]:
        """Events in the order of their starts, and where to go on, which stays true when others come.

        Raises Invalid for a cursor that is none.
        """
        after = _place(asked.cursor) if asked.cursor else None
        start, end = _seconds(asked.start), _seconds(asked.end)
        first = max(filter(None, [start, after and after[0] / 1000]), default=None)
        found: list[Event] = []
        async with aclosing(self._sessions(owner, asked.user_id, first)) as sessions:
            async for session in _within(sessions, start, end):
                if len(found) > asked.limit and session.start * 1000 > _order(found[asked.limit])[0] + 1:
                    break
                found += [
                    event
                    for event in session.events
                    if asked.type in (None, event.type) and (after is None or _order(event) > after)
                ]
        found.sort(key=_order)
        shown = found[: asked.limit]
        return shown, _cursor(shown[-1]) if len(found) > asked.limit else None

    async def keep(
        self, owner: str, user_id: str, session: KeptSession, *, replacing: Sequence[KeptSession] = ()
    ) -> None:
        """Keeps it in place of others, in one write; safe to repeat.

        Raises NotFound if the log of its generation is there no more: nothing outlives a log.
        """
        place = user_place(owner, user_id)
        item = await asyncio.to_thread(_item, session)
        old = [one.id for one in replacing if one.id != session.id]
        await self._table.remove(place, old[_TOGETHER:])

        async def replaced() -> None:
            try:
                await self._table.write_together(
                    place,
                    [item],
                    when=_ALIVE,
                    of=(owner, head_id(user_id)),
                    delete=old[:_TOGETHER],
                    generation=session.generation,
                )
            except ConditionFailed:
                await self.require_log(owner, user_id, session.generation)
                raise  # the log is there: somebody else was at it

        await insist(replaced, "events")

    async def require_log(self, owner: str, user_id: str, generation: int) -> None:
        """Raises NotFound if the log is there no more, or another one is."""
        head = await self._table.get(owner, head_id(user_id))
        if head is None or head["generation"] != generation or "deleted" in head:
            raise NotFound(f"The log of user {user_id} was deleted meanwhile.")

    async def drop(self, owner: str, user_id: str, sessions: Iterable[KeptSession]) -> None:
        """Removes sessions, if they are there."""
        await self._table.remove(user_place(owner, user_id), [session.id for session in sessions])

    async def _sessions(
        self, owner: str, user_id: str, start: float | None
    ) -> AsyncGenerator[KeptSession, None]:
        """All, oldest first; with `start` without those that were over long before."""
        cursor: str | None = "" if start is None else _from(start - _LONGEST_S)
        while cursor is not None:
            page = await self._table.page(
                user_place(owner, user_id),
                limit=_READ,
                cursor=cursor,
                newest_first=False,
                consistent=True,
                prefix=_PREFIX,
            )
            for session in await asyncio.to_thread(_unpacked, page.items, user_id):
                yield session
            cursor = page.cursor


def superseded(sessions: Iterable[KeptSession]) -> list[KeptSession]:
    """Those that share behaviours with one that was kept later: two runs at once may have cut the log
    differently. Whoever looks comes to the same."""
    taken: set[str] = set()
    old = []
    for session in sorted(sessions, key=lambda one: (one.at, one.id), reverse=True):
        if taken.isdisjoint(session.rows):
            taken.update(session.rows)
        else:
            old.append(session)
    return old


async def _within(
    sessions: AsyncIterator[KeptSession], start: float | None, end: float | None
) -> AsyncGenerator[KeptSession, None]:
    """The sessions with the events that begin in the period, without those that then have none."""
    async for session in sessions:
        if end is not None and session.start >= end:
            return
        events = [
            event
            for event in session.events
            if (start is None or _order(event)[0] >= start * 1000)
            and (end is None or _order(event)[0] < end * 1000)
        ]
        if events:
            yield replace(session, events=events)


def _item(session: KeptSession) -> Item:
    """What an event has in common with its session is left out; the rest is packed."""
    events = [event.model_dump(exclude={"user_id"}) for event in session.events]
    text = orjson.dumps({"events": events, "rows": list(session.rows)})
    return {
        "id": session.id,
        "key": session.key,
        "start": session.start,
        "asked_hash": session.asked_hash,
        "model": session.model,
        "generation": session.generation,
        "at": session.at,
        "found": zlib.compress(text),
    }


def _unpacked(items: Sequence[Item], user_id: str) -> list[KeptSession]:
    """Work for a thread."""
    return [_session(item, user_id) for item in items]


def _session(item: Item, user_id: str) -> KeptSession:
    found: dict[str, Any] = orjson.loads(zlib.decompress(item["found"]))
    return KeptSession(
        key=item["key"],
        start=float(item["start"]),
        events=[Event(user_id=user_id, **event) for event in found["events"]],
        asked_hash=item["asked_hash"],
        model=item["model"],
        rows=found["rows"],
        generation=item["generation"],
        at=float(item["at"]),
    )


def _from(start: float) -> str:
    """The first id that a session of this start may have."""
    return f"{_PREFIX}{max(int(start), 0):011d}"


def _seconds(when: datetime | None) -> float | None:
    return None if when is None else in_utc(when).timestamp()


def _order(event: Event) -> tuple[int, str]:
    """The milliseconds of its start, and its id: no two events have both."""
    return round(datetime.fromisoformat(event.start).timestamp() * 1000), event.id


def _cursor(event: Event) -> str:
    milliseconds, id_ = _order(event)
    return f"{milliseconds}-{id_}"


def _place(cursor: str) -> tuple[int, str]:
    milliseconds, _, id_ = cursor.partition("-")
    if not (milliseconds.isascii() and milliseconds.isdigit() and id_ and len(milliseconds) < 15):
        raise Invalid("The cursor is none that a page of events ended with.")
    return int(milliseconds), id_
