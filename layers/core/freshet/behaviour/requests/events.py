"""What a client may ask of events: which are found, listed, summed up, asked about; and of tags."""

from typing import Annotated, Self

from pydantic import (
    ConfigDict,
    Field,
    model_validator,
)

from freshet.asked import STACK_MODEL, Asked
from freshet.behaviour.event import TYPES
from freshet.behaviour.requests.words import (
    MAX_NAMES,
    MAX_TYPES,
    NEXT_PAGE,
    Model,
    Name,
    Question,
    Slug,
    Streamed,
    UserId,
    Within,
)
from freshet.languages import Language


class EventListing(Within):
    """Which events to list."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId
    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(None, min_length=1, max_length=200, description=NEXT_PAGE)
    type: Slug | None = Field(None, description="of this type only")


class Extract(Asked):
    """How events are to be found. Another language, other types or another model are asked anew."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"language": "zh", "types": ["work", "rest"], "gap_minutes": 30}]}
    )

    language: Language | None = Field(None, description="of the titles, as `zh`; without it, the log's")
    types: Annotated[list[Slug], Field(min_length=1, max_length=MAX_TYPES)] | None = Field(
        None, description=f"words for the types, without blanks, in place of {', '.join(TYPES)}"
    )
    gap_minutes: int = Field(30, ge=1, le=1440, description="of silence, after which a session is over")
    refresh: bool = Field(
        False, description="ask again about all of it, as when another model is behind the same id"
    )
    model_id: Model = STACK_MODEL


class Period(Within, Asked):
    """A stretch of time."""


class SummariseLog(Period):
    """What a summary is to be like."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "2026-03-02", "language": "zh"}]})

    language: Language | None = Field(None, description="without it, the log's")
    model_id: Model = STACK_MODEL
    stream: Streamed = False


class AskEvents(Period):
    """A question about a user's events."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"user_id": "user_0001", "question": "周一早上做了什么？"}]}
    )

    user_id: UserId
    question: Question
    language: Language | None = Field(None, description="of the answer; without it, the question's")
    model_id: Model = STACK_MODEL
    stream: Streamed = False


class Tag(Asked):
    """Names to tag: one, or many."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"names": ["微信", "Spotify"], "language": "zh"}]}
    )

    name: Name | None = Field(None, description="one of the two")
    names: list[Name] = Field([], max_length=MAX_NAMES, description="or many at once")
    language: Language | None = Field(None, description="of the tags; without it, English")
    model_id: Model = STACK_MODEL
    stream: Streamed = False

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        if (self.name is None) == (not self.names):
            raise ValueError("either name or names is needed")
        return self

    @property
    def wanted(self) -> list[str]:
        """All names, each once, in their order."""
        return list(dict.fromkeys([self.name] if self.name is not None else self.names))
