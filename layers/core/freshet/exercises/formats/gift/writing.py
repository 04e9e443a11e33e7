"""Writing GIFT, so that Moodle and `reading` read it as it was meant.

A text that Moodle would show otherwise than it is written makes its question `[plain]`. What is said of a
question besides its text and answers is in `remarks`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import Any

from freshet.errors import Invalid
from freshet.exercises.exercise import Exercise
from freshet.exercises.formats.gift import remarks, texts, weights
from freshet.exercises.formats.gift.blocks import CATEGORY
from freshet.exercises.formats.gift.gaps import Gap, parted
from freshet.exercises.formats.gift.kinds import ARROW
from freshet.exercises.formats.gift.source import escaped
from freshet.exercises.formats.words import number
from freshet.exercises.question import (
    Accepted,
    Cloze,
    Essay,
    Kind,
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

_BLANKS = re.compile(r"(?<= ) |\t")


def export(exercise: Exercise, questions: Sequence[Question], *, answers: bool) -> bytes:
    """The file, in UTF-8, in a category named after the exercise. Raises Invalid without `answers`."""
    if not answers:
        raise Invalid("GIFT always holds the answers.")
    title = " ".join(exercise.title.split()).replace("/", "//")
    blocks = [f"{CATEGORY} $course$/top/{title}"] if title else []
    blocks += (block for question in questions for block in _blocks(question))
    return ("\n\n".join(blocks) + "\n").encode(errors="replace")


def _blocks(question: Question) -> Iterator[str]:
    if not isinstance(question, Cloze):
        yield _block(question, question.question, _ANSWERS[question.type](question))
        return
    gaps = list(parted(question))
    for at, (before, blank, after) in enumerate(gaps, 1):
        gap = (at, len(gaps)) if len(gaps) > 1 else None
        yield _block(question, before, _accepted(blank.accepted), after=after, gap=gap)


def _block(
    question: Question, before: str, lines: Iterable[str], *, after: str = "", gap: Gap | None = None
) -> str:
    title = f"::{escaped(question.title.strip())}::" if question.title.strip() else ""
    marker = texts.marker(before.strip(), *_strings(question.model_dump(exclude={"id", "source"})))
    general = [f"####{texts.written(question.explanation)}"] if question.explanation.strip() else []
    opening = "{#" if isinstance(question, Numeric) else "{"
    braces = f"{opening}{_section([*lines, *general])}}}"
    stem = f"{title}{marker}{escaped(before.lstrip())}{braces}{escaped(after.rstrip())}"
    return "\n".join([*remarks.written(question, gap), stem])


def _section(lines: Sequence[str]) -> str:
    if len(lines) < 2:
        return "".join(lines)
    return "".join(f"\n\t{line}" for line in lines) + "\n"


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from _strings([*value.values()])
        case list():
            for member in value:
                yield from _strings(member)


def _told(feedback: str) -> str:
    return f"#{texts.written(feedback)}" if feedback.strip() else ""


def _choice(question: SingleChoice | MultipleChoice) -> Iterator[str]:
    """Only the first key has a `=`: with nothing else it would be a short answer."""
    one: Option
    keys = [one for one in question.options if one.credit == 1 and isinstance(question, SingleChoice)]
    for one in question.options:
        weight = weights.written(one.credit) if one.credit else ""
        sign = "=" if one in keys[:1] else f"~{weight}"
        yield f"{sign}{texts.written(one.text)}{_told(one.feedback)}"


def _true_false(question: TrueFalse) -> Iterator[str]:
    right = _told(question.feedback_right)
    wrong = _told(question.feedback_wrong) or "#" * bool(right)
    yield f"{str(question.answer).upper()}{wrong}{right}"


def _accepted(accepted: Iterable[Accepted], *, wildcards: bool = False) -> Iterator[str]:
    for one in accepted:
        text = one.text if wildcards else one.text.replace("*", r"\*")
        yield f"={_weight(one.credit)}{texts.written(text)}{_told(one.feedback)}"


def _weight(credit: float) -> str:
    return "" if credit == 1 else weights.written(credit)


def _short_answer(question: ShortAnswer) -> Iterator[str]:
    return _accepted(question.accepted, wildcards=question.wildcards)


def _numeric(question: Numeric) -> Iterator[str]:
    for one in question.accepted:
        tolerance = f":{number(one.tolerance)}" if one.tolerance else ""
        yield f"={_weight(one.credit)}{number(one.value)}{tolerance}{_told(one.feedback)}"


def _matching(question: Matching) -> Iterator[str]:
    for pair in question.pairs:
        yield f"={_left(pair.left.strip())} {ARROW} {escaped(pair.right.strip())}"
    for entry in question.distractors:
        yield f"= {ARROW} {escaped(entry.text.strip())}"


def _left(text: str) -> str:
    """The first arrow parts a pair: one inside of its left side is hidden in HTML."""
    if ARROW not in text:
        return texts.written(text)
    html = _BLANKS.sub(lambda blank: f"&#{ord(blank[0])};", escape(text, quote=False).replace("\n", "<br>"))
    return f"[html]{escaped(html)}"


def _ordering(question: Ordering) -> Iterator[str]:
    for place, entry in enumerate(question.entries, 1):
        yield f"={place} {ARROW} {escaped(entry.text.strip())}"


def _essay(question: Essay) -> Iterator[str]:
    return iter(())


_ANSWERS: dict[Kind, Callable[[Any], Iterator[str]]] = {
    "single_choice": _choice,
    "multiple_choice": _choice,
    "true_false": _true_false,
    "short_answer": _short_answer,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
}
