"""The event graph: which kind of step directly follows which, how often, and how much later.

A directly-follows graph in the sense of W. van der Aalst, Process Mining, 2nd ed., Springer 2016, 6.3 (and
his "A practitioner's guide to process mining: limitations of the directly-follows graph", 2019, on what it
does not say). A session is a case; over the end of one nothing follows. That A is followed by B says nothing
of causes: that is `freshet.behaviour.causal`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from freshet.behaviour.graph.columns import Columns, columns
from freshet.behaviour.graph.trace import Traced
from freshet.behaviour.requests import By, Of

if TYPE_CHECKING:
    from freshet.behaviour.graph.columns import Numbers, Seconds

NODES = 1_000  # listed: the most frequent ones, and whatever a listed edge touches


class Node(BaseModel):
    """A kind of step. `starts` and `ends` are the sequences that begin and end with it."""

    model_config = ConfigDict(frozen=True)

    id: int
    label: str
    count: int
    users: int
    starts: int
    ends: int


class Edge(BaseModel):
    """`target` came directly after `source`; lags are from start to start."""

    model_config = ConfigDict(frozen=True)

    source: int = Field(description="a node's id")
    target: int = Field(description="a node's id")
    count: int
    users: int
    median_lag_seconds: float
    p90_lag_seconds: float


class EventGraph(BaseModel):
    """What follows what, in one user's sequences or in all; the most frequent comes first."""

    model_config = ConfigDict(frozen=True)

    of: Of
    by: By
    covered: float = Field(description="share of the steps that were counted")
    sequences: int
    steps: int
    node_count: int = Field(description="of all nodes, listed or not")
    edge_count: int = Field(description="of all edges that are frequent enough, listed or not")
    nodes: list[Node]
    edges: list[Edge]


def directly_follows(traced: Traced, *, min_count: int = 1, limit: int = 500) -> EventGraph:
    """Counts it: the `limit` most frequent edges of those seen `min_count` times. Work for a thread.

    A node's `id` is its rank. Equally frequent nodes are in the order of their labels, edges in that of
    their nodes: the same traces give the same graph, in whatever order labels are numbered.
    """
    steps = columns(traced)
    ranked = _ranked(traced.labels, steps)
    frequent, listed = _edges(steps, ranked, min_count, limit)
    nodes = _nodes(traced.labels, steps, ranked)
    touched = {place for edge in listed for place in (edge.source, edge.target)}
    return EventGraph(
        of=traced.of,
        by=traced.by,
        covered=traced.covered,
        sequences=len(traced.traces),
        steps=traced.steps,
        node_count=len(nodes),
        edge_count=frequent,
        nodes=[node for node in nodes if node.id < NODES or node.id in touched],
        edges=listed,
    )


def _ranked(labels: Sequence[str], steps: Columns) -> "Numbers":
    """Labels in the order of their frequency: those that occur."""
    import numpy as np

    counts = np.bincount(steps.labels, minlength=len(labels)).tolist()
    found = [label for label, count in enumerate(counts) if count]
    return np.array(sorted(found, key=lambda label: (-counts[label], labels[label])), np.int64)


def _nodes(labels: Sequence[str], steps: Columns, ranked: "Numbers") -> list[Node]:
    import numpy as np

    size = len(labels)
    first = np.flatnonzero(np.diff(steps.traces, prepend=-1))
    last = np.flatnonzero(np.diff(steps.traces, append=-1))
    counted = (
        np.bincount(steps.labels, minlength=size),
        _users(steps.labels, steps.users[steps.traces], size),
        np.bincount(steps.labels[first], minlength=size),
        np.bincount(steps.labels[last], minlength=size),
    )
    rows = zip(ranked.tolist(), *(column[ranked].tolist() for column in counted), strict=True)
    return [
        Node(id=rank, label=labels[label], count=count, users=users, starts=starts, ends=ends)
        for rank, (label, count, users, starts, ends) in enumerate(rows)
    ]


def _users(kinds: "Numbers", users: "Numbers", size: int) -> "Numbers":
    """How many different users each kind has."""
    import numpy as np

    many = int(np.max(users, initial=0)) + 1
    found: Numbers = np.bincount(np.unique(kinds * many + users) // many, minlength=size)
    return found


def _edges(steps: Columns, ranked: "Numbers", min_count: int, limit: int) -> tuple[int, list[Edge]]:
    """How many are frequent enough, and the most frequent ones of them."""
    import numpy as np

    source = np.flatnonzero(steps.traces[1:] == steps.traces[:-1])
    size = int(np.max(ranked, initial=0)) + 1
    rank = np.zeros(size, np.int64)
    rank[ranked] = np.arange(len(ranked))
    pairs = rank[steps.labels[source]] * size + rank[steps.labels[source + 1]]
    found, kinds, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    median, late = _lags(kinds, steps.starts[source + 1] - steps.starts[source], counts)
    users = _users(kinds, steps.users[steps.traces[source]], len(found))
    order = np.lexsort((found, -counts))[: np.count_nonzero(counts >= min_count)]
    rows = (found // size, found % size, counts, users, median, late)
    return len(order), [
        Edge(
            source=source,
            target=target,
            count=count,
            users=who,
            median_lag_seconds=round(middle, 3),
            p90_lag_seconds=round(end, 3),
        )
        for source, target, count, who, middle, end in zip(
            *(row[order[:limit]].tolist() for row in rows), strict=True
        )
    ]


def _lags(kinds: "Numbers", lags: "Seconds", counts: "Numbers") -> tuple["Seconds", "Seconds"]:
    """Of each kind the median, and the least lag that nine tenths do not exceed (nearest rank)."""
    import numpy as np

    ordered = lags[np.lexsort((lags, kinds))]
    first = np.cumsum(counts) - counts
    median = (ordered[first + (counts - 1) // 2] + ordered[first + counts // 2]) / 2
    return median, ordered[first + -(-9 * counts // 10) - 1]
