"""Turning: the log's times turned against each other, as chance and rhythm alone would have it.

Of a user whose log has enough days, whole days are turned: each step keeps its time of the day, so that two
things which are both done in the morning are as near to each other as before, and only what hangs together
by more is torn apart. Days without a step are none. Of a shorter log the steps change places with others of
their unit, by turning their order: nights and pauses stay empty.

Surrogates of this kind for the cross-correlation of point processes: A. Amarasingham et al., "Conditional
modeling and the jitter method of spike resampling", J. Neurophysiol. 107, 2012.
"""

from typing import TYPE_CHECKING

from freshet.behaviour.causal.series import Series

if TYPE_CHECKING:
    from freshet.behaviour.graph.columns import Numbers

ENOUGH_DAYS = 8
TURNS = 20
_DAY = 86_400_000  # milliseconds
_GOLDEN = 0.6180339887498949  # its multiples spread evenly, and in step with no week
_LEAST = 0.05  # share of the whole by which the order is turned, from either end


class Turning:
    """Turns a series. `short`: how many of its users have too few days to turn them."""

    def __init__(self, series: Series) -> None:
        import numpy as np

        self._series = series
        day = series.times // _DAY
        self._clock = series.times - day * _DAY
        on = series.users * (int(np.max(day, initial=0)) + 1) + day
        days, place = np.unique(on, return_inverse=True)
        owners = days // (int(np.max(day, initial=0)) + 1)
        self._days = days - owners * (int(np.max(day, initial=0)) + 1)
        counts = np.bincount(owners)
        self._first_day = (np.cumsum(counts) - counts)[series.users]
        self._rank = place - self._first_day
        self._many = counts[series.users]
        self.short = int((counts < ENOUGH_DAYS).sum())
        sizes = np.bincount(series.units)
        self._first = (np.cumsum(sizes) - sizes)[series.units]
        self._size = sizes[series.units]

    def times(self, number: int) -> "Numbers":
        """The times of all steps, turned for the `number`th time."""
        import numpy as np

        share = (number + 1) * _GOLDEN % 1
        days = 1 + (share * (self._many - 1)).astype(np.int64)
        by_day: Numbers = self._days[self._first_day + (self._rank + days) % self._many] * _DAY + self._clock
        if not self.short:
            return by_day
        share = _LEAST + (1 - 2 * _LEAST) * share
        steps = np.maximum(1, (share * self._size).astype(np.int64))
        place = np.arange(len(self._first)) - self._first
        by_order = self._series.times[self._first + (place + steps) % self._size]
        turned: Numbers = np.where(self._many >= ENOUGH_DAYS, by_day, by_order)
        return turned
