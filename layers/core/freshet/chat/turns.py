"""Where turns are kept: an item each, in a partition of their conversation, in the order of their runs.

So two that go on with a conversation at once meet nowhere. What doesn't fit an item is in the bucket, under
the name of its turn. What does not belong here: whether the conversation is there (`conversations`).
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from freshet.chat.turn import Turn, packed, unpacked
from freshet.concurrency import together
from freshet.errors import NotFound
from freshet.stores.aws import ConditionFailed
from freshet.stores.objects import Objects
from freshet.stores.table import Item, Table

MAX_INLINE_BYTES = 300_000  # of the 400 KB that an item may have
MAX_PAGE_BYTES = 1_000_000  # of turns in memory at a time, about: a single one may be larger
_READ = 20  # turns at a time
_REMOVED = 100  # turns at a time


class Turns:
    """The turns of all conversations."""

    def __init__(self, table: Table, objects: Objects) -> None:
        self._table = table
        self._objects = objects

    async def add(self, owner: str, conversation_id: str, turn: Turn) -> bool:
        """Keeps a new turn, whose item comes first: what is in the bucket can always be found.

        False if another one has its id, for instance the same with its end. Raises Invalid.
        """
        data = await asyncio.to_thread(packed, turn)
        try:
            await self._table.put(_partition(owner, conversation_id), {"id": turn.id, **_members(data)})
        except ConditionFailed:
            return False
        await self._put(owner, conversation_id, turn.id, data)
        return True

    async def replace(self, owner: str, conversation_id: str, turn: Turn) -> bool:
        """Keeps a turn over the one that has its id; False if there is none. Raises Invalid."""
        data = await asyncio.to_thread(packed, turn)
        await self._put(owner, conversation_id, turn.id, data)
        try:
            await self._table.update(
                _partition(owner, conversation_id), turn.id, _members(data), when="attribute_exists(#id)"
            )
        except ConditionFailed:
            return False
        return True

    async def page(
        self,
        owner: str,
        conversation_id: str,
        limit: int,
        cursor: str | None = None,
        *,
        newest_first: bool = False,
    ) -> tuple[list[Turn], str | None]:
        """Up to `limit` turns, fewer if they are large, and where to go on."""
        page = await self._table.page(
            _partition(owner, conversation_id),
            limit=limit,
            cursor=cursor,
            newest_first=newest_first,
            consistent=True,
        )
        items = _some(page.items)
        read = await together(*(self._read(owner, conversation_id, item) for item in items))
        following = page.cursor if len(items) == len(page.items) else str(items[-1]["id"])
        return [turn for turn in read if turn], following

    async def every(
        self, owner: str, conversation_id: str, *, newest_first: bool = False
    ) -> AsyncGenerator[Turn, None]:
        """All turns, a few at a time in memory."""
        cursor: str | None = ""
        while cursor is not None:
            turns, cursor = await self.page(owner, conversation_id, _READ, cursor, newest_first=newest_first)
            for turn in turns:
                yield turn

    async def remove(self, owner: str, conversation_id: str, run_id: str) -> None:
        """Removes a turn, its object first: if that fails, the item still says that there is something."""
        await self._objects.delete(owner, _name(conversation_id, run_id))
        await self._table.delete(_partition(owner, conversation_id), run_id)

    async def clear(self, owner: str, conversation_id: str) -> None:
        """Removes all turns."""
        place = _partition(owner, conversation_id)
        while items := (await self._table.page(place, limit=_REMOVED, consistent=True)).items:
            await together(*(self.remove(owner, conversation_id, item["id"]) for item in items))

    async def _put(self, owner: str, conversation_id: str, run_id: str, data: bytes) -> None:
        if len(data) > MAX_INLINE_BYTES:
            name = _name(conversation_id, run_id)
            await self._objects.put(owner, name, data, content_type="application/gzip")

    async def _read(self, owner: str, conversation_id: str, item: Item) -> Turn | None:
        """The turn; None if it is on its way into the bucket, or out of it."""
        try:
            data = item.get("packed") or await self._objects.get(owner, _name(conversation_id, item["id"]))
        except NotFound:
            return None
        return await asyncio.to_thread(unpacked, data)


def _partition(owner: str, conversation_id: str) -> str:
    return f"{owner}/turns/{conversation_id}"


def _name(conversation_id: str, run_id: str) -> str:
    return f"{conversation_id}/{run_id}.json.gz"


def _members(data: bytes) -> Item:
    """A turn's item but for its id: it itself if it fits, and its size, with which gzip ends (RFC 1952)."""
    size = int.from_bytes(data[-4:], "little")
    return {"packed": data if len(data) <= MAX_INLINE_BYTES else None, "size": size}


def _some(items: Sequence[Item]) -> list[Item]:
    """The first items that are not too much together, and one in any case."""
    size = 0
    for place, item in enumerate(items):
        size += item["size"]
        if place and size > MAX_PAGE_BYTES:
            return list(items[:place])
    return list(items)
