import asyncio
import re

import pytest
from hypothesis import given, settings

from freshet.download import writable
from freshet.exercises.formats import exported
from freshet.exercises.question import (
    Cloze,
    Essay,
    Matching,
    MultipleChoice,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from tests.unit.exercises.formats.qti_reader import IDENTIFIER, TEMPLATES, Item, Package, opened
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


def package(*questions: Question) -> Package:
    return opened(asyncio.run(exported("qti", EXERCISE, questions)).data)


def exported_one(question: Question) -> Item:
    (item,) = package(question).items.values()
    return item


def test_a_package_has_a_test_that_weighs_every_item() -> None:
    found = package(*ALL)
    assert list(found.items) == [f"Q_{one.id}" for one in ALL]
    assert [float(one.get("value", "")) for one in found.test.iter("weight")] == [one.points for one in ALL]
    assert found.test.get("title") == "热学 Heat"
    keywords = [one.text for one in found.manifest.findall(".//keyword/langstring")]
    assert keywords == ["boiling point", "水"]


@pytest.mark.parametrize("question", [one for one in ALL if not isinstance(one, Essay)])
def test_the_key_gets_all_and_nothing_gets_nothing(question: Question) -> None:
    item = exported_one(question)
    assert item.score(item.right()) == pytest.approx(1)
    assert item.score({}) == 0


def test_a_choice_is_scored_by_its_credit() -> None:
    item = exported_one(SINGLE)
    assert item.texts("prompt") == [SINGLE.question]
    assert item.texts("simpleChoice") == ["90", "100", "99"]
    assert item.key() == ["O_B"]
    assert [item.score({"RESPONSE": id_}) for id_ in ("O_A", "O_B", "O_C")] == [0, 1, 0.5]


def test_several_choices_are_scored_by_the_sum_of_their_credits() -> None:
    item = exported_one(MULTIPLE)
    assert item.key() == ["O_A", "O_C"]
    answers = [["O_A"], ["O_A", "O_C", "O_B"], ["O_A", "O_B", "O_C", "O_D"], ["O_B", "O_D"]]
    assert [item.score({"RESPONSE": answer}) for answer in answers] == [0.5, 0.5, 0, 0]


def test_a_statement_is_answered_in_the_words_of_its_language() -> None:
    item = exported_one(TRUTH)
    assert item.texts("simpleChoice") == ["对", "错"]
    assert [item.score({"RESPONSE": answer}) for answer in ("true", "false")] == [0, 1]
    assert item.feedback({"RESPONSE": "true"}) == ["再想想"]


def test_each_blank_is_a_response_of_its_own() -> None:
    item = exported_one(CLOZE)
    assert item.texts("p") == [" melts at  degrees, not at {30}."]
    assert item.score({"RESPONSE_1": "ICE"}) == 0.5
    assert item.score({"RESPONSE_1": "snow", "RESPONSE_2": "Zero"}) == 0.75
    assert item.feedback({"RESPONSE_1": "Snow"}) == ["nearly"]


def test_a_short_answer_is_taken_in_any_case() -> None:
    item = exported_one(SHORT)
    assert [item.score({"RESPONSE": text}) for text in ("Steam", "a*b", "aXb")] == [1, 0.5, 0]
    assert "names the gas (2 points)" in item.texts("rubricBlock")[0]


def test_a_star_stands_for_anything_where_the_question_says_so() -> None:
    item = exported_one(WILD)
    texts = ["water vapo?r", "WATER or vapo?r", "water vapr", "vapor"]
    assert [item.score({"RESPONSE": text}) for text in texts] == [1, 1, 0, 0]


def test_a_number_may_be_off_by_its_tolerance() -> None:
    item = exported_one(NUMBER)
    numbers = ["299792.458", "299792.9", "299793.1", "301000", "301001"]
    assert [item.score({"RESPONSE": number}) for number in numbers] == [1, 1, 0.5, 0.5, 0]
    assert "km/s" in item.texts("p")[0]


def test_pairs_are_scored_one_by_one() -> None:
    item = exported_one(PAIRS)
    assert item.texts("simpleAssociableChoice") == ["France", "德国", "柏林", "Rome", "Paris"]
    assert item.key() == ["L_1 R_C", "L_2 R_A"]
    assert item.score({"RESPONSE": ["L_1 R_C", "L_2 R_B"]}) == 0.5


def test_an_order_is_right_as_a_whole() -> None:
    item = exported_one(ORDER)
    assert item.texts("simpleChoice") == ["Venus", "Earth", "Mercury"]
    assert item.key() == ["O_C", "O_A", "O_B"]
    assert item.score({"RESPONSE": ["O_A", "O_C", "O_B"]}) == 0


def test_an_essay_is_left_to_those_who_grade() -> None:
    item = exported_one(ESSAY)
    rubric, sample = item.root.iter("rubricBlock")
    assert (rubric.get("view"), sample.get("view")) == ("scorer", "scorer")
    assert item.root.find("responseProcessing") is None


def test_the_explanation_is_shown_after_any_answer() -> None:
    item = exported_one(SINGLE)
    told = "At sea level.\n\nSource: heat.pdf, p. 3, Heat — “Water boils at 100 °C.”"
    assert item.feedback({"RESPONSE": "O_A"}) == [told, "too cold"]
    assert item.feedback({}) == [told]


def test_where_nothing_is_to_be_said_a_standard_template_is_named() -> None:
    named = [
        one for item in package(ORDER, PAIRS).items.values() for one in item.root.iter("responseProcessing")
    ]
    assert [one.get("template") for one in named] == [TEMPLATES + "match_correct", TEMPLATES + "map_response"]


@pytest.mark.parametrize("id_", ["1", "a b", "ä:ö", "..", "x" * 64])
def test_any_id_becomes_an_identifier(id_: str) -> None:
    (identifier,) = package(SINGLE.model_copy(update={"id": id_})).items
    assert IDENTIFIER.fullmatch(identifier)


def test_no_two_ids_become_one() -> None:
    ids = ["a.b", "a_b", "a b", "a.20.b", "a-b", "a.2e.b"]
    assert len(package(*[SINGLE.model_copy(update={"id": id_}) for id_ in ids]).items) == len(ids)


@settings(max_examples=30)
@given(questions=any_questions())
def test_all_texts_and_keys_come_back(questions: list[Question]) -> None:
    for question, item in zip(questions, package(*questions).items.values(), strict=True):
        assert _texts_in(item, question) == [writable(one) for one in _texts_of(question)]
        assert _key_in(item, question) == _key_of(question)


def _texts_of(question: Question) -> list[str]:
    texts = [question.question]
    match question:
        case SingleChoice() | MultipleChoice():
            texts += [one.text for one in question.options]
        case Cloze():
            texts = [re.sub(r"\{\{[12]\}\}", "", question.question)]
        case Matching():
            sides = {one.right_id: one.right for one in question.pairs}
            sides |= {one.id: one.text for one in question.distractors}
            texts += [*(one.left for one in question.pairs), *(sides[id_] for id_ in sorted(sides))]
        case Ordering():
            texts += [one.text for one in sorted(question.entries, key=lambda one: one.id)]
    return texts


def _texts_in(item: Item, question: Question) -> list[str]:
    choices = [] if isinstance(question, TrueFalse) else item.texts("simpleChoice")
    if isinstance(question, Cloze):
        return item.texts("p")
    return [*(item.texts("prompt") or item.texts("div")), *choices, *item.texts("simpleAssociableChoice")]


def _key_of(question: Question) -> object:
    match question:
        case SingleChoice():
            return [max(question.options, key=lambda one: one.credit).id]
        case MultipleChoice():
            return [one.id for one in question.options if one.credit > 0]
        case TrueFalse():
            return [str(question.answer).lower()]
        case Cloze():
            return [[writable(one.accepted[0].text)] for one in question.blanks]
        case ShortAnswer():
            return [writable(question.accepted[0].text)]
        case Matching():
            return [(one.id, one.right_id) for one in question.pairs]
        case Ordering():
            return [one.id for one in question.entries]
        case Essay():
            return []
    return question.accepted[0].value


def _key_in(item: Item, question: Question) -> object:
    match question:
        case SingleChoice() | MultipleChoice() | Ordering():
            return [value.removeprefix("O_") for value in item.key()]
        case TrueFalse() | ShortAnswer() | Essay():
            return item.key()
        case Cloze():
            return [item.key(f"RESPONSE_{blank.id}") for blank in question.blanks]
        case Matching():
            return [tuple(side[2:] for side in value.split(" ")) for value in item.key()]
    return float(item.key()[0])
