"""Decision: which direction of a pair of kinds is a link, from what was counted and what chance would count.

A direction is a link at the first window at which its effect follows more often than by chance, and its cause
goes before more often than after. So of two kinds at most one direction is one. How sure that is: the worse
of both, by the normal distribution's tail, adjusted for the number of pairs (Y. Benjamini, Y. Hochberg,
"Controlling the false discovery rate", J. R. Stat. Soc. B 57, 1995).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import erfc, sqrt
from typing import TYPE_CHECKING, Any

from freshet.behaviour.causal.series import LEAST

if TYPE_CHECKING:
    import numpy as np

    from freshet.behaviour.graph.columns import Numbers

    Floats = np.ndarray[Any, np.dtype[np.float64]]

_EXCESS, _ORDER = 4.0, 2.0  # deviations from chance; from as many in either direction
_LIFT = 1.5
_FALSE = 0.1  # share of the links that may be false, at most
_NONE = 0.5  # followers that are taken to be expected where chance makes fewer


@dataclass(frozen=True, slots=True)
class Link:
    """A direction that is a link. `by_chance` of its `support` would be there without one.

    `one_way`: of what is beyond chance, how much more goes this way than back, as a share; at most 1.
    """

    cause: int
    effect: int
    window: int  # milliseconds
    support: int
    by_chance: float
    p: float
    one_way: float

    @property
    def lift(self) -> float:
        """How many times as often as by chance."""
        return self.support / max(self.by_chance, _NONE)

    @property
    def beyond(self) -> float:
        """The share of the support that is not there by chance."""
        return max(0.0, 1 - self.by_chance / self.support)


def decided(counts: "Numbers", by_chance: "Numbers", windows: Sequence[int]) -> list[Link]:
    """The links, by cause and effect.

    `counts` are those of `counting.followed`; `by_chance` has one more dimension, of several turns.
    """
    import numpy as np

    mean = by_chance.mean(axis=0)
    excess = counts - mean
    more = excess / _deviation(by_chance, mean)
    both = counts + counts.swapaxes(1, 2)
    order = (excess - excess.swapaxes(1, 2)) / _deviation(by_chance - by_chance.swapaxes(2, 3), both)
    holds = (more > _EXCESS) & (counts > _LIFT * np.maximum(mean, _NONE)) & (counts >= LEAST)
    holds &= order > _ORDER
    first = np.argmax(holds | holds.swapaxes(1, 2), axis=0)
    found = []
    for cause, effect in np.argwhere(np.take_along_axis(holds, first[None], axis=0)[0]).tolist():
        at = (int(first[cause, effect]), cause, effect)
        back = float(excess[at[0], effect, cause])
        forth = float(excess[at])
        link = Link(
            cause,
            effect,
            windows[at[0]],
            int(counts[at]),
            float(mean[at]),
            _tail(min(float(more[at]), float(order[at]))),
            min(1.0, (forth - back) / (forth + max(back, 0.0))),
        )
        found.append(link)
    testable = int((np.triu(both[-1], 1) >= LEAST).sum())
    return _significant(found, testable)


def _deviation(turns: "Numbers", expected: "Numbers | Floats") -> "Floats":
    """The standard deviation over the turns, at least that of counts that are independent."""
    import numpy as np

    deviation: Floats = np.maximum(turns.std(axis=0, ddof=1), np.sqrt(np.maximum(expected, 1)))
    return deviation


def _tail(deviations: float) -> float:
    return erfc(deviations / sqrt(2)) / 2


def _significant(links: Sequence[Link], tests: int) -> list[Link]:
    """The links that hold among so many tests, with their p adjusted."""
    held: dict[Link, Link] = {}
    least = 1.0
    ranked = sorted(links, key=lambda link: link.p)
    for rank in range(len(ranked), 0, -1):
        link = ranked[rank - 1]
        least = min(least, link.p * tests / rank)
        held[link] = replace(link, p=least)
    return [held[link] for link in links if held[link].p <= _FALSE]
