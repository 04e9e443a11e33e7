"""Logs with causes that a test has put there."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from freshet.behaviour.causal.edge import CausalEdge
from freshet.behaviour.graph.trace import Trace, Traced

DAY = 86_400.0
START = 1_772_323_200.0  # 2026-03-01, midnight

Seen = tuple[float, str, str, str]  # seconds, label, object, user


@dataclass(frozen=True, slots=True)
class Cause:
    """An effect so many seconds after its cause, give or take a tenth, in this share of the cases."""

    cause: str
    effect: str
    lag: float
    share: float = 0.8


def noise(
    labels: Iterable[str],
    *,
    days: int = 30,
    a_day: float = 6,
    hours: tuple[int, int] = (0, 24),
    seed: int = 1,
) -> list[Seen]:
    """Steps that know nothing of each other, at these hours of each day."""
    chance = random.Random(seed)
    return [
        (START + day * DAY + chance.uniform(*hours) * 3600, label, "", "ann")
        for label in labels
        for day in range(days)
        for _ in range(round(a_day))
    ]


def with_effects(seen: Sequence[Seen], causes: Sequence[Cause], seed: int = 2) -> list[Seen]:
    """The steps and what they cause, and what that causes in turn."""
    chance = random.Random(seed)
    found, new = list(seen), list(seen)
    while new:
        new = [
            (at + cause.lag * chance.uniform(0.9, 1.1), cause.effect, what, user)
            for at, label, what, user in new
            for cause in causes
            if cause.cause == label and chance.random() < cause.share
        ]
        found += new
    return found


def traced(seen: Iterable[Seen], by: str = "action") -> Traced:
    """A trace a user and day. An id is `label@number`, numbered in the order of time."""
    rows = sorted(seen)
    labels, objects = (list(dict.fromkeys(row[member] for row in rows)) for member in (1, 2))
    days = defaultdict(list)
    for number, (at, label, what, user) in enumerate(rows):
        step = labels.index(str(label)), objects.index(str(what)), at, f"{label}@{number}"
        days[user, at // DAY].append(step)
    traces = [Trace(user, *zip(*steps, strict=True)) for (user, _), steps in sorted(days.items())]
    return Traced("behaviors", by, [str(one) for one in labels], [str(one) for one in objects], traces)  # type: ignore[arg-type]  # a literal


def named(edges: Iterable[CausalEdge]) -> set[tuple[str, str]]:
    """Which edges these are."""
    return {(edge.cause, edge.effect) for edge in edges}
