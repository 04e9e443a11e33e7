"""Anthropic's Messages stream: bytes in, events out, without building a model of every chunk.

What belongs here: the meaning of an answer, streamed or in one piece, as Anthropic and its imitators send it
(https://docs.claude.com/en/docs/build-with-claude/streaming). What does not: requests (`anthropic`), framing
(`freshet.llm.sse`).
"""

from typing import Any

import orjson

from freshet.errors import ModelCut, ModelMalformed
from freshet.llm.decode import Decoder, is_count, parsed, text_of
from freshet.llm.events import Event, Finish, ReasoningDelta, Reset, TextDelta, ToolCallDelta, Usage
from freshet.llm.failures import from_stream

_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}

_COUNTS = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")


class MessageDecoder(Decoder):
    """Decodes one answer. Without a reason to stop it was cut; with one it is whole, even without its end.

    Tools that run at the upstream are its own affair: neither their calls nor their results show.

    Reasons are in OpenAI's words: `end_turn` and `stop_sequence` are `stop`, `max_tokens` is `length`,
    `tool_use` is `tool_calls`, `refusal` is `content_filter`; `pause_turn` and others stay as they are.

    A router that loses its upstream may begin the message again in the same stream; what came before is void
    then, and its `Usage` and a `Reset` say so.
    """

    def __init__(self) -> None:
        super().__init__()
        self._forget()

    def whole(self, body: Any) -> list[Event]:
        events: list[Event] = []
        for chunk in _as_stream(body):
            self._chunk(chunk, events)
        return events

    def _end(self) -> list[Event]:
        if not self._finished:
            raise ModelCut("The model's answer ended without a stop reason")
        return self._usages()

    def _forget(self) -> None:
        self._begun = False  # a block came
        self._finished = False
        self._usage: dict[str, Any] = {}
        self._called = 0
        self._calls: dict[int, int] = {}  # the number of a call by that of its block
        self._arguments: dict[int, str] = {}  # a call's arguments by its block, unless deltas bring them

    def _document(self, document: bytes, events: list[Event]) -> None:
        if document and not self.done:
            self._chunk(parsed(document), events)

    def _chunk(self, chunk: dict[str, Any], events: list[Event]) -> None:
        try:
            match chunk.get("type"):
                case "content_block_delta":
                    self._delta(chunk["index"], chunk["delta"], events)
                case "content_block_start":
                    self._block(chunk["index"], chunk["content_block"], events)
                case "content_block_stop":
                    self._block_end(chunk["index"], events)
                case "message_start":
                    self._begin(chunk["message"], events)
                case "message_delta":
                    self._message_delta(chunk, events)
                case "message_stop":
                    self.done = True
                case kind if kind == "error" or chunk.get("error"):
                    raise from_stream(chunk)
                # Others are pings, or came after this was written: the API reserves the right to new ones.
        except (AttributeError, TypeError, ValueError, LookupError, OverflowError) as error:
            raise ModelMalformed("The model's endpoint sent a chunk of an unknown shape") from error

    def _delta(self, index: int, delta: dict[str, Any], events: list[Event]) -> None:
        match delta["type"]:
            case "text_delta":
                events.append(TextDelta(text_of(delta["text"])))
            case "thinking_delta":
                events.append(ReasoningDelta(text_of(delta["thinking"])))
            case "input_json_delta" if index in self._calls and (piece := text_of(delta["partial_json"])):
                self._arguments.pop(index, None)
                events.append(ToolCallDelta(self._calls[index], None, None, piece))

    def _block(self, index: int, block: dict[str, Any], events: list[Event]) -> None:
        self._begun = True
        match block["type"]:
            case "text" if text := block.get("text"):
                events.append(TextDelta(text_of(text)))
            case "thinking" if thinking := block.get("thinking"):
                events.append(ReasoningDelta(text_of(thinking)))
            case "tool_use":
                # Some routers give the arguments here, and no deltas; a tool without any gets neither.
                self._arguments[index] = orjson.dumps(block.get("input") or {}).decode()
                self._calls[index] = self._called
                events.append(ToolCallDelta(self._called, text_of(block["id"]), text_of(block["name"]), ""))
                self._called += 1

    def _block_end(self, index: int, events: list[Event]) -> None:
        if arguments := self._arguments.pop(index, None):
            events.append(ToolCallDelta(self._calls[index], None, None, arguments))

    def _begin(self, message: dict[str, Any], events: list[Event]) -> None:
        if self._begun:
            events += [*self._usages(), Reset("upstream_cut")]
        self._forget()
        self._count(message.get("usage"))

    def _message_delta(self, chunk: dict[str, Any], events: list[Event]) -> None:
        self._count(chunk.get("usage"))
        if (reason := chunk["delta"].get("stop_reason")) and not self._finished:
            self._finished = True
            events.append(Finish(_REASONS.get(text_of(reason), reason)))

    def _count(self, usage: dict[str, Any] | None) -> None:
        """Takes the numbers in; they are sums so far, so that later ones replace earlier ones."""
        for name, number in (usage or {}).items():
            if name.endswith("_tokens") and number is not None:
                self._usage[name] = number

    def _usages(self) -> list[Event]:
        counts = [self._usage.get(name, 0) for name in _COUNTS]
        if not self._usage or not all(map(is_count, counts)):
            return []
        # `input_tokens` are only those that neither came from the cache nor went into it.
        uncached, cached, written, completion = counts
        return [Usage(uncached + cached + written, completion, cached)]


def _as_stream(message: Any) -> list[dict[str, Any]]:
    """The chunks that a message would have come in, had it been streamed."""
    if isinstance(message, dict) and message.get("error"):
        return [message]
    if not isinstance(message, dict) or not isinstance(message.get("content"), list):
        raise ModelMalformed("The model's endpoint answered with JSON that is no answer")
    blocks = [
        chunk
        for index, block in enumerate(message["content"])
        for chunk in (
            {"type": "content_block_start", "index": index, "content_block": block},
            {"type": "content_block_stop", "index": index},
        )
    ]
    start = {"type": "message_start", "message": message}
    return [start, *blocks, {"type": "message_delta", "delta": message}]
