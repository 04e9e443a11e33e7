"""What is exported in tests: graphs and events whose texts are as bad as texts get."""

from itertools import pairwise

from freshet.behaviour.causal.graph import CausalEdge, CausalGraph, CausalNode, ModelOpinion
from freshet.behaviour.event import Event
from freshet.behaviour.graph.follows import Edge, EventGraph, Node

NASTY = (
    '打开 "微信" <b>&amp;</b>',
    "end\n]]> --> n1[x]",
    '=HYPERLINK("http://a.example";1)',
    "%%{init: {}}%% `*a*` #quot; fa:fa-ban style x:#f;",
    "\x00\x0b\ud800 ：1. 列表",
    "➕ 表情 👩‍👩‍👧",
)


def event_graph(labels: tuple[str, ...] = NASTY) -> EventGraph:
    """Each label follows the one before it."""
    nodes = [
        Node(id=place, label=label, count=9 - place, users=2, starts=0, ends=1)
        for place, label in enumerate(labels)
    ]
    edges = [
        Edge(
            source=at,
            target=at + 1,
            count=len(labels) - at,
            users=1,
            median_lag_seconds=1.5,
            p90_lag_seconds=20.0,
        )
        for at in range(len(labels) - 1)
    ]
    return EventGraph(
        of="events",
        by="title",
        covered=1.0,
        sequences=3,
        steps=30,
        node_count=len(nodes),
        edge_count=len(edges),
        nodes=nodes,
        edges=edges,
    )


def causal_graph(labels: tuple[str, ...] = NASTY) -> CausalGraph:
    """Each label causes the next one; a model has opinions on two edges and rejects the second."""
    opinions = [
        ModelOpinion(verdict="supports", reason="+1, \x07明显"),
        ModelOpinion(verdict="rejects", reason="=1+1"),
    ]
    edges = [
        CausalEdge(
            id=at + 1,
            cause=cause,
            effect=effect,
            lag=40.0,
            lift=4.25,
            p=0.0 if at else 1e-12,
            support=35,
            confidence=0.9 - at / 10,
            evidence=["e1", "e2"],
            model_opinion=dict(enumerate(opinions)).get(at),
            cycle=1 if at == 2 else None,
        )
        for at, (cause, effect) in enumerate(pairwise(labels))
    ]
    return CausalGraph(
        id="01JG",
        created_at="2026-03-08T00:00:00Z",
        user_id="用户/1",
        of="events",
        by="title",
        max_lag_seconds=3600,
        steps=30,
        covered=1.0,
        nodes=[CausalNode(id=at, label=label, count=9, users=2) for at, label in enumerate(labels, 1)],
        edges=edges,
        model=None,
        judged=True,
        note="line\none",
    )


def event(number: int, title: str, type_: str = "work") -> Event:
    return Event(
        id=f"{number:016x}",
        user_id="用户/1",
        type=type_,
        title=title,
        start=f"2026-03-02T08:0{number}:00+08:00",
        end=f"2026-03-02T08:0{number}:30.500+08:00",
        behaviours=[f"b{number}", f"c{number}"],
        confidence=0.8,
    )


SESSIONS = [[event(1, NASTY[0]), event(2, NASTY[2], "news")], [], [event(3, NASTY[5])]]
