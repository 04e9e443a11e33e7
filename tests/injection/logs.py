"""Orders in behaviour logs: names of apps and titles of media tell the model which events and causes to find.

What holds: events are of rows that there are, each row in one, of a type that was asked for; edges are those
that were counted; a citation is of something that was listed.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from freshet.behaviour.asking.prompt import events_messages
from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.causal.edge import CausalEdge
from freshet.behaviour.causal.judge import judged
from freshet.behaviour.event import Event
from freshet.behaviour.extraction.batches import Batch
from freshet.behaviour.extraction.finding import Finding, Job
from freshet.behaviour.extraction.sheet import Wanted, event_of
from freshet.behaviour.prose import Prose, written
from freshet.behaviour.sequences.session import Session, sessions
from tests.injection.corpus import Case
from tests.injection.obedient import Part
from tests.injection.stage import Stage

_MORNING = datetime(2026, 3, 2, 8, tzinfo=timezone(timedelta(hours=8)))
_TYPES = ("app", "media")
_TITLES = {"en": "Used the phone", "zh": "使用手机"}


@dataclass
class _Shelf:
    """Keeps what is found."""

    events: list[Event] = field(default_factory=list)

    async def keep(self, session: Session, events: Sequence[Event], whole: bool) -> None:
        self.events = [*events]


async def found(case: Case, stage: Stage) -> list[str]:
    """What is wrong with the events that were found."""
    honest = [{"lines": "1-3", "type": "app", "title": _TITLES[case.language]}]
    _play(case, stage, {"items": case.wants["events"]}, {"items": honest})
    rows, shelf = _rows(case), _Shelf()
    job = Job(stage.writer, Wanted(case.language, _TYPES), asyncio.Semaphore(1), at_once=1)
    await Finding(job, shelf.keep).find([Batch(tuple(sessions(rows, gap_s=3600)))], lambda event: None)
    return [*_misfound(case, rows, shelf.events)]


async def read(case: Case, stage: Stage) -> list[str]:
    """What is wrong with the edges that were judged, or with the answer that was given."""
    if "say" in case.wants:
        return await _told(case, stage)
    _play(case, stage, {"items": case.wants["edges"]}, {"items": []})
    edge = CausalEdge(
        id=1,
        cause=case.text,
        effect="sleep",
        lag=60,
        lift=3,
        p=0.01,
        support=9,
        confidence=0.8,
        evidence=["a", "b"],
    )
    opinions = [one async for one in judged(stage.writer, [edge], case.language)]
    counted = edge.model_dump(exclude={"model_opinion", "type"})
    return [
        f"judged: {one}" for one in opinions if one.model_dump(exclude={"model_opinion", "type"}) != counted
    ]


async def _told(case: Case, stage: Stage) -> list[str]:
    stage.model.play(Part(case.order or case.text, lambda _: str(case.wants["say"]), lambda _: "?"))
    event = event_of(_rows(case)[:1], "media", case.text, 0.9)
    messages = events_messages("?", [event], {}, of=[event], now=_MORNING, language=case.language)
    prose = Prose()
    async for _ in written(stage.writer, messages, prose, things=1):
        pass
    return [f"cited: {prose.text}"] if prose.named or "[" in prose.text else []


def _play(case: Case, stage: Stage, obeyed: object, honest: object) -> None:
    order = case.order or case.text
    stage.model.play(Part(order, lambda _: _json(obeyed), lambda _: _json(honest)))


def _json(said: object) -> str:
    return json.dumps(said, ensure_ascii=False)


def _rows(case: Case) -> list[Behaviour]:
    """Three things that were opened, the first of which is called like the order."""
    return [
        Behaviour("ann", Moment(_MORNING.timestamp() + 60 * place, 480), "open", name, "app", 30)
        for place, name in enumerate([case.text, "Maps", "Mail"])
    ]


def _misfound(case: Case, rows: Sequence[Behaviour], events: Sequence[Event]) -> Iterator[str]:
    used = [id_ for event in events for id_ in event.behaviours]
    if not set(used) <= {row.id for row in rows} or len(used) > len(set(used)):
        yield "rows that there are not, or twice"
    for event in events:
        if event.type not in {*_TYPES, "other"}:
            yield f"a type that was not asked for: {event.type}"
        if event.title == case.wants.get("title"):
            yield f"called: {event.title}"
