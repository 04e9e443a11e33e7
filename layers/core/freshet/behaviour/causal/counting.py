"""Counting: how many steps of each kind are followed by one of each other kind within a window of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from freshet.behaviour.causal.series import Series

if TYPE_CHECKING:
    from freshet.behaviour.graph.columns import Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Steps of a cause and the first step of the effect after each, in time: places in the series."""

    causes: "Numbers"
    effects: "Numbers"
    lags: "Numbers"  # milliseconds


def followed(series: Series, times: "Numbers", windows: Sequence[int]) -> "Numbers":
    """For each window (milliseconds, rising), cause and effect: the causes that are followed in time.

    Effects are at `times`, causes at the series' own. What happens at the same time does not follow.
    """
    import numpy as np

    size, steps = len(series.labels), series.kinds >= 0
    kinds, ends = series.kinds[steps], series.ends[steps]
    causes = series.moments(series.times)[steps]
    effects, counts = series.moments(times)[steps], np.zeros((len(windows), size, size), np.int64)
    for effect in range(size):
        lags = _next(causes, np.sort(effects[kinds == effect]))
        lags[causes + lags > ends] = windows[-1] + 1
        found = np.searchsorted(windows, lags)
        table = np.bincount(kinds * (len(windows) + 1) + found, minlength=size * (len(windows) + 1))
        counts[:, :, effect] = table.reshape(size, -1)[:, :-1].cumsum(axis=1).T
    return counts


def pairs(series: Series, cause: int, effect: int, window: int) -> Pairs:
    """The causes that are followed, each with the first effect after it."""
    import numpy as np

    moments = series.moments(series.times)
    causes, effects = np.flatnonzero(series.kinds == cause), np.flatnonzero(series.kinds == effect)
    after = np.searchsorted(moments[effects], moments[causes], side="right")
    causes, after = causes[after < len(effects)], after[after < len(effects)]
    found = effects[after]
    lags = moments[found] - moments[causes]
    near = (lags <= window) & (moments[found] <= series.ends[causes])
    return Pairs(causes[near], found[near], lags[near])


def preceded(series: Series, cause: int, effect: int, window: int) -> "Numbers":
    """For each step of the effect, in order: milliseconds since the last cause; -1 where none is in time."""
    import numpy as np

    moments = series.moments(series.times)
    causes, effects = np.flatnonzero(series.kinds == cause), np.flatnonzero(series.kinds == effect)
    before = np.searchsorted(moments[causes], moments[effects], side="left") - 1
    found = causes[np.maximum(before, 0)]
    lags = moments[effects] - moments[found]
    near = (before >= 0) & (lags <= window) & (moments[effects] <= series.ends[found])
    return np.where(near, lags, -1)


def _next(moments: "Numbers", sought: "Numbers") -> "Numbers":
    """From each moment the time to the next one sought; to after all time where there is none."""
    import numpy as np

    padded = np.append(sought, np.iinfo(np.int64).max // 2)
    lags: Numbers = padded[np.searchsorted(sought, moments, side="right")] - moments
    return lags
