"""Draws the demo users' behaviours: `python -m infra.local.demo.behaviors`. Run only to change them.

The same rows each time. What does not belong here: who the users are and what they do (`routines`).
"""

import csv
import io
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from infra.local.demo.routines import PEOPLE, Follows, Person

COLUMNS = ("user_id", "time", "action", "object", "kind", "duration", "device")
MONDAY = date(2026, 3, 2)
DAYS = 5
_WAKING = range(8, 21)  # hours in which something happens now and then, in each once at the most
_WITHIN = 30  # minutes of such an hour: between two there is time
_MOST_DAYS = 0.7
_JITTER = 5.0  # minutes that a routine is off


class Row(NamedTuple):
    """One row; `at` are minutes since Monday's midnight."""

    at: float
    said: str


def drawn() -> bytes:
    """The file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for person in PEOPLE:
        chance = random.Random(person.user_id)
        days = [row for day in range(DAYS) for row in _day(person, day, chance)]
        writer.writerows(_cells(person, row) for row in sorted(days))
    return text.getvalue().encode()


def _day(person: Person, day: int, chance: random.Random) -> Iterator[Row]:
    """A day's rows. What comes after another in a routine never comes before it."""
    late = chance.uniform(-_JITTER, _JITTER)
    for line in person.routine.split("\n"):
        clock, _, said = line.partition(" ")
        if said and (not clock.startswith("~") or chance.random() < _MOST_DAYS):
            hour, _, minute = clock.lstrip("~").partition(":")
            yield Row(day * 1440 + int(hour) * 60 + int(minute) + late + chance.uniform(0, 0.9), said)
    for follows in person.follows:
        yield from _now_and_then(follows, day, chance)


def _now_and_then(follows: Follows, day: int, chance: random.Random) -> Iterator[Row]:
    for hour in chance.sample(_WAKING, follows.times + chance.choice((-1, 0, 0, 1))):
        at = day * 1440 + hour * 60 + chance.uniform(0, _WITHIN)
        yield Row(at, follows.cause)
        if chance.random() < follows.share:
            for later, said in follows.effects:
                yield Row(at + later * chance.uniform(0.7, 1.4), said)


def _cells(person: Person, row: Row) -> tuple[str, ...]:
    action, thing, kind, minutes = row.said.split("|")
    midnight = datetime.fromisoformat(f"{MONDAY}T00:00:00{person.offset}")
    time = midnight + timedelta(seconds=round(row.at * 60))
    duration = str(int(minutes) * 60) if minutes else ""
    return person.user_id, time.isoformat(), action, thing, kind, duration, person.device


def main() -> None:
    """Draws the file beside this one."""
    (Path(__file__).parent / "behaviors.csv").write_bytes(drawn())


if __name__ == "__main__":
    main()
