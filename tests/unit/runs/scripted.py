"""Runs as scripts, served as a function serves its own: what they show is known before."""

import asyncio
from collections.abc import AsyncGenerator, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

from hypothesis import strategies as st
from starlette.responses import Response

from freshet import wiring
from freshet.errors import ModelCut
from freshet.runs.events import (
    Content,
    Done,
    Item,
    Reasoning,
    Reset,
    RunEvent,
    Started,
    ToolCall,
    ToolResult,
)
from freshet.sse import EventStream
from freshet.web import RunCall, create_app
from infra.openapi import load

Ending = Literal["done", "error", "bug", "stopped", "deadline"]
PACE_S = 0.002
TIMEOUT_MS = 500  # of a run that ends by its deadline; its start takes some of it


@dataclass(frozen=True)
class Script:
    """What a run shows after its start, and how it ends; one to be stopped waits for that."""

    events: tuple[RunEvent, ...]
    ending: Ending = "done"

    async def play(self) -> AsyncGenerator[RunEvent, None]:
        """The run's events, at a pace."""
        yield Started({"model": "scripted", "sources": []})
        for event in self.events:
            await asyncio.sleep(PACE_S)
            yield event
        if self.ending == "error":
            raise ModelCut("The answer was cut off.")
        if self.ending == "bug":
            raise RuntimeError("a bug")
        if self.ending in {"stopped", "deadline"}:
            await asyncio.Event().wait()
        yield Done({"output": "完"})


def player(scripts: MutableMapping[str, Script]) -> Any:
    """An app that plays `POST /play/{name}` and serves the runs' own routes."""
    app = create_app("scripted")

    @app.post("/play/{name}", response_class=Response)
    async def play(name: str, call: RunCall) -> Response:
        return await EventStream.open(await wiring.runs().start(call, "scripted", scripts[name].play()))

    app.include_router(load("runs").app.router)
    return app


# What could be taken for an event's frame, and what can be cut in two.
_PIECES = st.sampled_from(
    ["The tide ", "潮汐", "🌊", "\n\n", "\r\n", "data: [DONE]\n\n", "id: x:9\n", "\u2028", "é"]
)
_TEXT = st.one_of(_PIECES, st.text(max_size=20))
_EVENTS: st.SearchStrategy[RunEvent] = st.one_of(
    st.builds(Content, _TEXT),
    st.builds(Reasoning, _TEXT),
    st.builds(ToolCall, st.integers(0, 3), st.just("c1"), st.just("search"), _TEXT),
    st.builds(ToolResult, st.just("c1"), _TEXT),
    st.builds(Item, st.fixed_dictionaries({"question": _TEXT, "options": st.lists(_TEXT, max_size=3)})),
    st.just(Reset("upstream_cut")),
)
SCRIPTS = st.builds(
    Script,
    st.lists(_EVENTS, min_size=1, max_size=25).map(tuple),
    st.sampled_from(["done", "done", "error", "bug", "stopped", "deadline"]),
)
