"""An event: behaviours that a person would call one thing, by a name."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

# What an event is, by and large; a request may bring a vocabulary of its own.
Type = Literal[
    "work",
    "study",
    "communication",
    "social",
    "video",
    "music",
    "game",
    "reading",
    "news",
    "search",
    "shopping",
    "payment",
    "travel",
    "food",
    "exercise",
    "health",
    "rest",
    "home",
    "photo",
    "finance",
    "alarm",
    "maintenance",
    "other",
]
TYPES: tuple[str, ...] = get_args(Type)
OTHER = "other"


class Event(BaseModel):
    """An event as a client sees it. Times are ISO 8601 on the log's clock, from its behaviours."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    type: str
    title: str
    start: str
    end: str
    behaviours: list[str] = Field(description="ids, in the order of their times")
    confidence: float = Field(ge=0, le=1, description="the model's own")


def event_id(user_id: str, behaviours: Iterable[str]) -> str:
    """The same for the same behaviours, however often they are read: 16 hexadecimal digits."""
    return blake2b("\n".join([user_id, *sorted(behaviours)]).encode(), digest_size=8).hexdigest()
