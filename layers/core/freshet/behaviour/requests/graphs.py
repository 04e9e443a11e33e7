"""What a client may ask of graphs, patterns and causes."""

from typing import Annotated, Literal

from pydantic import (
    ConfigDict,
    Field,
)

from freshet.asked import STACK_MODEL, Asked, Id
from freshet.behaviour.requests.events import Period
from freshet.behaviour.requests.words import (
    MAX_QUESTION,
    WHAT_IS_SAME,
    WHICH_STEPS,
    By,
    GraphFormat,
    Model,
    Of,
    Question,
    Slug,
    Streamed,
    UserId,
    Within,
)
from freshet.languages import Language


class Scope(Within):
    """What graphs and patterns are made of: query parameters."""

    model_config = ConfigDict(extra="forbid")

    user_id: UserId | None = Field(None, description="of one user; without it, of all")
    of: Of | None = Field(None, description=WHICH_STEPS)
    by: By | None = Field(None, description=WHAT_IS_SAME)


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
    min_length: int = Field(2, ge=1, le=10, description="steps of a pattern, at least")
    max_length: int = Field(5, ge=1, le=10, description="steps of a pattern, at most")
    max_gap: int | None = Field(
        None, ge=0, le=100, description="other steps that may stand between two; without it, any number"
    )
    limit: int = Field(50, ge=1, le=500, description="patterns, the best ones")
    closed: bool = Field(False, description="leave out what is part of another one in the same sequences")


class View(Asked):
    """A view of the event graph that a model is to write."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "morning", "focus": "how a morning goes", "user_id": "user_0001"}]
        }
    )

    name: Slug = Field(description="what it is kept under; a view of the same name is replaced")
    focus: Annotated[str, Field(max_length=MAX_QUESTION)] | None = Field(
        None, description="what it is to show; without it, the main course of things"
    )
    user_id: UserId | None = Field(None, description="of one user; without it, of all")
    of: Of | None = Field(None, description=WHICH_STEPS)
    by: By | None = Field(None, description=WHAT_IS_SAME)
    language: Language | None = Field(
        None, description="of the view; without it, that of `focus`, or of the graph"
    )
    model_id: Model = STACK_MODEL
    stream: Streamed = False


class Causal(Period):
    """A causal graph to make."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"of": "behaviors", "by": "action", "judge": False}]}
    )

    user_id: UserId | None = Field(None, description="of one user; without it, of all")
    of: Of | None = Field(None, description=WHICH_STEPS)
    by: By | None = Field(None, description=WHAT_IS_SAME)
    max_lag_seconds: int = Field(3_600, ge=1, le=604_800, description="from a cause to its effect, at most")
    within: Literal["object", "session"] | None = Field(
        None,
        description="where causes and effects have to be together: at the same object (a device, a machine), "
        "or in the same session; without it, at the same object if the log is of many, else anywhere",
    )
    judge: bool = Field(True, description="false: statistics alone, without a model")
    language: Language | None = Field(None, description="of the model's opinions; without it, the labels'")
    model_id: Model = STACK_MODEL
    stream: Streamed = False


class AskGraph(Asked):
    """A question about a causal graph."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"question": "什么会导致付款？"}]})

    question: Question
    graph_id: Id | None = Field(None, description="which graph; without it, the newest one")
    user_id: UserId | None = Field(None, description="the newest one of this user's")
    language: Language | None = Field(None, description="of the answer; without it, the question's")
    model_id: Model = STACK_MODEL
    stream: Streamed = False
