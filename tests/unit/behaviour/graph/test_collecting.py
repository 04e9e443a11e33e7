from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from freshet.behaviour.graph.collecting import Collected
from freshet.behaviour.graph.steps import Step

USERS = st.lists(st.lists(st.integers(0, 6), max_size=4), max_size=6)  # of each the lengths of sequences


@given(USERS, st.integers(6, 30))
@example([[1], [2], [4], [6], [3]], 6)
@example([[1], [2], [4], [6], [2]], 6)
def test_of_too_many_steps_each_user_keeps_the_newest_and_an_equal_share(
    users: list[list[int]], most: int
) -> None:
    collected = Collected(most)
    steps: dict[str, list[str]] = {}
    for user, lengths in enumerate(users):
        at = iter(range(1_000))
        sequences = [[Step("use", "", float(n := next(at)), str(n)) for _ in range(many)] for many in lengths]
        collected.add(str(user), sequences)
        steps[str(user)] = [step.id for sequence in sequences for step in sequence]
    traced = collected.traced("behaviors", "action", lambda kind, _: kind)
    kept: dict[str, list[str]] = {user: [] for user in steps}
    for trace in traced.traces:
        kept[trace.user_id] += trace.ids
    total = sum(map(len, steps.values()))
    assert all(steps[user][-len(ids) :] == ids for user, ids in kept.items() if ids)
    assert sum(map(len, kept.values())) <= most
    cut = Counter(len(ids) for user, ids in kept.items() if len(ids) < len(steps[user]))
    assert len(cut) <= 1  # all who lose some keep as many
    share = max(cut, default=most)
    assert all(len(ids) == min(len(steps[user]), share) for user, ids in kept.items())
    assert traced.covered == round(sum(map(len, kept.values())) / total if total else 1.0, 6)
    if cut:
        assert sum(min(len(ids), share + 1) for ids in steps.values()) > most  # no more would fit
