"""The items of a response's output as they come to be: each knows the events that tell of it.

An item `begin`s, is added to, and `end`s; `shown` is what it has come to. Events have no number here. What
does not belong here: which item is begun when (`response_events`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import orjson

from freshet.chat.openai_api.responses import item_id_of

Event = dict[str, Any]


class Item(ABC):
    """One item; `status` is `in_progress`, then `completed` or, if it was cut off, `incomplete`."""

    prefix: ClassVar[str]

    def __init__(self, run_id: str, output_index: int) -> None:
        self.id = item_id_of(self.prefix, run_id, output_index)
        self.status = "in_progress"
        self._output_index = output_index

    @property
    def open(self) -> bool:
        """Whether more of it can come."""
        return self.status == "in_progress"

    @abstractmethod
    def shown(self) -> dict[str, Any]:
        """It in OpenAI's shape, as it stands."""

    @abstractmethod
    def begin(self) -> Iterator[Event]:
        """Tells that it is there."""

    @abstractmethod
    def end(self, status: str) -> Iterator[Event]:
        """Tells that nothing more of it comes."""

    def _event(self, kind: str, **members: Any) -> Event:
        return {
            "type": f"response.{kind}",
            "item_id": self.id,
            "output_index": self._output_index,
            **members,
        }

    def _itself(self, what: str) -> Event:
        kind = f"response.output_item.{what}"
        return {"type": kind, "output_index": self._output_index, "item": self.shown()}


class Text(Item):
    """Text that is written piece by piece: one item with one part."""

    part: ClassVar[str]

    def __init__(self, run_id: str, output_index: int) -> None:
        super().__init__(run_id, output_index)
        self._pieces: list[str] = []
        self._has_part = False

    @property
    def text(self) -> str:
        """What is written of it."""
        return "".join(self._pieces)

    def begin(self) -> Iterator[Event]:
        """The item without its part, then the part without its text: clients put them together."""
        yield self._itself("added")
        yield self._of_part("content_part.added", part=self._part())
        self._has_part = True

    def add(self, piece: str) -> Iterator[Event]:
        """A piece of the text."""
        self._pieces.append(piece)
        yield self._of_part(f"{self.part}.delta", delta=piece, **self._more())

    def end(self, status: str) -> Iterator[Event]:
        """The whole text, the part, the item."""
        self.status = status
        yield self._of_part(f"{self.part}.done", text=self.text, **self._more())
        yield self._of_part("content_part.done", part=self._part())
        yield self._itself("done")

    def _of_part(self, kind: str, **members: Any) -> Event:
        return self._event(kind, content_index=0, **members)

    def _parts(self) -> list[dict[str, Any]]:
        return [self._part()] if self._has_part else []

    def _part(self) -> dict[str, Any]:
        return {"type": self.part, "text": self.text}

    def _more(self) -> dict[str, Any]:
        return {}


class Message(Text):
    """The answer's text."""

    prefix = "msg"
    part = "output_text"

    def __init__(self, run_id: str, output_index: int) -> None:
        super().__init__(run_id, output_index)
        self._annotations: list[dict[str, Any]] = []

    def annotate(self, annotations: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
        """What stands behind places of the text; OpenAI streams it one by one."""
        for annotation in map(dict, annotations):
            number = len(self._annotations)
            self._annotations.append(annotation)
            yield self._of_part(
                "output_text.annotation.added", annotation_index=number, annotation=annotation
            )

    def shown(self) -> dict[str, Any]:
        """An assistant's message."""
        content = self._parts()
        return {
            "id": self.id,
            "type": "message",
            "status": self.status,
            "role": "assistant",
            "content": content,
        }

    def _part(self) -> dict[str, Any]:
        return {**super()._part(), "annotations": list(self._annotations), "logprobs": []}

    def _more(self) -> dict[str, Any]:
        return {"logprobs": []}


class Thought(Text):
    """The model's reasoning, as open models show it: text of its own, no summary."""

    prefix = "rs"
    part = "reasoning_text"

    def shown(self) -> dict[str, Any]:
        """A reasoning item."""
        content = self._parts()
        return {
            "id": self.id,
            "type": "reasoning",
            "status": self.status,
            "summary": [],
            "content": content,
        }


class Call(Item):
    """A call of a tool; `call_id` is the model's id for it."""

    def __init__(self, run_id: str, output_index: int, call_id: str, name: str) -> None:
        super().__init__(run_id, output_index)
        self.call_id = call_id
        self._name = name
        self._pieces: list[str] = []

    @property
    def arguments(self) -> str:
        """JSON text, as far as it is written."""
        return "".join(self._pieces)

    @property
    def whole(self) -> bool:
        """Whether the arguments are complete."""
        return _is_json(self.arguments)

    @abstractmethod
    def add(self, piece: str) -> Iterator[Event]:
        """A piece of the arguments."""


class FunctionCall(Call):
    """A call that is left to the caller."""

    prefix = "fc"

    def begin(self) -> Iterator[Event]:
        """The item, its arguments to follow."""
        yield self._itself("added")

    def add(self, piece: str) -> Iterator[Event]:
        """A piece of the arguments."""
        if piece:
            self._pieces.append(piece)
            yield self._event("function_call_arguments.delta", delta=piece)

    def end(self, status: str) -> Iterator[Event]:
        """The whole call. One that was cut off is never called done: callers would run it."""
        if status == "completed" and not self._pieces:
            yield from self.add("{}")  # what some models leave out where there are no parameters
        self.status = status
        if status == "completed":
            yield self._event("function_call_arguments.done", name=self._name, arguments=self.arguments)
            yield self._itself("done")

    def shown(self) -> dict[str, Any]:
        """A function call."""
        return {
            "id": self.id,
            "type": "function_call",
            "status": self.status,
            "call_id": self.call_id,
            "name": self._name,
            "arguments": self.arguments,
        }


class Search(Call):
    """A search of the caller's documents, which is run here."""

    prefix = "fs"

    def __init__(self, run_id: str, output_index: int, call_id: str, name: str) -> None:
        super().__init__(run_id, output_index, call_id, name)
        self._results: list[dict[str, Any]] | None = None

    def begin(self) -> Iterator[Event]:
        """The item, which is under way at once."""
        yield self._itself("added")
        yield self._event("file_search_call.in_progress")
        yield self._event("file_search_call.searching")

    def add(self, piece: str) -> Iterator[Event]:
        """OpenAI does not stream what is searched for."""
        self._pieces.append(piece)
        yield from ()

    def found(self) -> Iterator[Event]:
        """The search has come to its end."""
        self.status = "completed"
        yield self._event("file_search_call.completed")

    def take(self, found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """What was found, by query; a query that failed is not among them."""
        passages = [passage for query in self._queries() for passage in found.get(query, [])]
        self._results = [
            {"file_id": one["document_id"], **{name: one[name] for name in ("filename", "score", "text")}}
            for one in passages
        ]

    def end(self, status: str) -> Iterator[Event]:
        """The item with its queries. What never came to its end was not run."""
        self.status = "incomplete" if self.open else self.status
        yield self._itself("done")

    def shown(self) -> dict[str, Any]:
        """A file search call."""
        return {
            "id": self.id,
            "type": "file_search_call",
            "status": self.status,
            "queries": self._queries(),
            "results": self._results,
        }

    def _queries(self) -> list[str]:
        query = orjson.loads(self.arguments).get("query") if self.whole else None
        return [query] if isinstance(query, str) else []


def _is_json(text: str) -> bool:
    """Whether it is a whole object."""
    try:
        return text.rstrip().endswith("}") and isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False
