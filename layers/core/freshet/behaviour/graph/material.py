"""Material: a scope's behaviours or events, as the traces that graphs, patterns and causes are counted from.

What belongs here: which steps a scope has, and what makes two of them the same. What does not: counting.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import get_args

from freshet.behaviour.extraction.kept import Events
from freshet.behaviour.graph.collecting import Collected, Naming
from freshet.behaviour.graph.steps import Step, steps_of_events, steps_of_rows
from freshet.behaviour.graph.trace import Traced
from freshet.behaviour.log.heads import UserLog
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import By, Of, Scope, TagKind
from freshet.concurrency import together
from freshet.errors import Invalid, NotFound

MAX_USERS = 5_000  # that are read for one graph: each is some calls
_PAGE = 500  # heads of logs
_USERS_AT_ONCE, _ROWS_AT_ONCE = 8, 50_000  # read side by side: 40 MB of rows
_FEW = 3  # actions: fewer, as in a log that says "use" of everything, tell nothing apart

_OF: Mapping[By, Of] = {"type": "events", "title": "events", "action": "behaviors", "object": "behaviors"}

# What is kept of the tags of names, without asking a model: owner and names → the tags of each.
Known = Callable[[str, Sequence[str]], Awaitable[Mapping[str, Sequence[str]]]]


class Materials:
    """What graphs of an owner's users are made of."""

    def __init__(self, log: Log, events: Events, known: Known) -> None:
        self._log = log
        self._events = events
        self._known = known

    async def of(self, owner: str, scope: Scope) -> Traced:
        """The scope's steps, a trace a session; of too many the newest, of all users alike.

        Without `of`, events where the scope has any, else behaviours. A step is labelled with its type or
        title, with its action or object (with its action if it has no object), or with the first tag of its
        object; without `by` with its type, or with its action unless there are hardly any different ones. An
        event's object is the one that most of its behaviours have, and is only looked up for tags.

        Raises NotFound for a user who has no log, Invalid where `of` does not have `by`, or nothing has tags.
        """
        of = _of(scope)
        users = [await self._log.head(owner, scope.user_id)] if scope.user_id else await self._users(owner)
        read = users[:MAX_USERS]
        share = sum(user.rows for user in read) / max(1, sum(user.rows for user in users))
        if of != "behaviors":
            found = await self._collected(owner, scope, read, self._events_of)
            if found or of == "events":
                by, naming = await self._naming(owner, found, scope.by or "type")
                return await asyncio.to_thread(found.traced, "events", by, naming, share)
        found = await self._collected(owner, scope, read, self._behaviours_of)
        by, naming = await self._naming(owner, found, scope.by or _telling(found))
        return await asyncio.to_thread(found.traced, "behaviors", by, naming, share)

    async def generation(self, owner: str, user_id: str | None) -> int:
        """That of the user's log, for `require`; 0 where it is about all users. Raises NotFound."""
        return await self._log.alive(owner, user_id) if user_id else 0

    async def require(self, owner: str, user_id: str | None, generation: int) -> None:
        """Raises NotFound if the user's log of this generation was deleted: nothing outlives a log."""
        if user_id:
            await self._events.require_log(owner, user_id, generation)

    async def _users(self, owner: str) -> list[UserLog]:
        users, cursor = await self._log.users(owner, _PAGE, None)
        while cursor is not None:
            more, cursor = await self._log.users(owner, _PAGE, cursor)
            users += more
        return sorted(users, key=lambda user: user.user_id)

    async def _collected(
        self,
        owner: str,
        scope: Scope,
        users: Sequence[UserLog],
        steps_of: Callable[[str, str, Scope], Awaitable[list[list[Step]]]],
    ) -> Collected:
        async def read(user_id: str) -> list[list[Step]]:
            try:
                return await steps_of(owner, user_id, scope)
            except NotFound:  # somebody deletes the log meanwhile
                if scope.user_id:
                    raise
                return []

        collected = Collected()
        for some in _at_once(users):
            found = await together(*(read(user.user_id) for user in some))
            for user, steps in zip(some, found, strict=True):
                await asyncio.to_thread(collected.add, user.user_id, steps)
        return collected

    async def _behaviours_of(self, owner: str, user_id: str, scope: Scope) -> list[list[Step]]:
        rows = await self._log.read(owner, user_id, scope.start, scope.end)
        return await asyncio.to_thread(steps_of_rows, rows)

    async def _events_of(self, owner: str, user_id: str, scope: Scope) -> list[list[Step]]:
        kept = await self._events.of(owner, user_id, scope.start, scope.end)
        found = [session.events for session in kept]
        titled = scope.by == "title"
        if not found or scope.by != "tag":
            return await asyncio.to_thread(steps_of_events, found, titled, {})
        rows = await self._log.read(owner, user_id, scope.start)
        objects = {row.id: row.object for row in rows if row.object}
        return await asyncio.to_thread(steps_of_events, found, titled, objects)

    async def _naming(self, owner: str, found: Collected, by: By) -> tuple[By, Naming]:
        if by == "object":
            return by, lambda kind, what: what or kind
        if by != "tag":
            return by, lambda kind, _: kind
        tags = await self._known(owner, [name for name in found.objects if name])
        first = {name: some[0] for name, some in tags.items() if some}
        if found and not first:
            kinds = " or ".join(f"/api/v1/events/tags/{kind}" for kind in get_args(TagKind))
            raise Invalid(f"None of the names in this scope has tags yet: {kinds} gives them some.")
        return by, lambda _, what: first.get(what)


def _of(scope: Scope) -> Of | None:
    """What the scope's steps are; None: whatever there is. Raises Invalid for what does not go together.

    Tags are of apps and media, so what is asked for by tag is behaviours, unless it says otherwise.
    """
    needed = _OF.get(scope.by) if scope.by else None
    if needed and scope.of and scope.of != needed:
        others = " or ".join(by for by, of in (*_OF.items(), ("tag", scope.of)) if of == scope.of)
        raise Invalid(f"{scope.of.capitalize()} have no {scope.by}: they can be told apart by {others}.")
    return scope.of or needed or ("behaviors" if scope.by else None)


def _telling(found: Collected) -> By:
    """What tells behaviours apart: their actions, if there are some, or at least as many as objects."""
    actions, objects = len(found.kinds), sum(map(bool, found.objects))
    return "action" if actions >= min(_FEW, objects) else "object"


def _at_once(users: Sequence[UserLog]) -> Iterator[list[UserLog]]:
    """Users who may be in memory together."""
    some: list[UserLog] = []
    for user in users:
        if some and (
            len(some) == _USERS_AT_ONCE or sum(one.rows for one in some) + user.rows > _ROWS_AT_ONCE
        ):
            yield some
            some = []
        some.append(user)
    if some:
        yield some
