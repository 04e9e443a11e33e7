"""Frames: a run's events as they stand on the wire and in the journal, numbered and encoded once."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from freshet.errors import DeadlineExceeded, Stopped, restored
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

_TEXT_HEAD, _TEXT_TAIL = b'{"content":', b',"done":false}'
_TEXT = _TEXT_HEAD + b"%b" + _TEXT_TAIL
_TEXT_FROM, _TEXT_TO = len(_TEXT_HEAD), -len(_TEXT_TAIL)


@dataclass(frozen=True, slots=True)
class Frame:
    """One numbered event; `json` is its `data` on the wire, `last` says that the run ends with it."""

    seq: int
    json: bytes
    last: bool = False

    @property
    def data(self) -> dict[str, Any]:
        """What `json` holds."""
        data: dict[str, Any] = orjson.loads(self.json)
        return data


class Feed(Protocol):
    """A run as a client gets it: live, or from its journal. `ended` says that no frame comes any more."""

    run_id: str
    ended: bool

    def frames(self) -> AsyncGenerator[Frame, None]:
        """The frames in order. If it has not `ended` then, it can be taken up after the latest one."""
        ...

    async def settle(self) -> None:
        """Returns when nothing is left to do for the run in this process."""
        ...

    async def abandon(self) -> None:
        """Leaves nothing of the run behind in this process: what goes on in a sandbox outlives its call."""
        ...


def frame(seq: int, data: dict[str, Any]) -> Frame:
    """`data` as a frame."""
    # A copy: what orjson returns holds 4 KB or more, and is kept as long as the run goes on.
    return Frame(seq, bytes(memoryview(orjson.dumps(data))), last=data["done"])


def frame_of(seq: int, event: RunEvent, run_id: str) -> Frame:
    """An event, which is not the end, as a frame; nearly all of them are pieces of text."""
    if isinstance(event, Content):
        return Frame(seq, _TEXT % orjson.dumps(event.text))
    return frame(seq, shape(event, run_id))


def text_in(frame: Frame) -> bytes:
    """The text of a frame of `Content`, as a JSON string; empty if it is another frame."""
    json = frame.json
    return json[_TEXT_FROM:_TEXT_TO] if json.startswith(_TEXT_HEAD) and json.endswith(_TEXT_TAIL) else b""


def shape(event: RunEvent, run_id: str) -> dict[str, Any]:
    """An event as the contract shows it, but for `Done`'s metrics."""
    match event:
        case Content(text):
            return {"content": text, "done": False}
        case Reasoning(text):
            return {"reasoning": text, "done": False}
        case Started(data):
            return {"run_id": run_id, "started": True, **data, "done": False}
        case ToolCall(index, id_, name, arguments):
            call = {"index": index, "id": id_, "name": name, "arguments": arguments}
            return {"tool_call": call, "done": False}
        case ToolResult(id_, content):
            return {"tool_result": {"id": id_, "content": content}, "done": False}
        case Item(item):
            return {"item": item, "done": False}
        case Reset(reason):
            return {"reset": True, "reason": reason, "done": False}
        case Done(final_response):
            return {"done": True, "final_response": final_response}
    raise AssertionError(event)


class Written:
    """What an answer has come to, since the start or the last reset."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._items: list[dict[str, Any]] = []
        self._calls: dict[int, dict[str, Any]] = {}

    def note_text(self, text: str) -> None:
        """Takes notice of a piece of text."""
        self._text.append(text)

    def note(self, data: dict[str, Any]) -> None:
        """Takes notice of an event."""
        if "content" in data:
            self.note_text(data["content"])
        elif "reasoning" in data:
            self._reasoning.append(data["reasoning"])
        elif "item" in data:
            self._items.append(data["item"])
        elif "tool_call" in data:
            self._note_call(data["tool_call"])
        elif "tool_result" in data:
            self._note_result(data["tool_result"])
        elif "reset" in data:
            for void in (self._text, self._reasoning, self._items, self._calls):
                void.clear()

    def unfinished(self, reason: str) -> dict[str, Any]:
        """A `final_response` of what there is."""
        more = {
            "reasoning": "".join(self._reasoning),
            "items": self._items,
            "tool_calls": list(self._calls.values()),
        }
        written = {name: value for name, value in more.items() if value}
        return {"output": "".join(self._text), "finish_reason": reason, **written}

    def _note_call(self, piece: dict[str, Any]) -> None:
        call = self._calls.setdefault(piece["index"], {"id": "", "name": "", "arguments": ""})
        call |= {name: piece[name] for name in ("id", "name") if piece[name]}
        call["arguments"] += piece["arguments"]

    def _note_result(self, result: dict[str, Any]) -> None:
        for call in self._calls.values():
            if call["id"] == result["id"]:
                call["result"] = result["content"]


def raise_failure(run_id: str, data: dict[str, Any]) -> None:
    """Raises what the last frame's `data` tells of, if that is no answer."""
    if "problem" in data:
        raise restored(data["problem"])
    if data.get("status") == "stopped":
        raise Stopped("The run was stopped before its answer was complete.", run_id=run_id)


@asynccontextmanager
async def settled(feed: Feed) -> AsyncIterator[None]:
    """Around the reading of a feed: the run is made to its end, or, if that fails, left at once."""
    try:
        yield
        await feed.settle()
    except BaseException:
        await feed.abandon()
        raise


async def result(feed: Feed, each: Callable[[Frame], object] = lambda frame: None) -> dict[str, Any]:
    """The last frame's data: the answer without its stream. `each` hears of every frame.

    Raises what failed, with `run_id`.
    """
    data: dict[str, Any] = {}
    async with settled(feed), aclosing(feed.frames()) as frames:
        async for one in frames:
            each(one)
            if one.last:
                data = one.data
    if not data:
        raise DeadlineExceeded("The answer is not complete yet; its run goes on.", run_id=feed.run_id)
    raise_failure(feed.run_id, data)
    return data
