"""Closed types by rule: hundreds of answers in two languages, and whatever else a client may send."""

import json
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.errors import Invalid
from freshet.exercises.grading.closed import grade
from freshet.exercises.question import MultipleChoice, Option, Question
from tests.unit.exercises.grading.builders import (
    cloze,
    essay,
    matching,
    multiple,
    numeric,
    ordering,
    short,
    single,
)
from tests.unit.exercises.grading.case import Case
from tests.unit.exercises.grading.chinese import CHINESE
from tests.unit.exercises.grading.english import ENGLISH

CASES = [*ENGLISH, *CHINESE]
QUESTIONS = list({case.question.question: case.question for case in CASES}.values())


@pytest.mark.parametrize("case", CASES, ids=[f"{c.question.type}: {c.answer!r}"[:60] for c in CASES])
def test_an_answer_gets_what_a_teacher_would_give(case: Case) -> None:
    mark = grade(case.question, case.answer)
    assert mark is not None
    assert (mark.score, mark.correct) == (round(case.score, 4), case.correct)
    assert mark.max_score == case.question.points


def test_the_table_has_all_closed_types_in_both_languages() -> None:
    for cases in (ENGLISH, CHINESE):
        assert len(cases) >= 150
        assert min(Counter(case.question.type for case in cases).values()) >= 5
        assert len({case.question.type for case in cases}) == 8


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (single("?", "a fox", "a dog", key="A"), {"A": True}),
        (single("?", "a fox", "a dog", key="A"), ["A", "B"]),
        (single("?", "a fox", "a dog", key="A"), "Z"),
        (single("?", "a fox", "a dog", key="A"), 7),
        (multiple("?", "a fox", "a dog", "a cat", keys="AB"), {"A": True}),
        (multiple("?", "a fox", "a dog", "a cat", keys="AB"), ["A", "Q"]),
        (multiple("?", "a fox", "a dog", "a cat", keys="AB"), ["A", ["B"], {}]),
        (cloze("{{1}} {{2}}", "a", "b"), {"3": "a"}),
        (cloze("{{1}} {{2}}", "a", "b"), ["a", "b", "c"]),
        (cloze("{{1}} {{2}}", "a", "b"), "a"),
        (cloze("{{1}} {{2}}", "a", "b"), {"1": {"text": "a"}}),
        (short("?", "a"), {"text": "a"}),
        (short("?", "a"), ["a", "b"]),
        (short("?", "a"), "a" * 50_001),
        (numeric("?", 1), True),
        (numeric("?", 1), {"value": 1}),
        (matching("?", ("a", "x1"), ("b", "y1")), 5),
        (matching("?", ("a", "x1"), ("b", "y1")), {"9": "A"}),
        (matching("?", ("a", "x1"), ("b", "y1")), {"1": "Q"}),
        (matching("?", ("a", "x1"), ("b", "y1")), "no idea"),
        (ordering("?", "BA", "one", "two"), {"1": "A"}),
        (ordering("?", "BA", "one", "two"), ["A", "Q"]),
        (essay("?", ("sense", 5)), {"text": "a"}),
        (essay("?", ("sense", 5)), "a" * 50_001),
    ],
)
def test_what_no_client_should_send_is_refused_by_the_questions_name(question: Question, answer: Any) -> None:
    with pytest.raises(Invalid) as refused:
        grade(question, answer)
    (error,) = refused.value.extra["errors"]
    assert error["field"] == "answers.q"
    assert error["message"]


def test_only_a_rubric_can_tell_of_an_essay_and_of_an_unexpected_short_answer() -> None:
    rubric = essay("?", ("names the cause", 2)).rubric
    why = short("Why does ice float?", "it is lighter", rubric=rubric)
    assert grade(essay("?", ("sense", 5)), "Because.") is None
    assert grade(why, "Its density is lower.") is None
    expected = grade(why, "It is lighter.")
    assert expected is not None
    assert expected.correct
    nothings: list[Any] = ["", " \n", None, []]
    for nothing in nothings:
        empty = grade(why, nothing)
        assert empty is not None
        assert empty.score == 0


def test_ticking_everything_earns_nothing_and_more_than_everything_is_everything() -> None:
    generous = MultipleChoice(
        id="q", question="?", options=[Option(id=letter, text=letter, credit=0.8) for letter in "ABC"]
    )
    for answer, score in (("AB", 1), ("ABC", 1), ("A", 0.8)):
        mark = grade(generous, list(answer))
        assert mark is not None
        assert mark.score == score


def test_a_mark_tells_what_was_said_of_the_chosen_option_and_what_was_right() -> None:
    question = single("?", "fox", "dog", key="B")
    options = [option.model_copy(update={"feedback": f"about {option.text}"}) for option in question.options]
    mark = grade(question.model_copy(update={"options": options}), "fox")
    assert mark is not None
    assert mark.feedback == "about fox"
    assert mark.key == [{"id": "B", "text": "dog"}]


def test_each_blank_and_each_pair_has_its_part_of_the_score() -> None:
    mark = grade(cloze("{{1}} {{2}} {{3}}", "a", "b", "c"), ["a", "x", "c"])
    assert mark is not None
    assert [(part.id, part.correct, part.score) for part in mark.parts] == [
        ("1", True, 1),
        ("2", False, 0),
        ("3", True, 1),
    ]
    pairs = grade(matching("?", ("oak", "plant"), ("cat", "animal"), ("fern", "plant")), {"3": "A"})
    assert pairs is not None
    assert [part.correct for part in pairs.parts] == [False, False, True]


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        (list("CADB"), 3),
        (list("ABCD") * 4, 0),
        ("A,B,C,D," * 4, 0),
        (["C", "not an entry", "A", "D", "B"], 2),
        (list("CADB") + ["not an entry"] * 3, 0),
        (list("CADBB"), 2),
        (list("CCADB"), 2),
        (list("CADBCADB"), 0),
    ],
)
def test_who_names_entries_twice_or_others_has_not_put_them_in_order(answer: Any, score: float) -> None:
    mark = grade(ordering("?", "CADB", "one thing", "two", "three things", "four"), answer)
    assert mark is not None
    assert (mark.score, mark.correct) == (score, score == 3)


def test_no_part_earns_more_than_it_has() -> None:
    thirds = cloze("{{1}} {{2}} {{3}}", "a", "b", "c").model_copy(update={"points": 1.0})
    mark = grade(thirds, ["a", "b", "x"])
    assert mark is not None
    assert mark.score == 0.6667
    assert [(part.score, part.max_score) for part in mark.parts] == [(0.3333, 0.3333)] * 2 + [(0, 0.3333)]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["A", "B", "1", "AB", "1-A"]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=3) | st.sampled_from("123"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(question=st.sampled_from(QUESTIONS), answer=JSON)
def test_whatever_is_answered_the_score_is_within_its_range_or_the_answer_is_refused(
    question: Question, answer: Any
) -> None:
    mark = None
    with suppress(Invalid):
        mark = grade(question, answer)
        assert mark is not None
    if mark is None:
        return
    assert 0 <= mark.score <= mark.max_score == question.points
    assert all(0 <= part.score <= part.max_score for part in mark.parts)
    assert (mark.score == mark.max_score) or not mark.correct
    json.loads(mark.model_dump_json())


@pytest.mark.parametrize("question", {one.type: one for one in QUESTIONS}.values(), ids=lambda one: one.type)
@pytest.mark.parametrize("typed", ["9", "a,", "1 ", "“", "三", "-", " ", "1/", "\\*", "one "], ids=repr)
@pytest.mark.timeout(10)
def test_the_longest_answer_is_graded_in_no_time(question: Question, typed: str) -> None:
    with suppress(Invalid):
        mark = grade(question, (typed * 50_000)[:50_000])
        assert mark is not None
        assert not mark.correct
