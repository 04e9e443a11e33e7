"""Editing: a question as its owner wants it, in the place of the version that was edited.

The gate does not judge what an owner writes: it may give itself away, or ask what another one asks. It has
to be a question of its type that can be shown, answered and graded. What does not belong here: whether a
question is any good (`gate`), and where it is kept (`collection`).
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from string import ascii_uppercase
from typing import Any

from freshet.errors import Invalid
from freshet.exercises.collection import Collection
from freshet.exercises.gate.key import FULL
from freshet.exercises.gate.shape import BLANK, LONGEST_PART, LONGEST_STEM
from freshet.exercises.question import (
    MAX_CONCEPT_CHARS,
    MAX_CONCEPTS,
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
)

MAX_PARTS = 100  # options, pairs, entries, blanks, criteria; and accepted answers of a blank
_ID = re.compile(r"\w{1,26}")  # as answers name them

Problem = tuple[str, str]  # the field, and what is wrong with it


async def edit(
    collection: Collection, owner: str, exercise_id: str, question_id: str, given: Question
) -> Question:
    """The question as it is kept now. `given.version` is the one that was edited; id and source stay.

    The version goes up by one, so what was answered before is known to be an answer to another text; practice
    is kept by the question's id, and stays its practice. Safe to repeat.

    Raises NotFound, Invalid, TooLarge; Conflict if that version is not the newest any more.
    """
    old = await collection.question(owner, exercise_id, question_id)
    stays = {"id": old.id, "source": old.source, "version": given.version + 1}
    new = await asyncio.to_thread(_whole, given.model_copy(update=stays))
    await collection.replace(owner, exercise_id, new)
    return new


def _whole(question: Question) -> Question:
    """The question, if nothing is wrong with it. Raises Invalid, which names the fields."""
    problems = list(_problems(question))
    if problems:
        field, message = problems[0]
        errors = [{"field": field, "message": said} for field, said in problems]
        raise Invalid(f"{field}: {message}", errors=errors)
    return _dealt(question)


def _dealt(question: Question) -> Question:
    """Learners see right sides and entries by their ids, which are to say nothing of what is right."""
    chance = random.Random(f"{question.id}/{question.version}")  # noqa: S311 - an order
    match question:
        case Ordering():
            ids = _letters(len(question.entries))
            while ids == sorted(ids):
                chance.shuffle(ids)
            entries = [Entry(id=id_, text=one.text) for id_, one in zip(ids, question.entries, strict=True)]
            return question.model_copy(update={"entries": entries})
        case Matching():
            rights = [pair.right.strip() for pair in question.pairs]
            offered = list(dict.fromkeys([*rights, *(one.text.strip() for one in question.distractors)]))
            letters = _letters(len(offered))
            chance.shuffle(letters)
            named = dict(zip(offered, letters, strict=True))
            pairs = [
                pair.model_copy(update={"right": right, "right_id": named[right]})
                for pair, right in zip(question.pairs, rights, strict=True)
            ]
            spare = [Entry(id=id_, text=text) for text, id_ in named.items() if text not in rights]
            return question.model_copy(update={"pairs": pairs, "distractors": spare})
        case _:
            return question


def _letters(count: int) -> list[str]:
    """As many different ids, in their order."""
    letters = list(ascii_uppercase)
    return letters[:count] if count <= len(letters) else [f"{number:03}" for number in range(count)]


def _problems(question: Question) -> Iterator[Problem]:
    yield from _text("question", question.question, LONGEST_STEM)
    yield from _concepts(question.concepts)
    match question:
        case SingleChoice() | MultipleChoice():
            yield from _options(question)
        case Cloze():
            yield from _blanks(question)
        case ShortAnswer():
            yield from _accepted("accepted", question.accepted)
            yield from _texts("rubric", question.rubric, least=0)
        case Numeric():
            yield from _count("accepted", question.accepted, 1)
            yield from _key("accepted", question.accepted)
        case Matching():
            yield from _pairs(question)
        case Ordering():
            yield from _texts("entries", question.entries, least=2)
            if len({one.text.strip() for one in question.entries}) < len(question.entries):
                yield "entries", "two of them are the same"
        case Essay():
            yield from _texts("rubric", question.rubric, least=0)


def _options(question: SingleChoice | MultipleChoice) -> Iterator[Problem]:
    yield from _texts("options", question.options, least=2)
    yield from _ids("options", [one.id for one in question.options])
    credits_ = [one.credit for one in question.options if one.credit > 0]
    if isinstance(question, SingleChoice):
        yield from _key("options", question.options)
    elif sum(credits_) < FULL:
        yield "options", "the credits of those that are right add up to 1"
    elif len(credits_) == len(question.options):
        yield "options", "at least one is wrong"


def _blanks(question: Cloze) -> Iterator[Problem]:
    marks = Counter(match[1] for match in BLANK.finditer(question.question))
    ids = [blank.id for blank in question.blanks]
    yield from _count("blanks", ids, 1)
    yield from _ids("blanks", ids)
    if any(times > 1 for times in marks.values()) or set(marks) != set(ids):
        yield "blanks", "each has its own mark in the question, such as {{1}}, and each mark its blank"
    for blank in question.blanks:
        yield from _accepted(f"blanks.{blank.id[:26]}", blank.accepted)


def _pairs(question: Matching) -> Iterator[Problem]:
    yield from _count("pairs", question.pairs, 2)
    yield from _count("distractors", question.distractors, 0)
    yield from _ids("pairs", [pair.id for pair in question.pairs])
    for pair in question.pairs:
        yield from _text("pairs", pair.left, LONGEST_PART)
        yield from _text("pairs", pair.right, LONGEST_PART)
    lefts = {pair.left.strip() for pair in question.pairs}
    if len(lefts) < len(question.pairs):
        yield "pairs", "two left sides are the same"
    for one in question.distractors:
        yield from _text("distractors", one.text, LONGEST_PART)
    offered = {pair.right.strip() for pair in question.pairs} | {
        one.text.strip() for one in question.distractors
    }
    if len(offered) < 2:
        yield "pairs", "all left sides have the same right side, so there is nothing to match"


def _concepts(names: Sequence[str]) -> Iterator[Problem]:
    if len(names) > MAX_CONCEPTS:
        yield "concepts", f"there are {MAX_CONCEPTS} at most"
    for name in names[:MAX_CONCEPTS]:
        yield from _text("concepts", name, MAX_CONCEPT_CHARS)


def _accepted(field: str, accepted: Sequence[Accepted]) -> Iterator[Problem]:
    yield from _count(field, accepted, 1)
    yield from _key(field, accepted)
    for one in accepted:
        yield from _text(field, one.text, LONGEST_PART)


def _key(field: str, credited: Iterable[Option | Accepted | AcceptedNumber]) -> Iterator[Problem]:
    if not any(one.credit >= FULL for one in credited):
        yield field, "one of them is right, with a credit of 1"


def _texts(field: str, parts: Sequence[Any], *, least: int) -> Iterator[Problem]:
    yield from _count(field, parts, least)
    for one in parts:
        yield from _text(field, one.text, LONGEST_PART)


def _count(field: str, parts: Sequence[object], least: int) -> Iterator[Problem]:
    if not least <= len(parts) <= MAX_PARTS:
        yield field, f"there are {least} to {MAX_PARTS} of them"


def _ids(field: str, ids: Sequence[str]) -> Iterator[Problem]:
    if not all(map(_ID.fullmatch, ids)):
        yield field, "an id is 1 to 26 letters and digits"
    if len({id_.casefold() for id_ in ids}) < len(ids):
        yield field, "each has an id of its own"


def _text(field: str, text: str, most: int) -> Iterator[Problem]:
    if not text.strip():
        yield field, "it is empty"
    elif len(text) > most:
        yield field, f"it has more than {most} characters"
