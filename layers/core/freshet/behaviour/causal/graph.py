"""A causal graph: edges, what they are between, and what they were counted from."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from freshet.behaviour.causal.edge import CausalEdge, ModelOpinion
from freshet.behaviour.requests import By, Of

__all__ = ["CausalEdge", "CausalGraph", "CausalNode", "ModelOpinion", "Within"]

Within = Literal["object", "session"]


class CausalNode(BaseModel):
    """A kind of step that is a cause or an effect."""

    model_config = ConfigDict(frozen=True)

    id: int = Field(description="from 1")
    label: str
    count: int = Field(description="its steps")
    users: int


class CausalGraph(BaseModel):
    """A causal graph as a client sees it."""

    model_config = ConfigDict(frozen=True)

    id: str
    created_at: str = Field(description="ISO 8601, in UTC")
    user_id: str | None = Field(description="null: of all users")
    of: Of
    by: By
    within: Within | None = Field(None, description="where causes and effects had to be together")
    max_lag_seconds: int
    steps: int
    covered: float = Field(description="share of the steps in scope that were counted")
    nodes: list[CausalNode]
    edges: list[CausalEdge]
    model: str | None = Field(None, description="whose opinions they are")
    judged: bool = Field(description="whether a model gave its opinion of the edges")
    note: str = Field("", description="what to bear in mind")
