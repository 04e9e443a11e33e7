"""Questions as they stand on paper: what a learner is shown, and apart from it the key.

A sheet is made from `shown` alone, so that nothing of the key can get onto it. Choices have letters of their
own, in the order in which they stand: the ids of an imported question may be anything.

What does not belong here: how a format sets the lines, and the interactive formats (`moodle`, `qti`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from freshet.exercises.formats.text import GAP, pieces, usable
from freshet.exercises.formats.words import Words, number, words
from freshet.exercises.question import (
    Accepted,
    AcceptedNumber,
    Blank,
    Cloze,
    Criterion,
    Essay,
    Kind,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    Place,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
    shown,
)


@dataclass(frozen=True, slots=True)
class Line:
    """Something with a letter or a number before it, if it has one."""

    label: str
    text: str

    def __str__(self) -> str:
        return f"{self.label}. {self.text}" if self.label else self.text


@dataclass(frozen=True, slots=True)
class Sheet:
    """A question without its key. In `text` a blank is a gap with its number."""

    kind: Kind
    title: str
    text: str
    points: float
    choices: tuple[Line, ...] = ()  # options, right sides, or entries to be put in order
    left: tuple[Line, ...] = ()  # what the right sides are matched to
    unit: str = ""
    rubric: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """What the learner does not see; each line is a text of its own."""

    answer: tuple[str, ...]
    remarks: tuple[str, ...]
    explanation: str
    source: str


def sheet(question: Question, said: Words) -> Sheet:
    """What a learner sees of the question."""
    given = shown(question)
    text = question.question
    if isinstance(question, Cloze):
        numbers = _numbers(question)
        text = "".join(
            f"({numbers[piece.id]}) {GAP}" if isinstance(piece, Blank) else piece
            for piece in pieces(question)
        )
    return Sheet(
        kind=given["type"],
        title=given["title"],
        text=text,
        points=given["points"],
        choices=_choices(given, said),
        left=tuple(Line(str(at), one["text"]) for at, one in enumerate(given.get("left", ()), 1)),
        unit=given.get("unit", ""),
        rubric=rubric(question, said),
    )


def key(question: Question, said: Words) -> Key:
    """The answer to the question, and what there is to say about it."""
    return Key(
        answer=tuple(_answer(question, said)),
        remarks=tuple(_remarks(question, said)),
        explanation=question.explanation,
        source=cited(question.source, said) if question.source else "",
    )


def comment(question: Question) -> str:
    """What there is to say once the question has been answered: the explanation, and where it is from."""
    said = words(question.language)
    source = f"{said.source}{said.colon}{cited(question.source, said)}" if question.source else ""
    return "\n\n".join(filter(None, [question.explanation, source]))


def rubric(question: Question, said: Words) -> tuple[str, ...]:
    """What earns how many points, a line each."""
    criteria: Sequence[Criterion] = question.rubric if isinstance(question, ShortAnswer | Essay) else ()
    return tuple(_criterion(one.text, one.points, said) for one in criteria)


def cited(place: Place, said: Words) -> str:
    """Where the quote stands, and the quote."""
    page = said.page.format(place.page) if place.page else ""
    where = ", ".join(filter(None, [place.filename, page, " › ".join(place.heading)]))
    return " — ".join(filter(None, [where, f"“{place.quote}”" if place.quote else ""]))


def letter(index: int) -> str:
    """A to Z, then AA, AB and so on, as an HTML list of type A counts."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _choices(given: dict[str, Any], said: Words) -> tuple[Line, ...]:
    if given["type"] == "true_false":
        return (Line("", said.true), Line("", said.false))
    offered = given.get("options") or given.get("right") or given.get("entries") or ()
    return tuple(Line(letter(index), one["text"]) for index, one in enumerate(offered))


def _answer(question: Question, said: Words) -> Iterable[str]:
    match question:
        case SingleChoice() | MultipleChoice():
            return _right_choices(question, said)
        case TrueFalse():
            return [said.true if question.answer else said.false]
        case Cloze():
            return [f"({_numbers(question)[blank.id]}) {_texts(blank.accepted)}" for blank in question.blanks]
        case ShortAnswer():
            return [_texts(question.accepted)]
        case Numeric():
            return [" / ".join(_number(one, question.unit) for one in question.accepted if one.credit > 0)]
        case Matching():
            return _pairs(question)
        case Ordering():
            return [str(line) for line in _lines_by_id(question, [entry.id for entry in question.entries])]
        case Essay():
            return [question.sample] if question.sample else []


def _right_choices(question: SingleChoice | MultipleChoice, said: Words) -> list[str]:
    single = isinstance(question, SingleChoice)  # of several right choices each has a part of the credit
    lines = zip(sheet(question, said).choices, question.options, strict=True)
    return [f"{line}{_share(one.credit) if single else ''}" for line, one in lines if one.credit > 0]


def _pairs(question: Matching) -> list[str]:
    rights = _lines_by_id(question, [pair.right_id for pair in question.pairs])
    pairs = zip(question.pairs, rights, strict=True)
    return [f"{at}. {pair.left} → {right}" for at, (pair, right) in enumerate(pairs, 1)]


def _lines_by_id(question: Matching | Ordering, ids: Iterable[str]) -> list[Line]:
    """The choices of these ids, with the letters that they have on the sheet."""
    given = shown(question)
    offered = given["right"] if isinstance(question, Matching) else given["entries"]
    lines = {one["id"]: Line(letter(index), one["text"]) for index, one in enumerate(offered)}
    return [lines[id_] for id_ in ids]


def _remarks(question: Question, said: Words) -> list[str]:
    """The feedback that goes with single answers."""
    of_answers: list[tuple[str, Sequence[Option | Accepted | AcceptedNumber]]] = []
    match question:
        case SingleChoice() | MultipleChoice():
            return [
                f"{letter(index)}{said.colon}{one.feedback}"
                for index, one in enumerate(question.options)
                if one.feedback
            ]
        case TrueFalse():
            told = [(said.if_right, question.feedback_right), (said.if_wrong, question.feedback_wrong)]
            return [f"{when}{said.colon}{text}" for when, text in told if text]
        case Cloze():
            of_answers = [(f"({_numbers(question)[one.id]}) ", one.accepted) for one in question.blanks]
        case ShortAnswer() | Numeric():
            of_answers = [("", question.accepted)]
    return [
        f"{prefix}{_said(one)}{said.colon}{one.feedback}"
        for prefix, accepted in of_answers
        for one in accepted
        if one.feedback
    ]


def _said(one: Option | Accepted | AcceptedNumber) -> str:
    return _number(one, "") if isinstance(one, AcceptedNumber) else one.text


def _texts(accepted: list[Accepted]) -> str:
    return " / ".join(f"{one.text}{_share(one.credit)}" for one in usable(accepted) if one.credit > 0)


def _number(one: AcceptedNumber, unit: str) -> str:
    tolerance = f" ± {number(one.tolerance)}" if one.tolerance else ""
    return f"{number(one.value)}{tolerance}{' ' if unit else ''}{unit}{_share(one.credit)}"


def _share(credit: float) -> str:
    return "" if credit in {0, 1} else f" ({credit:.0%})"


def _criterion(text: str, points: float, said: Words) -> str:
    return f"{text} ({said.points(points)})"


def _numbers(question: Cloze) -> dict[str, int]:
    """The number of each blank, by its id."""
    return {blank.id: at for at, blank in enumerate(question.blanks, 1)}
