"""Streamed answers taken apart; every event is held to the schema that the API reference shows."""

import json
from typing import Any

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


def written(events: Events) -> str:
    """What a client has on its screen after the events."""
    shown = ""
    for _, data in events:
        shown = "" if "reset" in data else shown + data.get("content", "")
    return shown


def _fields(event: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in event.splitlines())
