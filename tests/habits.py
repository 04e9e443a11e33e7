"""A user with habits: a log of ten days, the events in it, and the causal graph of these, without a model."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from freshet import wiring
from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.event import Event, event_id
from freshet.behaviour.extraction.kept import KeptSession
from freshet.behaviour.requests import Causal
from freshet.behaviour.sequences.session import Session, sessions
from freshet.ids import new_id

USER = "小明"
DAYS = 10
_FIRST = datetime(2026, 3, 2, tzinfo=UTC)
# Who orders pays within minutes; the news is read at any time. Hour of the day, action, object.
_TYPES = {"下单": "shopping", "付款": "payment", "阅读": "news"}


def rows() -> list[Behaviour]:
    """Ten days: each with two orders that are paid, and the news at another hour."""
    found = []
    for day in range(DAYS):
        for hour, minute in ((9 + day % 4, 10), (15 + day % 5, 35)):
            ordered = _FIRST + timedelta(days=day, hours=hour, minutes=minute)
            found += [_row(ordered, "下单", "淘宝"), _row(ordered + timedelta(minutes=3), "付款", "支付宝")]
        found.append(
            _row(_FIRST + timedelta(days=day, hours=20 + day % 3, minutes=7 * day % 60), "阅读", "早报")
        )
    return found


def csv() -> str:
    """The same as a file, its header in Chinese."""
    lines = ["用户,时间,操作,对象"]
    lines += [f"{one.user_id},{one.at.iso()},{one.action},{one.object}" for one in rows()]
    return "\n".join(lines)


async def lived(owner: str) -> str:
    """Keeps all of it for the owner; the id of the graph."""
    log = rows()
    await wiring.behaviour_log().append(owner, log)
    generation = await wiring.behaviour_log().alive(owner, USER)
    for session in sessions(log, gap_s=1800):
        await wiring.behaviour_events().keep(owner, USER, _kept(session, generation))
    graph_id = new_id()
    made = wiring.causal_generator().generate(owner, graph_id, Causal(judge=False, by="title"))
    async with aclosing(made) as events:
        assert isinstance(events, AsyncIterator)
        async for _ in events:
            pass
    return graph_id


def _row(at: datetime, action: str, thing: str) -> Behaviour:
    return Behaviour(USER, Moment(at.timestamp()), action, thing, "app")


def _kept(session: Session, generation: int) -> KeptSession:
    events = [
        Event(
            id=event_id(USER, [row.id]),
            user_id=USER,
            type=_TYPES[row.action],
            title=f"{row.action}：{row.object}",
            start=row.at.iso(),
            end=row.end.iso(),
            behaviours=[row.id],
            confidence=0.9,
        )
        for row in session.rows
    ]
    return KeptSession(
        session.key,
        session.start.seconds,
        events,
        rows=[row.id for row in session.rows],
        generation=generation,
    )
