"""Questions, composed in one line each. The right option stands first, or where `at` says."""

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
    Place,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

_LETTERS = "ABCDEFGHIJ"


def place(quote: str) -> Place:
    return Place(quote=quote, start=0, end=len(quote))


def _common(question: str, quote: str) -> dict[str, Any]:
    return {"id": question[:60], "question": question, "source": place(quote) if quote else None}


def single(question: str, right: str, *wrong: str, quote: str = "", at: int = 0) -> SingleChoice:
    texts = [*wrong[:at], right, *wrong[at:]]
    options = [
        Option(id=letter, text=text, credit=float(text == right))
        for letter, text in zip(_LETTERS, texts, strict=False)
    ]
    return SingleChoice(**_common(question, quote), options=options)


def multiple(question: str, right: list[str], wrong: list[str], *, quote: str = "") -> MultipleChoice:
    shares = [*[1 / len(right)] * len(right), *[-1 / max(1, len(wrong))] * len(wrong)]
    options = [
        Option(id=letter, text=text, credit=credit)
        for letter, text, credit in zip(_LETTERS, [*right, *wrong], shares, strict=False)
    ]
    return MultipleChoice(**_common(question, quote), options=options)


def stated(statement: str, answer: bool, *, quote: str = "") -> TrueFalse:
    return TrueFalse(**_common(statement, quote), answer=answer)


def cloze(text: str, *fillings: str, quote: str = "") -> Cloze:
    """Each filling may be several, separated by bars."""
    blanks = [
        Blank(id=str(number), accepted=[Accepted(text=one) for one in filling.split("|")])
        for number, filling in enumerate(fillings, 1)
    ]
    return Cloze(**_common(text, quote), blanks=blanks)


def short(question: str, *accepted: str, quote: str = "") -> ShortAnswer:
    return ShortAnswer(**_common(question, quote), accepted=[Accepted(text=text) for text in accepted])


def numeric(question: str, value: float, *, tolerance: float = 0, unit: str = "", quote: str = "") -> Numeric:
    accepted = [AcceptedNumber(value=value, tolerance=tolerance)]
    return Numeric(**_common(question, quote), accepted=accepted, unit=unit)


def matching(
    question: str, pairs: dict[str, str], distractors: tuple[str, ...] = (), *, quote: str = ""
) -> Matching:
    offered = [*dict.fromkeys(pairs.values()), *distractors]
    ids = dict(zip(offered, _LETTERS, strict=False))
    return Matching(
        **_common(question, quote),
        pairs=[
            Pair(id=str(number), left=left, right=right, right_id=ids[right])
            for number, (left, right) in enumerate(pairs.items(), 1)
        ],
        distractors=[Entry(id=ids[text], text=text) for text in distractors],
    )


def ordering(question: str, *entries: str, quote: str = "") -> Ordering:
    listed = [Entry(id=letter, text=text) for letter, text in zip(_LETTERS, entries, strict=False)]
    return Ordering(**_common(question, quote), entries=listed)


def essay(question: str, *criteria: str, quote: str = "") -> Essay:
    rubric = [Criterion(id=str(number), text=text, points=2) for number, text in enumerate(criteria, 1)]
    return Essay(**_common(question, quote), rubric=rubric)
