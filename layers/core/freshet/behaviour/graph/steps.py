"""Steps: a session's behaviours or events, as far as graphs look at them.

What belongs here: what a step is. What does not: what it is labelled with in the end (`material`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.event import Event
from freshet.behaviour.sequences.session import sessions

GAP_S = 1_800.0  # of silence between two sessions of behaviours, as when events are looked for


class Step(NamedTuple):
    """A behaviour or an event: a kind, what it was done with, seconds since 1970, an id."""

    kind: str
    object: str
    start: float
    id: str


def steps_of_rows(rows: Sequence[Behaviour]) -> list[list[Step]]:
    """A user's behaviours, a list a session: actions and objects."""
    return [
        [Step(row.action, row.object, row.at.seconds, row.id) for row in session.rows]
        for session in sessions(rows, gap_s=GAP_S)
    ]


def steps_of_events(
    found: Iterable[Sequence[Event]], titled: bool, objects: Mapping[str, str]
) -> list[list[Step]]:
    """The events of sessions, a list a session, by start: types, or titles.

    `objects` are those of behaviours, by their ids; an event's is the one that most of its behaviours have.
    """
    return [sorted((_step(event, titled, objects) for event in events), key=_start) for events in found]


def _step(event: Event, titled: bool, objects: Mapping[str, str]) -> Step:
    kind = event.title if titled else event.type
    start = datetime.fromisoformat(event.start).timestamp()
    return Step(kind, _main(objects.get(id_) for id_ in event.behaviours), start, event.id)


def _start(step: Step) -> float:
    return step.start


def _main(names: Iterable[str | None]) -> str:
    """The one that comes most often; of equally frequent ones the first."""
    counts = Counter(name for name in names if name)
    return max(counts, key=lambda name: counts[name], default="")
