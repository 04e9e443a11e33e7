"""Which section is asked for which questions."""

from collections import Counter
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.exercises.analysis.result import KeyPoint
from freshet.exercises.generation.plan import BATCH, Slot, batches, missing, most_batches, slots
from freshet.exercises.material.sections import Piece, Section
from freshet.exercises.question import Bloom, Kind, Place
from freshet.llm import estimate_tokens
from tests.unit.exercises.kept import essay, question

KINDS: list[Kind] = list(get_args(Kind))


def section(words: int, start: int = 0, document_id: str | None = None) -> Section:
    return Section(pieces=[Piece(text="word " * words, start=start)], document_id=document_id)


def kinds(wanted: list[Slot]) -> list[str]:
    return [slot.kind for slot in wanted]


def test_types_come_in_turn() -> None:
    assert kinds(slots(["cloze", "essay"], 5)) == ["cloze", "essay", "cloze", "essay", "cloze"]
    assert len(slots(["cloze"])) == 10
    assert kinds(slots(KINDS, 3)) == KINDS[:3]


def test_numbers_by_type_are_kept_and_mixed() -> None:
    assert kinds(slots({"cloze": 1, "essay": 3, "numeric": 2})) == [
        "cloze",
        "essay",
        "numeric",
        "essay",
        "numeric",
        "essay",
    ]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_no_type_is_bound_to_one_level(count: int) -> None:
    levels: list[Bloom] = ["remember", "apply", "create"]
    planned = slots(KINDS[:count], count * 3, levels)
    assert Counter((slot.kind, slot.bloom) for slot in planned) == {
        (kind, level): 1 for kind in KINDS[:count] for level in levels
    }


def test_what_is_there_is_not_asked_for_again() -> None:
    wanted = slots({"true_false": 2, "essay": 1, "cloze": 1})
    assert kinds(missing(wanted, [question("q1"), essay("q2")])) == ["cloze", "true_false"]
    assert missing(wanted, []) == wanted
    assert not missing(slots({"true_false": 1}), [question("q1"), question("q2"), essay("q3")])


@given(
    sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=30),
    count=st.integers(1, 50),
)
def test_every_slot_is_planned_once_and_sections_by_their_weight(sizes: list[int], count: int) -> None:
    sections = [section(size, start) for start, size in enumerate(sizes)]
    wanted = slots(KINDS, count)
    planned = batches(wanted, sections)
    assert [slot for batch in planned for slot in batch.slots] == wanted
    assert all(0 < len(batch.slots) <= BATCH for batch in planned)
    assert len(planned) <= most_batches(count)
    asked = Counter[int]()
    for batch in planned:
        asked[sections.index(batch.section)] += len(batch.slots)
    weights = [estimate_tokens(one.text) for one in sections]
    calls = most_batches(count)  # of which a section gets its share, and one more or less
    assert all(
        abs(asked[at] - count * weight / sum(weights)) <= count / calls + 1 + 1e-9
        for at, weight in enumerate(weights)
    )


def test_few_questions_stand_along_the_whole_of_a_long_text() -> None:
    sections = [section(100, start) for start in range(90)]
    planned = batches(slots(KINDS, 3), sections)
    assert [sections.index(batch.section) for batch in planned] == [15, 45, 75]


@pytest.mark.parametrize(("count", "calls"), [(1, 1), (3, 3), (10, 5), (20, 7), (50, 15)])
def test_a_long_text_takes_few_calls_that_stand_along_the_whole_of_it(count: int, calls: int) -> None:
    sections = [section(100, start) for start in range(42)]
    planned = batches(slots(KINDS, count), sections)
    assert len(planned) == most_batches(count) == calls
    assert {len(batch.slots) for batch in planned} <= {count // calls, count // calls + 1}
    places = [sections.index(batch.section) for batch in planned]
    steps = [after - before for before, after in pairwise([-places[0] - 1, *places])]
    assert all(abs(step - 42 / calls) <= 1 for step in steps)


def test_many_questions_about_one_section_are_several_calls() -> None:
    assert [len(batch.slots) for batch in batches(slots(KINDS, 10), [section(5)])] == [4, 4, 2]


def test_a_section_without_text_does_no_harm() -> None:
    empty = Section(pieces=[Piece(text="")])
    assert len(batches(slots(KINDS, 3), [empty, section(50), empty])) >= 1


def test_key_points_go_with_the_section_that_they_stand_in() -> None:
    def point(text: str, start: int, document_id: str | None) -> KeyPoint:
        return KeyPoint(
            text=text, source=Place(quote="word", start=start, end=start + 4, document_id=document_id)
        )

    points = [
        point("early", 10, "d1"),
        point("late", 60, "d1"),
        point("other document", 10, "d2"),
        KeyPoint(text="nowhere", source=None),
    ]
    early, late, text = section(10, 0, "d1"), section(10, 50, "d1"), section(10)
    about = {batch.section.document_id: batch.points for batch in batches(slots(KINDS, 4), [text], points)}
    assert about == {None: ()}
    planned = batches(slots(KINDS, 4), [early, late], points)
    assert [batch.points for batch in planned] == [("early",), ("late",)]
