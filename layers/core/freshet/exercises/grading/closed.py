"""Grading by rule: what a key tells, without a model.

What belongs here: which answers are right, and how far. What does not: how answers are read (`answers`) and
what makes two texts the same (`normal`).
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from freshet.exercises.grading import everyday
from freshet.exercises.grading.answers import (
    Offered,
    as_text,
    by_id,
    is_nothing,
    pairs,
    require_shape,
)
from freshet.exercises.grading.attempt import DIGITS, Mark, PartMark, score_of
from freshet.exercises.grading.normal import fits, pattern, same
from freshet.exercises.grading.numbers import exact
from freshet.exercises.grading.truth import truth
from freshet.exercises.question import (
    Accepted,
    AcceptedNumber,
    Cloze,
    Entry,
    Essay,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

Credited = TypeVar("Credited", Option, Accepted, AcceptedNumber)

_FLOAT_DIGITS = 12  # to which a number is compared: a third is not a float


def grade(question: Question, answer: Any) -> Mark | None:
    """What the answer is worth; None where only a rubric can tell.

    That is an essay, and a short answer with a rubric that no accepted answer fits. Nothing earns nothing.
    Raises Invalid for an answer of a wrong type, and for ids that the question does not have.
    """
    require_shape(question.id, question.type, answer)
    if is_nothing(answer):
        return _mark(question, 0, correct=False)
    return _GRADERS[type(question)](question, answer)


def key_of(question: Question) -> Any:
    """What would have been right, for a learner to read."""
    match question:
        case SingleChoice():
            return [_shown(option) for option in _most(question.options)]
        case MultipleChoice():
            return [_shown(option) for option in question.options if option.credit > 0]
        case TrueFalse():
            return question.answer
        case Cloze():
            return {blank.id: [one.text for one in _most(blank.accepted)] for blank in question.blanks}
        case ShortAnswer():
            return [one.text for one in _most(question.accepted)]
        case Numeric():
            return [
                {"value": one.value, "tolerance": one.tolerance, "unit": question.unit}
                for one in _most(question.accepted)
            ]
        case Matching():
            return {pair.id: {"id": pair.right_id, "text": pair.right} for pair in question.pairs}
        case Ordering():
            return [_shown(entry) for entry in question.entries]
        case Essay():
            return question.sample or None


def _mark(
    question: Question, share: float, *, correct: bool, feedback: Iterable[str] = (), **more: Any
) -> Mark:
    return Mark(
        score=score_of(share, question.points),
        max_score=question.points,
        correct=correct,
        feedback="\n".join(dict.fromkeys(filter(None, feedback))),
        key=key_of(question),
        **more,
    )


def _shown(one: Option | Entry) -> dict[str, str]:
    return {"id": one.id, "text": one.text}


def _most(credited: Sequence[Credited]) -> list[Credited]:
    """Those with the most credit."""
    most = max((one.credit for one in credited), default=0)
    return [one for one in credited if one.credit == most]


def _single_choice(question: SingleChoice, answer: Any) -> Mark:
    id_ = Offered(question.id, question.options).chosen(as_text(question.id, answer))
    taken = [option for option in question.options if option.id == id_]
    credit = sum(option.credit for option in taken)
    return _mark(question, credit, correct=credit >= 1, feedback=[option.feedback for option in taken])


def _multiple_choice(question: MultipleChoice, answer: Any) -> Mark:
    """The credits of what was chosen add up, but not below nothing; exactly the key earns everything.

    A text that is no option counts as the worst of them.
    """
    ids = set(Offered(question.id, question.options).all_chosen(answer))
    taken = [option for option in question.options if option.id in ids]
    correct = ids == {option.id for option in question.options if option.credit > 0}
    worst = min(0.0, *(option.credit for option in question.options)) if None in ids else 0.0
    share = 1.0 if correct else sum(option.credit for option in taken) + worst
    return _mark(question, share, correct=correct, feedback=[option.feedback for option in taken])


def _true_false(question: TrueFalse, answer: Any) -> Mark:
    correct = truth(as_text(question.id, answer)) == question.answer
    feedback = question.feedback_right if correct else question.feedback_wrong
    return _mark(question, float(correct), correct=correct, feedback=[feedback])


def _cloze(question: Cloze, answer: Any) -> Mark:
    said = by_id(question.id, [blank.id for blank in question.blanks], answer)
    best = {
        blank.id: _best([one for one in blank.accepted if same(said[blank.id], one.text)])
        for blank in question.blanks
        if blank.id in said
    }
    shares = {blank.id: one.credit if (one := best.get(blank.id)) else 0.0 for blank in question.blanks}
    feedback = [one.feedback for one in best.values() if one]
    return _in_parts(question, shares, feedback)


def _in_parts(question: Cloze | Matching, shares: dict[str, float], feedback: Iterable[str] = ()) -> Mark:
    """A mark of parts that weigh the same; `shares` is what each of them earns of its own points."""
    points = round(question.points / max(len(shares), 1), DIGITS)
    parts = [
        PartMark(id=id_, score=score_of(credit, points), max_score=points, correct=credit >= 1)
        for id_, credit in shares.items()
    ]
    share = sum(min(max(credit, 0.0), 1.0) for credit in shares.values()) / max(len(shares), 1)
    return _mark(question, share, correct=all(part.correct for part in parts), feedback=feedback, parts=parts)


def _best(fitting: Sequence[Credited]) -> Credited | None:
    return max(fitting, key=lambda one: one.credit, default=None)


def _short_answer(question: ShortAnswer, answer: Any) -> Mark | None:
    said = as_text(question.id, answer)
    best = _best([one for one in question.accepted if _fits(question, said, one.text)])
    if best is None and question.rubric:
        return None
    credit = best.credit if best else 0.0
    return _mark(question, credit, correct=credit >= 1, feedback=[best.feedback] if best else [])


def _fits(question: ShortAnswer, said: str, accepted: str) -> bool:
    return fits(said, pattern(accepted)) if question.wildcards else same(said, accepted)


def _numeric(question: Numeric, answer: Any) -> Mark:
    meant = _number(question, as_text(question.id, answer))
    best = _best([one for one in question.accepted if any(_near(value, one) for value in meant(one.value))])
    credit = best.credit if best else 0.0
    return _mark(question, credit, correct=credit >= 1, feedback=[best.feedback] if best else [])


def _number(question: Numeric, answer: str) -> Callable[[float], list[Decimal]]:
    """What the answer may come to, by the key that it is held against."""
    if question.unit:
        value = exact(answer, question.unit)
        return lambda key: [value] if value is not None else []
    number = everyday.said(answer, question.question)
    return number.meant if number else lambda key: []


def _near(value: Decimal, accepted: AcceptedNumber) -> bool:
    """Whether the value is as far off as it may be, at most; in decimals, where 0.1 + 0.2 is 0.3."""
    right = Decimal(repr(accepted.value))
    return abs(value - right) <= Decimal(repr(accepted.tolerance)) + abs(right).scaleb(-_FLOAT_DIGITS)


def _matching(question: Matching, answer: Any) -> Mark:
    offered = {pair.right_id: pair.right for pair in question.pairs}
    offered |= {entry.id: entry.text for entry in question.distractors}
    rights = Offered(question.id, [Entry(id=id_, text=text) for id_, text in offered.items()])
    said = pairs(question.id, [Entry(id=pair.id, text=pair.left) for pair in question.pairs], answer)
    meant = {left: rights.chosen(right) for left, right in said.items()}
    texts = {left: offered[id_] if id_ else said[left] for left, id_ in meant.items()}
    shares = {
        pair.id: float(pair.id in texts and same(texts[pair.id], pair.right)) for pair in question.pairs
    }
    return _in_parts(question, shares)


def _essay(question: Essay, answer: Any) -> None:
    as_text(question.id, answer)


def _ordering(question: Ordering, answer: Any) -> Mark:
    """One less the least number of entries that have to be moved or taken out, over the most to be moved.

    To be moved is what is not in the longest run that stands in right relative order: Ulam's metric
    (Critchlow, Metric Methods for Analyzing Partially Ranked Data, 1985). The reverse order earns nothing.
    To be taken out is what is no entry, and what was named before.
    """
    ids = [entry.id for entry in question.entries]
    chosen = Offered(question.id, question.entries).all_chosen(answer)
    places = [ids.index(id_) for id_ in dict.fromkeys(chosen) if id_ is not None]
    last = len(ids) - 1
    right = _longest_rise(places) - (len(chosen) - len(places))
    share = (right - 1) / last if last else float(right)
    return _mark(question, share, correct=chosen == ids)


def _longest_rise(numbers: Iterable[int]) -> int:
    """The length of the longest subsequence that rises (Schensted, 1961)."""
    ends: list[int] = []  # the least end of a rising subsequence of each length
    for number in numbers:
        at = bisect_left(ends, number)
        ends[at : at + 1] = [number]
    return len(ends)


_GRADERS: dict[type, Callable[[Any, Any], Mark | None]] = {
    SingleChoice: _single_choice,
    MultipleChoice: _multiple_choice,
    TrueFalse: _true_false,
    Cloze: _cloze,
    ShortAnswer: _short_answer,
    Numeric: _numeric,
    Matching: _matching,
    Ordering: _ordering,
    Essay: _essay,
}
