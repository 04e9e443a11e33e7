import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.errors import Invalid
from freshet.exercises.formats import exported
from freshet.exercises.formats.gift import export, parse, weights
from freshet.exercises.formats.gift.source import Source
from freshet.exercises.formats.text import writable_question
from freshet.exercises.question import (
    Accepted,
    AcceptedNumber,
    Blank,
    Cloze,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    Pair,
    Question,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from tests.unit.exercises.formats.gift_in_moodle import read
from tests.unit.exercises.formats.questions import ALL, EXERCISE, SINGLE, any_questions

STAR = re.compile(r"(?<!\\)\*")
CODE = 'fn main() {\n    let x = vec![1, 2];\n    println!("{x:?}"); // ~5% # of\n}'


def blocks(*questions: Question) -> list[str]:
    """The questions as they stand in the file, after the line of the category."""
    return export(EXERCISE, questions, answers=True).decode().rstrip("\n").split("\n\n")[1:]


def stem(question: Question) -> str:
    return "\n".join(line for line in blocks(question)[0].split("\n") if not line.startswith("//"))


def again(*questions: Question) -> list[Question]:
    parsed = parse(export(EXERCISE, questions, answers=True).decode())
    assert parsed.problems == []
    return parsed.questions


def same(question: Question) -> dict[str, Any]:
    """The question without what GIFT can't say, and with ids by place."""
    told: dict[str, Any] = _stripped(writable_question(question).model_dump(exclude={"source", "version"}))
    told["concepts"] = list(dict.fromkeys(filter(None, told["concepts"])))
    match question:
        case SingleChoice() | MultipleChoice():
            _number(told["options"])
        case Ordering():
            _number(told["entries"])
        case Matching():
            told["pairs"] = [(one["left"], one["right"]) for one in told["pairs"]]
            wrong = {one["text"] for one in told["distractors"]}
            told["distractors"] = sorted(wrong - {right for _, right in told["pairs"]})
        case ShortAnswer() if not any(STAR.search(one["text"]) for one in told["accepted"]):
            told["wildcards"] = False
            if question.wildcards:
                for one in told["accepted"]:
                    one["text"] = one["text"].replace(r"\*", "*")
    if "rubric" in told:
        told["rubric"] = [one for one in told["rubric"] if one["text"]]
        _number(told["rubric"])
    return told


def _number(entries: list[dict[str, Any]]) -> None:
    for number, entry in enumerate(entries):
        entry["id"] = str(number)


def _stripped(value: Any) -> Any:
    match value:
        case str():
            return value.strip()
        case dict():
            return {name: _stripped(member) for name, member in value.items()}
        case list():
            return [_stripped(member) for member in value]
    return value


@settings(max_examples=60)
@given(questions=any_questions())
def test_whatever_the_texts_are_what_is_written_is_read_again(questions: list[Question]) -> None:
    assert [same(one) for one in again(*map(writable_question, questions))] == [
        same(one) for one in questions
    ]


@settings(max_examples=40)
@given(questions=any_questions())
def test_whatever_the_texts_are_moodle_reads_them(questions: list[Question]) -> None:
    single, multiple, truth, cloze, short, numeric, pairs, order, essay = map(writable_question, questions)
    assert isinstance(multiple, MultipleChoice)
    assert isinstance(truth, TrueFalse)
    assert isinstance(pairs, Matching)
    texts = blocks(single, multiple, truth, numeric, essay)
    found = [read(block) for block in texts]
    assert [one.type for one in found] == ["multichoice"] * 2 + ["truefalse", "numerical", "essay"]
    for one, question in zip(found, (single, multiple, truth, numeric, essay), strict=True):
        told = (question.title, question.question, question.explanation)
        assert (one.name, one.text, one.general) == tuple(text.strip() for text in told)
    options = [
        ("50" if one.credit > 0 else "-100", one.text, one.feedback.strip()) for one in multiple.options
    ]
    assert found[1].answers == options
    told = (str(truth.answer).upper(), truth.feedback_wrong.strip(), truth.feedback_right.strip())
    assert (*found[2].answers[0], "", "")[:3] == told
    matched = read(blocks(pairs)[0])
    assert [side for _, side in matched.answers] == [one.right for one in pairs.pairs] + [
        one.text for one in pairs.distractors
    ]
    if not any("->" in text for text in blocks(short)):
        assert read(blocks(short)[0]).type == "shortanswer"
    assert len(blocks(cloze)) == 2
    assert [left for left, _ in read(blocks(order)[0]).answers] == ["1", "2", "3"]


def test_a_file_reads_as_a_teacher_would_write_it() -> None:
    comments = r"[tag:difficulty:medium] [tag:bloom:understand]"
    assert blocks(*ALL) == [
        f"// [id:01JA] [type:single_choice] {comments} [tag:boiling point] [tag:水]\n"
        "// [source:heat.pdf, p. 3, Heat — “Water boils at 100 °C.”]\n"
        "At how many degrees does water boil?{\n\t~90#too cold\n\t=100\n\t~%50%99\n\t####At sea level.\n}",
        f"// [id:01JB] [type:multiple_choice] [points:2] {comments}\n"
        "Which are liquid at 20 °C?{\n\t~%50%water\n\t~%-50%iron\n\t~%50%mercury\n\t~%-50%ice#It melts.\n}",
        f"// [id:01JC] [type:true_false] [language:zh] {comments}\n水在 100 ℃ 沸腾。{{FALSE#再想想#对}}",
        f"// [id:01JD-1] [type:cloze] [gap:1/2] [points:4] {comments}\n"
        "{\n\t=Ice\n\t=%50%snow#nearly\n} melts at ⟦2⟧ degrees, not at \\{30\\}.",
        f"// [id:01JD-2] [type:cloze] [gap:2/2] [points:4] {comments}\n"
        "⟦1⟧ melts at {\n\t=0\n\t=zero\n} degrees, not at \\{30\\}.",
        f"// [id:01JE] [type:short_answer] [points:2] {comments}\n// [criterion:2:names the gas]\n"
        "What is water that is a gas?{\n\t=steam\n\t=%50%a\\\\*b#odd\n}",
        f"// [id:01JF] [type:short_answer] {comments}\nName one.{{\n\t=water*vapo?r\n\t=%0%*\n}}",
        f"// [id:01JG] [type:numeric] [unit:km/s] {comments}\n"
        "How fast is light?{#\n\t=299792.458:0.5\n\t=%50%300000:1000\n}",
        f"// [id:01JH] [type:matching] [points:2] {comments}\n"
        "What is the capital?{\n\t=France -> Paris\n\t=德国 -> 柏林\n\t= -> Rome\n}",
        f"// [id:01JI] [type:ordering] [points:3] {comments}\n"
        "Nearest to the sun first.{\n\t=1 -> Mercury\n\t=2 -> Venus\n\t=3 -> Earth\n}",
        f"// [id:01JJ] [type:essay] [points:10] {comments}\n"
        "// [criterion:6:density]\n// [criterion:4:lattice]\n"
        "// [sample:Ice is less dense.&#10;&#10;Its lattice is open.]\n::Why::Why does ice float?{}",
    ]


def test_one_of_each_type_comes_back() -> None:
    assert [same(one) for one in again(*ALL)] == [same(one) for one in ALL]


@pytest.mark.parametrize(
    "credit", [1.0, -1.0, 1 / 3, -2 / 3, 1 / 7, 5 / 6, 0.3333333, 0.1 + 0.2, 1e-9, 5e-324]
)
def test_a_credit_comes_back_to_the_last_bit(credit: float) -> None:
    options = [Option(id="A", text="a", credit=1), Option(id="B", text="b", credit=credit)]
    (found,) = again(SINGLE.model_copy(update={"options": options}))
    assert isinstance(found, SingleChoice)
    assert found.options[1].credit == credit


@given(credit=st.floats(-1, 1) | st.integers(-20, 20).map(lambda part: part / 20))
def test_every_credit_has_a_weight(credit: float) -> None:
    assert weights.read(Source.of(f"{weights.written(credit)} a"))[0] == credit


def test_a_choice_whose_options_are_all_right_is_a_choice() -> None:
    options = [Option(id=id_, text=id_, credit=1) for id_ in "ABC"]
    question = SINGLE.model_copy(update={"options": options})
    assert [same(one) for one in again(question)] == [same(question)]
    assert read(blocks(question)[0]).type == "multichoice"


def test_a_third_is_written_as_moodle_knows_it() -> None:
    options = [Option(id=id_, text=id_, credit=1 / 3) for id_ in "ABC"] + [
        Option(id="D", text="D", credit=-1)
    ]
    assert re.findall("%.*%", stem(MultipleChoice(id="1", question="?", options=options))) == [
        *["%33.33333%"] * 3,
        "%-100%",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Vec<T> & co",
        CODE,
        "two  blanks",
        "[html]<b>",
        "// no comment",
        "$CATEGORY: none",
        "::no title::",
        "a\tb",
    ],
)
def test_what_moodle_would_show_otherwise_is_plain_or_escaped(text: str) -> None:
    question = TrueFalse(id="1", question=text, answer=True)
    assert read(blocks(question)[0]).text == text
    assert [same(one) for one in again(question)] == [same(question)]


@pytest.mark.parametrize(
    "text", ["%50% of it", "%d", "[plain] text", "-> b", "T", "=x", "~", "####", "a\n\nb"]
)
def test_an_answer_that_looks_like_a_sign_is_an_answer(text: str) -> None:
    for question in (
        SINGLE.model_copy(
            update={"options": [Option(id="A", text=text, credit=1), Option(id="B", text="b")]}
        ),
        ShortAnswer(id="1", question="?", accepted=[Accepted(text=text), Accepted(text="p->x", credit=0.5)]),
    ):
        assert [same(one) for one in again(question)] == [same(question)]


def test_a_pair_with_arrows_keeps_its_sides() -> None:
    pairs = [Pair(id="1", left="p->x  <T>\n&amp;", right="a -> b", right_id="A")]
    pairs.append(Pair(id="2", left="y", right="z", right_id="B"))
    question = Matching(id="1", question="?", pairs=pairs)
    assert [same(one) for one in again(question)] == [same(question)]
    left, right = read(blocks(question)[0]).answers[0]
    assert right == "a -> b"
    assert unescape(left) == "p->x  <T><br>&amp;"


def test_an_ordering_that_somebody_changed_is_a_matching() -> None:
    data = export(EXERCISE, ALL, answers=True).decode().replace("=2 -> Venus", "=second -> Venus")
    assert [one.type for one in parse(data).questions if "sun" in one.question] == ["matching"]


def test_a_gap_without_the_others_is_a_question_of_its_own() -> None:
    texts = blocks(next(one for one in ALL if isinstance(one, Cloze)))
    first, second = parse("\n\n".join(reversed(texts))).questions
    assert (first.question, second.question) == (
        "⟦1⟧ melts at {{1}} degrees, not at {30}.",
        "{{1}} melts at ⟦2⟧ degrees, not at {30}.",
    )


def test_gaps_of_different_questions_are_not_put_together() -> None:
    cloze = next(one for one in ALL if isinstance(one, Cloze))
    texts = [blocks(cloze)[0], blocks(cloze.model_copy(update={"id": "other"}))[1]]
    assert [len(one.blanks) for one in parse("\n\n".join(texts)).questions if isinstance(one, Cloze)] == [
        1,
        1,
    ]


def test_a_gap_that_somebody_made_a_number_is_one() -> None:
    (question,) = parse("// [type:cloze]\nAt {#100:1} degrees.").questions
    assert (question.type, question.question) == ("numeric", "At _____ degrees.")


def test_a_gap_may_stand_alone_first_and_last() -> None:
    blanks = [Blank(id=id_, accepted=[Accepted(text="*", feedback="star")]) for id_ in "123"]
    for question in (
        Cloze(id="1", question="{{1}}", blanks=blanks[:1]),
        Cloze(id="2", question="{{1}} {{2}}{{3}}", blanks=blanks),
    ):
        assert [same(one) for one in again(question)] == [same(question)]


def test_numbers_come_back_as_they_were() -> None:
    values = [0.1, -0.0, 1e-300, 1.5e300, 1e15, 123456789.123, -5]
    accepted = [AcceptedNumber(value=value, tolerance=abs(value) / 7) for value in values]
    question = Numeric(id="1", question="?", accepted=accepted, unit="µg/m³ [dry]")
    assert [same(one) for one in again(question)] == [same(question)]


def test_what_a_concept_is_called_does_not_matter() -> None:
    concepts = [
        "difficulty:easy",
        "bloom",
        "Vec<T>",
        "a[i]",
        "R&D",
        "&#60;",
        "C:\\new",
        "`x`",
        "水 ]",
        "a\nb",
    ]
    question = TrueFalse(id="x]y", question="?", answer=True, concepts=concepts, difficulty="hard")
    assert [same(one) for one in again(question)] == [same(question)]
    assert not re.search(r"\[tag:[^]]*[<>`]", blocks(question)[0])


def test_a_title_with_slashes_is_one_category() -> None:
    titled = EXERCISE.model_copy(update={"title": "TCP/IP: Unit 1 //"})
    assert parse(export(titled, [SINGLE], answers=True).decode()).title == "TCP/IP: Unit 1 //"


async def test_the_file_is_in_utf_8_and_named_after_the_exercise() -> None:
    file = await exported("gift", EXERCISE, ALL)
    assert (file.filename, parse(file.data.decode()).title) == ("热学 Heat.gift", "热学 Heat")


def test_without_answers_there_is_no_gift() -> None:
    with pytest.raises(Invalid):
        export(EXERCISE, ALL, answers=False)
