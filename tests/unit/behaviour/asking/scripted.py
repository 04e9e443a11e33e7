"""A model that answers what a test has it, logs and events to ask about, and what a run yielded."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.event import Event, event_id
from freshet.behaviour.extraction.kept import Events, KeptSession
from freshet.behaviour.log.log import Log
from freshet.llm import LLMClient
from freshet.llm.options import ToolOptions
from freshet.llm.writer import Choose, Writer
from freshet.runs.events import Content, Done, Item, RunEvent, Started
from tests.answering import collected
from tests.unit.llm.upstream import Answer, RawServer, raw_server, says

USER = "小安"
MONDAY = datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=8)))


@dataclass
class Scripted:
    """What was asked of the model, and how it is chosen."""

    server: RawServer
    choose: Choose

    @property
    def prompts(self) -> list[str]:
        return [body["messages"][-1]["content"] for body in self.server.bodies]


@asynccontextmanager
async def scripted(*answers: Answer | str) -> AsyncIterator[Scripted]:
    """A model that gives the answers one after the other, the last one again and again."""
    written = [says(one) if isinstance(one, str) else one for one in answers or ["?"]]
    async with (
        raw_server(*written) as server,
        LLMClient(base_url=server.url, model="scripted", timeout_s=5) as client,
    ):

        async def choose(owner: str, model_id: int) -> Writer:
            return Writer(client, model_id, ToolOptions(temperature=0.5))

        yield Scripted(server, choose)


def behaviour(minutes: float, thing: str, action: str = "打开", **more: Any) -> Behaviour:
    """So many minutes after Monday's midnight on the log's clock."""
    return Behaviour(USER, Moment(MONDAY.timestamp() + minutes * 60, 480), action, thing, **more)


def event(minutes: float, title: str, of: Sequence[Behaviour] = (), *, type: str = "video") -> Event:
    """Half an hour long."""
    start = MONDAY + timedelta(minutes=minutes)
    ids = [row.id for row in of] or [f"{minutes}"]
    end = start + timedelta(minutes=30)
    return Event(
        id=event_id(USER, ids),
        user_id=USER,
        type=type,
        title=title,
        start=start.isoformat(),
        end=end.isoformat(),
        behaviours=ids,
        confidence=0.9,
    )


async def keep(log: Log, events: Events, owner: str, found: Sequence[Event]) -> None:
    """All of them in one session of a log that is there."""
    generation = await log.alive(owner, USER)
    start = datetime.fromisoformat(found[0].start).astimezone(UTC).timestamp()
    await events.keep(owner, USER, KeptSession("k", start, found, generation=generation))


async def done(run: AsyncGenerator[RunEvent, None]) -> dict[str, Any]:
    """What a run comes to, whose text and output agree."""
    seen, error = await collected(run)
    assert error is None
    assert isinstance(seen[0], Started)
    assert isinstance(seen[-1], Done)
    final = seen[-1].final_response
    assert "output" not in final or final["output"] == "".join(
        one.text for one in seen if isinstance(one, Content)
    )
    return final


def items(seen: Sequence[RunEvent]) -> list[dict[str, Any]]:
    return [one.item for one in seen if isinstance(one, Item)]
