"""Logs of a few rows, and events found in them, as they are kept."""

from collections.abc import Sequence

from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.event import Event, event_id
from freshet.behaviour.extraction.kept import Events, KeptSession
from freshet.behaviour.log.log import Log
from freshet.behaviour.sequences.session import sessions

MONDAY = 1_772_409_600.0  # 2026-03-02, midnight in Greenwich
HOUR_S = 3_600.0


def rows_of(user_id: str, *said: tuple[float, str, str]) -> list[Behaviour]:
    """Of each its hour, its action and its object."""
    return [Behaviour(user_id, Moment(MONDAY + hour * HOUR_S), action, what) for hour, action, what in said]


async def keep_events(
    log: Log, events: Events, owner: str, rows: Sequence[Behaviour], types: Sequence[str]
) -> list[Event]:
    """Each session of one user's rows is an event, of these types in turn."""
    kept = []
    for number, session in enumerate(sessions(rows, gap_s=1_800)):
        ids = [row.id for row in session.rows]
        event = Event(
            id=event_id(session.user_id, ids),
            user_id=session.user_id,
            type=types[number % len(types)],
            title=f"事 {number}",
            start=session.start.iso(),
            end=session.end.iso(),
            behaviours=ids,
            confidence=0.9,
        )
        generation = await log.alive(owner, session.user_id)
        await events.keep(
            owner,
            session.user_id,
            KeptSession(session.key, session.start.seconds, [event], rows=ids, generation=generation),
        )
        kept.append(event)
    return kept
