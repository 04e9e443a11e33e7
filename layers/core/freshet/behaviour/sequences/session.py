"""Sessions: a user's behaviours, cut where they fell silent, at their midnight, and before they get too long.

What belongs here: where a session ends. What does not: what is found in one (`behaviour.extraction`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from operator import attrgetter

from freshet.behaviour.behaviour import Behaviour, Moment

LONGEST = 250  # behaviours: what a model can be shown at once
_DAY_S = 86_400
_when = attrgetter("at.seconds")


@dataclass(frozen=True, slots=True)
class Session:
    """Behaviours of one user between two silences, oldest first; `key` is the same for the same ones."""

    user_id: str
    rows: tuple[Behaviour, ...]
    key: str

    @property
    def start(self) -> Moment:
        """When the first behaviour began."""
        return self.rows[0].at

    @property
    def end(self) -> Moment:
        """When the last of them was over, which need not be the last one."""
        return max((row.end for row in self.rows), key=lambda moment: moment.seconds)


def sessions(rows: Sequence[Behaviour], *, gap_s: float) -> list[Session]:
    """One user's behaviours as sessions, oldest first; every behaviour is in exactly one.

    A session ends after more than `gap_s` seconds of silence, counted from the end of what went on longest,
    and at midnight on the log's clock. One of more than 250 behaviours is cut at large gaps of its own:
    rows that are added later move no cut but the last one.
    """
    ordered = sorted(rows, key=_when)
    return [_session(part) for stretch in _stretches(ordered, gap_s) for part in _short(stretch)]


def _stretches(rows: list[Behaviour], gap_s: float) -> Iterator[list[Behaviour]]:
    """Behaviours that no silence and no midnight parts."""
    first, day, over = 0, 0.0, 0.0
    for place, row in enumerate(rows):
        start = row.at.seconds
        today = row.at.local() // _DAY_S
        if place > first and (today != day or start - over > gap_s):
            yield rows[first:place]
            first = place
        end = start + (row.duration or 0)
        over = end if place == first else max(over, end)
        day = today
    if rows:
        yield rows[first:]


def _short(rows: list[Behaviour]) -> Iterator[list[Behaviour]]:
    """Parts of at most `LONGEST`, none but the last below half of it, cut at the largest silence there is."""
    first = 0
    while len(rows) - first > LONGEST:
        silences = _silences(rows[first : first + LONGEST + 1])
        cut = max(range(LONGEST // 2, LONGEST + 1), key=lambda place: (silences[place], place))
        yield rows[first : first + cut]
        first += cut
    yield rows[first:]


def _silences(rows: list[Behaviour]) -> list[float]:
    """Seconds of silence before each behaviour; below 0 where something else still went on."""
    found, over = [0.0], rows[0].end.seconds
    for row in rows[1:]:
        found.append(row.at.seconds - over)
        over = max(over, row.at.seconds + (row.duration or 0))
    return found


def _session(rows: list[Behaviour]) -> Session:
    said = "\n".join(row.id for row in rows)
    return Session(rows[0].user_id, tuple(rows), blake2b(said.encode(), digest_size=8).hexdigest())
