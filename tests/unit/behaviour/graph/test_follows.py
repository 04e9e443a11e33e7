from statistics import median

import pytest
from hypothesis import given

from freshet.behaviour.graph.follows import Edge, directly_follows
from tests.unit.behaviour.graph import counting
from tests.unit.behaviour.graph.counting import Said


@given(counting.SAID)
def test_counts_are_those_of_walking_from_step_to_step(said: Said) -> None:
    traced = counting.traced(said)
    graph = directly_follows(traced, limit=10**6)
    names = [node.label for node in graph.nodes]
    found = {(names[edge.source], names[edge.target]): edge for edge in graph.edges}
    truth = counting.lags(traced)
    assert found.keys() == truth.keys()
    for pair, lags in truth.items():
        edge, seconds = found[pair], sorted(lag for _, lag in lags)
        assert (edge.count, edge.users) == (len(lags), len({user for user, _ in lags}))
        assert edge.median_lag_seconds == median(seconds)
        assert edge.p90_lag_seconds == next(
            s for s in seconds if sum(one <= s for one in seconds) >= 0.9 * len(lags)
        )
    for node in graph.nodes:
        assert node.count == sum(text.count(node.label) for _, text, _ in said)
        assert node.starts == sum(text.startswith(node.label) for _, text, _ in said)
        assert node.ends == sum(text.endswith(node.label) for _, text, _ in said)
        assert node.users == len({user for user, text, _ in said if node.label in text})


@given(counting.SAID)
def test_the_order_of_labels_changes_nothing(said: Said) -> None:
    graph = directly_follows(counting.traced(said))
    assert graph == directly_follows(counting.traced(said, reverse=True))
    assert [node.id for node in graph.nodes] == list(range(graph.node_count))


def test_rare_edges_are_left_out_then_those_beyond_the_limit() -> None:
    traced = counting.traced([("a", "abababcb", range(8))])
    graph = directly_follows(traced, min_count=2, limit=1)
    assert graph.edges == [
        Edge(source=1, target=0, count=3, users=1, median_lag_seconds=1, p90_lag_seconds=1)
    ]
    assert (graph.edge_count, graph.node_count, graph.sequences, graph.steps) == (2, 3, 1, 8)


@pytest.mark.parametrize("said", [[], [("a", "", [])], [("a", "x", [0.0])]])
def test_where_nothing_follows_there_are_no_edges(said: Said) -> None:
    assert directly_follows(counting.traced(said)).edges == []
