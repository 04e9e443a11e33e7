"""Causal graphs on the table."""

import random

import pytest

from freshet.behaviour.causal.graph import CausalEdge, CausalGraph, CausalNode
from freshet.behaviour.causal.kept import CausalGraphs
from freshet.errors import NotFound
from freshet.ids import new_id


def graph(user_id: str | None = None, edges: int = 1, name: int = 3) -> CausalGraph:
    """With names of so many characters, of which there are a hundred at most."""
    chance = random.Random(1)
    ids = [f"{chance.getrandbits(64):016x}" for _ in range(20 * edges)]
    han = [chr(0x4E00 + number) for number in range(20_000)]
    names = ["".join(chance.choices(han, k=name)) for _ in range(min(edges + 1, 100))]
    return CausalGraph(
        id=new_id(),
        created_at="2026-03-01T00:00:00.000+00:00",
        user_id=user_id,
        of="events",
        by="title",
        max_lag_seconds=3600,
        steps=9,
        covered=1,
        nodes=[CausalNode(id=at + 1, label=label, count=9, users=1) for at, label in enumerate(names)],
        edges=[
            CausalEdge(
                id=number + 1,
                cause=names[number % 100],
                effect=names[(number + 1) % 100],
                lag=2.5,
                lift=3,
                p=0.01,
                support=30,
                confidence=0.5,
                evidence=ids[20 * number : 20 * number + 20],
            )
            for number in range(edges)
        ],
        judged=False,
    )


async def test_a_graph_is_found_by_its_id_as_the_newest_and_in_the_list(
    owner: str, graphs: CausalGraphs
) -> None:
    ann, all_, bob = [await graphs.keep(owner, graph(user)) for user in ("ann", None, "bob")]
    again = await graphs.keep(owner, bob)
    assert await graphs.get(owner, ann.id) == ann
    assert await graphs.newest(owner) == bob == again
    assert await graphs.newest(owner, "ann") == ann
    first = await graphs.page(owner, 2)
    rest = await graphs.page(owner, 2, first.next_cursor)
    assert [one.id for one in first.items + rest.items] == [bob.id, all_.id, ann.id]
    assert [(one.user_id, one.edges) for one in first.items] == [("bob", 1), (None, 1)]
    assert rest.next_cursor is None
    await graphs.forget(owner, "ann")
    assert [one.id for one in (await graphs.page(owner, 9)).items] == [bob.id, all_.id]


async def test_what_is_not_there_or_somebody_elses_is_not_found(owner: str, graphs: CausalGraphs) -> None:
    kept = await graphs.keep(owner, graph("ann"))
    for missing in (
        graphs.get(f"{owner}-other", kept.id),
        graphs.get(owner, "x" * 3_000),
        graphs.delete(owner, "x" * 3_000),
        graphs.newest(owner, "bob"),
        graphs.newest(f"{owner}-other"),
    ):
        with pytest.raises(NotFound):
            await missing


async def test_of_a_graph_that_is_too_large_every_edge_keeps_some_evidence(
    owner: str, graphs: CausalGraphs
) -> None:
    large = graph(edges=2_000, name=500)
    kept = await graphs.keep(owner, large)
    assert await graphs.get(owner, large.id) == kept
    assert {len(edge.evidence) for edge in kept.edges} == {4}
    assert [edge.cause for edge in kept.edges] == [edge.cause for edge in large.edges]
