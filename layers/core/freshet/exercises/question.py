"""Questions: one shape a type, each with its key, its place in the source and what a learner sees of it.

What belongs here: the values. What does not: how they are made (`generation`), judged (`gate`), graded
(`grading`) and kept (`collection`).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Difficulty = Literal["easy", "medium", "hard"]
# Bloom's taxonomy as revised by Anderson and Krathwohl (2001).
Bloom = Literal["remember", "understand", "apply", "analyze", "evaluate", "create"]
Kind = Literal[
    "single_choice",
    "multiple_choice",
    "true_false",
    "cloze",
    "short_answer",
    "numeric",
    "matching",
    "ordering",
    "essay",
]
Credit = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]  # share of the points; below 0 takes some
MAX_CONCEPTS, MAX_CONCEPT_CHARS = 5, 100  # of a question; each is written to the learner's record
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class Place(Shape):
    """Where a quote stands: at `start` to `end` of the text of a document, or of the text that was given."""

    quote: str
    start: int
    end: int
    document_id: str | None = None
    filename: str | None = None
    page: int | None = None
    heading: list[str] = []


class Option(Shape):
    """A choice; the key is what has credit."""

    id: str
    text: str
    credit: Credit = 0
    feedback: str = ""


class Accepted(Shape):
    """An answer that gets `credit`; in `text` a `*` stands for anything only where the question says so."""

    text: str
    credit: Credit = 1
    feedback: str = ""


class Blank(Shape):
    """A gap of a cloze question; `id` is the number in its mark `{{1}}`."""

    id: str
    accepted: list[Accepted]


class AcceptedNumber(Shape):
    """A number that gets `credit`, with all numbers no further from it than `tolerance`."""

    value: Finite
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    credit: Credit = 1
    feedback: str = ""


class Pair(Shape):
    """What belongs together; `right_id` names the right side among all that are offered."""

    id: str
    left: str
    right_id: str
    right: str


class Entry(Shape):
    """Something to be matched, or put in order."""

    id: str
    text: str


class Criterion(Shape):
    """A part of a rubric: what earns up to `points`."""

    id: str
    text: str
    points: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class _Shared(Shape):
    """What a question has for everybody."""

    id: str
    question: str
    title: str = ""
    points: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = 1
    difficulty: Difficulty = "medium"
    bloom: Bloom = "understand"
    language: str = ""


class _Question(_Shared):
    """What all types share. `source` is where it comes from; `concepts` are what it trains, often the key."""

    concepts: list[str] = []
    explanation: str = ""
    source: Place | None = None
    version: int = 1


class SingleChoice(_Question):
    """Answered by an option's id. One option has credit 1."""

    type: Literal["single_choice"] = "single_choice"
    options: list[Option]


class MultipleChoice(_Question):
    """Answered by a list of options' ids; their credits add up, those of the key to 1."""

    type: Literal["multiple_choice"] = "multiple_choice"
    options: list[Option]


class TrueFalse(_Question):
    """Answered by true or false."""

    type: Literal["true_false"] = "true_false"
    answer: bool
    feedback_right: str = ""
    feedback_wrong: str = ""


class Cloze(_Question):
    """`question` holds a mark `{{1}}` for each blank. Answered by a text for each blank, by its id."""

    type: Literal["cloze"] = "cloze"
    blanks: list[Blank]


class ShortAnswer(_Question):
    """Answered by a few words. What no accepted answer fits is graded by the rubric, if there is one."""

    type: Literal["short_answer"] = "short_answer"
    accepted: list[Accepted]
    wildcards: bool = Field(False, description="whether `*` in an accepted answer stands for anything")
    rubric: list[Criterion] = []


class Numeric(_Question):
    """Answered by a number, with or without its `unit`."""

    type: Literal["numeric"] = "numeric"
    accepted: list[AcceptedNumber]
    unit: str = ""


class Matching(_Question):
    """Answered by the id of a right side for each pair's id; `distractors` are right sides of no pair."""

    type: Literal["matching"] = "matching"
    pairs: list[Pair]
    distractors: list[Entry] = []


class Ordering(_Question):
    """`entries` stand in the right order. Answered by a list of their ids."""

    type: Literal["ordering"] = "ordering"
    entries: list[Entry]


class Essay(_Question):
    """Answered by a text, which the rubric grades."""

    type: Literal["essay"] = "essay"
    rubric: list[Criterion] = []
    sample: str = Field("", description="an answer that would get all points")


Question = Annotated[
    SingleChoice | MultipleChoice | TrueFalse | Cloze | ShortAnswer | Numeric | Matching | Ordering | Essay,
    Field(discriminator="type"),
]
QUESTION: TypeAdapter[Question] = TypeAdapter(Question)


class Gap(Shape):
    """A blank, without what belongs there."""

    id: str


class Share(Shape):
    """What earns up to `points`, as a learner may know it."""

    text: str
    points: float


class ShownChoice(_Shared):
    type: Literal["single_choice", "multiple_choice"]
    options: list[Entry]


class ShownStatement(_Shared):
    type: Literal["true_false"] = "true_false"


class ShownCloze(_Shared):
    type: Literal["cloze"] = "cloze"
    blanks: list[Gap]


class ShownNumeric(_Shared):
    type: Literal["numeric"] = "numeric"
    unit: str


class ShownMatching(_Shared):
    type: Literal["matching"] = "matching"
    left: list[Entry]
    right: list[Entry]


class ShownOrdering(_Shared):
    type: Literal["ordering"] = "ordering"
    entries: list[Entry]


class ShownText(_Shared):
    type: Literal["short_answer", "essay"]
    rubric: list[Share]


# What a learner gets: without key, feedback, explanation and source.
Shown = Annotated[
    ShownChoice | ShownStatement | ShownCloze | ShownNumeric | ShownMatching | ShownOrdering | ShownText,
    Field(discriminator="type"),
]


def for_learner(question: Question) -> Shown:
    """The question as a learner gets it.

    Right sides and entries come sorted by their ids, which say nothing of their order.
    """
    common = {name: getattr(question, name) for name in _Shared.model_fields}
    match question:
        case SingleChoice() | MultipleChoice():
            options = [Entry(id=one.id, text=one.text) for one in question.options]
            return ShownChoice(**common, type=question.type, options=options)
        case TrueFalse():
            return ShownStatement(**common)
        case Cloze():
            return ShownCloze(**common, blanks=[Gap(id=blank.id) for blank in question.blanks])
        case Numeric():
            return ShownNumeric(**common, unit=question.unit)
        case Matching():
            lefts = [Entry(id=pair.id, text=pair.left) for pair in question.pairs]
            rights = [Entry(id=pair.right_id, text=pair.right) for pair in question.pairs]
            offered = {entry.id: entry for entry in [*rights, *question.distractors]}
            return ShownMatching(**common, left=lefts, right=[offered[id_] for id_ in sorted(offered)])
        case Ordering():
            return ShownOrdering(**common, entries=sorted(question.entries, key=lambda entry: entry.id))
        case ShortAnswer() | Essay():
            rubric = [Share(text=one.text, points=one.points) for one in question.rubric]
            return ShownText(**common, type=question.type, rubric=rubric)


def shown(question: Question) -> dict[str, Any]:
    """The same, as its members."""
    return for_learner(question).model_dump()
