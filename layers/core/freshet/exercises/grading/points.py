"""Points as models write them: 3, "3/5", "3 points", "三分". What does not belong here: what earns them."""

import math
import re
import unicodedata
from typing import Any

from freshet.exercises.grading.normal import number

_LONGEST = 40  # characters of what can be a number of points
_FIGURE = r"\d{1,4}(?:\.\d{1,9})?|\.\d{1,9}"
_UNIT = r"(?:points?|pts?\.?|marks?|分)?"
_POINTS = re.compile(rf"([-+]?(?:{_FIGURE})) ?{_UNIT}(?: ?/ ?({_FIGURE}) ?{_UNIT})?")
_NUMERAL = re.compile("([零一二两三四五六七八九十百点]{1,12})分?")


def points_of(said: Any, most: float) -> float | None:
    """The points that were given, within 0 to `most`; None for what is no number of points.

    Nothing is guessed: of "out of 10: 7", "80%", "½" and "8/10" of a criterion of 3 points each could be
    read as more than was meant.
    """
    if said is None or said == "":
        return 0.0
    points = _from_text(said, most) if isinstance(said, str) else said
    if isinstance(points, bool) or not isinstance(points, int | float):
        return None
    return (
        float(min(max(points, 0), most)) if not isinstance(points, float) or math.isfinite(points) else None
    )


def _from_text(said: str, most: float) -> float | None:
    if len(said) > _LONGEST or any(unicodedata.category(one) == "No" for one in said):  # ½, ²
        return None
    text = " ".join(unicodedata.normalize("NFKC", said).casefold().split())
    if numeral := _NUMERAL.fullmatch(text):
        return number(numeral[1])
    found = _POINTS.fullmatch(text)
    if found is None or (found[2] and not math.isclose(float(found[2]), most)):
        return None
    return float(found[1])
