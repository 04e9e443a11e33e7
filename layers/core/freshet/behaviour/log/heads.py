"""Heads: what is known of a user's log without reading it, and which segments it is made of.

Every change of a log is one conditional write of its head, so it is made as a whole or not at all. Segments
are named after the version that brought them: what has the number of a version that was, and is not in the
head, belongs to nobody any more.

What belongs here: the item and its conditions. What does not: the rows (`segments`), what happens when a
write is refused (`log`).
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

from pydantic import BaseModel, Field

from freshet.behaviour.behaviour import Moment
from freshet.behaviour.log.place import HEAD, head_id
from freshet.errors import Invalid, NotFound
from freshet.ids import new_id
from freshet.runs.record import iso
from freshet.stores.aws import ConditionFailed
from freshet.stores.table import MAX_ID_BYTES, Item, Table

UPLOADS = 20  # whose last stretch a head remembers
_THERE = "attribute_not_exists(#deleted)"


class UserLog(BaseModel):
    """A user's log as a client sees it."""

    user_id: str
    rows: int
    first: str = Field(description="time of the oldest behaviour: ISO 8601, on the log's clock")
    last: str = Field(description="time of the newest one")
    updated_at: str = Field(description="ISO 8601, in UTC")


class Added(NamedTuple):
    """What became of rows: how many are new, and how many were there before, or came twice."""

    kept: int
    duplicates: int


class Origin(NamedTuple):
    """Where rows come from: which stretch of which upload."""

    upload: str
    stretch: int

    @classmethod
    def of(cls, text: str) -> Self | None:
        """From `<upload>:<stretch>`; None for rows that come from no upload."""
        upload, _, stretch = text.rpartition(":")
        return cls(upload, int(stretch)) if text else None


class Segment(NamedTuple):
    """Rows that are kept together. `first` and `last` are when the oldest and the newest of them began."""

    id: str
    rows: int
    first: Moment
    last: Moment


@dataclass(frozen=True, slots=True)
class Head:
    """A log's segments, in the order of time. Version 0: nobody has kept it yet.

    Of two segments the later one begins no sooner than the earlier one ends. `generation` tells a log from
    the one before it, which was deleted. `uploads` has the last stretch of each, and what became of it.
    """

    user_id: str
    generation: int
    version: int = 0
    segments: tuple[Segment, ...] = ()
    uploads: Mapping[str, tuple[int, Added]] = field(default_factory=dict)
    updated_at: str = ""
    deleted: bool = False

    @classmethod
    def begun(cls, user_id: str, *, after: int = 0) -> Self:
        """Of a log that is not there yet; `after` is the generation of the one before it."""
        return cls(user_id, max(time.time_ns() // 1_000, after + 1))

    @property
    def rows(self) -> int:
        """How many rows the log has."""
        return sum(segment.rows for segment in self.segments)

    def next_segment(self) -> str:
        """An id for a segment of the next version."""
        return f"{self.generation}-{self.version + 1}-{new_id()}"

    def before(self, origin: Origin | None) -> Added | None:
        """What became of the rows of this origin, if they were there already.

        Of an earlier stretch than the last it is not known any more: nobody waits for it.
        """
        if origin is None or origin.upload not in self.uploads:
            return None
        stretch, added = self.uploads[origin.upload]
        if origin.stretch > stretch:
            return None
        return added if origin.stretch == stretch else Added(0, 0)

    def next(self, segments: list[Segment], origin: Origin | None, added: Added) -> "Head":
        """The next version."""
        uploads = {name: told for name, told in self.uploads.items() if not origin or name != origin.upload}
        if origin:
            uploads[origin.upload] = (origin.stretch, added)
        return replace(
            self,
            version=self.version + 1,
            segments=tuple(segments),
            uploads=dict(list(uploads.items())[-UPLOADS:]),
            updated_at=iso(time.time()),
        )

    def shown(self) -> UserLog:
        """As a client sees it."""
        return UserLog(
            user_id=self.user_id,
            rows=self.rows,
            first=self.segments[0].first.iso(),
            last=self.segments[-1].last.iso(),
            updated_at=self.updated_at,
        )


def version_of(segment_id: str) -> tuple[int, int]:
    """The generation and the version in a segment's id."""
    generation, version, _ = segment_id.split("-")
    return int(generation), int(version)


class Heads:
    """The heads of all owners' logs."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def find(self, owner: str, user_id: str) -> Head | None:
        """The head, also of a log that is about to be deleted; None if there is none."""
        item = await self._table.get(owner, head_id(user_id))
        return None if item is None else _head(item)

    async def get(self, owner: str, user_id: str) -> Head:
        """The head. Raises NotFound."""
        head = await self.find(owner, user_id)
        if head is None or head.deleted:
            raise missing(user_id)
        return head

    async def write(self, owner: str, head: Head) -> None:
        """Keeps the next version. Raises ConditionFailed if it is not the next one any more."""
        try:
            if head.version == 1:
                await self._table.put(owner, _item(head))
                return
            await self._table.update(
                owner,
                head_id(head.user_id),
                {name: value for name, value in _item(head).items() if name != "id"},
                when=f"#version = :seen AND #generation = :mine AND {_THERE}",
                seen=head.version - 1,
                mine=head.generation,
            )
        except ConditionFailed as refused:
            # A retry after a lost answer meets what its first attempt wrote.
            if refused.item is None or _head(refused.item) != head:
                raise

    async def mark(self, owner: str, user_id: str) -> Head:
        """Takes the log out of sight, and out of reach of whoever writes. Raises NotFound."""
        try:
            item = await self._table.update(
                owner, head_id(user_id), {"deleted": True}, when="attribute_exists(#id)"
            )
        except ConditionFailed:
            raise missing(user_id) from None
        return _head(item)

    async def remove(self, owner: str, head: Head) -> None:
        """Removes the head of a log that was marked; quiet if it is gone, or another log is there."""
        with suppress(ConditionFailed):
            await self._table.delete(
                owner,
                head_id(head.user_id),
                when="#generation = :mine AND attribute_exists(#deleted)",
                mine=head.generation,
            )

    async def page(self, owner: str, limit: int, cursor: str | None) -> tuple[list[Head], str | None]:
        """Heads in the order of the users' ids, and where to go on. Raises Invalid."""
        if cursor and len(head_id(cursor).encode()) > MAX_ID_BYTES:
            raise Invalid("The cursor is none of those that this list gives.")
        page = await self._table.page(
            owner,
            limit=limit,
            cursor=head_id(cursor) if cursor else None,
            newest_first=False,
            prefix=HEAD,
            matching=_THERE,
        )
        following = page.cursor and page.cursor.removeprefix(HEAD)
        return [_head(item) for item in page.items], following

    async def count(self, owner: str) -> int:
        """How many logs there are."""
        return await self._table.count(owner, prefix=HEAD, matching=_THERE)


def missing(user_id: str) -> NotFound:
    """The error for a user of whom there is no log."""
    return NotFound(f"There are no behaviours of user {user_id}.")


def _item(head: Head) -> Item:
    """In lists: an item that is read holds no tuples, and is compared with what was written."""
    return {
        "id": head_id(head.user_id),
        "user_id": head.user_id,
        "generation": head.generation,
        "version": head.version,
        "segments": [[id_, rows, list(first), list(last)] for id_, rows, first, last in head.segments],
        "uploads": [[upload, stretch, *added] for upload, (stretch, added) in head.uploads.items()],
        "updated_at": head.updated_at,
    }


def _head(item: Item) -> Head:
    return Head(
        user_id=item["user_id"],
        generation=item["generation"],
        version=item["version"],
        segments=tuple(
            Segment(id_, rows, _moment(*first), _moment(*last)) for id_, rows, first, last in item["segments"]
        ),
        uploads={upload: (stretch, Added(*added)) for upload, stretch, *added in item["uploads"]},
        updated_at=item["updated_at"],
        deleted="deleted" in item,
    )


def _moment(seconds: float, offset: int) -> Moment:
    return Moment(float(seconds), offset)
