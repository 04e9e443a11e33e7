"""What a client may ask of logs: how they are read, and which rows are listed."""

from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from freshet.behaviour.requests.words import COLUMN_FIELDS, NEXT_PAGE, Column, Name, UserId, Within


class _Read(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: UserId | None = Field(
        None, description="of rows that name no user; a log without users is that of `default`"
    )
    timezone: Annotated[str, Field(max_length=64)] = Field(
        "UTC", description="IANA name (`Asia/Shanghai`) or offset (`+08:00`) of times without one"
    )


class Reading(_Read):
    """How the rows of a log are read."""

    mapping: dict[Name, Name] = Field(
        {}, max_length=50, description=f'{COLUMN_FIELDS}; as `{{"alarm_id": "action"}}`'
    )


class ReadingQuery(_Read):
    """The same as query parameters."""

    map: list[Column] = Field(
        [], max_length=50, description=f"{COLUMN_FIELDS}; as `alarm_id:action`, once a column"
    )

    def reading(self) -> Reading:
        """The columns by name: what stands before the last colon is a column."""
        mapping = dict(one.rsplit(":", 1) for one in self.map)
        return Reading(user_id=self.user_id, timezone=self.timezone, mapping=mapping)


class Upload(Reading):
    """A log that is going to be uploaded."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"filename": "alarms.csv", "timezone": "Asia/Shanghai", "mapping": {"raised": "time"}}
            ]
        }
    )

    filename: Name = Field("behaviors.csv", description="its ending says what it is: csv, tsv, json, ndjson")
    size: int | None = Field(None, ge=1, description="bytes, if known")


class Listing(Within):
    """Which behaviours to list."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId
    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(None, min_length=1, max_length=64, description=NEXT_PAGE)
