"""The events of a run: frozen values that a capability yields and the edge encodes.

A capability is an `AsyncIterator[RunEvent]`: first `Started`, then content, then one `Done`. Numbering,
usage, metrics, errors, journal, heartbeats and wire formats are added around it (`freshet.runs`,
`freshet.sse`). The shapes on the wire are in the API reference, section "Streams".
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Started:
    """The run is under way; `data` goes out beside it (`model`, `sources`, …)."""

    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of the model's reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A delta of a tool call; `arguments` are pieces of JSON text, joined by `index`."""

    index: int
    id: str | None
    name: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered to the call `id`."""

    id: str
    content: str


@dataclass(frozen=True, slots=True)
class Item:
    """One finished question, event, edge …"""

    item: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reset:
    """What was shown since the start (or the last reset) is void; the answer begins again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """The result; its keys are the capability's own (`output`, `citations`, …)."""

    final_response: dict[str, Any]


RunEvent = Started | Content | Reasoning | ToolCall | ToolResult | Item | Reset | Done
