import asyncio
import re
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings

from freshet.download import writable
from freshet.exercises.formats import exported
from freshet.exercises.formats.moodle import fraction
from freshet.exercises.question import (
    Accepted,
    Blank,
    Cloze,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from tests.unit.exercises.formats.moodle_reader import Answer, answers, browsed, embedded, read, shown, text
from tests.unit.exercises.formats.questions import (
    ALL,
    CLOZE,
    ESSAY,
    EXERCISE,
    MULTIPLE,
    NUMBER,
    ORDER,
    PAIRS,
    SHORT,
    SINGLE,
    TRUTH,
    WILD,
    any_questions,
)


def exported_one(question: Question) -> Element:
    (found,) = read(asyncio.run(exported("moodle", EXERCISE, [question])).data)
    return found


def test_a_category_is_named_after_the_exercise() -> None:
    titled = EXERCISE.model_copy(update={"title": "热/学"})
    data = asyncio.run(exported("moodle", titled, [])).data
    assert "<text>$course$/top/热//学</text>" in data.decode()


def test_questions_are_of_moodles_types() -> None:
    found = read(asyncio.run(exported("moodle", EXERCISE, ALL)).data)
    assert [one.get("type") for one in found] == [
        *("multichoice", "multichoice", "truefalse", "cloze", "shortanswer", "shortanswer"),
        *("numerical", "matching", "ordering", "essay"),
    ]


def test_what_all_questions_share_is_told() -> None:
    found = exported_one(SINGLE)
    assert text(found, "name/text") == shown(found, "questiontext/text") == SINGLE.question
    assert shown(found, "generalfeedback/text") == (
        "At sea level.\n\nSource: heat.pdf, p. 3, Heat — “Water boils at 100 °C.”"
    )
    assert [tag.findtext("text") for tag in found.findall("tags/tag")] == ["boiling point", "水"]
    assert (found.findtext("defaultgrade"), found.findtext("idnumber")) == ("1", "01JA")


def test_a_single_choice_has_a_fraction_for_each_option() -> None:
    found = exported_one(SINGLE)
    assert found.findtext("single") == "true"
    assert answers(found, html=True) == [Answer("90", 0, "too cold"), Answer("100", 100), Answer("99", 50)]


def test_a_multiple_choice_takes_points_for_wrong_options() -> None:
    found = exported_one(MULTIPLE)
    assert found.findtext("single") == "false"
    assert [one.percent for one in answers(found, html=True)] == [50, -50, 50, -50]


@pytest.mark.parametrize(
    ("credit", "percent"),
    [(1, "100"), (1 / 3, "33.33333"), (-1 / 6, "-16.66667"), (1 / 7, "14.28571"), (0.97, "100"), (0, "0")],
)
def test_a_fraction_is_one_that_moodle_knows(credit: float, percent: str) -> None:
    assert fraction(credit) == percent


def test_a_statement_is_right_or_wrong() -> None:
    assert answers(exported_one(TRUTH)) == [Answer("true", 0, "再想想"), Answer("false", 100, "对")]


def test_blanks_stand_in_the_text_with_their_answers() -> None:
    found = exported_one(CLOZE)
    parts, blanks = embedded(found)
    assert parts == ["", " melts at ", " degrees, not at {30}."]
    assert blanks == [
        (2, [Answer("Ice", 100), Answer("snow", 50, "nearly")]),
        (2, [Answer("0", 100), Answer("zero", 100)]),
    ]
    assert found.findtext("defaultgrade") == "4"


def test_a_star_stands_for_anything_only_where_the_question_says_so() -> None:
    assert answers(exported_one(SHORT))[1] == Answer(r"a\*b", 50, "odd")
    assert answers(exported_one(WILD))[0] == Answer("water*vapo?r", 100)
    starred = Cloze(id="1", question="{{1}}", blanks=[Blank(id="1", accepted=[Accepted(text="a*")])])
    assert embedded(exported_one(starred))[1] == [(1, [Answer(r"a\*", 100)])]


def test_a_number_has_its_tolerance_and_its_unit() -> None:
    found = exported_one(NUMBER)
    assert answers(found) == [Answer("299792.458", 100), Answer("300000", 50)]
    assert [one.findtext("tolerance") for one in found.findall("answer")] == ["0.5", "1000"]
    assert found.findtext("units/unit/unit_name") == "km/s"


def test_a_right_side_of_nothing_has_an_empty_left_side() -> None:
    sides = [(shown(one), text(one, "answer/text")) for one in exported_one(PAIRS).findall("subquestion")]
    assert sides == [("France", "Paris"), ("德国", "柏林"), ("", "Rome")]


def test_entries_have_their_place() -> None:
    found = [(shown(one), one.get("fraction")) for one in exported_one(ORDER).findall("answer")]
    assert found == [("Mercury", "1"), ("Venus", "2"), ("Earth", "3")]


def test_graders_of_an_essay_get_the_rubric_and_the_sample() -> None:
    notes = text(exported_one(ESSAY), "graderinfo/text")
    assert "<li>density (6 points)</li><li>lattice (4 points)</li>" in notes
    assert "Ice is less dense.<br><br>Its lattice is open." in notes


@settings(max_examples=30)
@given(questions=any_questions())
def test_all_texts_come_back(questions: list[Question]) -> None:
    found = read(asyncio.run(exported("moodle", EXERCISE, questions)).data)
    for question, element in zip(questions, found, strict=True):
        if not isinstance(question, Cloze):
            assert shown(element, "questiontext/text") == writable(question.question)
        assert writable(question.explanation) in shown(element, "generalfeedback/text")
        assert [text(tag) for tag in element.findall("tags/tag")] == list(map(writable, question.concepts))
        assert _texts_in(element, question) == [writable(one) for one in _texts_of(question)]


def _texts_of(question: Question) -> list[str]:
    match question:
        case SingleChoice() | MultipleChoice():
            return [text for one in question.options for text in (one.text, one.feedback)]
        case TrueFalse():
            told = [question.feedback_right, question.feedback_wrong]
            return told if question.answer else told[::-1]
        case Cloze():
            texts = re.split(r"\{\{[12]\}\}", question.question)
            accepted = [one for blank in question.blanks for one in _best_first(blank.accepted)]
            return [*texts, *(text for one in accepted for text in (one.text, one.feedback))]
        case ShortAnswer():
            accepted = _best_first(question.accepted)
            return [text for one in accepted for text in (one.text, one.feedback)]
        case Numeric():
            return [question.accepted[0].feedback, question.unit]
        case Matching():
            sides = [text for one in question.pairs for text in (one.left, one.right)]
            return [*sides, *(text for one in question.distractors for text in ("", one.text))]
        case Ordering():
            return [one.text for one in question.entries]
    return [question.sample]


def _texts_in(element: Element, question: Question) -> list[str]:
    match question:
        case SingleChoice() | MultipleChoice():
            return [said for one in answers(element, html=True) for said in (one.text, one.feedback)]
        case TrueFalse():
            return [one.feedback for one in answers(element)]
        case Cloze():
            parts, blanks = embedded(element)
            accepted = [one for _, alternatives in blanks for one in alternatives]
            return [*parts, *(said for one in accepted for said in (_starless(one.text), one.feedback))]
        case ShortAnswer():
            texts = [
                (one.text if question.wildcards else _starless(one.text), one.feedback)
                for one in answers(element)
            ]
            return [said for pair in texts for said in pair]
        case Numeric():
            return [answers(element)[0].feedback, text(element, "units/unit/unit_name")]
        case Matching():
            sides = [(shown(one), text(one, "answer/text")) for one in element.findall("subquestion")]
            return [said for pair in sides for said in pair]
        case Ordering():
            return [shown(one) for one in element.findall("answer")]
    _, _, sample = text(element, "graderinfo/text").partition("</b></p><p>")
    return [browsed(sample.removesuffix("</p>"))]


def _best_first(accepted: list[Accepted]) -> list[Accepted]:
    return sorted(accepted, key=lambda one: -one.credit)


def _starless(answer: str) -> str:
    return answer.replace(r"\*", "*")
