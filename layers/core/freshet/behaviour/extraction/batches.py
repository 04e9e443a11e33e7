"""Batches: whole sessions that a model is asked about in one call.

What belongs here: how many go together. What does not: where a session ends (`sequences.session`), how its
lines are written (`prompt`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.extraction.lines import NARROW, WIDE, heading, line
from freshet.behaviour.sequences.session import Session

MOST_LINES = 250  # a model that is to number more of them loses count
MOST_BYTES = 36_000  # about 12,000 tokens: with the answer within any model's window


@dataclass(frozen=True)
class Batch:
    """Sessions, oldest first; the lines of all are numbered together, from 1."""

    sessions: tuple[Session, ...]

    @cached_property
    def rows(self) -> list[tuple[int, Behaviour]]:
        """Each line's behaviour, with the place of its session."""
        return [(place, row) for place, session in enumerate(self.sessions) for row in session.rows]

    def text(self) -> Iterator[str]:
        """The log as a model reads it, line by line."""
        number = 0
        for place, session in enumerate(self.sessions, 1):
            yield heading(place, session.start)
            for row in _lines(session):
                number += 1
                yield f"{number}. {row}"


def batches(sessions: Sequence[Session]) -> list[Batch]:
    """The sessions in as few batches as hold them in their order. One that is too large goes alone."""
    found: list[Batch] = []
    together: list[Session] = []
    lines = size = 0
    for session in sessions:
        more = _bytes(_lines(session))
        if together and (lines + len(session.rows) > MOST_LINES or size + more > MOST_BYTES):
            found.append(Batch(tuple(together)))
            together, lines, size = [], 0, 0
        together.append(session)
        lines, size = lines + len(session.rows), size + more
    return [*found, Batch(tuple(together))] if together else found


def _lines(session: Session) -> list[str]:
    """A session's lines; names are cut short where they would fill a batch and more."""
    wide = [line(row, WIDE) for row in session.rows]
    return wide if _bytes(wide) <= MOST_BYTES else [line(row, NARROW) for row in session.rows]


def _bytes(lines: Sequence[str]) -> int:
    """Chinese has three bytes a character, and about a token; others have some four bytes a token."""
    return sum(len(one.encode()) for one in lines)
