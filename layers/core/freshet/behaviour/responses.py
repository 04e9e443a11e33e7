"""Responses: what a client gets that is not a value of some part of the slice already."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from freshet.behaviour.behaviour import ShownBehaviour
from freshet.behaviour.causal.graph import CausalGraph
from freshet.behaviour.event import Event
from freshet.behaviour.graph.follows import EventGraph
from freshet.behaviour.graph.views import KeptView
from freshet.behaviour.log.heads import UserLog
from freshet.behaviour.requests import TagKind
from freshet.runs.record import Measured
from freshet.stores.objects import PresignedPost


class Behaviors(BaseModel):
    items: list[ShownBehaviour]
    next_cursor: str | None


class Users(BaseModel):
    items: list[UserLog]
    next_cursor: str | None


class NewUpload(BaseModel):
    """Where the file is to be sent; it is read as soon as it is there."""

    run_id: str = Field(
        description="of the import: GET /api/v1/behaviors/uploads/{run_id} says how far it is"
    )
    upload: PresignedPost


class Events(BaseModel):
    items: list[Event]
    next_cursor: str | None


class SessionProblem(BaseModel):
    """What kept some sessions from being read."""

    code: str
    detail: str
    sessions: int


class ExtractedEvents(BaseModel):
    """A user's events. `partial`: some sessions could not be read; ask again, and only they are."""

    user_id: str
    event_count: int
    events: list[Event]
    sessions: int
    failed_sessions: int = Field(description="of which the model made nothing that holds")
    left_sessions: int = Field(description="for which there was no time left")
    covered: float = Field(description="share of the behaviours that are in an event")
    rejected: dict[str, int] = Field(description="what of the model's answers was not taken, and why")
    partial: bool
    problems: list[SessionProblem]


class Extracted(Measured):
    code: Literal[0] = 0
    message: str
    data: ExtractedEvents


class ExtractionStarted(BaseModel):
    run_id: str = Field(description="GET /api/v1/events/extract/progress?run_id= says how far it is")


class TaggedName(BaseModel):
    name: str
    tags: list[str]
    cached: bool


class Tagged(Measured):
    kind: TagKind
    language: str
    items: list[TaggedName]
    failed: list[str] = Field(description="names that the model said nothing of")
    problems: list[str]


class LogSummary(Measured):
    output: str
    finish_reason: str = Field(description="why the model stopped: stop, length, …")
    user_id: str
    behaviors: int
    start: str | None
    end: str | None


class ViewedGraph(EventGraph):
    """The event graph; with `view`, the part of it that the view is of."""

    view: KeptView | None = None


class WrittenView(KeptView, Measured):
    """A view as it is kept."""


class Cited(Event):
    """An event that the answer names by `[marker]`."""

    marker: int


class EventAnswer(Measured):
    output: str
    finish_reason: str = Field(description="why the model stopped: stop, length, …")
    user_id: str
    citations: list[Cited]
    not_found: bool = Field(description="the events don't say")


class MadeGraph(CausalGraph, Measured):
    """A causal graph as it is kept."""


class GraphAnswer(Measured):
    output: str
    finish_reason: str = Field(description="why the model stopped: stop, length, …")
    graph_id: str
    says: bool = Field(description="false: the graph doesn't say")
    entities: list[str]
    path: list[dict[str, Any]] = Field(description="the edges that the answer is made from, by marker")
    paths: list[dict[str, Any]] = Field(description="how they hang together")
    cited: list[int] = Field(description="ids of the edges that the answer names")
    evidence: list[str]
