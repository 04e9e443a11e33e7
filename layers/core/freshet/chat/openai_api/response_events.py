"""A run as a response: its frames become OpenAI's Response object and the events that lead there.

One fold for all: what is streamed, what is streamed again from the journal, and what is answered whole. It
depends on nothing but the frames, so an event has the same number whenever it is told.

OpenAI's protocol can't take back what it sent. A run that is streamed has no reset; one that was not asked
for as a stream may have, so its output is told when it is complete.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from freshet.chat.openai_api.annotations import file_citations
from freshet.chat.openai_api.response_items import (
    Call,
    Event,
    FunctionCall,
    Item,
    Message,
    Search,
    Text,
    Thought,
)
from freshet.chat.openai_api.response_object import DEFAULTS, end_of, error_event, usage
from freshet.chat.openai_api.response_tools import SEARCH
from freshet.chat.openai_api.responses import response_id_of
from freshet.ids import made_at
from freshet.runs.frame import Frame

_RESULTS = "file_search_call.results"
_ENDS = {"cancelled": "incomplete"}  # OpenAI has no event for it; with this one its clients end well


class ResponseFold:
    """The response that a run is, as far as its frames are fed."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._started: dict[str, Any] = {}
        self._echo: dict[str, Any] = {}
        self._held: list[dict[str, Any]] = []
        self._items: list[Item] = []
        self._writing: Text | None = None
        self._calls: dict[int, Call | None] = {}  # by their index in the run; None is not shown
        self._numbered = 0
        self._end: dict[str, Any] = {"status": "in_progress"}

    def feed(self, data: Mapping[str, Any]) -> list[Event]:
        """The events that the next frame's `data` makes, numbered from 0."""
        events = []
        for event in self._told(data):
            events.append({**event, "sequence_number": self._numbered})
            self._numbered += 1
        return events

    @property
    def response(self) -> dict[str, Any]:
        """The Response object as it stands."""
        echo = {name: value for name, value in self._echo.items() if name not in {"include", "stream"}}
        return {
            "id": response_id_of(self._run_id),
            "object": "response",
            "created_at": self._created_at,
            "model": self._started.get("model", ""),
            "output": [item.shown() for item in self._items],
            **DEFAULTS,
            **echo,
            **self._end,
        }

    def _told(self, data: Mapping[str, Any]) -> Iterator[Event]:
        if not self._numbered:
            yield from self._begun(data)
        if data["done"]:
            for held in self._held:
                yield from self._output(held)
            yield from self._ended(data)
        elif "reset" in data:
            self._held.clear()
        elif self._echo.get("stream"):
            yield from self._output(data)
        else:
            self._held.append(dict(data))

    def _begun(self, data: Mapping[str, Any]) -> Iterator[Event]:
        self._started = dict(data) if data.get("started") else {}
        self._echo = self._started.get("response", {})
        yield {"type": "response.created", "response": self.response}
        yield {"type": "response.in_progress", "response": self.response}

    def _output(self, data: Mapping[str, Any]) -> Iterator[Event]:
        if data.get("content"):
            yield from self._text(Message, data["content"])
        elif data.get("reasoning"):
            yield from self._text(Thought, data["reasoning"])
        elif "tool_call" in data:
            yield from self._call(data["tool_call"])
        elif "tool_result" in data:
            yield from self._result(data["tool_result"]["id"])

    def _text(self, kind: type[Text], piece: str) -> Iterator[Event]:
        if not isinstance(self._writing, kind):
            yield from self._make_room()
            self._writing = kind(self._run_id, len(self._items))
            yield from self._add(self._writing)
        yield from self._writing.add(piece)

    def _call(self, piece: Mapping[str, Any]) -> Iterator[Event]:
        index = piece["index"]
        if index not in self._calls:
            yield from self._make_room()
            self._calls[index] = begun = self._new_call(piece["id"] or "", piece["name"] or "")
            if begun:
                yield from self._add(begun)
        call = self._calls[index]
        if call and call.open:
            yield from call.add(piece["arguments"])

    def _new_call(self, call_id: str, name: str) -> Call | None:
        """A call that the client knows the tool of. Of one that nobody has only the model is told."""
        tools = self._echo.get("tools", [])
        if any(tool.get("name") == name for tool in tools):
            return FunctionCall(self._run_id, len(self._items), call_id, name)
        if name == SEARCH and any(tool["type"] == "file_search" for tool in tools):
            return Search(self._run_id, len(self._items), call_id, name)
        return None

    def _result(self, call_id: str) -> Iterator[Event]:
        for search in self._open(Search):
            if search.call_id == call_id:
                yield from search.found()
                if not self._with_results:
                    yield from search.end("completed")

    def _add(self, item: Item) -> Iterator[Event]:
        self._items.append(item)
        yield from item.begin()

    def _make_room(self) -> Iterator[Event]:
        """Before another item: text is complete now, and so is each call whose arguments are.

        Calls may be written side by side; one that is not whole yet stays open.
        """
        if self._writing:
            yield from self._writing.end("completed")
            self._writing = None
        for call in self._open(FunctionCall):
            if call.whole:
                yield from call.end("completed")

    def _ended(self, data: Mapping[str, Any]) -> Iterator[Event]:
        final, metrics = data.get("final_response") or {}, data.get("metrics") or {}
        end = end_of(data, final.get("finish_reason"))
        whole = end["status"] == "completed"
        if isinstance(self._writing, Message):
            yield from self._writing.annotate(self._citations(self._writing, final))
        yield from self._searched(final)
        for item in self._items:
            if item.open:
                yield from item.end("completed" if whole else "incomplete")
        completed_at = self._created_at + round(metrics.get("duration_ms", 0) / 1000)
        self._end = {**end, "usage": usage(metrics), "completed_at": completed_at if whole else None}
        if "problem" in data:
            yield error_event(data["problem"])
        yield {"type": f"response.{_ENDS.get(end['status'], end['status'])}", "response": self.response}

    def _citations(self, message: Message, final: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Those in this message, the last one. Their places count in the output, the text of all messages."""
        text, output = message.text, final.get("output", "")
        before = len(output) - len(text) if output.endswith(text) else 0
        cited = file_citations(output, final.get("citations", []))
        return [{**one, "index": one["index"] - before} for one in cited if one["index"] >= before]

    def _searched(self, final: Mapping[str, Any]) -> Iterator[Event]:
        """What was found is known at the end; who wants to see it gets the items of the searches then."""
        if not self._with_results:
            return
        found = {one["query"]: one["results"] for one in final.get("searches", [])}
        for item in self._items:
            if isinstance(item, Search) and not item.open:
                item.take(found)
                yield from item.end("completed")

    def _open(self, kind: type[Any]) -> list[Any]:
        return [item for item in self._items if isinstance(item, kind) and item.open]

    @property
    def _with_results(self) -> bool:
        return _RESULTS in self._echo.get("include", [])

    @property
    def _created_at(self) -> int:
        return int(made_at(self._run_id))


class ResponseEvents:
    """A response as a stream (`freshet.sse.Encoding`): its events after the one numbered `starting_after`."""

    def __init__(self, run_id: str, starting_after: int = -1) -> None:
        self._fold = ResponseFold(run_id)
        self._starting_after = starting_after

    def encode(self, frame: Frame) -> bytes:
        """The frame's events; it may have none."""
        events = self._fold.feed(frame.data)
        return b"".join(
            b"event: %s\ndata: %s\n\n" % (event["type"].encode(), orjson.dumps(event))
            for event in events
            if event["sequence_number"] > self._starting_after
        )

    def end(self) -> bytes:
        """Nothing: here the last event says that it is the last."""
        return b""
