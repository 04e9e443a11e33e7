"""Cycles, compared with what can be reached from where."""

from hypothesis import given
from hypothesis import strategies as st

from freshet.behaviour.causal.cycles import cycles

NODES = st.integers(0, 7)


@given(st.lists(st.tuples(NODES, NODES), max_size=20, unique=True))
def test_an_edge_is_in_a_cycle_if_its_cause_can_be_reached_from_its_effect(
    edges: list[tuple[int, int]],
) -> None:
    reached = set(edges)
    for through in range(8):
        reached |= {(a, d) for a, b in reached if b == through for c, d in reached if c == through}
    found = cycles(edges)
    assert set(found) == {
        (cause, effect) for cause, effect in edges if (effect, cause) in reached or cause == effect
    }
    for one, number in found.items():
        for other, same in found.items():
            together = one[0] == other[0] or {(one[0], other[0]), (other[0], one[0])} <= reached
            assert (number == same) == together
    assert sorted(set(found.values())) == list(range(1, len(set(found.values())) + 1))
