"""What the statistics find in logs whose causes are known."""

from dataclasses import replace

import pytest

from freshet.behaviour.causal.statistics import causes
from tests.unit.behaviour.causal.planted import DAY, START, Cause, Seen, named, noise, traced, with_effects

KINDS = ("打开微信", "news", "shop", "pay", "走路")


@pytest.mark.parametrize(("days", "lag"), [(30, 5), (30, 40), (30, 240), (30, 750), (6, 5), (6, 200)])
def test_a_planted_cause_is_found_with_its_lag_and_with_pairs_that_show_it(days: int, lag: float) -> None:
    seen = with_effects(noise(KINDS, days=days, a_day=180 / days), [Cause("打开微信", "news", lag)])
    trace = traced(seen)
    (edge,) = causes(trace).edges
    assert (edge.cause, edge.effect, edge.id, edge.type, edge.cycle) == (
        "打开微信",
        "news",
        1,
        "leads_to",
        None,
    )
    assert edge.lag == pytest.approx(lag, rel=0.1)
    assert 0 <= edge.p < 0.001
    assert edge.lift > 1.5
    assert 0.5 < edge.confidence < 1
    assert edge.support >= 0.7 * 180
    times = {id_: at for one in trace.traces for id_, at in zip(one.ids, one.starts, strict=True)}
    assert len(edge.evidence) == 20
    for cause, effect in zip(edge.evidence[::2], edge.evidence[1::2], strict=True):
        assert (cause.split("@")[0], effect.split("@")[0]) == ("打开微信", "news")
        assert times[effect] - times[cause] == pytest.approx(lag, rel=0.12)
    assert edge.evidence == sorted(edge.evidence, key=lambda id_: times[id_])


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("days", "hours"), [(40, (0, 24)), (40, (7, 9)), (5, (0, 24)), (5, (7, 9))])
def test_what_merely_happens_in_the_same_hours_makes_no_edge(
    days: int, hours: tuple[int, int], seed: int
) -> None:
    seen = noise([*KINDS, "a", "b", "c"], days=days, hours=hours, a_day=200 / days / 2, seed=seed)
    assert causes(traced(seen)).edges == []


def test_a_daily_routine_makes_no_edge_if_each_step_keeps_to_the_clock() -> None:
    wake = noise(["wake"], days=60, a_day=1, hours=(7, 8), seed=1)
    train = noise(["train"], days=60, a_day=1, hours=(8, 9), seed=2)
    found = causes(traced([*wake, *train, *noise(KINDS, days=60)]))
    assert found.edges == []
    assert found.notes == ["Nothing follows anything else more often than by chance, and in one direction."]


@pytest.mark.parametrize("share", [0.7, 1.0])
def test_a_common_cause_makes_no_edge_between_its_effects(share: float) -> None:
    fork = [Cause("fire", "alarm", 30, share), Cause("fire", "sprinkler", 45, share)]
    seen = with_effects(noise(["fire", *KINDS], a_day=8), fork)
    assert named(causes(traced(seen)).edges) == {("fire", "alarm"), ("fire", "sprinkler")}


def test_what_comes_by_way_of_another_makes_no_edge_of_its_own() -> None:
    chain = [Cause("a", "b", 20, 0.7), Cause("b", "c", 20, 0.7)]
    found = causes(traced(with_effects(noise(["a", *KINDS], a_day=8), chain)))
    assert named(found.edges) == {("a", "b"), ("b", "c")}


def test_circles_are_marked_and_what_leads_into_them_is_not() -> None:
    circle = [Cause("a", "b", 300, 0.5), Cause("b", "c", 300, 0.5), Cause("c", "a", 300, 0.5)]
    seen = with_effects(noise(["a", "b", "c", "in", *KINDS], days=60), [*circle, Cause("in", "a", 5)])
    numbers = {(edge.cause, edge.effect): edge.cycle for edge in causes(traced(seen), max_lag_s=400).edges}
    assert numbers == {("a", "b"): 1, ("b", "c"): 1, ("c", "a"): 1, ("in", "a"): None}


def test_the_longest_lag_is_kept_to() -> None:
    seen = with_effects(noise(KINDS), [Cause("shop", "pay", 1_000)])
    assert causes(traced(seen), max_lag_s=600).edges == []
    assert named(causes(traced(seen), max_lag_s=1_200).edges) == {("shop", "pay")}


def _alarms() -> list[Seen]:
    """At twelve devices: each alarm brings up the next at the same device, where all are frequent."""
    links = [Cause("0", "1", 30), Cause("2", "3", 30)]
    seen: list[Seen] = []
    for device in range(12):
        here = noise([*"02456"], days=20, a_day=4, seed=device)
        seen += with_effects([(at, label, f"device {device}", "all") for at, label, _, _ in here], links)
    return seen


@pytest.mark.parametrize("by", ["action", "type"])
def test_alarms_of_many_devices_are_looked_at_device_by_device(by: str) -> None:
    found = causes(traced(_alarms(), by))
    assert found.within == ("object" if by == "action" else None)
    assert named(found.edges) == {("0", "1"), ("2", "3")}
    apart = causes(traced(_alarms(), by), within="object")
    assert min(edge.lift for edge in apart.edges) >= min(edge.lift for edge in found.edges)


def test_within_a_session_an_effect_in_the_next_one_does_not_count() -> None:
    """The lag leads over midnight, where a session ends."""
    late = [(START + day * DAY + 23.9 * 3600, "late", "", "ann") for day in range(40)]
    seen = with_effects(
        [*late, *noise(KINDS, days=41)], [Cause("late", "snack", 1_200), Cause("shop", "pay", 30)]
    )
    whole = traced(seen)
    assert named(causes(whole, within="session").edges) == {("shop", "pay")}


def test_users_are_not_mixed_and_counted_on_the_nodes() -> None:
    seen = with_effects(noise(KINDS), [Cause("shop", "pay", 30)])
    other = [(at + 15, "other", "", "bob") for at, label, _, _ in seen if label == "shop"]
    bob = [(at + 7, label, what, "bob") for at, label, what, _ in seen if label in {"shop", "pay"}]
    found = causes(traced([*seen, *bob, *other]))
    assert ("shop", "pay") in named(found.edges)
    assert all(node.users == 2 for node in found.nodes if node.label in {"shop", "pay"})
    assert not {edge for edge in named(found.edges) if edge == ("other", "走路")}


def test_the_same_traces_give_the_same_edges_however_labels_are_numbered() -> None:
    trace = traced(with_effects(noise(KINDS), [Cause("shop", "pay", 30), Cause("news", "shop", 100)]))
    turned = replace(
        trace,
        labels=trace.labels[::-1],
        traces=[
            replace(one, labels=[len(trace.labels) - 1 - at for at in one.labels]) for one in trace.traces
        ],
    )
    assert causes(trace) == causes(turned)


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [(START, "a", "", "ann")],
        [(START, label, "", "ann") for label in "ab" for _ in range(50)],
        [(START + 7e9 * (label == "b"), label, "", "ann") for label in "ab" for _ in range(50)],
    ],
)
def test_where_there_is_nothing_to_count_there_is_no_edge_and_a_note_says_why(seen: list[Seen]) -> None:
    found = causes(traced(seen))
    assert (found.edges, found.nodes) == ([], [])
    assert found.notes
