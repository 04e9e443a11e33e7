"""Notes: what a model writes about parts of material, brought within bounds, whatever it says.

What does not belong here: how it is asked (`analyse`, `prompt`), and what becomes of many (`reduction`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from freshet.exercises.analysis.result import KeyPoint
from freshet.exercises.material.sections import Material, Section
from freshet.exercises.question import Difficulty, Place
from freshet.profile.concept import concept_key
from freshet.profile.profile import Level

MOST_POINTS = 12  # of a part
MOST_CONCEPTS = 15
MOST_KEPT = 30  # of the whole
_POINT_CONCEPTS = 5
_POINT_CHARACTERS = 500
_QUOTE_CHARACTERS = 1_000
_NAME_CHARACTERS = 80


class NotedPoint(BaseModel):
    """A key point as a model writes it."""

    text: str = Field(description="one sentence")
    quote: str = Field(description="the sentence of the material that says so, copied word for word")
    concepts: list[str] = Field(description="one to three terms that it is about")


class Notes(BaseModel):
    """What a model notes down about a part."""

    language: str = Field(description="BCP 47 tag of the material's language")
    level: Level
    difficulty: Difficulty
    key_points: list[NotedPoint] = Field(description="at most 12, most important first")
    concepts: list[str] = Field(description="at most 15 terms, as the material writes them")


class Reduction(BaseModel):
    """What a model chooses from the notes on all parts."""

    key_points: list[int] = Field(description="numbers of at most 30 key points, most important first")
    concepts: list[str] = Field(description="at most 30 terms, most important first")
    level: Level
    difficulty: Difficulty


@dataclass(frozen=True, slots=True)
class Noted:
    """Notes on a part that can be relied on: few and short, and every place is one of the material."""

    language: str
    level: Level
    difficulty: Difficulty
    points: Sequence[KeyPoint]
    concepts: Sequence[str]


def noted(notes: Notes, part: Section | Material) -> Noted:
    """The notes with their places in the part. Looks for quotes: work for a thread."""
    points = [_point(one, part) for one in notes.key_points if one.text.strip()]
    named = [*notes.concepts, *(concept for point in points for concept in point.concepts)]
    return Noted(
        language=notes.language,
        level=notes.level,
        difficulty=notes.difficulty,
        points=points[:MOST_POINTS],
        concepts=names(named, MOST_CONCEPTS),
    )


def names(given: Iterable[str], most: int) -> list[str]:
    """The first `most` concepts among these, each in its first spelling."""
    kept: dict[str, str] = {}
    for name in given:
        short = " ".join(name.split())
        key = concept_key(short)
        if key and len(short) <= _NAME_CHARACTERS:
            kept.setdefault(key, short)
    return list(kept.values())[:most]


def _point(point: NotedPoint, part: Section | Material) -> KeyPoint:
    return KeyPoint(
        text=" ".join(point.text.split())[:_POINT_CHARACTERS],
        concepts=names(point.concepts, _POINT_CONCEPTS),
        source=_source(point.quote, part),
    )


def _source(quote: str, part: Section | Material) -> Place | None:
    place = part.place(quote) if len(quote) <= _QUOTE_CHARACTERS else None
    return place if place and len(place.quote) <= 2 * _QUOTE_CHARACTERS else None  # blanks may be many
