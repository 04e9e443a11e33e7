"""A turn of a conversation: what was asked, what was answered, and how its messages go on.

What belongs here: the value and rules over messages. What does not: where turns are kept (`conversations`).
"""

import gzip
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, Literal

import orjson
from pydantic import BaseModel, Field

from freshet.errors import Interrupted, Invalid
from freshet.ids import made_at
from freshet.runs.record import Usage, iso, usage

Message = dict[str, Any]

LAPSE_S = 900.0  # Lambda's longest run: one that has not ended by then never will
_ATTACHED = 20  # characters of a data URL that weigh as much as one of text: models don't read them as text


class Turn(BaseModel):
    """One run within a conversation; times are ISO 8601 in UTC."""

    id: str = Field(description="the run that was asked for it, the first one if it was retried")
    status: Literal["running", "done", "failed", "stopped"] = "running"
    created_at: str
    model: str
    model_id: int | None = None
    messages: list[Message] = Field(
        min_length=1,
        description="in the shapes of OpenAI's chat API: what was asked, then what was answered",
    )
    output: str = ""
    reasoning: str | None = None
    tool_calls: list[dict[str, Any]] = []
    citations: list[dict[str, Any]] = []
    finish_reason: str | None = None
    error: dict[str, Any] | None = Field(None, description="why it failed: a problem")
    usage: Usage | None = None
    metrics: dict[str, Any] | None = None

    def ended(self, data: Mapping[str, Any]) -> "Turn":
        """The turn with its end; `data` is what the run's last frame holds (see `freshet.runs`)."""
        final, metrics = data["final_response"], data.get("metrics")
        output = final.get("output") or ""
        answered = [{"role": "assistant", "content": output}] if output else []
        return self.model_copy(
            update={
                "status": "failed" if "problem" in data else data.get("status", "done"),
                "messages": [*self.messages, *final.get("messages", answered)],
                "output": output,
                "reasoning": final.get("reasoning"),
                "tool_calls": final.get("tool_calls", []),
                "citations": final.get("citations", []),
                "finish_reason": final.get("finish_reason"),
                "error": data.get("problem"),
                "usage": Usage(**usage(metrics)) if metrics else None,
                "metrics": metrics,
            }
        )


def begun(
    run_id: str, messages: Sequence[Mapping[str, Any]], *, model: str, model_id: int | None = None
) -> Turn:
    """A turn at its start; of the same run it is the same turn."""
    return Turn(
        id=run_id,
        created_at=iso(made_at(run_id)),
        model=model,
        model_id=model_id,
        messages=[dict(message) for message in messages],
    )


def packed(turn: Turn) -> bytes:
    """The turn as bytes, equal for equal turns. Raises Invalid for what JSON does not have."""
    try:
        return gzip.compress(orjson.dumps(turn.model_dump()), 6, mtime=0)
    except (TypeError, ValueError) as error:  # half a character, a number of more than 64 bits, too deep
        raise Invalid(f"The messages can't be kept: {error}.") from error


def unpacked(data: bytes) -> Turn:
    """The other way round. A turn whose process died is one that failed."""
    turn = Turn.model_validate(orjson.loads(gzip.decompress(data)))
    if turn.status == "running" and time.time() - made_at(turn.id) > LAPSE_S:
        error = Interrupted("The process that made this answer is gone.", run_id=turn.id).problem()
        return turn.model_copy(update={"status": "failed", "error": error})
    return turn


def goes_on(messages: Sequence[Message]) -> bool:
    """Whether they answer calls of the turn before, and can't stand without it."""
    return bool(messages) and is_result(messages[0])


def is_answered(messages: Sequence[Message], following: Sequence[Message]) -> bool:
    """Whether they end with an answer; calls count if their results are there, or come first after."""
    closed = matched([*messages, *takewhile(is_result, following)])
    return bool(closed) and closed[-1].get("role") in {"assistant", "tool"}


def matched(messages: Sequence[Message]) -> list[Message]:
    """Without calls that have no result and results that have no call: upstreams refuse both."""
    kept: list[Message] = []
    waiting: set[str] = set()
    for place, message in enumerate(messages):
        if is_result(message):
            if (call_id := _call_id(message)) in waiting:
                waiting.remove(call_id)
                kept.append(message)
            continue
        results = set(map(_call_id, takewhile(is_result, messages[place + 1 :])))
        calls = [call for call in _calls(message) if str(call.get("id")) in results]
        waiting = {str(call["id"]) for call in calls}
        if calls or message.get("content") or message.get("role") != "assistant":
            kept.append(_with_calls(message, calls))
    return kept


def is_result(message: Message) -> bool:
    """Whether it is a tool's."""
    return bool(message.get("role") == "tool")


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message's content, whose parts may be others as well."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content if part.get("type") == "text")


def weight(value: Any) -> int:
    """The characters that a model reads, about: all texts, whatever they are in."""
    return sum(len(text) // (_ATTACHED if text.startswith("data:") else 1) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _calls(message: Message) -> list[dict[str, Any]]:
    """A client's messages may hold anything."""
    calls = message.get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []


def _call_id(result: Message) -> str:
    return str(result.get("tool_call_id"))


def _with_calls(message: Message, calls: list[dict[str, Any]]) -> Message:
    others = {name: value for name, value in message.items() if name != "tool_calls"}
    return {**others, "tool_calls": calls} if calls else others
