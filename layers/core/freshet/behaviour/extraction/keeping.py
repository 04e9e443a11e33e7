"""Keeping: what one run finds takes the place of what other runs found in the same behaviours.

What belongs here: which kept sessions go, and what is remembered of how a session was asked about. What does
not: the items (`kept`).
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import orjson

from freshet.behaviour.event import Event
from freshet.behaviour.extraction.kept import Events, KeptSession, superseded
from freshet.behaviour.extraction.prompt import VERSION
from freshet.behaviour.requests import Extract
from freshet.behaviour.sequences.session import Session


@dataclass(frozen=True, slots=True)
class Mark:
    """What a run asks for (`hash_of`), the name of the model that answers, the log's generation."""

    asked_hash: str
    model: str
    generation: int


class Keeper:
    """Keeps the sessions of one run; `kept` are those, by key."""

    def __init__(self, events: Events, owner: str, user_id: str, mark: Mark) -> None:
        self.kept: dict[str, KeptSession] = {}
        self._events = events
        self._owner = owner
        self._user_id = user_id
        self._mark = mark
        self._holders: dict[str, KeptSession] = {}  # by behaviour

    async def tidied(self, known: Sequence[KeptSession]) -> list[KeptSession]:
        """The sessions that are there, without those that later ones took the place of, which go."""
        old, holders = await asyncio.to_thread(_sorted, known)
        await self._events.drop(self._owner, self._user_id, old)
        self._holders = holders
        gone = {one.id for one in old}
        return [one for one in known if one.id not in gone]

    async def keep(self, session: Session, events: Sequence[Event], whole: bool) -> None:
        """Keeps a session's events. Raises NotFound if the log was deleted meanwhile.

        What is not whole is kept where nothing better is, to be asked about again.
        """
        rows = [row.id for row in session.rows]
        before = {one.id: one for row in rows if (one := self._holders.get(row))}
        if not whole and any(_better(one, events) for one in before.values()):
            return
        kept = KeptSession(
            key=session.key,
            start=session.start.seconds,
            events=events,
            asked_hash=self._mark.asked_hash if whole else "",
            model=self._mark.model,
            rows=rows,
            generation=self._mark.generation,
            at=time.time(),
        )
        await self._events.keep(self._owner, self._user_id, kept, replacing=list(before.values()))
        self.kept[session.key] = kept


def hash_of(asked: Extract) -> str:
    """The same for requests that have the same answer. The gap is no part of it: sessions tell of it."""
    said = [VERSION, asked.language, asked.types, asked.model_id]
    return blake2b(orjson.dumps(said), digest_size=8).hexdigest()


def _better(kept: KeptSession, events: Sequence[Event]) -> bool:
    """Whether what is kept stays, beside events that a broken call left: it is whole, or tells more."""
    return bool(kept.asked_hash) or _covered(kept.events) > _covered(events)


def _covered(events: Sequence[Event]) -> int:
    return sum(len(event.behaviours) for event in events)


def _sorted(known: Sequence[KeptSession]) -> tuple[list[KeptSession], dict[str, KeptSession]]:
    """The superseded ones, and who has which behaviour. Work for a thread."""
    old = superseded(known)
    gone = {one.id for one in old}
    return old, {row: one for one in known if one.id not in gone for row in one.rows}
