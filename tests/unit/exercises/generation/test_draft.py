"""Drafts become questions or are misshapen: never half a question, never another error."""

import math
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.exercises.fault import Misshapen
from freshet.exercises.generation.draft import MOST_CHARACTERS, Draft, as_question
from freshet.exercises.question import (
    QUESTION,
    Cloze,
    Essay,
    Kind,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
    shown,
)

COLOURS = ["red", "green", "blue", "yellow"]


def question(id_: str = "q", **draft: Any) -> Any:
    made = Draft.model_validate({"question": "What?", "quote": "So.", **draft})
    return as_question(made, id_, language="en", source=None)


def fault(**draft: Any) -> tuple[str, str]:
    with pytest.raises(Misshapen) as caught:
        question(**draft)
    return caught.value.fault.rule, caught.value.fault.detail


def key(one: Any) -> set[str]:
    return {option.text for option in one.options if option.credit > 0}


def test_a_single_choice_has_its_key_wherever_chance_puts_it() -> None:
    places = set()
    for number in range(40):
        one = question(str(number), type="single_choice", options=COLOURS, answer=[" Green "])
        assert isinstance(one, SingleChoice)
        assert sorted(option.text for option in one.options) == sorted(COLOURS)
        assert [option.id for option in one.options] == list("ABCD")
        assert key(one) == {"green"}
        places.add(next(option.id for option in one.options if option.credit == 1))
    assert places == set("ABCD")


def test_the_same_draft_under_the_same_id_is_the_same_question() -> None:
    draft = {"type": "single_choice", "options": COLOURS, "answer": ["red"]}
    assert question("a", **draft) == question("a", **draft)


def test_ticking_everything_earns_nothing() -> None:
    one = question(type="multiple_choice", options=COLOURS, answer=["red", "blue", "green"])
    assert isinstance(one, MultipleChoice)
    assert key(one) == {"red", "blue", "green"}
    assert math.isclose(sum(option.credit for option in one.options if option.credit > 0), 1)
    assert math.isclose(sum(option.credit for option in one.options), 0, abs_tol=1e-9)


@pytest.mark.parametrize("answer", ["B", "b", "B) green", "green", "Ｇｒｅｅｎ"])
@pytest.mark.parametrize("label", ["{}) ", "{}. ", "({}) ", "{}、", "{}：", "{}．"])
def test_letters_of_the_model_are_not_part_of_the_options(label: str, answer: str) -> None:
    options = [label.format(letter) + text for letter, text in zip("ABCD", COLOURS, strict=True)]
    if answer == "B) green":
        answer = options[1]
    one = question(type="single_choice", options=options, answer=[answer])
    assert sorted(option.text for option in one.options) == sorted(COLOURS)
    assert key(one) == {"green"}


@pytest.mark.parametrize(
    "options",
    [
        ["A. Smith", "B. Jones", "Miller"],
        ["1.5", "2.5", "3.5"],
        ["B) x", "A) y"],
        ["A) ", "B) "],
        ["1:2", "2:3", "3:4"],
    ],
)
def test_what_only_looks_like_letters_stays(options: list[str]) -> None:
    one = question(type="single_choice", options=options, answer=[options[1]])
    assert {option.text for option in one.options} == {text.strip() for text in options}
    assert key(one) == {options[1].strip()}


def test_an_option_is_itself_before_it_is_a_place() -> None:
    one = question(type="single_choice", options=["C", "A", "B"], answer=["A"])
    assert key(one) == {"A"}


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        (["CO", "Co", "CO2", "C"], "CO"),
        (["x²", "x2", "2x", "x"], "x²"),
        (["String", "string", "&str", "char"], " String"),
        (["mW", "MW", "kW"], "MW"),
        (["new  line", "New line", "NEW LINE"], "new line"),
        (["x", "b"], "b"),
        (["A) CO", "B) Co", "C) co"], "Co"),
        (["A) CO", "B) Co", "C) co"], "B) Co"),
    ],
)
def test_an_answer_is_the_option_that_is_written_so(options: list[str], answer: str) -> None:
    one = question(type="single_choice", options=options, answer=[answer])
    assert len(one.options) == len(options)
    assert [" ".join(text.split()) for text in key(one)] == [answer.strip().removeprefix("B) ")]


@pytest.mark.parametrize("options", [["Red", "blue", "RED"], ["red", "blue", "red"]])
def test_an_answer_that_fits_two_options_is_a_wrong_key(options: list[str]) -> None:
    rule, detail = fault(type="multiple_choice", options=options, answer=["red"])
    assert rule == "key"
    assert "several" in detail


def test_what_only_looks_alike_is_not_lost() -> None:
    units = ["mW", "W", "kW", "MW"]
    assert [entry.text for entry in question(type="ordering", options=units).entries] == units
    pairs = [{"left": "K", "right": "co"}, {"left": "k", "right": "Co"}]
    one = question(type="matching", pairs=pairs, options=["CO", "co"])
    assert [(pair.left, pair.right) for pair in one.pairs] == [("K", "co"), ("k", "Co")]
    assert len({pair.right_id for pair in one.pairs}) == 2
    assert [spare.text for spare in one.distractors] == ["CO"]
    short = question(type="short_answer", answer=["Co", "CO", " Co "])
    assert [accepted.text for accepted in short.accepted] == ["Co", "CO"]


def test_lines_inside_of_an_entry_stay() -> None:
    code = ["if x:\n    y()", "y()\nz()", "z()"]
    assert [entry.text for entry in question(type="ordering", options=code).entries] == code


@pytest.mark.parametrize(
    ("draft", "rule"),
    [
        ({"question": " \n"}, "shape"),
        ({"options": []}, "shape"),
        ({"options": ["red"]}, "shape"),
        ({"options": [f"{n}" for n in range(11)]}, "shape"),
        ({"answer": []}, "key"),
        ({"answer": ["red", "blue"]}, "key"),
        ({"answer": ["pink"]}, "key"),
        ({"question": "long" * MOST_CHARACTERS}, "shape"),
    ],
)
def test_a_choice_that_is_none_says_why(draft: dict[str, Any], rule: str) -> None:
    found, detail = fault(**{"type": "single_choice", "options": COLOURS, "answer": ["red"], **draft})
    assert found == rule
    assert detail


@pytest.mark.parametrize("answer", [[], COLOURS])
def test_multiple_choice_needs_right_and_wrong_ones(answer: list[str]) -> None:
    assert fault(type="multiple_choice", options=COLOURS, answer=answer)[0] == "key"


@pytest.mark.parametrize(
    ("answer", "truth"),
    [("true", True), ("False.", False), ("正确", True), ("錯", False), ("对。", True), ("×", False)],
)
def test_true_false_is_read_in_both_languages(answer: str, truth: bool) -> None:
    one = question(type="true_false", answer=[answer])
    assert isinstance(one, TrueFalse)
    assert one.answer is truth


@pytest.mark.parametrize("answer", [[], ["maybe"], ["true", "false"], ["true", "maybe"]])
def test_true_false_is_one_of_both(answer: list[str]) -> None:
    assert fault(type="true_false", answer=answer)[0] == "key"


def test_a_cloze_has_marks_where_its_answers_stood() -> None:
    one = question(type="cloze", question="{{Paris}} lies on the {{Seine|River Seine}}.")
    assert isinstance(one, Cloze)
    assert one.question == "{{1}} lies on the {{2}}."
    assert [[accepted.text for accepted in blank.accepted] for blank in one.blanks] == [
        ["Paris"],
        ["Seine", "River Seine"],
    ]
    assert (one.points, [blank.id for blank in one.blanks]) == (2, ["1", "2"])


def test_a_cloze_whose_blanks_are_numbered_has_its_answers_in_a_list() -> None:
    one = question(type="cloze", question="水在{{1}}度{{2}}。", answer=["100", "沸腾|滚"])
    assert one.question == "水在{{1}}度{{2}}。"
    assert [accepted.text for blank in one.blanks for accepted in blank.accepted] == ["100", "沸腾", "滚"]


@pytest.mark.parametrize(
    "text",
    [
        "No blank.",
        "Half {{a blank",
        "{{}}",
        "{{}} and {{x}}",
        "{{{}}} in `println!`",
        "{{a}} and }} there",
        "{{x}} " * 21,
    ],
)
def test_a_cloze_without_proper_blanks_is_none(text: str) -> None:
    assert fault(type="cloze", question=text)[0] == "shape"


@pytest.mark.parametrize("text", ["{{ }}", "{{|}} x"])
def test_a_blank_without_an_answer_is_a_wrong_key(text: str) -> None:
    assert fault(type="cloze", question=text)[0] == "key"


def test_a_rubric_makes_the_points() -> None:
    rubric = [
        {"criterion": "says what", "points": 2},
        {"criterion": "says why", "points": 3},
        {"criterion": " ", "points": 1},
        {"criterion": "negative", "points": -4},
        {"criterion": "too many", "points": 1e9},
    ]
    essay = question(type="essay", rubric=rubric, answer=["So.", "Thus."])
    assert isinstance(essay, Essay)
    assert (essay.points, essay.sample, len(essay.rubric)) == (5, "So.\nThus.", 2)
    short = question(type="short_answer", rubric=rubric, answer=["Paris", " Paris ", "PARIS city"])
    assert isinstance(short, ShortAnswer)
    assert (short.points, [one.text for one in short.accepted]) == (5, ["Paris", "PARIS city"])
    assert question(type="short_answer", answer=["Paris"]).points == 2
    assert fault(type="essay", answer=["So."])[0] == "shape"
    assert fault(type="short_answer", rubric=rubric)[0] == "key"


@pytest.mark.parametrize(
    ("answer", "unit", "value"),
    [("3.5", "", 3.5), ("１，２００", "m", 1200), ("40 km", "km", 40), ("50%", "", 0.5), ("三十二", "", 32)],
)
def test_a_number_is_read_as_people_write_it(answer: str, unit: str, value: float) -> None:
    one = question(type="numeric", answer=[answer], unit=unit, tolerance=-0.5)
    assert isinstance(one, Numeric)
    assert (one.accepted[0].value, one.accepted[0].tolerance) == (value, 0.5)


@pytest.mark.parametrize("answer", [[], ["many"], ["1", "2"], ["1e999"]])
def test_a_numeric_question_has_one_finite_number(answer: list[str]) -> None:
    assert fault(type="numeric", answer=answer)[0] == "key"


@pytest.mark.parametrize("tolerance", [math.inf, math.nan])
def test_a_tolerance_is_finite(tolerance: float) -> None:
    assert fault(type="numeric", answer=["1"], tolerance=tolerance)[0] == "shape"


def test_matching_offers_each_right_side_once() -> None:
    pairs = [{"left": "dog", "right": "mammal"}, {"left": "cat", "right": " mammal"}]
    pairs.append({"left": "tuna", "right": "fish"})
    one = question(type="matching", pairs=pairs, options=["bird", "fish", "bird "])
    assert isinstance(one, Matching)
    assert one.pairs[0].right_id == one.pairs[1].right_id
    assert [spare.text for spare in one.distractors] == ["bird"]
    assert sorted(side["text"] for side in shown(one)["right"]) == ["bird", "fish", "mammal"]
    assert fault(type="matching", pairs=[*pairs, {"left": "dog ", "right": "x"}])[0] == "key"
    assert fault(type="matching", pairs=pairs[:1])[0] == "shape"


def test_an_order_is_never_shown_in_the_right_order() -> None:
    for number in range(50):
        one = question(str(number), type="ordering", options=["first", "second", "third"])
        assert isinstance(one, Ordering)
        assert [entry.text for entry in one.entries] == ["first", "second", "third"]
        assert [entry["text"] for entry in shown(one)["entries"]] != ["first", "second", "third"]
    assert fault(type="ordering", options=["a", "b", " a"])[0] == "shape"


def test_concepts_are_few_short_and_different() -> None:
    one = question(type="true_false", answer=["true"], concepts=["A", " a ", "", "x" * 500, *"bcdefg"])
    assert one.concepts == ["A", "b", "c", "d", "e"]


texts = st.text(max_size=12) | st.sampled_from(
    ["{{a|b}}", "{{1}}", "true", "A", "B) x", "3", "1e999", "对", " "]
)
drafts = st.builds(
    Draft,
    type=st.sampled_from(get_args(Kind)),
    question=texts,
    quote=texts,
    options=st.lists(texts, max_size=12),
    answer=st.lists(texts, max_size=4),
    pairs=st.lists(st.fixed_dictionaries({"left": texts, "right": texts}), max_size=12),
    tolerance=st.floats(),
    rubric=st.lists(st.fixed_dictionaries({"criterion": texts, "points": st.floats()}), max_size=12),
    concepts=st.lists(texts, max_size=4),
)


@settings(max_examples=100)
@given(draft=drafts)
def test_any_draft_is_a_question_or_misshapen(draft: Draft) -> None:
    try:
        one: Question = as_question(draft, "q", language="zh", source=None)
    except Misshapen:
        return
    assert one.type == draft.type
    assert QUESTION.validate_json(one.model_dump_json()) == one
    assert "question" in shown(one)
