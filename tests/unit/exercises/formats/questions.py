"""Questions of all types to export: one of each as teachers write them, and any whose texts break things."""

import re
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from hypothesis import strategies as st

from freshet.download import writable
from freshet.exercises.exercise import Exercise
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
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

MADE = "2026-03-01T08:00:00.000+00:00"
PLACE = Place(quote="Water boils at 100 °C.", start=3, end=25, filename="heat.pdf", page=3, heading=["Heat"])
EXERCISE = Exercise(
    id="01JEXERCISE", title="热学 Heat", state="ready", language="en", created_at=MADE, updated_at=MADE
)

SINGLE = SingleChoice(
    id="01JA",
    question="At how many degrees does water boil?",
    options=[
        Option(id="A", text="90", feedback="too cold"),
        Option(id="B", text="100", credit=1),
        Option(id="C", text="99", credit=0.5),
    ],
    concepts=["boiling point", "水"],
    explanation="At sea level.",
    source=PLACE,
)
MULTIPLE = MultipleChoice(
    id="01JB",
    question="Which are liquid at 20 °C?",
    points=2,
    options=[
        Option(id="A", text="water", credit=0.5),
        Option(id="B", text="iron", credit=-0.5),
        Option(id="C", text="mercury", credit=0.5),
        Option(id="D", text="ice", credit=-0.5, feedback="It melts."),
    ],
)
TRUTH = TrueFalse(
    id="01JC",
    question="水在 100 ℃ 沸腾。",
    answer=False,
    feedback_right="对",
    feedback_wrong="再想想",
    language="zh",
)
CLOZE = Cloze(
    id="01JD",
    question="{{1}} melts at {{2}} degrees, not at {30}.",
    points=4,
    blanks=[
        Blank(id="1", accepted=[Accepted(text="Ice"), Accepted(text="snow", credit=0.5, feedback="nearly")]),
        Blank(id="2", accepted=[Accepted(text="0"), Accepted(text="zero")]),
    ],
)
SHORT = ShortAnswer(
    id="01JE",
    question="What is water that is a gas?",
    points=2,
    accepted=[Accepted(text="steam"), Accepted(text="a*b", credit=0.5, feedback="odd")],
    rubric=[Criterion(id="1", text="names the gas", points=2)],
)
WILD = ShortAnswer(
    id="01JF",
    question="Name one.",
    accepted=[Accepted(text="water*vapo?r"), Accepted(text="*", credit=0)],
    wildcards=True,
)
NUMBER = Numeric(
    id="01JG",
    question="How fast is light?",
    accepted=[
        AcceptedNumber(value=299792.458, tolerance=0.5),
        AcceptedNumber(value=300000, tolerance=1000, credit=0.5),
    ],
    unit="km/s",
)
PAIRS = Matching(
    id="01JH",
    question="What is the capital?",
    points=2,
    pairs=[
        Pair(id="1", left="France", right="Paris", right_id="C"),
        Pair(id="2", left="德国", right="柏林", right_id="A"),
    ],
    distractors=[Entry(id="B", text="Rome")],
)
ORDER = Ordering(
    id="01JI",
    question="Nearest to the sun first.",
    points=3,
    entries=[Entry(id="C", text="Mercury"), Entry(id="A", text="Venus"), Entry(id="B", text="Earth")],
)
ESSAY = Essay(
    id="01JJ",
    title="Why",
    question="Why does ice float?",
    points=10,
    rubric=[Criterion(id="1", text="density", points=6), Criterion(id="2", text="lattice", points=4)],
    sample="Ice is less dense.\n\nIts lattice is open.",
)
ALL: list[Question] = [SINGLE, MULTIPLE, TRUTH, CLOZE, SHORT, WILD, NUMBER, PAIRS, ORDER, ESSAY]

_NASTY = [
    *("]]>", "<script>alert(1)</script>", "&amp;", "&", "\"'", "{", "}", "{{1}}", "{{c1::x}}", "{1:SA:=x}"),
    *("\\", "~", "#", "=", "%50%", "*", "_", "`", "```\n", "- a", "+", "1. ", "| a |", "@", "-", "::"),
    *("$x_1^2$", "\\(\\frac{a}{b}\\)", "[sound:x.mp3]", "[$]x[/$]", "![a](http://x)", "👩\u200d👧", "שלום"),
    *("\t", "\n", "\n\n    code", "  ", "\r\n", "\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\u2028", "\x85"),
    *("\u202e", "中文，句。", "＝１", "long " * 2_000),
]
nasty = st.lists(st.sampled_from(_NASTY) | st.text(max_size=4), min_size=1, max_size=5).map("".join)


@st.composite
def any_questions(draw: st.DrawFn) -> list[Question]:
    """One of each type, of texts that mean something in one format or another."""
    drawn = cycle(draw(st.lists(nasty, min_size=7, max_size=7)))
    language = draw(st.sampled_from(["", "en", "zh-Hans", "ar"]))
    credit = draw(st.sampled_from([1.0, 0.5, 1 / 3, 0.0, -0.5]))
    value = draw(st.floats(allow_nan=False, allow_infinity=False))
    yes = draw(st.booleans())

    def text() -> str:
        return next(drawn)

    def answer() -> str:
        """One that says something, whatever of it can't be written."""
        return f"a{text()}z"

    def common(number: int) -> dict[str, Any]:
        place = Place(quote=text(), start=0, end=9, filename=text(), page=2, heading=[text()])
        told = {"title": text(), "question": answer(), "explanation": text(), "concepts": [text()]}
        return {"id": f"01J{number}", "source": place, "language": language, **told}

    def accepted() -> list[Accepted]:
        other = Accepted(text=f"{answer()}!", credit=credit, feedback=text())
        return [Accepted(text=answer(), feedback=text()), other]

    def options(*credits_: float) -> list[Option]:
        return [
            Option(id=f"{at}", text=answer(), credit=one, feedback=text()) for at, one in enumerate(credits_)
        ]

    gaps = "{{1}}".join([text().replace("{{1}}", ""), f"{text()}{{{{2}}}}".replace("{{1}}", "")])
    blanks = [Blank(id=id_, accepted=accepted()) for id_ in ("1", "2")]
    pairs = [Pair(id=f"{at}", left=answer(), right=answer(), right_id=f"r{at}") for at in (1, 2)]
    rubric = [Criterion(id="1", text=text(), points=2)]
    return [
        SingleChoice(**common(0), options=options(0, 1, credit)),
        MultipleChoice(**common(1), options=options(0.5, -1, 0.5)),
        TrueFalse(**common(2), answer=yes, feedback_right=text(), feedback_wrong=text()),
        Cloze(**common(3) | {"question": gaps}, blanks=blanks),
        ShortAnswer(**common(4), accepted=accepted(), wildcards=yes, rubric=rubric),
        Numeric(**common(5), accepted=[AcceptedNumber(value=value, feedback=text())], unit=text()),
        Matching(**common(6), pairs=pairs, distractors=[Entry(id="r3", text=answer())]),
        Ordering(**common(7), entries=[Entry(id=id_, text=answer()) for id_ in "BCA"]),
        Essay(**common(8), rubric=rubric, sample=text()),
    ]


def asked(question: Question) -> Iterator[str]:
    """All texts that a learner is shown of the question, as they can be written."""
    texts = [question.title, question.question]
    match question:
        case Cloze():
            texts = [question.title, *re.split(r"\{\{[12]\}\}", question.question)]
        case SingleChoice() | MultipleChoice():
            texts += [option.text for option in question.options]
        case Matching():
            texts += [text for pair in question.pairs for text in (pair.left, pair.right)]
            texts += [entry.text for entry in question.distractors]
        case Ordering():
            texts += [entry.text for entry in question.entries]
        case Numeric():
            texts.append(question.unit)
    return map(writable, texts)


def squeezed(text: str) -> str:
    """The text without its blanks, which formats set as they do."""
    return "".join(writable(text).split())
