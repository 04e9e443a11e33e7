"""Suggestions: how many questions of which type some material carries.

By rule, so that they can be relied on: no more questions than there is something to ask about.
"""

import math
import re
from collections.abc import Sequence

from freshet.exercises.analysis.result import Concept, KeyPoint
from freshet.exercises.question import Kind

_NUMBER = re.compile(r"\d")
_MATCHED = 4  # concepts that make up a matching question, at least
_DISCUSSED = 8  # key points that belong together and carry an essay
_MOST = 10  # of a type
_MOST_NUMERIC = 5


def suggested(points: Sequence[KeyPoint], concepts: Sequence[Concept]) -> dict[Kind, int]:
    """Numbers of questions by type, none of them 0; together no more than one run makes."""
    told = len(points)
    numbers = sum(bool(_NUMBER.search(point.source.quote)) for point in points if point.source)
    wanted: dict[Kind, int] = {
        "single_choice": math.ceil(told / 3),
        "true_false": math.ceil(told / 4),
        "cloze": math.ceil(sum(concept.count > 0 for concept in concepts) / 3),
        "multiple_choice": told // 6,
        "short_answer": told // 5,
        "numeric": min(math.ceil(numbers / 2), _MOST_NUMERIC),
        "matching": len(concepts) // _MATCHED // 2,
        "essay": int(told >= _DISCUSSED),
    }
    return {kind: min(number, _MOST) for kind, number in wanted.items() if number}
