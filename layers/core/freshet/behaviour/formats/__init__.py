"""Formats: graphs and events as files to take away.

    drawing   a graph as all formats take it: nodes, edges, and what is known of them
    graphml, mermaid, tabular, xes    what the formats' names say

The same graph is the same bytes each time. What does not belong here: HTTP, and where graphs and events are
kept.
"""

import asyncio
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

import orjson

from freshet.behaviour.causal.graph import CausalGraph
from freshet.behaviour.event import Event
from freshet.behaviour.formats.drawing import drawn
from freshet.behaviour.graph.follows import EventGraph
from freshet.behaviour.requests import EventFormat, GraphFormat
from freshet.download import Download, filename, writable

_JSON = ("application/json", "json")
_CSV = ("text/csv; charset=utf-8", "csv")
_GRAPHS: dict[GraphFormat, tuple[str, str]] = {
    "json": _JSON,
    "graphml": ("application/graphml+xml", "graphml"),
    "mermaid": ("text/vnd.mermaid; charset=utf-8", "mmd"),
    "csv": _CSV,
}
_EVENTS: dict[EventFormat, tuple[str, str]] = {"json": _JSON, "csv": _CSV, "xes": ("application/xml", "xes")}
_MODULES = {"csv": "tabular"}


async def exported_causal_graph(format_: GraphFormat, graph: CausalGraph) -> Download:
    """The graph as a file of that format. CSV has a row an edge; Mermaid only what its readers draw."""
    data = await asyncio.to_thread(_graph, format_, graph)
    return _named(data, _GRAPHS[format_], f"causal graph {graph.user_id or ''}", "causal graph")


async def exported_event_graph(format_: GraphFormat, graph: EventGraph) -> Download:
    """The same of an event graph."""
    data = await asyncio.to_thread(_graph, format_, graph)
    return _named(data, _GRAPHS[format_], "event graph", "event graph")


async def exported_events(
    format_: EventFormat, user_id: str, sessions: Sequence[Sequence[Event]]
) -> Download:
    """A user's events as a file of that format: in XES a trace a session, else one after another."""
    data = await asyncio.to_thread(_events, format_, user_id, sessions)
    return _named(data, _EVENTS[format_], f"events {user_id}", "events")


def _graph(format_: GraphFormat, graph: CausalGraph | EventGraph) -> bytes:
    if format_ == "json":
        return graph.model_dump_json(indent=2).encode() + b"\n"
    data: bytes = _module(format_).graph(drawn(graph))
    return data


def _events(format_: EventFormat, user_id: str, sessions: Sequence[Sequence[Event]]) -> bytes:
    if format_ == "json":
        events = [event.model_dump() for session in sessions for event in session]
        shown = {"user_id": user_id, "event_count": len(events), "events": events}
        return orjson.dumps(shown, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    data: bytes = _module(format_).events(user_id, sessions)
    return data


def _module(format_: str) -> ModuleType:
    return import_module(f"{__name__}.{_MODULES.get(format_, format_)}")


def _named(data: bytes, type_: tuple[str, str], title: str, otherwise: str) -> Download:
    media_type, suffix = type_
    return Download(data, media_type, filename(writable(title), suffix, otherwise=otherwise), otherwise)
