"""What an owner has of one kind, models or tools: each under a name and an integer id.

Names and ids are in one item an owner, the directory; each thing is an item beside it. Whatever changes a
thing writes both at once, by the directory's version: so names are unique, the bound holds however many write
at once, and a name stands for nothing but what was written with it. Ids rise and are never given twice.

What does not belong here: what the things are (`configuration`, `tools`).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import jiter
from pydantic import BaseModel, ConfigDict

from freshet.errors import Conflict, NotFound
from freshet.stores.contention import insist
from freshet.stores.table import Item, Table

Names = Mapping[str, int]
Members = dict[str, Any]  # of a thing: what was written, with `id`, `created_at` and `updated_at`

_DIGITS = 12  # of an id in its key
_DIRECTORY = "directory"  # sorts after all ids


class Shape(BaseModel):
    """What owners write. Types are taken as they are; what is wrong is not repeated: it may be a secret."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False, hide_input_in_errors=True)


class New(Shape):
    """A thing, as its owner describes it."""

    name: str


class Directory:
    """Of things called `kind`, at most `most` an owner; the first id is `first`."""

    def __init__(self, table: Table, kind: str, *, first: int, most: int) -> None:
        self._table = table
        self._kind = kind
        self._first = first
        self._most = most

    async def create(self, owner: str, new: New) -> Members:
        """Raises Conflict if the name is taken, or there are too many."""
        id_, now = await self._next_id(owner), _now()
        item = _item(id_, new, created_at=now, updated_at=now)
        await self._change(owner, lambda names: self._with(names, new.name, id_), put=[item])
        return _members(item)

    async def get(self, owner: str, id_: int) -> Members:
        """Raises NotFound."""
        item = await self._table.get(self._partition(owner), _key(id_))
        if item is None:
            raise self._missing(id_)
        return _members(item)

    async def items(self, owner: str) -> list[Members]:
        """All things by id."""
        found: list[Item] = []
        first, last = self._first, max((await self.names(owner)).values(), default=0)
        while first <= last:  # an answer is a megabyte at most
            part = await self._table.span(self._partition(owner), _key(first), _key(last))
            if not part:
                break
            found += part
            first = int(part[-1]["id"]) + 1
        return [_members(item) for item in found]

    async def replace(self, owner: str, id_: int, new: New) -> Members:
        """Raises NotFound, and Conflict if the name is another's."""
        born = (await self.get(owner, id_))["created_at"]
        item = _item(id_, new, created_at=born, updated_at=_now())
        await self._change(
            owner, lambda names: self._with(self._without(names, id_), new.name, id_), put=[item]
        )
        return _members(item)

    async def delete(self, owner: str, id_: int) -> None:
        """Raises NotFound."""
        await self._change(owner, lambda names: self._without(names, id_), delete=[_key(id_)])

    async def names(self, owner: str) -> Names:
        """The id of each name."""
        names: Names = (await self._directory(owner))["names"]
        return names

    async def _next_id(self, owner: str) -> int:
        """An id that was never given before."""
        counted = await self._table.update(
            f"{owner}/counters",
            f"{self._kind}s",
            {},
            when="attribute_exists(#id) OR attribute_not_exists(#id)",  # in any case
            add={"count": 1},
        )
        return self._first - 1 + int(counted["count"])

    async def _change(
        self,
        owner: str,
        change: Callable[[Names], Names],
        *,
        put: list[Item] | None = None,
        delete: list[str] | None = None,
    ) -> None:
        """Changes the names, and with them the things: both, or neither."""

        async def changed() -> None:
            seen = await self._directory(owner)
            now = {"id": _DIRECTORY, "names": change(seen["names"]), "version": seen["version"] + 1}
            await self._table.write_together(
                self._partition(owner),
                [now, *(put or [])],
                delete=delete or [],
                when="attribute_not_exists(#version) OR #version = :seen",
                seen=seen["version"],
            )

        await insist(changed, f"{self._kind}s")

    async def _directory(self, owner: str) -> Item:
        return await self._table.get(self._partition(owner), _DIRECTORY) or {"names": {}, "version": 0}

    def _partition(self, owner: str) -> str:
        return f"{owner}/{self._kind}s"

    def _with(self, names: Names, name: str, id_: int) -> Names:
        if name in names:
            raise Conflict(f"There is a {self._kind} {name!r} already.")
        if len(names) >= self._most:
            raise Conflict(f"There are {self._most} {self._kind}s already; delete one first.")
        return {**names, name: id_}

    def _without(self, names: Names, id_: int) -> Names:
        if id_ not in names.values():
            raise self._missing(id_)
        return {name: number for name, number in names.items() if number != id_}

    def _missing(self, id_: int) -> NotFound:
        return NotFound(f"There is no {self._kind} {id_}.")


def _key(id_: int) -> str:
    """Keys sort as ids do."""
    return f"{id_:0{_DIGITS}d}"


def _item(id_: int, new: New, **times: str) -> Item:
    """As text: there are numbers, names and depths in it that the table does not take."""
    return {"id": _key(id_), "text": new.model_dump_json(), **times}


def _members(item: Item) -> Members:
    times = {stamp: item[stamp] for stamp in ("created_at", "updated_at")}
    return {**jiter.from_json(item["text"].encode()), **times, "id": int(item["id"])}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
