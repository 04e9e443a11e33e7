"""What requests are made of: users, names, times, and within which bounds."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    model_validator,
)

from freshet.asked import said
from freshet.behaviour.behaviour import MAX_USER
from freshet.behaviour.intake.outcome import Unreadable
from freshet.behaviour.intake.texts import cleaned

Of = Literal["events", "behaviors"]
By = Literal["type", "title", "action", "object", "tag"]
TagKind = Literal["apps", "media"]
GraphFormat = Literal["json", "graphml", "mermaid", "csv"]
EventFormat = Literal["json", "csv", "xes"]

MAX_NAMES = 200  # that are tagged at once
MAX_QUESTION = 2_000  # characters
MAX_TYPES = 50
_NAME = 300  # characters
_NUMBER = re.compile(r"[-+]?[\d._]+(?:[eE][-+]?\d+)?")


def user_said(text: str) -> str:
    """A user's id as the logs have it, however it is written here. Raises ValueError as `said`."""
    try:
        return said(cleaned(text, "user_id"))
    except Unreadable as error:
        raise ValueError(str(error)) from None


def _visible(text: str) -> str:
    """Raises ValueError for a word with a character that nobody sees."""
    if not said(text).isprintable():
        raise ValueError("it holds a character that can't be seen")
    return text


UserId = Annotated[str, Field(min_length=1, max_length=MAX_USER), AfterValidator(user_said)]
Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION), AfterValidator(said)]
Name = Annotated[str, Field(min_length=1, max_length=_NAME), AfterValidator(said)]
Slug = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^\S+$"), AfterValidator(_visible)]


def _assigned(text: str) -> str:
    """Raises ValueError for what is no `column:field`."""
    column, _, name = text.rpartition(":")
    if not name.strip() or not column.strip() or len(column) > _NAME:
        raise ValueError("it is no `column:field`")
    return said(text)


def _no_number(value: object) -> object:
    """Numbers would be read as seconds or milliseconds, whichever is nearer."""
    if isinstance(value, datetime) or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
        return value
    raise ValueError("it is no date and time of ISO 8601")


When = Annotated[datetime, BeforeValidator(_no_number)]
Model = Annotated[int, Field(description="1 is the stack's own; GET /api/v1/models lists the others")]
Streamed = Annotated[bool, Field(description="true: as events")]
ISO = "ISO 8601, in UTC where it names no offset"
WHICH_STEPS = "events, or behaviors; without it, events where there are some"
WHAT_IS_SAME = (
    "what makes two steps the same: type, title or tag of events; action, object or tag of behaviors; "
    "without it, type or action (object, where hardly any action is named)"
)
NEXT_PAGE = "`next_cursor` of the page before"
COLUMN_FIELDS = (
    "what a column is whose name does not tell: user_id, time, end_time, duration, action, kind, object or "
    "properties"
)
Column = Annotated[str, Field(min_length=3, max_length=400), AfterValidator(_assigned)]


class Within(BaseModel):
    """What begins in a period."""

    start: When | None = Field(None, strict=False, description=f"from then on: {ISO}")
    end: When | None = Field(None, strict=False, description=f"before then: {ISO}")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start and self.end and in_utc(self.start) >= in_utc(self.end):
            raise ValueError("start is not before end")
        return self


def in_utc(when: datetime) -> datetime:
    """The time, in UTC if it names no offset."""
    return when if when.tzinfo else when.replace(tzinfo=UTC)
