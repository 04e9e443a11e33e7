"""Plans: which questions are to be written, in how many calls, and about which part of the material.

What belongs here: arithmetic. What does not: the writing (`writing`).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, islice
from math import ceil

from freshet.exercises.analysis.result import KeyPoint
from freshet.exercises.material.sections import Section
from freshet.exercises.question import Bloom, Kind, Place, Question
from freshet.llm import estimate_tokens

BATCH = 4  # questions of one call: of more, the last ones are written with less care
_MORE = 2  # calls beyond the fewest: a handful of questions stands in several places of a long text
COUNT = 10  # where nobody says how many


@dataclass(frozen=True, slots=True)
class Slot:
    """A question to be written: its type, and its level of Bloom's taxonomy where one is wanted."""

    kind: Kind
    bloom: Bloom | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one call writes: questions about one section; `points` are what they should be about."""

    section: Section
    slots: tuple[Slot, ...]
    points: tuple[str, ...] = ()


def slots(
    types: Sequence[Kind] | Mapping[Kind, int], count: int | None = None, bloom: Sequence[Bloom] = ()
) -> list[Slot]:
    """What is wanted, types in turn; as many of each as `types` says, else `count` in all.

    The levels go in turn among the questions of each type, so that no type is bound to one level.
    """
    if isinstance(types, Mapping):
        rest, count = dict(types), sum(types.values())
    else:
        count = count or COUNT
        rest = dict.fromkeys(types, count)
    turns = [
        Slot(kind, bloom[(turn + place) % len(bloom)] if bloom else None)
        for turn in range(max(rest.values()))
        for place, kind in enumerate(rest)
        if turn < rest[kind]
    ]
    return turns[:count]


def missing(wanted: Sequence[Slot], made: Sequence[Question]) -> list[Slot]:
    """The slots for which there is no question of their type yet."""
    there = Counter(question.type for question in made)
    left = []
    for slot in wanted:
        if there[slot.kind]:
            there[slot.kind] -= 1
        else:
            left.append(slot)
    return left


def most_batches(count: int) -> int:
    """The calls that so many questions take at most, however long the material is."""
    return min(count, ceil(count / BATCH) + _MORE)


def batches(
    wanted: Sequence[Slot], sections: Sequence[Section], points: Sequence[KeyPoint] = ()
) -> list[Batch]:
    """The slots in calls: alike in number, at even distances along the whole material, measured in tokens.

    Calls that fall into one section are one, as far as BATCH allows.
    """
    ends = list(accumulate(max(1, estimate_tokens(section.text)) for section in sections))
    calls = most_batches(len(wanted))
    call_of = [number * calls // len(wanted) for number in range(len(wanted))]
    placed = [
        (bisect_right(ends, ends[-1] * (call + 0.5) / calls), slot)
        for call, slot in zip(call_of, wanted, strict=True)
    ]
    planned = []
    for at, group in groupby(placed, key=lambda one: one[0]):
        section = sections[at]
        about = tuple(point.text for point in points if point.source and _holds(section, point.source))
        rest = (slot for _, slot in group)
        while some := tuple(islice(rest, BATCH)):
            planned.append(Batch(section, some, about))
    return planned


def _holds(section: Section, place: Place) -> bool:
    return section.document_id == place.document_id and any(
        piece.start <= place.start < piece.start + len(piece.text) for piece in section.pieces
    )
