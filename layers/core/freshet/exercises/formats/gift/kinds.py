"""Questions of each type, from what stands in the braces.

What the braces mean is told by their signs, as in Moodle; a remark `[type:…]` only chooses between types that
are written alike. What does not belong here: the text around the braces (`reading`).
"""

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from freshet.exercises.formats.gift import texts, weights
from freshet.exercises.formats.gift.remarks import Remarks
from freshet.exercises.formats.gift.source import Source, Unreadable, unescaped
from freshet.exercises.formats.gift.texts import Format
from freshet.exercises.formats.sheet import letter
from freshet.exercises.question import (
    Accepted,
    AcceptedNumber,
    Blank,
    Cloze,
    Entry,
    Essay,
    Kind,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    Pair,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

ARROW = "->"
_TRUTH = re.compile(r"\s*(?P<word>t|true|f|false)\s*(?:#|\Z)", re.IGNORECASE)
_STAR = re.compile(r"(?<!\\)\*")
_NUMBER = re.compile(
    r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Section:
    """What stands in the braces but for the general feedback, and what all types share.

    `notices` are what was left out, with where it stands.
    """

    source: Source
    format: Format
    remarks: Remarks
    common: dict[str, Any]
    notices: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Answer:
    """`credit` is None where no weight is written."""

    right: bool
    credit: float | None
    body: Source
    feedback: str


def question(kind: Kind, section: Section) -> Question:
    """The question. Raises Unreadable."""
    return _BUILDERS[kind](section)


def kind_of(source: Source, written: str) -> Kind:
    """The type that the signs in the braces tell; `written` is what a remark says. Raises Unreadable."""
    signs = source.signs
    if not signs.strip():
        return "essay"
    if signs.lstrip().startswith("#"):
        return "numeric"
    if "~" in signs:
        return "single_choice" if "=" in signs or written == "single_choice" else "multiple_choice"
    if written == "cloze":
        return "cloze"
    if written != "short_answer" and _is_matching(source):
        return "matching"
    return "true_false" if _TRUTH.match(signs) else "short_answer"


def _is_matching(source: Source) -> bool:
    """Whether all answers are pairs. One alone is none: Moodle wants two."""
    bodies = [piece.partition("#")[0] for _, piece in source.split("=") if not piece.blank]
    paired = [ARROW in body.signs for body in bodies]
    if len(bodies) < 2 or not any(paired):
        return False
    if not all(paired):
        lone = bodies[paired.index(False)]
        raise Unreadable(f"A pair without `->` among others with it: {beginning(lone.raw)}", lone.at)
    return True


def _answers(section: Section, source: Source, *, right: bool = True) -> list[_Answer]:
    """The answers; `right` says what one without a sign is."""
    found = []
    for sign, piece in source.split("~="):
        credit, weighed = weights.read(piece)
        body, told = weighed.partition("#")
        feedback = texts.read(told, section.format)[0] if told else ""
        if credit is not None or feedback or not body.blank:
            found.append(_Answer(sign == "=" if sign else right, credit, body.strip(), feedback))
    return found


def _credit(answer: _Answer) -> float:
    return float(answer.right) if answer.credit is None else answer.credit


def _require_key(section: Section, best: float) -> None:
    if best <= 0:
        raise Unreadable("No answer is right.", section.source.at)


def _options(section: Section) -> list[Option]:
    options: list[Option] = []
    for answer in _answers(section, section.source, right=False):
        text = texts.read(answer.body, section.format)[0]
        if text:
            id_ = letter(len(options))
            options.append(Option(id=id_, text=text, credit=_credit(answer), feedback=answer.feedback))
    if len(options) < 2:
        raise Unreadable("A choice needs at least two answers.", section.source.at)
    _require_key(section, max(option.credit for option in options))
    return options


def _single_choice(section: Section) -> Question:
    """With several right ones any of them is right, as in Moodle."""
    return SingleChoice(**section.common, options=_options(section))


def _multiple_choice(section: Section) -> Question:
    return MultipleChoice(**section.common, options=_options(section))


def _true_false(section: Section) -> Question:
    """The feedback for the wrong answer comes first."""
    truth, feedback = section.source.partition("#")
    wrong, right = feedback.partition("#") if feedback else (None, None)
    told = [texts.read(one, section.format)[0] if one else "" for one in (wrong, right)]
    return TrueFalse(
        **section.common,
        answer=truth.raw.strip().lower().startswith("t"),
        feedback_wrong=told[0],
        feedback_right=told[1],
    )


def _accepted(section: Section) -> list[Accepted]:
    found = []
    for answer in _answers(section, section.source):
        text = texts.read(answer.body, section.format)[0]
        if text:
            found.append(Accepted(text=text, credit=_credit(answer), feedback=answer.feedback))
    if not found:
        raise Unreadable("There is no answer in the braces.", section.source.at)
    _require_key(section, max(one.credit for one in found))
    return found


def _short_answer(section: Section) -> Question:
    r"""A `*` stands for anything, `\*` for itself."""
    accepted = _accepted(section)
    wildcards = any(_STAR.search(one.text) for one in accepted)
    return ShortAnswer(
        **section.common,
        accepted=accepted if wildcards else _starred(accepted),
        wildcards=wildcards,
        rubric=section.remarks.rubric,
    )


def _cloze(section: Section) -> Question:
    return Cloze(**section.common, blanks=[Blank(id="1", accepted=_starred(_accepted(section)))])


def _starred(accepted: list[Accepted]) -> list[Accepted]:
    return [one.model_copy(update={"text": one.text.replace(r"\*", "*")}) for one in accepted]


def _numeric(section: Section) -> Question:
    source = section.source.strip().part(1)
    accepted = []
    for answer in _answers(section, source):
        body = unescaped(answer.body.raw).strip()
        if body in {"", "*"}:  # all other numbers
            detail = f"Feedback for all other numbers was left out: {beginning(answer.feedback)}"
            section.notices.append((detail, answer.body.at))
            continue
        value, tolerance = _number(body, answer.body.at)
        accepted.append(
            AcceptedNumber(value=value, tolerance=tolerance, credit=_credit(answer), feedback=answer.feedback)
        )
    if not accepted:
        raise Unreadable("There is no number in the braces.", section.source.at)
    _require_key(section, max(one.credit for one in accepted))
    return Numeric(**section.common, accepted=accepted, unit=section.remarks.unit)


def _number(written: str, at: int) -> tuple[float, float]:
    """The value and its tolerance, of `1822`, `3.14:0.01` or `1..5`. Raises Unreadable."""
    text = unicodedata.normalize("NFKC", written).replace("−", "-")
    parts = text.partition("..") if ".." in text else text.partition(":")
    first = _decimal(parts[0], written, at)
    second = _decimal(parts[2], written, at) if parts[1] else Decimal(0)
    if parts[1] == "..":
        first, second = (first + second) / 2, abs(second - first) / 2
    return float(first), abs(float(second))


def _decimal(text: str, written: str, at: int) -> Decimal:
    if _NUMBER.fullmatch(text.strip()):
        value = Decimal(text.strip())
        if abs(float(value)) < float("inf"):
            return value
    raise Unreadable(f"Not a number: {beginning(written)}", at)


def _matching(section: Section) -> Question:
    sides = [_pair(section, piece) for _, piece in section.source.split("=") if not piece.blank]
    pairs = [(left, right) for left, right in sides if left]
    places = [str(place) for place in range(1, len(sides) + 1)]
    if section.remarks.kind == "ordering" and [left for left, _ in sides] == places:
        return _ordering(section, [right for _, right in sides])
    if not pairs:
        raise Unreadable("No pair has a left side.", section.source.at)
    rights = dict.fromkeys(right for _, right in sides)
    ids = dict(zip(rights, _letters(section, len(rights)), strict=True))
    paired = {right for _, right in pairs}
    return Matching(
        **section.common,
        pairs=[
            Pair(id=str(number), left=left, right=right, right_id=ids[right])
            for number, (left, right) in enumerate(pairs, 1)
        ],
        distractors=[Entry(id=id_, text=right) for right, id_ in ids.items() if right not in paired],
    )


def _pair(section: Section, piece: Source) -> tuple[str, str]:
    """Both sides; a right one without a left one belongs to nothing. Moodle knows no format of right ones."""
    left, right = piece.partition(ARROW)
    text = unescaped(texts.unwrapped(right.raw)).strip() if right else ""
    if not text:
        raise Unreadable(f"A pair has no right side: {beginning(piece.raw)}", piece.at)
    return texts.read(left, section.format)[0], text


def _ordering(section: Section, entries: list[str]) -> Question:
    ids = _letters(section, len(entries))
    return Ordering(
        **section.common, entries=[Entry(id=id_, text=text) for id_, text in zip(ids, entries, strict=True)]
    )


def _letters(section: Section, count: int) -> list[str]:
    """Ids in an order by chance: learners see the sides sorted by them."""
    chance = random.Random(section.common["question"])  # noqa: S311 - an order
    return chance.sample([letter(index) for index in range(count)], count)


def _essay(section: Section) -> Question:
    return Essay(**section.common, rubric=section.remarks.rubric, sample=section.remarks.sample)


def beginning(raw: str) -> str:
    """How a text begins, for a problem with it."""
    text = " ".join(raw.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


_BUILDERS: dict[Kind, Callable[[Section], Question]] = {
    "single_choice": _single_choice,
    "multiple_choice": _multiple_choice,
    "true_false": _true_false,
    "cloze": _cloze,
    "short_answer": _short_answer,
    "numeric": _numeric,
    "matching": _matching,
    "essay": _essay,
}
