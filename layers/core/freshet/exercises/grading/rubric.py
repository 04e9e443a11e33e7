"""Grading by rubric: what a model's judgement comes to. Whatever it says, the score stays within its range.

A criterion's points stand only on words of the answer. What does not belong here: the call (`open`).
"""

import re
from collections.abc import Iterable, Sequence
from math import fsum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from freshet.exercises.grading.attempt import Earned, Flag, Mark, score_of
from freshet.exercises.grading.characters import seen
from freshet.exercises.grading.closed import key_of
from freshet.exercises.grading.evidence import Evidence
from freshet.exercises.grading.pleas import is_plea
from freshet.exercises.grading.points import points_of
from freshet.exercises.question import Criterion, Essay, ShortAnswer

MAX_FEEDBACK, MAX_COMMENT, MAX_QUOTE = 2_000, 500, 500  # characters that are kept

_HAN = re.compile(r"[^\W\0-\u0dff]")
_DIGITS = re.compile(r"\d+")
_NOT_FOUND = {
    "zh": "答案里没有找到相应的依据，此项不得分。",
    "en": "Nothing in the answer was found that would earn this.",
}
_UNCLEAR = {"zh": "评分模型给出的分数无法辨认。", "en": "The points that the model gave could not be read."}


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(_as_text, value))
    return "" if value is None else str(value)


def _as_list(value: Any) -> Any:
    """Criteria by their ids are a list of them, too."""
    if isinstance(value, dict):
        value = [{"id": id_, **one} for id_, one in value.items() if isinstance(one, dict)]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else value


Points = Annotated[Any, WithJsonSchema({"type": "number"})]  # read by `points_of`
Words = Annotated[str, BeforeValidator(_as_text)]


class Judged(BaseModel):
    """What the model says of a criterion."""

    id: Words = Field("", description="the criterion's id")
    quote: Words = Field("", description="the clause of the answer that earns them, copied whole; or empty")
    points: Points = Field(0, description="from 0 to the criterion's points")
    comment: Words = Field("", description="one short sentence: why so many points")


class Judgement(BaseModel):
    """What the model says of an answer."""

    criteria: Annotated[list[Judged], BeforeValidator(_as_list)]
    feedback: Words = Field("", description="two or three sentences to the learner")


def rubric_of(question: Essay | ShortAnswer) -> list[Criterion]:
    """The question's rubric; one criterion for everything where it has none."""
    if question.rubric:
        return question.rubric
    return [Criterion(id="1", text="The answer is correct and complete.", points=question.points)]


def assess(question: Essay | ShortAnswer, answer: str, shown: str, judgement: Judgement) -> Mark:
    """The mark that a judgement comes to. `shown` is what the model saw of the answer.

    Criteria that the rubric does not have are left out, those that the judgement does not have earn nothing;
    of two for the same one the lower counts.
    """
    rubric = rubric_of(question)
    said = _by_criterion(rubric, judgement.criteria)
    evidence = Evidence(shown)
    whole = fsum(criterion.points for criterion in rubric)
    criteria = [
        _earned(
            criterion,
            said[criterion.id],
            evidence,
            most=question.points * (criterion.points / whole),
            tongue=tongue_of(question),
        )
        for criterion in rubric
    ]
    spoken = len(shown) < len(answer) or any("addresses_grader" in one.flags for one in criteria)
    return mark_of(question, criteria, clean(judgement.feedback, MAX_FEEDBACK), spoken=spoken)


def mark_of(
    question: Essay | ShortAnswer, criteria: Sequence[Earned], feedback: str = "", *, spoken: bool = False
) -> Mark:
    """The mark of these criteria; `spoken`: the answer speaks to the grader."""
    flags: list[Flag] = ["addresses_grader"] if spoken else []
    told: list[Flag] = ["no_evidence", "unclear_points"]
    flags += [flag for flag in told if any(flag in one.flags for one in criteria)]
    most = fsum(one.max_score for one in criteria)
    return Mark(
        score=score_of(fsum(one.score for one in criteria) / most if most else 0, question.points),
        max_score=question.points,
        correct=None,
        feedback=feedback,
        key=key_of(question),
        criteria=list(criteria),
        flags=flags,
    )


def unearned(question: Essay | ShortAnswer) -> list[Earned]:
    """All criteria, none of which earned anything."""
    rubric = rubric_of(question)
    whole = fsum(criterion.points for criterion in rubric)
    return [_scored(criterion, 0, question.points * (criterion.points / whole)) for criterion in rubric]


def clean(text: str, most: int) -> str:
    """A model's text without what can't be shown, and not longer than `most`."""
    return visible(text[: 2 * most]).strip()[:most]


def visible(text: str) -> str:
    """A text without what can't be shown; lines stay lines."""
    return "\n".join(map(seen, text.split("\n")))


def tongue_of(question: Essay | ShortAnswer) -> str:
    """The language of what we say ourselves: zh or en."""
    chinese = question.language.startswith("zh") if question.language else _HAN.search(question.question)
    return "zh" if chinese else "en"


def _by_criterion(rubric: Sequence[Criterion], judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """What was said of each criterion, by its id; `Criterion 1` and `#1` are `1`, if nothing else is."""
    found: dict[str, list[Judged]] = {criterion.id: [] for criterion in rubric}
    for one in judged:
        id_ = one.id.strip()
        if id_ not in found:
            alike = [
                known for known in found if _number(known) is not None and _number(known) == _number(id_)
            ]
            id_ = alike[0] if len(alike) == 1 else ""
        if id_ in found:
            found[id_].append(one)
    return found


def _number(id_: str) -> int | None:
    """The one number in an id."""
    numbers = _DIGITS.findall(id_)
    return int(numbers[0]) if len(numbers) == 1 and len(numbers[0]) < 9 else None


def _earned(
    criterion: Criterion, judged: Sequence[Judged], evidence: Evidence, *, most: float, tongue: str
) -> Earned:
    read = [(points_of(one.points, criterion.points), one) for one in judged]
    if not read:
        return _scored(criterion, 0, most)
    points, said = min(read, key=lambda one: one[0] or 0)
    if points is None:
        return _scored(criterion, 0, most, comment=_UNCLEAR[tongue], flags=["unclear_points"])
    comment = clean(said.comment, MAX_COMMENT)
    if points == 0:
        return _scored(criterion, 0, most, comment=comment)
    if quote := evidence.take(said.quote):
        share = points / criterion.points
        return _scored(criterion, share, most, quote=quote[:MAX_QUOTE], comment=comment)
    flags = ["no_evidence", "addresses_grader"] if is_plea(said.quote) else ["no_evidence"]
    return _scored(criterion, 0, most, comment=_NOT_FOUND[tongue], flags=flags)


def _scored(criterion: Criterion, share: float, most: float, **more: Any) -> Earned:
    score = score_of(share, most)
    return Earned(id=criterion.id, text=criterion.text, score=score, max_score=most, **more)
