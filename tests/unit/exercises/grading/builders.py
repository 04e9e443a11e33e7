"""Questions as a teacher writes them down, in a line or two."""

from typing import Any

from freshet.exercises.question import (
    Accepted,
    AcceptedNumber,
    Blank,
    Cloze,
    Criterion,
    Entry,
    Essay,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    Pair,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

LETTERS = "ABCDEFGHIJ"


def single(question: str, *options: str, key: str, **more: Any) -> SingleChoice:
    return SingleChoice(id="q", question=question, options=_options(options, {key: 1.0}), **more)


def multiple(question: str, *options: str, keys: str, **more: Any) -> MultipleChoice:
    """Ticking everything earns nothing."""
    wrong = -1 / (len(options) - len(keys))
    earned = {letter: 1 / len(keys) if letter in keys else wrong for letter in LETTERS[: len(options)]}
    return MultipleChoice(id="q", question=question, options=_options(options, earned), **more)


def true_false(statement: str, *, key: bool) -> TrueFalse:
    return TrueFalse(id="q", question=statement, answer=key)


def cloze(question: str, *blanks: str) -> Cloze:
    """Each blank with all its fillings: `a|b`."""
    return Cloze(
        id="q",
        question=question,
        points=float(len(blanks)),
        blanks=[
            Blank(id=str(number), accepted=[Accepted(text=text) for text in blank.split("|")])
            for number, blank in enumerate(blanks, 1)
        ],
    )


def short(question: str, *accepted: str, half: str = "", points: float = 1, **more: Any) -> ShortAnswer:
    texts = [Accepted(text=text) for text in accepted] + ([Accepted(text=half, credit=0.5)] if half else [])
    return ShortAnswer(id="q", question=question, accepted=texts, points=points, **more)


def numeric(question: str, value: float, tolerance: float = 0, unit: str = "") -> Numeric:
    accepted = [AcceptedNumber(value=value, tolerance=tolerance)]
    return Numeric(id="q", question=question, accepted=accepted, unit=unit)


def matching(question: str, *pairs: tuple[str, str], spare: tuple[str, ...] = ()) -> Matching:
    """The right sides have the letters from A on, in the order of the pairs; equal ones have the same."""
    rights = list(dict.fromkeys(right for _, right in pairs))
    return Matching(
        id="q",
        question=question,
        points=float(len(pairs)),
        pairs=[
            Pair(id=str(number), left=left, right=right, right_id=LETTERS[rights.index(right)])
            for number, (left, right) in enumerate(pairs, 1)
        ],
        distractors=[
            Entry(id=letter, text=text) for letter, text in zip(LETTERS[len(rights) :], spare, strict=False)
        ],
    )


def ordering(question: str, ids: str, *entries: str) -> Ordering:
    """`ids` are those of the entries, which stand in the right order."""
    found = [Entry(id=id_, text=text) for id_, text in zip(ids, entries, strict=True)]
    return Ordering(id="q", question=question, points=float(len(found) - 1), entries=found)


def essay(question: str, *criteria: tuple[str, float], **more: Any) -> Essay:
    rubric = [
        Criterion(id=str(number), text=text, points=points)
        for number, (text, points) in enumerate(criteria, 1)
    ]
    points = sum(criterion.points for criterion in rubric) or 10
    return Essay(**{"id": "q", "question": question, "rubric": rubric, "points": points, **more})


def _options(texts: tuple[str, ...], credit: dict[str, float]) -> list[Option]:
    return [
        Option(id=letter, text=text, credit=credit.get(letter, 0.0))
        for letter, text in zip(LETTERS, texts, strict=False)
    ]
