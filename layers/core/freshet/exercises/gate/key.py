"""The key: exactly as many right answers as the type wants, none of them by accident.

What does not belong here: wrong answers that say the same (`options`), whether the key is what the source
says (the blind re-answer tells, `exercises.reanswer`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from freshet.exercises.fault import Fault
from freshet.exercises.gate.meaning import same
from freshet.exercises.gate.quantities import quantities, settled
from freshet.exercises.question import (
    Accepted,
    Cloze,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

FULL = 0.999  # a credit of 1, as it is after thirds were added up
WIDEST = 0.5  # of the value: a tolerance beyond accepts what is another number

_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5}
_WANTED = re.compile(
    r"\b(?:which|select|choose|pick|mark|tick|identify|check)(?: the| any| exactly)?"
    r" (?P<english>two|three|four|five|[2-5])\b(?! or more)"
    r"|(?:选出|选择|选|哪|有)(?P<chinese>[两二三四五2-5])[个项种条](?:选项|答案|正确|是|属于)?",
    re.IGNORECASE,
)
_ALL_THAT_APPLY = re.compile(
    r"\b(?:select|choose|mark|tick|check|pick) all\b|all that apply|[（(]多选题?[)）]|选出所有|不定项",
    re.IGNORECASE,
)


def faults(question: Question) -> Iterator[Fault]:
    """Too many keys, too few, or two things that are right in one place."""
    if find := _BY_TYPE.get(type(question)):
        for detail in find(question):
            yield Fault("key", detail)


def _single(question: SingleChoice) -> Iterator[str]:
    right = [one.text for one in question.options if one.credit >= FULL]
    if len(right) != 1:
        yield f"single_choice needs exactly one right option, not {len(right)}{_listed(right)}"
    elif match := _ALL_THAT_APPLY.search(question.question):
        yield f"{match[0]!r} asks for several options, but single_choice has one"


def _multiple(question: MultipleChoice) -> Iterator[str]:
    right = [one.text for one in question.options if one.credit > 0]
    if not right:
        yield "no option is right"
    elif len(right) == len(question.options):
        yield "all options are right; at least one must be wrong"
    elif abs(sum(one.credit for one in question.options if one.credit > 0) - 1) > 1 - FULL + 0.02:
        yield "the credits of the right options do not add up to 1"
    wanted = _WANTED.search(question.question)
    if wanted and right:
        said = (wanted["english"] or wanted["chinese"]).lower()
        if (_COUNTS.get(said) or int(said)) != len(right):
            yield f"the question asks for {said} options, but {len(right)} are right{_listed(right)}"


def _true_false(question: TrueFalse) -> Iterator[str]:
    if question.source and not question.answer and same(question.question, question.source.quote):
        yield "the statement says what the source says, but its answer is false"


def _cloze(question: Cloze) -> Iterator[str]:
    for blank in question.blanks:
        yield from _accepted(f"blank {blank.id}", blank.accepted)


def _short_answer(question: ShortAnswer) -> Iterator[str]:
    yield from _accepted("the question", question.accepted)


def _ordering(question: Ordering) -> Iterator[str]:
    yield from _equal("entries", [entry.text for entry in question.entries])


def _accepted(of: str, accepted: Sequence[Accepted]) -> Iterator[str]:
    right = [one.text for one in accepted if one.credit >= FULL and one.text.strip()]
    if not right:
        yield f"{of} has no accepted answer that gets all points"
    numbers = {text: _only_number(text) for text in right}
    found = {number for number in numbers.values() if number is not None}
    if None not in numbers.values() and len(found) > 1:
        yield f"{of} accepts different numbers{_listed(right)}"


def _only_number(text: str) -> tuple[Fraction, str] | None:
    found = quantities(text)
    if len(found) == 1 and found[0].end - found[0].start == len(settled(text).strip()):
        return found[0].value, found[0].unit
    return None


def _numeric(question: Numeric) -> Iterator[str]:
    right = [one for one in question.accepted if one.credit >= FULL]
    values = {one.value for one in right}
    if len(values) != 1:
        yield f"numeric needs exactly one right value, not {len(values)}"
    for one in question.accepted:
        if one.value and one.tolerance > WIDEST * abs(one.value):
            yield f"the tolerance {one.tolerance:g} is too wide for the value {one.value:g}"


def _matching(question: Matching) -> Iterator[str]:
    yield from _equal("left sides", [pair.left for pair in question.pairs])
    rights: dict[str, str] = {}
    for pair in question.pairs:
        if rights.setdefault(pair.right_id, pair.right) != pair.right:
            yield f"{rights[pair.right_id]!r} and {pair.right!r} are one right side by their id"
    yield from _equal("right sides", list(rights.values()))
    for one in question.distractors:
        if equal := next((right for right in rights.values() if same(right, one.text)), None):
            yield f"the distractor {one.text!r} says the same as the right side {equal!r}"


def _equal(parts: str, texts: Sequence[str]) -> Iterator[str]:
    for one, other in combinations(filter(str.strip, texts), 2):
        if same(one, other):
            yield f"the {parts} {one!r} and {other!r} say the same, so that either fits"


def _listed(texts: Sequence[str]) -> str:
    return f": {', '.join(map(repr, texts))}" if texts else ""


_BY_TYPE: dict[type, Callable[..., Iterator[str]]] = {
    SingleChoice: _single,
    MultipleChoice: _multiple,
    TrueFalse: _true_false,
    Cloze: _cloze,
    ShortAnswer: _short_answer,
    Numeric: _numeric,
    Matching: _matching,
    Ordering: _ordering,
}
