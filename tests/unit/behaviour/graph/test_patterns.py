from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from freshet.behaviour.graph import patterns
from freshet.behaviour.graph.patterns import Pattern, frequent_patterns
from freshet.behaviour.requests import PatternScope
from freshet.errors import Invalid
from tests.unit.behaviour.graph import counting
from tests.unit.behaviour.graph.counting import Said

ALL = 10**6  # patterns
GAPS = st.sampled_from([None, 0, 1, 2])
LONGEST = st.integers(1, 4)
SUPPORT = st.sampled_from([0.3, 0.5, 1, 2])


def ranked(patterns: Sequence[Pattern]) -> list[tuple[int, int]]:
    return [(pattern.support, len(pattern.items)) for pattern in patterns]


@given(counting.SAID, LONGEST, GAPS, SUPPORT, st.integers(1, 9))
def test_patterns_are_those_of_walking_every_occurrence(
    said: Said, longest: int, gap: int | None, support: float, limit: int
) -> None:
    traced = counting.traced(said, reverse=True)
    find = partial(
        frequent_patterns, traced, min_support=support, min_length=1, max_length=longest, max_gap=gap
    )
    found = find(limit=ALL)
    took = counting.patterns(traced, longest, gap)
    truth = {items: by for items, by in took.items() if len(by) >= found.least_support}
    assert {tuple(pattern.items) for pattern in found.patterns} == truth.keys()
    assert not found.truncated
    assert ranked(found.patterns) == sorted(ranked(found.patterns), reverse=True)
    for pattern in found.patterns:
        by = truth[tuple(pattern.items)]
        assert (pattern.support, pattern.users) == (len(by), len({said[number][0] for number in by}))
        assert pattern.median_duration_seconds == median(by.values())
        _check_example(pattern, said, gap, by)
    best = find(limit=limit)
    assert ranked(best.patterns) == ranked(found.patterns)[:limit]


def _check_example(pattern: Pattern, said: Said, gap: int | None, took: dict[int, float]) -> None:
    (number, *_), *_ = steps = [tuple(map(int, id_.split("."))) for id_ in pattern.example]
    _, text, starts = said[number]
    places = [place for _, place in steps]
    assert [text[place] for place in places] == pattern.items
    assert all(
        0 < after - before <= (len(text) if gap is None else gap + 1) for before, after in pairwise(places)
    )
    assert starts[places[-1]] - starts[places[0]] == took[number] == min(took.values())


@given(counting.SAID, LONGEST, GAPS)
def test_closed_patterns_are_those_that_no_longer_one_stands_for(
    said: Said, longest: int, gap: int | None
) -> None:
    traced = counting.traced(said)
    found = frequent_patterns(
        traced, min_support=1, min_length=1, max_length=longest, max_gap=gap, limit=ALL, closed=True
    )
    all_ = {items: by.keys() for items, by in counting.patterns(traced, longest, gap).items()}
    assert {tuple(pattern.items) for pattern in found.patterns} == {
        items
        for items, by in all_.items()
        if not any(len(more) > len(items) and by == all_[more] and _within(items, more) for more in all_)
    }


def _within(items: Sequence[str], more: Sequence[str]) -> bool:
    rest = iter(more)
    return all(item in rest for item in items)


@pytest.mark.parametrize(
    ("sequences", "asked", "least"), [(100, 0.07, 7), (10, 0.05, 2), (10, 1, 1), (10, 3.0, 3), (0, 0.5, 2)]
)
def test_support_is_a_share_or_a_number(sequences: int, asked: float, least: int) -> None:
    traced = counting.traced([("a", "xy", [0, 1])] * sequences)
    assert frequent_patterns(traced, min_support=asked).least_support == least


@pytest.mark.parametrize("asked", [0, float("inf"), float("nan")])
def test_a_support_that_is_no_number_of_sequences_is_refused(asked: float) -> None:
    with pytest.raises(ValidationError):
        PatternScope(min_support=asked)


def test_lengths_that_leave_nothing_are_refused() -> None:
    with pytest.raises(Invalid, match=r"min_length \(5\) is above max_length \(2\)"):
        frequent_patterns(counting.traced([]), min_length=5, max_length=2)


def test_equals_without_number_are_not_all_looked_for() -> None:
    """Of 24 kinds that all sequences have there are eight million patterns of five, each as good."""
    text = "abcdefghijklmnopqrstuvwx" * 10
    traced = counting.traced([("a", text, range(len(text)))] * 3)
    for closed in (False, True):
        found = frequent_patterns(traced, closed=closed, limit=10)
        assert ranked(found.patterns) == [(3, 5)] * 10
        assert not found.truncated


def test_what_takes_too_long_is_given_up_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_GROWN", 100)
    traced = counting.traced([("a", text, range(len(text))) for text in ("abcdefghi", "ihgfedcba") * 3])
    found = frequent_patterns(traced, min_length=4, limit=500)
    assert found.truncated
    assert {(pattern.support, len(pattern.items)) for pattern in found.patterns} == {(3, 4), (3, 5)}
    monkeypatch.setattr(patterns, "_GROWN", 30)
    long = frequent_patterns(traced, min_length=5, limit=500)
    assert long.truncated
    assert {(pattern.support, len(pattern.items)) for pattern in long.patterns} == {(3, 5)}
