"""Capabilities whose events a test dictates, and the calls and frames around them."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from freshet.runs.events import Content, Done, RunEvent, Started
from freshet.runs.frame import Feed, Frame, frame
from freshet.runs.request import Call, Request

Given = RunEvent | Exception

ANSWER = (Started({"model": "m"}), Content("你"), Content("好"), Done({"output": "你好"}))


async def events(*given: Given) -> AsyncGenerator[RunEvent, None]:
    """A capability that yields what is given, and raises what is an error."""
    for event in given:
        if isinstance(event, Exception):
            raise event
        yield event


class Dictated:
    """A capability that says what it is told, when it is told; `closed` once it is over."""

    def __init__(self, *given: Given) -> None:
        self.begun = self.closed = False
        self._given: asyncio.Queue[Given] = asyncio.Queue()
        self.say(*given)

    def say(self, *given: Given) -> None:
        for event in given:
            self._given.put_nowait(event)

    async def events(self) -> AsyncGenerator[RunEvent, None]:
        self.begun = True
        try:
            while True:
                event = await self._given.get()
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed = True


def call(owner: str, body: bytes = b'{"query": 1}', **members: Any) -> Call:
    """A request of `owner` for a run."""
    headers = {"content-type": "application/json"}
    request = Request("POST", "/api/v1/query/stream", {}, headers, body, function="maker")
    return Call(**{"owner": owner, "request": request, "timeout_s": 20.0, **members})


async def read(feed: Feed) -> list[Frame]:
    """All that a feed has to give."""
    return [one async for one in feed.frames()]


def contents(*texts: str, first: int = 0) -> list[Frame]:
    """Frames with these texts, numbered from `first`."""
    return [frame(seq, {"content": text, "done": False}) for seq, text in enumerate(texts, first)]


def end(seq: int, **members: Any) -> Frame:
    """The last frame of a run."""
    return frame(seq, {"done": True, "final_response": {"output": "好"}, **members})
