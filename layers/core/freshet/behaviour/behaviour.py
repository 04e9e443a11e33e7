"""A behaviour: one row of a log. Who, when, did what, with what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from hashlib import blake2b
from typing import NamedTuple

from pydantic import BaseModel, Field

Scalar = str | int | float | bool

MAX_NAME = 500  # characters of an action or an object: a title, an address
MAX_USER = 128  # characters
# No user's id: routes have the first three in its place, and clients take the last two out of a path.
RESERVED = frozenset({"users", "uploads", "progress", ".", ".."})
MAX_PROPERTIES_BYTES = 2_000  # as JSON


class Moment(NamedTuple):
    """A time in a log: seconds since 1970 in UTC, and how many minutes the log's clock is ahead of UTC."""

    seconds: float
    offset: int = 0

    def iso(self) -> str:
        """ISO 8601 on the log's clock, with its offset."""
        zone = timezone(timedelta(minutes=self.offset)) if self.offset else UTC
        when = datetime.fromtimestamp(self.seconds, zone)
        part = "microseconds" if when.microsecond % 1_000 else "milliseconds"
        return when.isoformat(timespec=part if when.microsecond else "seconds")

    def local(self) -> float:
        """What the log's clock showed, as if it were UTC: for days and hours."""
        return self.seconds + self.offset * 60


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row. `duration` is in seconds; `kind` says what sort of thing the object is (app, media, web …)."""

    user_id: str
    at: Moment
    action: str
    object: str = ""
    kind: str = ""
    duration: float | None = None
    properties: Mapping[str, Scalar] = field(default_factory=dict)
    id: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", _id(self))

    @property
    def end(self) -> Moment:
        """When it was over; when it began, if nobody knows."""
        return self.at._replace(seconds=self.at.seconds + (self.duration or 0))

    def shown(self) -> "ShownBehaviour":
        """The behaviour as a client sees it."""
        return ShownBehaviour(
            id=self.id,
            user_id=self.user_id,
            time=self.at.iso(),
            action=self.action,
            object=self.object,
            kind=self.kind,
            duration=self.duration,
            properties=dict(self.properties),
        )


class ShownBehaviour(BaseModel):
    """A behaviour as a client sees it."""

    id: str
    user_id: str
    time: str = Field(description="ISO 8601, on the log's clock")
    action: str
    object: str
    kind: str
    duration: float | None = Field(description="seconds")
    properties: dict[str, Scalar]


def _id(row: Behaviour) -> str:
    """The same for the same row, whenever and in whichever file it comes: 16 hexadecimal digits."""
    more = sorted(row.properties.items()) if row.properties else ()
    said = (row.user_id, row.at.seconds, row.action, row.object, row.kind, row.duration, more)
    return blake2b(ascii(said).encode("ascii"), digest_size=8).hexdigest()
