"""Where segments are: an object each, below the key of their user. They are written once and never changed.

What does not belong here: what a segment looks like inside (`segment`), which ones make up a log (`heads`).
"""

import asyncio
from collections.abc import Collection, Sequence

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.log.heads import Head, Segment, version_of
from freshet.behaviour.log.place import user_key
from freshet.behaviour.log.segment import pack, unpack
from freshet.concurrency import together
from freshet.stores.objects import Objects

_AT_ONCE = 8  # objects that are read or removed at a time
_TYPE = "application/zlib"


class Segments:
    """The segments of all owners' logs."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def read(self, owner: str, user_id: str, segments: Sequence[Segment]) -> list[list[Behaviour]]:
        """The rows of each. Raises NotFound if one of them is gone."""
        found: list[list[Behaviour]] = []
        for start in range(0, len(segments), _AT_ONCE):
            some = segments[start : start + _AT_ONCE]
            found += await together(*(self._read(owner, user_id, segment) for segment in some))
        return found

    async def write(self, owner: str, head: Head, rows: Sequence[Behaviour]) -> Segment:
        """Keeps rows, which are in the order of time, for the next version of the log."""
        segment = Segment(head.next_segment(), len(rows), rows[0].at, rows[-1].at)
        data = await asyncio.to_thread(pack, rows)
        await self._objects.put(owner, _name(head.user_id, segment.id), data, content_type=_TYPE)
        return segment

    async def remove(self, owner: str, user_id: str, ids: Sequence[str]) -> None:
        """Removes segments; quiet about those that are gone."""
        for start in range(0, len(ids), _AT_ONCE):
            names = [_name(user_id, id_) for id_ in ids[start : start + _AT_ONCE]]
            await together(*(self._objects.delete(owner, name) for name in names))

    async def sweep(
        self, owner: str, user_id: str, *, newest: tuple[int, float], keep: Collection[str] = ()
    ) -> None:
        """Removes all segments but some, of logs up to this generation and version.

        Those of later versions stay: somebody may be about to keep them.
        """
        names = await self._objects.names(owner, _name(user_id, ""))
        ids = [name.rpartition("/")[2] for name in names]
        await self.remove(
            owner, user_id, [id_ for id_ in ids if id_ not in keep and version_of(id_) <= newest]
        )

    async def _read(self, owner: str, user_id: str, segment: Segment) -> list[Behaviour]:
        data = await self._objects.get(owner, _name(user_id, segment.id))
        return await asyncio.to_thread(unpack, data, user_id)


def _name(user_id: str, segment_id: str) -> str:
    return f"{user_key(user_id)}/{segment_id}"
