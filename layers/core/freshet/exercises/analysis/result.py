"""Analyses: what some material is about, and what is worth being asked about it.

What belongs here: the values. What does not: how they are made (`analyse`) and kept (`analyses`).
"""

from pydantic import BaseModel, ConfigDict, Field

from freshet.exercises.question import Difficulty, Kind, Place
from freshet.profile.profile import Level


class KeyPoint(BaseModel):
    """What a learner should know; `source` is None where the material does not hold the model's quote."""

    model_config = ConfigDict(frozen=True)

    text: str
    concepts: list[str] = Field(default_factory=list)
    source: Place | None = None


class Concept(BaseModel):
    """A term that the material teaches."""

    model_config = ConfigDict(frozen=True)

    name: str
    count: int = Field(description="how often the material has it, in whole words; 0: not in these words")


class Analysis(BaseModel):
    """Key points and concepts come the most important first."""

    analysis_id: str
    title: str
    language: str = Field(description="of the material: a BCP 47 tag, empty where it is not known")
    level: Level
    difficulty: Difficulty
    key_points: list[KeyPoint]
    concepts: list[Concept]
    suggested: dict[Kind, int] = Field(description="how many questions of which type the material carries")
    document_ids: list[str]
    covered: float = Field(description="share of the material that was read")
    failed_parts: int = Field(0, description="parts that the model could not make notes on")
