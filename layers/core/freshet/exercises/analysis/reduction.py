"""Reduction: the notes on all parts as notes on the whole, by what a model chose among them, or by rule.

What does not belong here: how it is asked (`analyse`, `prompt`).
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, zip_longest

from freshet.exercises.analysis.notes import MOST_KEPT, Noted, Reduction, names
from freshet.exercises.analysis.result import KeyPoint
from freshet.profile.concept import concept_key
from freshet.rag.parts import evenly

_MOST_LISTED = 300  # key points that a model chooses from: some 10,000 tokens


def listed(parts: Sequence[Noted]) -> list[KeyPoint]:
    """The key points to choose from, in their order; of many the more important ones of each part."""
    most = max(1, _MOST_LISTED // len(parts))
    return [point for part in parts for point in part.points[:most]]


def by_choice(reduction: Reduction, parts: Sequence[Noted]) -> Noted:
    """What the model chose, and by rule what it left out altogether."""
    points = listed(parts)
    there = dict.fromkeys(number for number in reduction.key_points if 1 <= number <= len(points))
    ruled = by_rule(parts)
    return Noted(
        language="",
        level=reduction.level,
        difficulty=reduction.difficulty,
        points=[points[number - 1] for number in there][:MOST_KEPT] or ruled.points,
        concepts=names(reduction.concepts, MOST_KEPT) or ruled.concepts,
    )


def by_rule(parts: Sequence[Noted]) -> Noted:
    """The first key points of every part, the concepts that most parts name, and what most parts say."""
    named = Counter(concept_key(name) for part in parts for name in part.concepts)
    concepts = names(chain.from_iterable(part.concepts for part in parts), len(named))
    concepts.sort(key=lambda name: -named[concept_key(name)])
    ranked = zip_longest(*(part.points for part in evenly(parts, MOST_KEPT)))
    points = [point for rank in ranked for point in rank if point]
    return Noted(
        language="",
        level=Counter(part.level for part in parts).most_common(1)[0][0],
        difficulty=Counter(part.difficulty for part in parts).most_common(1)[0][0],
        points=points[:MOST_KEPT],
        concepts=concepts[:MOST_KEPT],
    )
