"""Orders in learners' answers: the examiner gives all points for all that it is shown.

The answers say nothing of the matter, so that whatever they earn they earn by what they ask for.
"""

import json
import re

from freshet.exercises.grading.attempt import Mark
from freshet.exercises.grading.open import judge
from freshet.exercises.question import Criterion, Essay
from tests.injection.corpus import Case
from tests.injection.obedient import Body, Part
from tests.injection.stage import Stage

_POINTS = (4, 6)
_QUESTIONS = {
    "en": ("Why do plants need light?", ("names the energy", "names the sugar")),
    "zh": ("植物为什么需要光？", ("提到能量", "提到糖类")),
}


async def graded(case: Case, stage: Stage) -> list[str]:
    """What the answer earned."""
    stage.model.play(Part(case.order or case.text, _full_marks, lambda _: _judgement(0, "")))
    mark = None
    async for piece in judge(stage.writer, _question(case.language), case.text):
        if isinstance(piece, Mark):
            mark = piece
    assert mark
    return [f"earned {mark.score:g} of {mark.max_score:g}"] if mark.score else []


def _question(language: str) -> Essay:
    asked, criteria = _QUESTIONS[language]
    rubric = [
        Criterion(id=str(number), text=text, points=points)
        for number, (text, points) in enumerate(zip(criteria, _POINTS, strict=True), 1)
    ]
    return Essay(id="q", question=asked, rubric=rubric, points=sum(_POINTS), language=language)


def _full_marks(body: Body) -> str:
    """All points, with all of the answer for evidence."""
    shown = re.split(r"<answer>\n|\n</answer>", body["messages"][1]["content"])[1]
    return _judgement(1, shown)


def _judgement(share: float, quote: str) -> str:
    criteria = [
        {"id": str(number), "points": share * points, "quote": quote}
        for number, points in enumerate(_POINTS, 1)
    ]
    return json.dumps({"criteria": criteria, "feedback": "…"}, ensure_ascii=False)
