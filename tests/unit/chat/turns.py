"""Turns as runs make them."""

import time
from typing import Any

from freshet.chat.turn import Turn, begun
from freshet.ids import new_id

METRICS = {"prompt_tokens": 7, "completion_tokens": 3, "cost": 0.25, "currency": "USD", "ttft_ms": 12.5}

_given = [0]  # the milliseconds of the id that was given last


def ulid(seconds: float) -> str:
    """One of that time."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    milliseconds = int(seconds * 1000)
    return "".join(alphabet[(milliseconds >> shift) & 31] for shift in range(45, -1, -5)) + new_id()[10:]


def next_id() -> str:
    """An id of five minutes ago that sorts after those before: of two of one millisecond nobody knows."""
    _given[0] = max(_given[0] + 1, int((time.time() - 300) * 1000))
    return ulid(_given[0] / 1000)


def asked(prompt: str, *messages: dict[str, Any]) -> Turn:
    """A turn that begins: the messages, and the prompt if there is one."""
    own = [{"role": "user", "content": prompt}] if prompt else []
    return begun(next_id(), [*messages, *own], model="gpt-4.1", model_id=1)


def done(turn: Turn, output: str, *messages: dict[str, Any], **final: Any) -> Turn:
    """It with an answer: the messages if there are some, else the text alone."""
    kept = list(messages) or [{"role": "assistant", "content": output}]
    response = {"output": output, "finish_reason": "stop", "messages": kept, **final}
    return turn.ended({"done": True, "final_response": response, "metrics": METRICS})


def failed(turn: Turn, partial: str = "") -> Turn:
    """It broken off after `partial`, as `freshet.runs` tells of it."""
    problem = {"code": "model_cut", "detail": "The model's answer was cut off", "status": 502}
    response = {"output": partial, "finish_reason": "model_cut"}
    return turn.ended({"final_response": response, "status": "error", "problem": problem, "metrics": METRICS})


def stopped(turn: Turn, partial: str = "") -> Turn:
    response = {"output": partial, "finish_reason": "stopped"}
    return turn.ended({"final_response": response, "status": "stopped", "metrics": METRICS})


def call(*ids: str, content: str | None = None) -> dict[str, Any]:
    """An assistant's message with calls."""
    calls = [
        {"id": id_, "type": "function", "function": {"name": "lookup", "arguments": '{"q": "水"}'}}
        for id_ in ids
    ]
    return {"role": "assistant", "content": content, "tool_calls": calls}


def result(id_: str, content: str = "found") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id_, "content": content}
