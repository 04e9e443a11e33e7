"""A whole answer: the fold over a stream, for who has no use for pieces."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from freshet.llm.events import Event, Finish, ReasoningDelta, Reset, TextDelta, ToolCallDelta, Usage

INVALID_JSON = "invalid_json"  # why an answer that did not fit its model is asked for again
_MEASURABLE_S = 0.01  # a text that came at once has no speed


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call that the model asks for; `arguments` is JSON text, as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Metrics:
    """One call. Times are in milliseconds; `ttft_ms` (to the first content) is None if there was none.

    `tokens_per_second` is over the time from the first content to the last; None if all came at once.
    """

    ttft_ms: float | None
    duration_ms: float
    tokens_per_second: float | None
    attempts: int
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer, complete. `usage` is its own; `cost` also holds the answers that became void.

    `cost` is in the currency of `usage`; None if a part of it is not known, or in another currency.
    """

    text: str
    finish_reason: str
    usage: Usage
    metrics: Metrics
    cost: float | None = None
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    parsed: Any = None

    def message(self) -> dict[str, Any]:
        """The answer as an assistant's message, to go on from."""
        message: dict[str, Any] = {"role": "assistant", "content": self.text}
        if self.tool_calls:
            if self.reasoning:  # DeepSeek wants it back between the rounds of a tool loop, and only there
                message["reasoning_content"] = self.reasoning
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in self.tool_calls
            ]
        return message


@dataclass(slots=True)
class Answer:
    """What the events of a stream have made up so far."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    calls: dict[int, list[ToolCallDelta]] = field(default_factory=dict)
    finish_reason: str = ""
    usages: list[Usage] = field(default_factory=list)
    begun: float = field(default_factory=time.perf_counter)
    first: float | None = None  # content, of whichever answer
    written: float | None = None  # since then this one is written
    invalid: tuple[str, ...] = ()  # answers that did not fit

    def add(self, event: Event) -> None:
        """Takes an event in."""
        if self.written is None and isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta):
            self.written = time.perf_counter()
            self.first = self.first or self.written
        match event:
            case TextDelta(text):
                self.text.append(text)
            case ReasoningDelta(text):
                self.reasoning.append(text)
            case ToolCallDelta(index):
                self.calls.setdefault(index, []).append(event)
            case Finish(reason):
                self.finish_reason = reason
            case Usage():
                self.usages.append(event)
            case Reset(reason):
                if reason == INVALID_JSON:
                    self.invalid += (f"{self.usages[-1].model if self.usages else ''}: {reason}",)
                self.written = None
                self.text.clear()
                self.reasoning.clear()
                self.calls.clear()
                self.finish_reason = ""

    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls, their deltas joined, in the order of their indices."""
        return tuple(_joined(index, self.calls[index]) for index in sorted(self.calls))

    def completion(self, parsed: Any = None) -> Completion:
        """The answer, once its last event is in."""
        now = time.perf_counter()
        usage = self.usages[-1] if self.usages else Usage(0, 0, estimated=True)
        writing = now - self.written if self.written else 0.0
        last = self._last_usages()
        speed = round(usage.completion_tokens / writing, 1) if writing > _MEASURABLE_S else None
        costs = [one.cost for one in self.usages if one.cost is not None and one.currency == usage.currency]
        return Completion(
            text="".join(self.text),
            finish_reason=self.finish_reason,
            usage=usage,
            metrics=Metrics(
                ttft_ms=None if self.first is None else (self.first - self.begun) * 1000,
                duration_ms=(now - self.begun) * 1000,
                tokens_per_second=speed,
                attempts=sum(usage.attempts for usage in last) or usage.attempts,
                failures=(*(failure for usage in last for failure in usage.failures), *self.invalid),
            ),
            cost=sum(costs) if costs and len(costs) == len(self.usages) else None,
            reasoning="".join(self.reasoning),
            tool_calls=self.tool_calls(),
            parsed=parsed,
        )

    def _last_usages(self) -> list[Usage]:
        """That of each generation's last attempt, which counts them all."""
        pairs = zip_longest(self.usages, self.usages[1:])
        return [usage for usage, after in pairs if after is None or after.attempts <= usage.attempts]


async def fold(events: AsyncIterator[Event]) -> Completion:
    """The answer that `events` make up."""
    answer = Answer()
    async for event in events:
        answer.add(event)
    return answer.completion()


def _joined(index: int, deltas: list[ToolCallDelta]) -> ToolCall:
    return ToolCall(
        id=next((delta.id for delta in deltas if delta.id), f"call_{index}"),
        name=next((delta.name for delta in deltas if delta.name), ""),
        arguments="".join(delta.arguments for delta in deltas),
    )
