"""Drafts: a question as a model writes it, one flat shape for all types, and how it becomes a question.

Models keep to one flat shape better than to nine. Choices get their places by chance here: a model likes to
put the key first. What does not belong here: whether the question is any good (`gate`).
"""

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from freshet.exercises.fault import Fault, Misshapen
from freshet.exercises.grading import normal
from freshet.exercises.grading.truth import truth
from freshet.exercises.question import (
    Accepted,
    AcceptedNumber,
    Blank,
    Bloom,
    Cloze,
    Criterion,
    Difficulty,
    Entry,
    Essay,
    Kind,
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
from freshet.profile.concept import concept_key

ESSAY_POINTS, SHORT_POINTS = 10.0, 2.0
MOST_CHARACTERS = 20_000  # of a draft: what is longer is no question, and costs whoever reads it
_MOST_BLANKS = 20
_MOST_CONCEPTS = 5
_MOST_CONCEPT = 100  # characters
_MOST_TOLD = 200  # characters of an answer, in a fault
_MOST_OFFERED = 20  # right sides
_BLANK = re.compile(r"\{\{((?:(?!\{\{|\}\}).)+)\}\}(?!\})", re.DOTALL)
_LABEL = re.compile(r"[(（]?([A-Za-z])[)）.．、:：]\s*(?=\S)")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class _Written(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class DraftPair(_Written):
    left: str
    right: str


class DraftCriterion(_Written):
    criterion: str
    points: float


class Draft(_Written):
    """A question as a model writes it."""

    type: Kind
    question: str = Field(
        description="what is asked; a statement for true_false; for cloze a text with each blank written as "
        "{{its answer}}, or {{answer|another accepted answer}}"
    )
    quote: str = Field(description="the sentence of the source that holds the answer, copied word for word")
    options: list[str] = Field(
        [],
        description="single_choice and multiple_choice: all choices; ordering: the entries in right order; "
        "matching: further right sides that belong to nothing",
    )
    answer: list[str] = Field(
        [],
        description="the right choices, word for word; true or false; every accepted short answer; "
        "the number of a numeric question, without unit; a sample answer of an essay",
    )
    pairs: list[DraftPair] = Field([], description="matching: what belongs together")
    tolerance: float = Field(0, description="numeric: how far an answer may be off, 0 for exact")
    unit: str = Field("", description="numeric: the unit, if any")
    rubric: list[DraftCriterion] = Field([], description="short_answer and essay: what earns how many points")
    explanation: str = Field(
        "", description="one sentence: why the answer is right, without letters of choices"
    )
    concepts: list[str] = Field([], description="one to three terms that the question is about")
    difficulty: Difficulty = "medium"
    bloom: Bloom = "understand"


def as_question(draft: Draft, id_: str, *, language: str, source: Place | None, version: int = 1) -> Question:
    """The question that the draft describes. Raises Misshapen."""
    if not draft.question.strip():
        raise _misshapen("question is empty")
    if len(draft.model_dump_json()) > MOST_CHARACTERS:
        raise _misshapen("it is far too long for a question")
    common = {
        "id": id_,
        "question": draft.question.strip(),
        "difficulty": draft.difficulty,
        "bloom": draft.bloom,
        "language": language,
        "concepts": _concepts(draft.concepts),
        "explanation": draft.explanation.strip(),
        "source": source,
        "version": version,
    }
    return _BUILDERS[draft.type](draft, common, random.Random(f"{id_}/{version}"))  # noqa: S311 - an order


def _concepts(names: Sequence[str]) -> list[str]:
    kept: dict[str, str] = {}
    for name in _distinct(names):
        if (key := concept_key(name)) and len(name) <= _MOST_CONCEPT:
            kept.setdefault(key, name)
    return list(kept.values())[:_MOST_CONCEPTS]


def _misshapen(detail: str) -> Misshapen:
    return Misshapen(Fault("shape", detail))


def _wrong_key(detail: str) -> Misshapen:
    return Misshapen(Fault("key", detail))


Common = Mapping[str, Any]


def _single_choice(draft: Draft, common: Common, chance: random.Random) -> Question:
    options, keys = _choices(draft, chance)
    if len(keys) != 1:
        raise _wrong_key(f"single_choice needs exactly one right choice, not {len(keys)}")
    return SingleChoice(**common, options=[_option(one, credit=one[0] in keys) for one in options])


def _multiple_choice(draft: Draft, common: Common, chance: random.Random) -> Question:
    options, keys = _choices(draft, chance)
    if not 1 <= len(keys) < len(options):
        raise _wrong_key("multiple_choice needs at least one right choice and at least one wrong one")
    wrong = -1 / (len(options) - len(keys))  # so that ticking everything earns nothing
    return MultipleChoice(
        **common, options=[_option(one, 1 / len(keys) if one[0] in keys else wrong) for one in options]
    )


def _option(one: tuple[str, str], credit: float) -> Option:
    return Option(id=one[0], text=one[1], credit=credit)


def _choices(draft: Draft, chance: random.Random) -> tuple[list[tuple[str, str]], set[str]]:
    """(id, text) of each choice, in an order by chance, and the ids of those that are right."""
    given = [text.strip() for text in draft.options if text.strip()]
    if not 2 <= len(given) <= 10:
        raise _misshapen(f"a choice needs 2 to 10 options, not {len(given)}")
    texts = _unlabelled(given)
    right = {_place(answer, texts, given, _LETTERS[: len(texts)]) for answer in _distinct(draft.answer)}
    places = chance.sample(range(len(texts)), len(texts))
    options = [(letter, texts[place]) for letter, place in zip(_LETTERS, places, strict=False)]
    return options, {letter for letter, place in zip(_LETTERS, places, strict=False) if place in right}


def _place(answer: str, *names: Sequence[str]) -> int:
    """The place of the choice that the answer names, to the letter if it can be: CO is not Co."""
    for named in names:
        for form in (_spaced, normal.fold):
            wanted = form(answer)
            found = [place for place, name in enumerate(named) if form(name) == wanted]
            if len(found) > 1:
                raise _wrong_key(f"the answer {_cut(answer)!r} fits several options")
            if found:
                return found[0]
    raise _wrong_key(f"the answer {_cut(answer)!r} is none of the options; copy it word for word")


def _unlabelled(texts: list[str]) -> list[str]:
    """The texts without the letters that they stand behind: here they get others."""
    labels = [_LABEL.match(text) for text in texts]
    if [label and label[1].upper() for label in labels] != list(_LETTERS[: len(texts)]):
        return texts
    return [text[label.end() :] for text, label in zip(texts, labels, strict=True) if label]


def _true_false(draft: Draft, common: Common, chance: random.Random) -> Question:
    said = {truth(answer) for answer in draft.answer}
    if said not in ({True}, {False}):
        raise _wrong_key("the answer of true_false is exactly one of: true, false")
    return TrueFalse(**common, answer=said == {True})


def _cloze(draft: Draft, common: Common, chance: random.Random) -> Question:
    question = draft.question.strip()
    answers = [match[1] for match in _BLANK.finditer(question)]
    if not 1 <= len(answers) <= _MOST_BLANKS:
        raise _misshapen(f"cloze needs 1 to {_MOST_BLANKS} blanks, each written as {{{{its answer}}}}")
    if re.search(r"\{\{|\}\}", _BLANK.sub("", question)):
        raise _misshapen("there are double braces in it that are no blank with its answer inside")
    if answers == [str(number) for number in range(1, len(draft.answer) + 1)]:
        answers = draft.answer  # it numbered the blanks
    blanks = []
    for number, answer in enumerate(answers, 1):
        texts = _distinct(answer.split("|"))
        if not texts:
            raise _wrong_key("a blank has no answer")
        blanks.append(Blank(id=str(number), accepted=[Accepted(text=text) for text in texts]))
    numbers = iter(blanks)
    text = _BLANK.sub(lambda _: f"{{{{{next(numbers).id}}}}}", question)
    return Cloze(**{**common, "question": text, "points": float(len(blanks))}, blanks=blanks)


def _short_answer(draft: Draft, common: Common, chance: random.Random) -> Question:
    texts = _distinct(draft.answer)
    if not texts:
        raise _wrong_key("short_answer needs at least one accepted answer")
    rubric = _rubric(draft)
    points = sum(criterion.points for criterion in rubric) or SHORT_POINTS
    accepted = [Accepted(text=text) for text in texts]
    return ShortAnswer(**{**common, "points": points}, accepted=accepted, rubric=rubric)


def _numeric(draft: Draft, common: Common, chance: random.Random) -> Question:
    values = {normal.number(answer, unit=draft.unit) for answer in draft.answer}
    value = values.pop() if len(values) == 1 else None
    if value is None or not isfinite(value):
        raise _wrong_key("numeric needs exactly one number as its answer")
    if not isfinite(draft.tolerance):
        raise _misshapen("the tolerance is no number")
    accepted = AcceptedNumber(value=value, tolerance=abs(draft.tolerance))
    return Numeric(**common, accepted=[accepted], unit=draft.unit.strip())


def _matching(draft: Draft, common: Common, chance: random.Random) -> Question:
    pairs = [(pair.left.strip(), pair.right.strip()) for pair in draft.pairs]
    pairs = [pair for pair in pairs if all(pair)]
    if not 2 <= len(pairs) <= 10:
        raise _misshapen(f"matching needs 2 to 10 pairs, not {len(pairs)}")
    rights = _distinct(right for _, right in pairs)
    lefts = _distinct(left for left, _ in pairs)
    if len(lefts) < len(pairs):
        raise _wrong_key("matching has the same left side twice")
    offered = _distinct([*rights, *draft.options])[:_MOST_OFFERED]
    spare = offered[len(rights) :]
    shuffled = chance.sample(offered, len(offered))
    ids = {text: letter for letter, text in zip(_LETTERS, shuffled, strict=False)}
    return Matching(
        **{**common, "points": float(len(pairs))},
        pairs=[
            Pair(id=str(number), left=left, right=right, right_id=ids[right])
            for number, (left, right) in enumerate(pairs, 1)
        ],
        distractors=[Entry(id=ids[text], text=text) for text in spare],
    )


def _ordering(draft: Draft, common: Common, chance: random.Random) -> Question:
    texts = _distinct(draft.options)
    if not 3 <= len(texts) <= 10:
        raise _misshapen(f"ordering needs 3 to 10 different entries, not {len(texts)}")
    letters = sorted(_LETTERS[: len(texts)])
    while letters == sorted(letters):  # by their letters they are shown
        chance.shuffle(letters)
    entries = [Entry(id=letter, text=text) for letter, text in zip(letters, texts, strict=True)]
    return Ordering(**{**common, "points": float(len(entries))}, entries=entries)


def _essay(draft: Draft, common: Common, chance: random.Random) -> Question:
    rubric = _rubric(draft)
    if not rubric:
        raise _misshapen("essay needs a rubric of criteria with points")
    points = sum(criterion.points for criterion in rubric)
    sample = "\n".join(draft.answer).strip()
    return Essay(**{**common, "points": points}, rubric=rubric, sample=sample)


def _rubric(draft: Draft) -> list[Criterion]:
    given = [one for one in draft.rubric if one.criterion.strip() and 0 < one.points <= 100]
    return [
        Criterion(id=str(number), text=one.criterion.strip(), points=one.points)
        for number, one in enumerate(given[:10], 1)
    ]


def _distinct(texts: Iterable[str]) -> list[str]:
    """The texts without blanks around them, empty ones and repetitions.

    Those that only look alike stay: mW is not MW. Which ones say the same, the gate can tell.
    """
    return list(dict.fromkeys(stripped for text in texts if (stripped := text.strip())))


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str) -> str:
    return text[:_MOST_TOLD]


_BUILDERS: dict[Kind, Callable[[Draft, Common, random.Random], Question]] = {
    "single_choice": _single_choice,
    "multiple_choice": _multiple_choice,
    "true_false": _true_false,
    "cloze": _cloze,
    "short_answer": _short_answer,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
}
