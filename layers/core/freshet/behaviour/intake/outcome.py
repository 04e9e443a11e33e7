"""What comes of a log that is read: behaviours, and what is wrong with the other rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from freshet.behaviour.behaviour import Behaviour

MAX_LISTED = 100  # problems that are listed; all are counted


class RowProblem(BaseModel):
    """Why a row was not taken, as a client sees it."""

    model_config = ConfigDict(frozen=True)

    line: int = Field(description="in the file, as an editor shows it, from 1; where the row begins")
    reason: str
    element: int | None = Field(None, description="of a JSON list, from 1")


@dataclass(frozen=True, slots=True)
class Intake:
    """A log that was read at once. `bad` counts the rows that were not taken; the first are in `problems`."""

    rows: list[Behaviour]
    problems: list[RowProblem]
    bad: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a file: number `number`, from 1. `position` of `total` bytes were read up to its end."""

    number: int
    rows: list[Behaviour]
    problems: list[RowProblem]
    bad: int
    position: int
    total: int


class Unreadable(Exception):
    """A row, or a cell of it, can't be read; the message is a reason for a client."""


class Entry(NamedTuple):
    """A row as it was found: cells in the order of `names`, and where it begins."""

    line: int
    names: tuple[str, ...]
    cells: Sequence[object]
    element: int | None = None


class Broken(NamedTuple):
    """What is no row at all."""

    line: int
    reason: str
    element: int | None = None


def shown(value: object) -> str:
    """A value in a reason: short, on one line."""
    text = " ".join(str(value).split()).encode(errors="replace").decode()
    return f"“{text}”" if len(text) <= 40 else f"“{text[:40]}…”"
