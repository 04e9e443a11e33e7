"""Streamed answers taken apart; every event is held to the schema that the API reference shows."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from freshet.sse import event_schema
from tests.functions.sandbox import Answer

_SCHEMA = Draft202012Validator(event_schema())

Events = list[tuple[str, dict[str, Any]]]


def frames(answer: Answer) -> Events:
    """The (id, data) of each event before `[DONE]`; comments are left out."""
    events = broken_off(answer)
    assert answer.body.endswith(b"\n\ndata: [DONE]\n\n") or answer.body == b"data: [DONE]\n\n"
    return events


def broken_off(answer: Answer) -> Events:
    """The (id, data) of each whole event of a stream that may lack its end."""
    assert answer.status == 200, answer.body
    *events, _ = answer.body.decode().split("\n\n")
    fields = [_fields(one) for one in events if not one.startswith(":") and one != "data: [DONE]"]
    found = [(one["id"], json.loads(one["data"])) for one in fields]
    for _, data in found:
        _SCHEMA.validate(data)
    return found


async def told(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """The events of a stream as they come."""
    async for line in answer.aiter_lines():
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))


def written(events: Events) -> str:
    """What a client has on its screen after the events."""
    shown = ""
    for _, data in events:
        shown = "" if "reset" in data else shown + data.get("content", "")
    return shown


def folded(events: Events) -> dict[str, Any]:
    """What a client makes of the events by the contract: text, reasoning, calls with their results."""
    text, reasoning, calls = "", "", dict[int, dict[str, Any]]()
    for _, data in events:
        if "reset" in data:
            text, reasoning, calls = "", "", {}
        text += data.get("content", "")
        reasoning += data.get("reasoning", "")
        if piece := data.get("tool_call"):
            begun = {"id": piece["id"], "name": piece["name"], "arguments": ""}
            calls.setdefault(piece["index"], begun)["arguments"] += piece["arguments"]
        if result := data.get("tool_result"):
            (answered,) = (call for call in calls.values() if call["id"] == result["id"])
            answered["result"] = result["content"]
    return {"output": text, "reasoning": reasoning, "tool_calls": [calls[index] for index in sorted(calls)]}


def _fields(event: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in event.splitlines())
