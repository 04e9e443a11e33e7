"""Explained: links that others account for.

Where A brings about B and C, C follows B as well; and where A brings about B, and B brings about C, C follows
A. Of an effect's links one is dropped if hardly anything is left of it once the steps of the effect that have
another of its causes before them are set aside; the one of which least is left goes first, and then the rest
is looked at again. Of two that leave nothing to each other the one stays whose effect follows more often,
else the one whose lags differ less: what comes by way of another is rarer, and its times vary more.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from freshet.behaviour.causal.counting import preceded
from freshet.behaviour.causal.decision import Link
from freshet.behaviour.causal.series import Series

if TYPE_CHECKING:
    from freshet.behaviour.graph.columns import Numbers

_LEFT = 0.05  # share of what is beyond chance that a link has to have to itself


def unexplained(series: Series, links: Sequence[Link]) -> list[Link]:
    """The links that no others account for, in their order."""
    import numpy as np

    counts = np.bincount(series.kinds[series.kinds >= 0], minlength=len(series.labels))
    kept: set[Link] = set()
    for effect in {link.effect for link in links}:
        rivals = [link for link in links if link.effect == effect]
        lags = {link: preceded(series, link.cause, effect, link.window) for link in rivals}
        while len(rivals) > 1:
            scores = {link: _score(link, rivals, lags, int(counts[link.cause])) for link in rivals}
            worst = min(rivals, key=lambda link: scores[link])
            if scores[worst][0] >= _LEFT:
                break
            rivals.remove(worst)
        kept.update(rivals)
    return [link for link in links if link in kept]


def _score(
    link: Link, rivals: Sequence[Link], lags: "dict[Link, Numbers]", causes: int
) -> tuple[float, float, float]:
    """What the link has to itself, as a share; how often its effect follows; how much its lags differ."""
    import numpy as np

    own = lags[link] >= 0
    free = np.all([lags[rival] < 0 for rival in rivals if rival is not link], axis=0)
    by_chance = own.sum() * (1 - link.beyond) * free.mean()
    left = ((own & free).sum() - by_chance) / max(1.0, own.sum() * link.beyond)
    spread = np.subtract(*np.percentile(lags[link][own], (75, 25)))
    follows = link.support * link.beyond / causes
    return round(max(float(left), 0.0), 2), round(follows, 1), -float(spread)
