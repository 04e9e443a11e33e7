"""What holds for every question, however odd."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.exercises.gate import check, same
from freshet.exercises.question import QUESTION, MultipleChoice, Question, SingleChoice
from tests.unit.exercises.gate import good_chinese, good_english
from tests.unit.exercises.gate.composed import (
    cloze,
    matching,
    multiple,
    numeric,
    ordering,
    short,
    single,
    stated,
)
from tests.unit.exercises.gate.spoiling import spoiled

GOOD = [*good_english.QUESTIONS, *good_chinese.QUESTIONS]
CHOICES = [question for question in GOOD if isinstance(question, SingleChoice | MultipleChoice)]

PIECES = st.sampled_from(
    [
        *(
            "",
            " ",
            "`",
            "**",
            "{{1}}",
            "{{2}}",
            "1/0",
            "10^99",
            "-5 km",
            "三分之一",
            "被",
            "than",
            "by",
            "and",
            "和",
        ),
        *(
            "(",
            "[",
            "&str",
            "x == y",
            "1,000",
            "50%",
            "the",
            "Rust",
            "引用",
            "\ue010",
            "\ue011",
            "\ud800",
            "\x00",
        ),
        *("½", "²", "."),
    ]
)
TEXT = st.one_of(
    st.text(max_size=30),
    st.lists(PIECES, max_size=6).map(" ".join),
    st.lists(PIECES, max_size=6).map("".join),
)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
QUESTIONS: st.SearchStrategy[Question] = st.one_of(
    st.builds(single, TEXT, TEXT, TEXT, TEXT),
    st.builds(multiple, TEXT, st.lists(TEXT, min_size=1, max_size=3), st.lists(TEXT, max_size=3)),
    st.builds(stated, TEXT, st.booleans()),
    st.builds(cloze, TEXT, TEXT, TEXT),
    st.builds(short, TEXT, TEXT, TEXT),
    st.builds(numeric, TEXT, NUMBER, tolerance=NUMBER.map(abs), unit=TEXT),
    st.builds(matching, TEXT, st.dictionaries(TEXT, TEXT, max_size=4)),
    st.builds(ordering, TEXT, TEXT, TEXT, TEXT),
)


@settings(max_examples=100)
@given(QUESTIONS, TEXT, st.lists(QUESTIONS, max_size=3))
def test_no_question_is_too_odd_to_be_checked(
    question: Question, source: str, others: list[Question]
) -> None:
    assert check(question, source, others) == check(question, source, others)


@given(QUESTIONS, QUESTIONS)
def test_asking_the_same_is_mutual(one: Question, other: Question) -> None:
    assert same(one, other) == same(other, one)


@pytest.mark.parametrize("question", CHOICES, ids=lambda question: question.question[:40])
def test_the_order_of_options_changes_nothing(question: SingleChoice | MultipleChoice) -> None:
    for spoiling, bad in spoiled(question):
        options = list(bad.model_dump()["options"])
        random.Random(spoiling.name).shuffle(options)
        turned = QUESTION.validate_python({**bad.model_dump(), "options": options})
        assert rules(turned) == rules(bad), spoiling.name


def rules(question: Question) -> set[str]:
    return {fault.rule for fault in check(question, "", [])}
