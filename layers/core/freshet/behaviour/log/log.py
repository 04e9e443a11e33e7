"""The log: all users' behaviours, each user's oldest first, each row once, until it is deleted.

A change writes new segments, then the head, then removes the segments that it replaced. Whoever is cut off
before the head was written changed nothing; what lies around then is swept away by later changes, or goes
with the log. Whoever deletes marks the head first and removes it last; a deletion that was cut off is
finished by the next one, or by whoever adds rows, which begin a new log.

What does not belong here: how rows are read from files (`freshet.behaviour.intake`), and what is found in
them, except that it goes with them.
"""

import asyncio
import math
from bisect import bisect_left
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime
from operator import attrgetter

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.log.heads import Added, Head, Heads, Origin, Segment, UserLog
from freshet.behaviour.log.place import user_place
from freshet.behaviour.log.rewriting import Rewritten, rewritten
from freshet.behaviour.log.segments import Segments
from freshet.behaviour.requests import Listing, in_utc
from freshet.concurrency import together
from freshet.errors import FreshetError, Invalid, NotFound, TooLarge
from freshet.observe import log_failure
from freshet.stores.aws import ConditionFailed
from freshet.stores.contention import insist
from freshet.stores.objects import Objects
from freshet.stores.table import Table

MAX_ROWS = 500_000  # of a user: read as a whole, some 200 MB
_AT_ONCE = 16  # users whose rows are added at a time: each may have a segment or two in memory
_SWEEP_EVERY = 32  # versions of a log, from its second one on: many have only one
_when = attrgetter("at.seconds")


class Log:
    """The logs of all owners. A user of whom there is nothing is NotFound."""

    def __init__(self, table: Table, objects: Objects) -> None:
        self._table = table
        self._heads = Heads(table)
        self._segments = Segments(objects)

    async def append(self, owner: str, rows: Iterable[Behaviour], *, origin: str = "") -> dict[str, Added]:
        """Keeps rows of any users, and says of each user what became of theirs; safe to repeat.

        Rows that are there already, or twice among these, are kept once. With an `origin`, which is
        `<upload>:<stretch>` with stretches in rising order, a repetition says the same as the first time.
        Raises TooLarge if a user would have too many: rows of other users may be kept then.
        """
        by_user: dict[str, list[Behaviour]] = {}
        for row in rows:
            by_user.setdefault(row.user_id, []).append(row)
        places = asyncio.Semaphore(_AT_ONCE)
        came_from = Origin.of(origin)

        async def added(user_id: str) -> Added:
            async with places:
                return await insist(
                    lambda: self._add(owner, user_id, by_user[user_id], came_from), f"log of user {user_id}"
                )

        return dict(zip(by_user, await together(*map(added, by_user)), strict=True))

    async def users(
        self, owner: str, limit: int, cursor: str | None = None
    ) -> tuple[list[UserLog], str | None]:
        """The users' logs in the order of their ids, and where to go on."""
        heads, following = await self._heads.page(owner, limit, cursor)
        return [head.shown() for head in heads], following

    async def count(self, owner: str) -> int:
        """How many users there are."""
        return await self._heads.count(owner)

    async def head(self, owner: str, user_id: str) -> UserLog:
        """What is known of a user's log without reading it."""
        return (await self._heads.get(owner, user_id)).shown()

    async def alive(self, owner: str, user_id: str) -> int:
        """The generation of the log: another one after it was deleted and begun anew."""
        return (await self._heads.get(owner, user_id)).generation

    async def read(
        self, owner: str, user_id: str, start: datetime | None = None, end: datetime | None = None
    ) -> list[Behaviour]:
        """The rows that began from `start` on and before `end`, oldest first.

        Rows of the same time are in the order in which they came. Times without an offset are in UTC.
        """
        since, until = _seconds(start, -math.inf), _seconds(end, math.inf)

        async def read() -> list[Behaviour]:
            head = await self._heads.get(owner, user_id)
            parts = await self._read(owner, head, _within(head.segments, since, until))
            return [row for part in parts for row in _cut(part, since, until)]

        return await insist(read, f"log of user {user_id}")

    async def page(self, owner: str, asked: Listing) -> tuple[list[Behaviour], str | None]:
        """Rows, oldest first, and where to go on: behind the last one, whatever is added meanwhile.

        Raises Invalid for a cursor that is none.
        """

        async def page() -> list[Behaviour]:
            head = await self._heads.get(owner, asked.user_id)
            found: list[Behaviour] = []
            async with aclosing(self._after(owner, head, asked)) as rows:
                async for row in rows:
                    found.append(row)
                    if len(found) > asked.limit:
                        break
            return found

        found = await insist(page, f"log of user {asked.user_id}")
        shown = found[: asked.limit]
        return shown, _cursor(shown[-1]) if len(found) > asked.limit else None

    async def delete(self, owner: str, user_id: str) -> None:
        """Gone, with what was found in it. What failed half-way is out of sight, and can be repeated."""
        await self._bury(owner, await self._heads.mark(owner, user_id))

    async def _add(self, owner: str, user_id: str, rows: Sequence[Behaviour], origin: Origin | None) -> Added:
        """Raises ConditionFailed if somebody else changed the log meanwhile."""
        head = await self._standing(owner, user_id)
        before = head.before(origin)
        if before is not None:
            return before
        different: dict[str, Behaviour] = {}
        for row in rows:
            different.setdefault(row.id, row)
        try:
            change = await rewritten(self._segments, owner, head, list(different.values()))
        except NotFound:
            raise ConditionFailed(None) from None
        added = Added(change.kept, len(rows) - change.kept)
        if change.kept or origin:
            await self._check(owner, head, change)
            after = head.next(change.segments, origin, added)
            await self._heads.write(owner, after)
            await self._tidy(owner, after, change)
        return added

    async def _standing(self, owner: str, user_id: str) -> Head:
        """The head to go on from: a new one if there is none, or was one till now."""
        head = await self._heads.find(owner, user_id)
        if head is None:
            return Head.begun(user_id)
        if head.deleted:
            await self._bury(owner, head)
            return Head.begun(user_id, after=head.generation)
        return head

    async def _check(self, owner: str, head: Head, change: Rewritten) -> None:
        if head.rows + change.kept > MAX_ROWS:
            await self._segments.remove(owner, head.user_id, change.written)
            raise TooLarge(
                f"The log of user {head.user_id} has {head.rows} rows, and {change.kept} more would come; "
                f"{MAX_ROWS} is the most. Delete it, or use another user's id."
            )

    async def _tidy(self, owner: str, head: Head, change: Rewritten) -> None:
        """Removes what the change replaced; now and then all that others left lying around."""
        try:
            if head.version % _SWEEP_EVERY == 2:
                newest = (head.generation, head.version)
                kept = {segment.id for segment in head.segments}
                await self._segments.sweep(owner, head.user_id, newest=newest, keep=kept)
            else:
                await self._segments.remove(owner, head.user_id, change.replaced)
        except FreshetError as error:
            log_failure("replaced rows were left lying around", error)

    async def _bury(self, owner: str, head: Head) -> None:
        """Removes all of a log that is marked, but nothing of one that was begun after it."""
        await self._table.clear(user_place(owner, head.user_id))
        # Whoever was about to write the next version may have left segments of it.
        await self._segments.sweep(owner, head.user_id, newest=(head.generation, math.inf))
        await self._heads.remove(owner, head)

    async def _after(self, owner: str, head: Head, asked: Listing) -> AsyncGenerator[Behaviour, None]:
        """The rows of the period behind the cursor's."""
        behind, last = _place(asked.cursor) if asked.cursor else (-math.inf, "")
        since, until = max(_seconds(asked.start, -math.inf), behind), _seconds(asked.end, math.inf)
        passed = not last
        for segment in _within(head.segments, since, until):
            (rows,) = await self._read(owner, head, [segment])
            for row in _cut(rows, since, until):
                if passed or row.at.seconds > behind:
                    yield row
                passed = passed or row.id == last

    async def _read(self, owner: str, head: Head, segments: Sequence[Segment]) -> list[list[Behaviour]]:
        """Raises ConditionFailed if one was replaced meanwhile."""
        try:
            return await self._segments.read(owner, head.user_id, segments)
        except NotFound:
            raise ConditionFailed(None) from None


def _seconds(when: datetime | None, otherwise: float) -> float:
    return otherwise if when is None else in_utc(when).timestamp()


def _within(segments: Sequence[Segment], since: float, until: float) -> list[Segment]:
    return [one for one in segments if one.last.seconds >= since and one.first.seconds < until]


def _cut(rows: Sequence[Behaviour], since: float, until: float) -> Sequence[Behaviour]:
    return rows[bisect_left(rows, since, key=_when) : bisect_left(rows, until, key=_when)]


def _cursor(row: Behaviour) -> str:
    return f"{row.at.seconds!r}_{row.id}"


def _place(cursor: str) -> tuple[float, str]:
    """The time and the id of the row that a page ended with. Raises Invalid."""
    seconds, _, id_ = cursor.rpartition("_")
    try:
        place = float(seconds), id_
    except ValueError:
        place = math.nan, id_
    if not math.isfinite(place[0]):
        raise Invalid("The cursor is none of those that this list gives.")
    return place
