"""An upstream's answer: bytes in, events out, without building a model of every chunk.

What belongs here: what holds for every protocol: when a failure is told, and JSON as servers really send it.
What does not: what a chunk means (`providers`), framing (`sse`), transport (`freshet.llm.providers.http`).
"""

import json
from abc import ABC, abstractmethod
from typing import Any, TypeGuard

import jiter

from freshet.errors import ModelCut, ModelError, ModelMalformed
from freshet.llm.events import Event
from freshet.llm.sse import EventSplitter
from freshet.llm.tokens import MOST_TOKENS


class Decoder(ABC):
    """Decodes one answer: `feed` until the bytes end or `done`, then `flush`; or `whole`; then `end`.

    One `Finish` comes when the upstream names its reason, one `Usage` at the end, if the upstream sent any.
    A failure waits for `end`, so that the events before it are not lost with it.
    """

    def __init__(self) -> None:
        self.done = False
        self._failure: ModelError | None = None
        self._splitter = EventSplitter()

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completed."""
        events: list[Event] = []
        try:
            for document in self._splitter.feed(data):
                self._document(document, events)
        except ModelError as error:
            self._failure, self.done = error, True
        return events

    def flush(self) -> list[Event]:
        """The events of what the stream's end left without a blank line."""
        events: list[Event] = []
        try:
            for document in self._splitter.flush():
                self._document(document, events)
        except ModelMalformed:
            self._failure = ModelCut("The model's answer was cut inside a chunk")
        except ModelError as error:
            self._failure = error
        return events

    def end(self) -> list[Event]:
        """The upstream's usage, if it sent any. Raises the fitting ModelError if the answer failed."""
        if self._failure:
            raise self._failure
        return self._end()

    @abstractmethod
    def whole(self, body: Any) -> list[Event]:
        """The events of an answer that came in one piece. Raises the fitting ModelError if it is none."""

    @abstractmethod
    def _document(self, document: bytes, events: list[Event]) -> None:
        """Takes in the data of one event. Raises ModelError."""

    @abstractmethod
    def _end(self) -> list[Event]:
        """As `end`, of an answer that has not failed yet."""


def parsed(document: bytes) -> dict[str, Any]:
    """The JSON object of an event. Raises ModelMalformed."""
    try:
        chunk = jiter.from_json(document)
    except ValueError:
        chunk = _parse_surrogates(document)
    if not isinstance(chunk, dict):
        raise ModelMalformed("The model's endpoint sent a chunk that is not a JSON object")
    return chunk


def _parse_surrogates(document: bytes) -> Any:
    """JSON with half of an emoji in it (`\\ud83d` alone): tokens end there, and some servers escape them."""
    try:
        text = json.dumps(json.loads(document), ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        raise ModelMalformed("The model's endpoint sent a chunk that is not JSON") from error
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def is_count(value: object) -> TypeGuard[int]:
    """Whether what an upstream says is a number of tokens. If not, it counts as if it had not said any."""
    return type(value) is int and 0 <= value <= MOST_TOKENS


def text_of(value: object) -> str:
    """`value`, known to be text. Raises TypeError."""
    if isinstance(value, str):
        return value
    raise TypeError(value)
