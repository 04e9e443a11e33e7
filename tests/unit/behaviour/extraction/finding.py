"""A model's endpoint that finds events as a test has it, logs to find them in, and runs that do."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from inspect import signature
from itertools import groupby
from typing import Any

from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.event import Event
from freshet.behaviour.extraction.extract import Extractor
from freshet.behaviour.extraction.kept import Events
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Extract
from freshet.errors import FreshetError
from freshet.llm import LLMClient
from freshet.llm.options import ToolOptions
from freshet.llm.writer import Writer
from freshet.runs.events import Done, Item, RunEvent
from tests.answering import answer_while_there, collected
from tests.unit.llm.upstream import Answer, says

Draft = dict[str, Any]
MONDAY = 1_772_409_600  # 2026-03-02 in UTC
USER = "user 一"
_LINE = re.compile(r"(\d+)\. \d\d:\d\d (\S+) (\S+)")


@dataclass(frozen=True)
class Place:
    """Where logs and events are."""

    log: Log
    events: Events


def row(minutes: float, thing: str = "微信", action: str = "open", **more: Any) -> Behaviour:
    """A behaviour so many minutes after Monday began, on a clock eight hours ahead."""
    at = Moment(MONDAY + minutes * 60 - 8 * 3600, 480)
    return Behaviour(USER, at, action, thing, **{"kind": "app", "duration": 60.0, **more})


def session(at: float, *things: str, apart: float = 2) -> list[Behaviour]:
    """Behaviours, so many minutes apart."""
    return [row(at + apart * place, thing) for place, thing in enumerate(things)]


def log_of(count: int) -> list[Behaviour]:
    """So many sessions of seven behaviours, three events each."""
    return [one for at in _hours(count) for one in session(at, *"新新新微微书书")]


def long_log_of(count: int) -> list[Behaviour]:
    """So many sessions of 120 behaviours, 60 events each: two go into a batch."""
    return [one for at in _hours(count) for one in session(at, *"新新书书" * 30, apart=0.2)]


def _hours(count: int) -> list[int]:
    """Minutes since Monday began, ten of them on each day."""
    return [24 * 60 * (number // 10) + 60 * (8 + number % 10) for number in range(count)]


def sessions_in(prompt: str) -> list[list[tuple[int, str]]]:
    """The lines of each session of a prompt's log, with what they were about."""
    log = re.split(r"</?log>", prompt)[1]
    parts = re.split(r"^Session .*$", log, flags=re.MULTILINE)[1:]
    return [[(int(number), thing) for number, _, thing in _LINE.findall(part)] for part in parts]


def read(prompt: str) -> list[Draft]:
    """The events that a good model finds: lines in a row about the same thing."""
    return [
        {"lines": f"{(lines := list(group))[0][0]}-{lines[-1][0]}", "type": "news", "title": f"看{thing}"}
        for part in sessions_in(prompt)
        for thing, group in groupby(part, key=lambda line: line[1])
    ]


def written(*drafts: Any) -> str:
    """A whole answer of these drafts."""
    return json.dumps({"items": drafts}, ensure_ascii=False)


def well(prompt: str) -> Answer:
    """A good model's answer."""
    return says(written(*read(prompt)))


Making = Callable[[str], Answer]


@dataclass
class Model:
    """Answers its calls one by one as told, the last way again and again; `prompts` are what users said."""

    makes: Sequence[Making]
    url: str = ""
    prompts: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
            assert length
            self.bodies.append(json.loads(await reader.readexactly(int(length[1]))))
            self.prompts.append(self.bodies[-1]["messages"][1]["content"])
            answer = self.makes[min(len(self.prompts), len(self.makes)) - 1](self.prompts[-1])
            await answer_while_there(reader, writer, answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.busy -= 1
            with suppress(ConnectionError):
                writer.close()


@asynccontextmanager
async def model(*makes: Making | Answer | str) -> AsyncIterator[Model]:
    """The server; a text is written at once. Without anything it answers well."""
    asked = Model([_making(one) for one in makes or [well]])
    server = await asyncio.start_server(asked.serve, "127.0.0.1", 0, limit=1 << 22)
    asked.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield asked


def _making(one: Any) -> Making:
    """What answers takes a connection, what makes an answer a prompt."""
    if isinstance(one, str):
        return lambda _: says(one)
    return one if "prompt" in signature(one).parameters else lambda _: one


@asynccontextmanager
async def extractor(place: Place, asked: Model, at_once: int = 3) -> AsyncIterator[Extractor]:
    async with LLMClient(base_url=asked.url, model="scripted", timeout_s=5) as client:

        async def choose(owner: str, model_id: int) -> Writer:
            return Writer(client, model_id, ToolOptions(temperature=0.5))

        yield Extractor(place.log, place.events, choose, at_once=at_once)


async def extracted(
    place: Place, owner: str, asked: Model, *, at_once: int = 3, budget_s: float | None = None, **wanted: Any
) -> tuple[list[RunEvent], FreshetError | None]:
    async with extractor(place, asked, at_once) as maker:
        request = Extract.model_validate(wanted)
        return await collected(maker.extract(owner, USER, request, budget_s=budget_s))


def items(events: list[RunEvent]) -> list[dict[str, Any]]:
    return [event.item for event in events if isinstance(event, Item)]


def final(events: list[RunEvent]) -> dict[str, Any]:
    assert isinstance(events[-1], Done)
    return events[-1].final_response


async def stored(place: Place, owner: str) -> list[Event]:
    return [event for kept in await place.events.of(owner, USER) for event in kept.events]


def shown(events: list[Event]) -> list[dict[str, Any]]:
    return [event.model_dump(mode="json") for event in events]
