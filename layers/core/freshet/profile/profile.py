"""The profile: what learners say of themselves. One an owner, made when it is first asked for.

What does not belong here: what is known of them from their answers (`mastery`).
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from freshet.errors import Invalid
from freshet.languages import Language
from freshet.runs.record import iso
from freshet.stores.aws import ConditionFailed
from freshet.stores.table import Item, Table

Level = Literal["elementary", "secondary", "undergraduate", "graduate", "professional"]

RETENTION = 0.9  # FSRS's own; each percent more costs more practice than the one before it

_ID = "profile"


def _distinct(tags: list[str]) -> list[str]:
    if len({tag.casefold() for tag in tags}) < len(tags):
        raise ValueError("a language is named twice")
    return tags


Goal = Annotated[str, Field(max_length=300, pattern=r"\S")]


_SHOWN_ONLY = frozenset(("created_at", "updated_at", "mastery"))  # may be written as it was read


class NewProfile(BaseModel):
    """A profile as its owner writes it: whole; what is left out is as in a new one."""

    model_config = ConfigDict(strict=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _as_it_was_read(cls, given: Any) -> Any:
        if cls is not NewProfile or not isinstance(given, Mapping):
            return given
        return {name: value for name, value in given.items() if name not in _SHOWN_ONLY}

    name: str = Field("", max_length=100)
    languages: Annotated[list[Language], Field(max_length=10), AfterValidator(_distinct)] = Field(
        [], description="BCP 47 tags, the preferred one first"
    )
    level: Level | None = None
    goals: list[Goal] = Field([], max_length=20)
    timezone: str = Field("UTC", min_length=1, max_length=64, description="a name of the IANA's database")
    retention: float = Field(
        RETENTION,
        ge=0.7,
        le=0.97,
        description="how sure it should be that a concept is still known when it is due; a change counts for "
        "each concept from when it is next practised",
    )


class Profile(NewProfile):
    """A profile; times are ISO 8601 in UTC."""

    created_at: str
    updated_at: str


class Profiles:
    """The profiles of all owners."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def get(self, owner: str) -> Profile:
        """The owner's profile; a new one if there is none."""
        place = _of(owner)
        if item := await self._table.get(place, _ID):
            return _profile(item)
        now = iso(time.time())
        try:
            await self._table.put(
                place, {"id": _ID, **_members(NewProfile()), "created_at": now, "updated_at": now}
            )
        except ConditionFailed:  # another first use was faster
            return await self.get(owner)
        return Profile(created_at=now, updated_at=now)

    async def put(self, owner: str, new: NewProfile) -> Profile:
        """The profile as it is now. Raises Invalid for a time zone that there is not."""
        if not await asyncio.to_thread(_is_zone, new.timezone):
            detail = f"There is no time zone {new.timezone!r}."
            raise Invalid(detail, errors=[{"field": "timezone", "message": detail}])
        await self.get(owner)
        changes = {**_members(new), "updated_at": iso(time.time())}
        return _profile(await self._table.update(_of(owner), _ID, changes, when="attribute_exists(#id)"))

    async def delete(self, owner: str) -> None:
        """Forgets what the owner said; safe to repeat."""
        await self._table.delete(_of(owner), _ID)


def _of(owner: str) -> str:
    return f"{owner}/profile"


def _members(new: NewProfile) -> Item:
    return {"text": new.model_dump_json(include=set(NewProfile.model_fields))}


def _profile(item: Item) -> Profile:
    new = NewProfile.model_validate_json(item["text"])
    return Profile(**new.model_dump(), created_at=item["created_at"], updated_at=item["updated_at"])


def _is_zone(name: str) -> bool:
    """Reads a file."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as `America`
        return False
    return True
