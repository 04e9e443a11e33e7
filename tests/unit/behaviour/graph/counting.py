"""Counted without any cleverness: every occurrence is walked. What the product's counting must come to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from hypothesis import strategies as st

from freshet.behaviour.graph.trace import Trace, Traced

Items = tuple[str, ...]
Said = Sequence[tuple[str, str, Sequence[float]]]  # of each sequence its user, its labels, their times

_STEPS = st.lists(st.tuples(st.sampled_from("微bcd"), st.integers(0, 9)), max_size=8)
SAID = st.lists(
    st.tuples(st.sampled_from("uvw"), _STEPS).map(
        lambda drawn: (
            drawn[0],
            "".join(label for label, _ in drawn[1]),
            [float(sum(lag for _, lag in drawn[1][: place + 1])) for place in range(len(drawn[1]))],
        )
    ),
    max_size=6,
)


def traced(sequences: Said, *, reverse: bool = False) -> Traced:
    """A label is a character, an id `<sequence>.<place>`; `reverse` numbers labels the other way round."""
    labels = sorted({label for _, said, _ in sequences for label in said}, reverse=reverse)
    traces = [
        Trace(
            user_id=user,
            labels=[labels.index(label) for label in said],
            objects=[0] * len(said),
            starts=times,
            ids=[f"{number}.{place}" for place in range(len(said))],
        )
        for number, (user, said, times) in enumerate(sequences)
    ]
    return Traced("behaviors", "action", labels, [""], traces)


def lags(found: Traced) -> dict[tuple[str, str], list[tuple[str, float]]]:
    """Of each pair that follows directly the users and the lags."""
    pairs: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for trace in found.traces:
        for (one, begun), (other, then) in pairwise(zip(trace.labels, trace.starts, strict=True)):
            pairs[found.labels[one], found.labels[other]].append((trace.user_id, then - begun))
    return pairs


def patterns(found: Traced, longest: int, max_gap: int | None) -> dict[Items, dict[int, float]]:
    """Of each pattern the traces that have it, and how long its shortest occurrence there takes."""
    took: dict[Items, dict[int, float]] = defaultdict(dict)
    for number, trace in enumerate(found.traces):
        for places in _occurrences(len(trace.ids), longest, max_gap):
            items = tuple(found.labels[trace.labels[place]] for place in places)
            duration = trace.starts[places[-1]] - trace.starts[places[0]]
            took[items][number] = min(duration, took[items].get(number, duration))
    return took


def _occurrences(
    steps: int, longest: int, max_gap: int | None, before: tuple[int, ...] = ()
) -> Iterator[tuple[int, ...]]:
    first = before[-1] + 1 if before else 0
    stop = min(steps, first + max_gap + 1) if before and max_gap is not None else steps
    for place in range(first, stop if len(before) < longest else first):
        yield (*before, place)
        yield from _occurrences(steps, longest, max_gap, (*before, place))
