"""Statistics: traces → causal edges, each with its evidence. No model; the same traces give the same edges.

For each two kinds of steps and either direction it counts how many causes are followed by an effect within a
window, from ten seconds to the longest lag asked for, and compares with the same log turned against itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from freshet.behaviour.causal.counting import followed, pairs
from freshet.behaviour.causal.cycles import cycles
from freshet.behaviour.causal.decision import Link, decided
from freshet.behaviour.causal.edge import CausalEdge
from freshet.behaviour.causal.explained import unexplained
from freshet.behaviour.causal.graph import CausalNode, Within
from freshet.behaviour.causal.series import LEAST, Series, series
from freshet.behaviour.causal.turning import ENOUGH_DAYS, TURNS, Turning
from freshet.behaviour.graph.trace import Traced

MAX_EDGES = 500
_WINDOWS_S = (10, 60, 300, 900, 3_600, 14_400, 86_400)
_EVIDENCE = 10  # pairs
_SUREST = 0.99


@dataclass(frozen=True, slots=True)
class Findings:
    """What the statistics found, the surest edge first; `notes` are sentences on what to bear in mind."""

    nodes: Sequence[CausalNode]
    edges: Sequence[CausalEdge]
    within: Within | None
    notes: Sequence[str]


def causes(traced: Traced, *, max_lag_s: float = 3_600, within: Within | None = None) -> Findings:
    """What brings about what. Work for a thread: a second for 30,000 steps of 20 kinds."""
    import numpy as np

    found = series(traced, within=within, max_lag_s=max_lag_s)
    if len(found.labels) < 2:
        least = f"No two kinds of steps are there {LEAST} times each: too few to tell causes from chance."
        return Findings([], [], found.within, [least])
    windows = [int(window * 1000) for window in (*filter(max_lag_s.__gt__, _WINDOWS_S), max_lag_s)]
    turning = Turning(found)
    by_chance = np.stack([followed(found, turning.times(number), windows) for number in range(TURNS)])
    links = decided(followed(found, found.times, windows), by_chance, windows)
    kept = sorted(unexplained(found, links), key=lambda link: (-_confidence(link), _names(found, link)))
    round_ = cycles([(link.cause, link.effect) for link in kept[:MAX_EDGES]])
    edges = [
        _edge(found, number, link, round_.get((link.cause, link.effect)))
        for number, link in enumerate(kept[:MAX_EDGES], 1)
    ]
    return Findings(_nodes(found, edges), edges, found.within, list(_notes(found, turning, len(kept))))


def _names(found: Series, link: Link) -> tuple[str, str]:
    return found.labels[link.cause], found.labels[link.effect]


def _confidence(link: Link) -> float:
    """How much of what was seen is beyond chance and goes this way, as sure as that is."""
    return round(min(_SUREST, (1 - link.p) * link.beyond * (1 + link.one_way) / 2), 3)


def _edge(found: Series, number: int, link: Link, cycle: int | None) -> CausalEdge:
    cause, effect = _names(found, link)
    lag, evidence = _evidence(found, link)
    return CausalEdge(
        id=number,
        cause=cause,
        effect=effect,
        lag=round(lag / 1000, 3),
        lift=round(link.lift, 2),
        p=float(f"{link.p:.3g}"),
        support=link.support,
        confidence=_confidence(link),
        evidence=evidence,
        cycle=cycle,
    )


def _evidence(found: Series, link: Link) -> tuple[float, list[str]]:
    """The median lag in milliseconds, and the pairs whose lags are nearest to it, in the order of time."""
    import numpy as np

    seen = pairs(found, link.cause, link.effect, link.window)
    lag = float(np.median(seen.lags))
    typical = np.lexsort((found.times[seen.causes], np.abs(seen.lags - lag)))[:_EVIDENCE]
    typical = typical[np.argsort(found.times[seen.causes[typical]], kind="stable")]
    steps = found.origin[np.stack([seen.causes[typical], seen.effects[typical]], axis=1).ravel()]
    return lag, [found.ids[step] for step in steps.tolist()]


def _nodes(found: Series, edges: Sequence[CausalEdge]) -> list[CausalNode]:
    """What the edges are between; the most frequent first."""
    import numpy as np

    used = {label for edge in edges for label in (edge.cause, edge.effect)}
    kinds = [kind for kind, label in enumerate(found.labels) if label in used]
    return [
        CausalNode(
            id=number,
            label=found.labels[kind],
            count=int((found.kinds == kind).sum()),
            users=len(np.unique(found.users[found.kinds == kind])),
        )
        for number, kind in enumerate(kinds, 1)
    ]


def _notes(found: Series, turning: Turning, edges: int) -> Iterator[str]:
    if turning.short:
        yield (
            f"Of some logs there are less than {ENOUGH_DAYS} days: there, habits of the time of day can't be"
            " told from causes."
        )
    if found.left_out:
        yield f"Only the {len(found.labels)} most frequent kinds of steps were looked at."
    if edges > MAX_EDGES:
        yield f"Only the {MAX_EDGES} surest of {edges} edges are kept."
    if not edges:
        yield "Nothing follows anything else more often than by chance, and in one direction."
