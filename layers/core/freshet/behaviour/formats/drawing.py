"""Drawings: a causal graph or an event graph as nodes, edges and what is known of them, for all formats.

What does not belong here: what a format escapes, or can't say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from freshet.behaviour.causal.graph import CausalEdge, CausalGraph
from freshet.behaviour.graph.follows import Edge, EventGraph, Node
from freshet.download import writable

Value = str | int | float | bool
Known = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Line:
    """An edge, between places in the drawing's nodes. `faint`: it is doubted that there is one."""

    source: int
    target: int
    label: str
    known: Known
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph. `ends` is what its edges' ends are called; `edges` have the heaviest first."""

    title: str
    ends: tuple[str, str]
    known: Known
    labels: Sequence[str]
    nodes: Sequence[Known]
    edges: Sequence[Line] = field(default_factory=list)


def drawn(graph: CausalGraph | EventGraph) -> Drawing:
    """The drawing of a graph: texts on one line, without characters that can't be written."""
    return _causal(graph) if isinstance(graph, CausalGraph) else _follows(graph)


def _causal(graph: CausalGraph) -> Drawing:
    labels = [node.label for node in graph.nodes]
    labels += [end for edge in graph.edges for end in (edge.cause, edge.effect)]
    places = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    known = {node.label: _sound(count=node.count, users=node.users) for node in graph.nodes}
    edges = [_caused(edge, places) for edge in sorted(graph.edges, key=lambda one: -one.confidence)]
    return Drawing(
        title=f"causal graph {graph.id}",
        ends=("cause", "effect"),
        known=_sound(
            created_at=graph.created_at,
            user_id=graph.user_id,
            of=graph.of,
            by=graph.by,
            within=graph.within,
            max_lag_seconds=graph.max_lag_seconds,
            steps=graph.steps,
            covered=graph.covered,
            model=graph.model,
            judged=graph.judged,
            note=graph.note,
        ),
        labels=[_line(label) for label in places],
        nodes=[known.get(label, {}) for label in places],
        edges=edges,
    )


def _caused(edge: CausalEdge, places: Mapping[str, int]) -> Line:
    opinion = edge.model_opinion
    verdict = opinion.verdict if opinion else None
    return Line(
        places[edge.cause],
        places[edge.effect],
        f"{edge.type} {edge.confidence:.2f}",
        _sound(
            id=edge.id,
            type=edge.type,
            confidence=edge.confidence,
            lag_seconds=edge.lag,
            lift=edge.lift,
            p=edge.p,
            support=edge.support,
            cycle=edge.cycle,
            verdict=verdict,
            reason=opinion.reason if opinion else None,
            evidence=_joined(edge.evidence),
        ),
        faint=verdict == "rejects",
    )


def _follows(graph: EventGraph) -> Drawing:
    places = {node.id: place for place, node in enumerate(graph.nodes)}
    return Drawing(
        title="event graph",
        ends=("source", "target"),
        known=_sound(
            of=graph.of,
            by=graph.by,
            covered=graph.covered,
            sequences=graph.sequences,
            steps=graph.steps,
            node_count=graph.node_count,
            edge_count=graph.edge_count,
        ),
        labels=[_line(node.label) for node in graph.nodes],
        nodes=[_counted(node) for node in graph.nodes],
        edges=[_followed(edge, places) for edge in graph.edges],
    )


def _counted(node: Node) -> Known:
    return _sound(count=node.count, users=node.users, starts=node.starts, ends=node.ends)


def _followed(edge: Edge, places: Mapping[int, int]) -> Line:
    known = edge.model_dump(exclude={"source", "target"})
    return Line(places[edge.source], places[edge.target], str(edge.count), _sound(**known))


def _sound(**known: Value | None) -> Known:
    """What is known, and can be written."""
    return {
        name: _line(value) if isinstance(value, str) else value
        for name, value in known.items()
        if value is not None and not (isinstance(value, float) and not isfinite(value))
    }


def _line(text: str) -> str:
    return " ".join(writable(text).split())


def _joined(ids: Iterable[str]) -> str:
    return " ".join(ids)
