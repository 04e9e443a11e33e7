"""Questions about a user's events: the events are read, a model answers, its citations are checked.

What belongs here: the course of an answer. What does not: which events of many are read (`relevance`), what
the model is told (`prompt`), how its answer is shown (`freshet.behaviour.prose`).
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from freshet.behaviour.asking.prompt import events_messages
from freshet.behaviour.asking.relevance import relevant
from freshet.behaviour.behaviour import Behaviour
from freshet.behaviour.event import Event
from freshet.behaviour.extraction.kept import Events
from freshet.behaviour.log.log import Log
from freshet.behaviour.prompt import Messages
from freshet.behaviour.prose import Prose, written
from freshet.behaviour.requests import AskEvents
from freshet.languages import language_of, spoken
from freshet.llm.writer import Choose
from freshet.runs.events import Content, Done, RunEvent, Started

MOST_EVENTS = 200  # that a model reads: some ten thousand tokens
_MOST_ROWS = 50_000  # of a log whose behaviours are read, too; of a longer one titles have to do
_MOST_OBJECTS = 6  # of an event
_NO_EVENTS = {
    "zh": "还没有从该用户的行为记录中提取出事件，请先提取事件（POST /api/v1/events/extract/{user_id}）。",
    "en": "No events have been extracted from this user's behaviours yet: extract them first "
    "(POST /api/v1/events/extract/{user_id}).",
}
_NONE_THEN = {
    "zh": "这段时间内没有事件。",
    "en": "There are no events in this period.",
}
_NOT_FOUND = {
    "zh": "在该用户的事件中没有找到这个问题的答案。",
    "en": "This user's events do not contain an answer to this question.",
}


class EventAsker:
    """Answers questions about the events of an owner's users."""

    def __init__(self, log: Log, events: Events, choose: Choose) -> None:
        self._log = log
        self._events = events
        self._choose = choose

    async def ask(self, owner: str, asked: AskEvents) -> AsyncGenerator[RunEvent, None]:
        """Started, the answer as it is written, Done (`output`, `citations`, `not_found`, …).

        Citations are the events that the answer names by `[n]`, each with its number; no other marker stays
        in the output. Raises NotFound (user, model), ModelError.
        """
        head = await self._log.head(owner, asked.user_id)
        sessions = await self._events.of(owner, asked.user_id, asked.start, asked.end)
        events = _in_order(event for session in sessions for event in session.events)
        if not events:
            async with aclosing(self._nothing(owner, asked)) as told:
                async for event in told:
                    yield event
            return
        writer = await self._choose(owner, asked.model_id)
        rows = await self._rows(owner, asked, events) if head.rows <= _MOST_ROWS else []
        material = await asyncio.to_thread(_material, asked, events, rows)
        about = {"user_id": asked.user_id, "events": len(events), "shown": len(material.events)}
        yield Started({"model": writer.client.model, **about})
        prose = Prose()
        answer = written(writer, material.messages, prose, things=len(material.events))
        async with aclosing(answer) as pieces:
            async for piece in pieces:
                yield piece
        if prose.nothing:
            prose.text = _NOT_FOUND[_tongue(asked)]
            yield Content(prose.text)
        cited = [{"marker": n, **material.events[n - 1].model_dump(mode="json")} for n in prose.named]
        yield Done(_final(asked, prose.text, cited, not_found=prose.nothing, finish=prose.finish))

    async def _nothing(self, owner: str, asked: AskEvents) -> AsyncGenerator[RunEvent, None]:
        """An answer without a model, where there is nothing to read."""
        any_at_all = asked.start or asked.end
        known = any_at_all and await self._events.count(owner, asked.user_id)
        text = (_NONE_THEN if known else _NO_EVENTS)[_tongue(asked)].replace("{user_id}", asked.user_id)
        yield Started({"user_id": asked.user_id, "events": 0, "shown": 0})
        yield Content(text)
        yield Done(_final(asked, text, [], not_found=True, finish="stop"))

    async def _rows(self, owner: str, asked: AskEvents, events: Sequence[Event]) -> list[Behaviour]:
        """The behaviours that the events may consist of."""
        first = datetime.fromisoformat(events[0].start)
        last = max(datetime.fromisoformat(event.end) for event in events)
        return await self._log.read(owner, asked.user_id, first, last + timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class _Material:
    """The events that are read, number 1 first, and what the model is told."""

    events: Sequence[Event]
    messages: Messages


def _material(asked: AskEvents, events: Sequence[Event], rows: Sequence[Behaviour]) -> _Material:
    """Work for a thread."""
    now = datetime.now(datetime.fromisoformat(events[-1].start).tzinfo)
    by_id = {row.id: row for row in rows}
    said = {event.id: _objects(event, by_id) for event in events} if by_id else {}
    shown = relevant(asked.question, events, said, now, MOST_EVENTS)
    language = asked.language or language_of(asked.question) or None
    messages = events_messages(asked.question, shown, said, of=events, now=now, language=language)
    return _Material(shown, messages)


def _objects(event: Event, rows: Mapping[str, Behaviour]) -> str:
    """What was done, each once, in order: `open 微信; play 早间新闻`."""
    found = [f"{row.action} {row.object}".strip() for id_ in event.behaviours if (row := rows.get(id_))]
    distinct = list(dict.fromkeys(found))
    more = ["…"] if len(distinct) > _MOST_OBJECTS else []
    return "; ".join([*distinct[:_MOST_OBJECTS], *more])


def _in_order(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (datetime.fromisoformat(event.start), event.id))


def _tongue(asked: AskEvents) -> str:
    """The language of what we say ourselves: zh or en."""
    return spoken(asked.language or language_of(asked.question))


def _final(
    asked: AskEvents, output: str, cited: list[dict[str, Any]], *, not_found: bool, finish: str
) -> dict[str, Any]:
    return {
        "output": output,
        "user_id": asked.user_id,
        "citations": cited,
        "not_found": not_found,
        "finish_reason": finish,
    }
