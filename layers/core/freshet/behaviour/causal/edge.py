"""A causal edge: that steps of one kind bring about steps of another, and what is known of it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Relation = Literal["causes", "triggers", "enables", "leads_to", "coincides"]
Verdict = Literal["supports", "doubts", "rejects"]


class ModelOpinion(BaseModel):
    """What a model thinks of an edge."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    reason: str


class CausalEdge(BaseModel):
    """An edge as a client sees it. No edge is without evidence."""

    model_config = ConfigDict(frozen=True)

    id: int = Field(description="from 1, the surest first by the statistics")
    cause: str = Field(description="a label: a type, title, action, object or tag")
    effect: str
    type: Relation = Field("leads_to", description="a model's; `leads_to` by statistics alone")
    lag: float = Field(description="median seconds from a cause to its effect")
    lift: float = Field(description="how many times as often as by chance")
    p: float = Field(description="of chance, or of no direction; adjusted for the number of pairs")
    support: int = Field(description="causes that were followed by the effect in time")
    confidence: float = Field(ge=0, le=1)
    evidence: list[str] = Field(description="ids: a cause, its effect, a cause, its effect …")
    model_opinion: ModelOpinion | None = None
    cycle: int | None = Field(None, description="edges with the same number lead round in a circle")
