"""Requests: what a client may ask of behaviours, events and graphs, and within which bounds."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from freshet.asked import STACK_MODEL, Asked, Id, said
from freshet.behaviour.behaviour import MAX_USER
from freshet.behaviour.intake.outcome import Unreadable
from freshet.behaviour.intake.texts import cleaned
from freshet.languages import Language

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


UserId = Annotated[str, Field(min_length=1, max_length=MAX_USER), AfterValidator(user_said)]
Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION), AfterValidator(said)]
Name = Annotated[str, Field(min_length=1, max_length=_NAME), AfterValidator(said)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[\w][\w-]*$")]


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


When = Annotated[
    datetime, BeforeValidator(_no_number), Field(description="ISO 8601; without an offset, in UTC")
]
_Column = Annotated[str, Field(min_length=3, max_length=400), AfterValidator(_assigned)]


class _Within(BaseModel):
    start: When | None = Field(None, strict=False, description="not before")
    end: When | None = Field(None, strict=False, description="before")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start and self.end and _in_utc(self.start) >= _in_utc(self.end):
            raise ValueError("start is not before end")
        return self


def _in_utc(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=UTC)


class Reading(BaseModel):
    """How the rows of a log are read: query parameters of an upload, or members of a request for one."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId | None = Field(None, description="of rows that name no user")
    timezone: Annotated[str, Field(max_length=64)] = Field(
        "UTC", description="IANA name or offset (`+08:00`) of times without one"
    )
    mapping: dict[Name, Name] = Field(
        {}, max_length=50, description='which column is which: `{"alarm_id": "action"}`'
    )


class ReadingQuery(BaseModel):
    """The same as query parameters."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId | None = Field(None, description="of rows that name no user")
    timezone: Annotated[str, Field(max_length=64)] = Field(
        "UTC", description="IANA name or offset (`+08:00`) of times without one"
    )
    map: list[_Column] = Field([], max_length=50, description="which column is which: `alarm_id:action`")

    def reading(self) -> Reading:
        """The columns by name: what stands before the last colon is a column."""
        mapping = dict(one.rsplit(":", 1) for one in self.map)
        return Reading(user_id=self.user_id, timezone=self.timezone, mapping=mapping)


class Upload(Reading):
    """A log that is going to be uploaded."""

    filename: Name = "behaviors.csv"
    size: int | None = Field(None, ge=1, description="bytes, if known")


class Listing(_Within):
    """Which behaviours to list."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId
    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(None, min_length=1, max_length=64)


class EventListing(_Within):
    """Which events to list."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId
    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(None, min_length=1, max_length=200)
    type: Slug | None = None


class Extract(Asked):
    """How events are to be found."""

    language: Language | None = Field(None, description="of the titles; without it, the log's")
    types: Annotated[list[Slug], Field(min_length=1, max_length=MAX_TYPES)] | None = Field(
        None, description="a vocabulary of one's own, in place of the built-in one"
    )
    gap_minutes: int = Field(30, ge=1, le=1440, description="of silence, after which a session is over")
    refresh: bool = Field(False, description="ask the model again about what it was asked before")
    model_id: int = STACK_MODEL


class Period(_Within, Asked):
    """A stretch of time."""


class SummariseLog(Period):
    """What a summary is to be like."""

    language: Language | None = Field(None, description="without it, the log's")
    model_id: int = STACK_MODEL
    stream: bool = False


class AskEvents(Period):
    """A question about a user's events."""

    user_id: UserId
    question: Question
    language: Language | None = Field(None, description="of the answer; without it, the question's")
    model_id: int = STACK_MODEL
    stream: bool = False


class Tag(Asked):
    """Names to tag: one, or many."""

    name: Name | None = None
    names: list[Name] = Field([], max_length=MAX_NAMES)
    language: Language | None = Field(None, description="of the tags; without it, English")
    model_id: int = STACK_MODEL
    stream: bool = False

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        if (self.name is None) == (not self.names):
            raise ValueError("either name or names is needed")
        return self

    @property
    def wanted(self) -> list[str]:
        """All names, each once, in their order."""
        return list(dict.fromkeys([self.name] if self.name is not None else self.names))


class Scope(_Within):
    """What graphs and patterns are made of: query parameters."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId | None = Field(None, description="of one user; without it, of all")
    of: Of | None = Field(None, description="without it, events where there are some, else behaviors")
    by: By | None = Field(None, description="what makes two the same; without it, type or action")


class GraphScope(Scope):
    """Which event graph, and how much of it."""

    min_count: int = Field(1, ge=1, description="edges seen less often are left out")
    limit: int = Field(500, ge=1, le=5_000, description="edges, the most frequent ones")
    view: Slug | None = Field(
        None,
        description="a named view, as it was written: of its user, unless another one is asked for",
    )


class GraphExport(GraphScope):
    """Which event graph is taken away, and how."""

    format: GraphFormat


class PatternScope(Scope):
    """Which patterns."""

    min_support: float = Field(
        0.05, gt=0, le=1_000_000, description="share of the sequences (below 1) or their number (from 1 on)"
    )
    min_length: int = Field(2, ge=1, le=10)
    max_length: int = Field(5, ge=1, le=10)
    max_gap: int | None = Field(None, ge=0, le=100, description="others that may stand between two")
    limit: int = Field(50, ge=1, le=500)
    closed: bool = Field(False, description="leave out what is part of another one in the same sequences")


class View(Asked):
    """A view of the event graph that a model is to write."""

    name: Slug
    focus: Annotated[str, Field(max_length=MAX_QUESTION)] | None = Field(
        None, description="what it is to show; without it, the main course of things"
    )
    user_id: UserId | None = None
    of: Of | None = None
    by: By | None = None
    language: Language | None = None
    model_id: int = STACK_MODEL
    stream: bool = False


class Causal(Period):
    """A causal graph to make."""

    user_id: UserId | None = Field(None, description="of one user; without it, of all")
    of: Of | None = Field(None, description="without it, events where there are some, else behaviors")
    by: By | None = Field(None, description="what makes two the same; without it, type or action")
    max_lag_seconds: int = Field(3_600, ge=1, le=604_800, description="from a cause to its effect, at most")
    within: Literal["object", "session"] | None = Field(
        None, description="causes and effects only within the same object (a device, a machine)"
    )
    judge: bool = Field(True, description="false: statistics alone, without a model")
    language: Language | None = Field(None, description="of the model's opinions")
    model_id: int = STACK_MODEL
    stream: bool = False


class AskGraph(Asked):
    """A question about a causal graph."""

    question: Question
    graph_id: Id | None = Field(None, description="without it, the newest one")
    user_id: UserId | None = Field(None, description="the newest one of this user")
    language: Language | None = Field(None, description="of the answer; without it, the question's")
    model_id: int = STACK_MODEL
    stream: bool = False
