import asyncio
import csv
import io

import pytest
from hypothesis import given, settings

from freshet.download import writable
from freshet.exercises.formats import exported
from freshet.exercises.question import Question
from tests.unit.exercises.formats.questions import (
    ALL,
    CLOZE,
    ESSAY,
    EXERCISE,
    MULTIPLE,
    NUMBER,
    PAIRS,
    SINGLE,
    TRUTH,
    any_questions,
    asked,
    squeezed,
)


def table(*questions: Question, answers: bool = True) -> list[dict[str, str]]:
    data = asyncio.run(exported("csv", EXERCISE, questions, answers=answers)).data
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_file_begins_with_a_byte_order_mark() -> None:
    data = asyncio.run(exported("csv", EXERCISE, [TRUTH])).data
    assert data.startswith(b"\xef\xbb\xbfnumber,type,")


def test_a_question_is_a_row() -> None:
    rows = table(*ALL)
    assert [row["number"] for row in rows] == [str(at) for at in range(1, len(ALL) + 1)]
    assert [row["type"] for row in rows] == [one.type for one in ALL]
    assert rows[0] == {
        "number": "1",
        "type": "single_choice",
        "title": "",
        "question": SINGLE.question,
        "choices": "A. 90\nB. 100\nC. 99",
        "left": "",
        "unit": "",
        "rubric": "",
        "points": "1",
        "difficulty": "medium",
        "bloom": "understand",
        "concepts": "boiling point\n水",
        "answer": "B. 100\nC. 99 (50%)",
        "feedback": "A: too cold",
        "explanation": "At sea level.",
        "source": "heat.pdf, p. 3, Heat — “Water boils at 100 °C.”",
        "version": "1",
        "id": "01JA",
    }


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (MULTIPLE, "A. water\nC. mercury"),
        (TRUTH, "False"),
        (CLOZE, "(1) Ice / snow (50%)\n(2) 0 / zero"),
        (NUMBER, "299792.458 ± 0.5 km/s / 300000 ± 1000 km/s (50%)"),
        (PAIRS, "1. France → C. Paris\n2. 德国 → A. 柏林"),
        (ESSAY, "Ice is less dense.\n\nIts lattice is open."),
    ],
)
def test_the_answer_is_told_in_words(question: Question, answer: str) -> None:
    assert table(question)[0]["answer"] == answer


def test_without_answers_their_columns_are_missing() -> None:
    assert table(*ALL)[0].keys() - table(*ALL, answers=False)[0].keys() == {
        *("concepts", "answer", "feedback", "explanation", "source", "version", "id"),
    }


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\n", "＝"])
def test_no_cell_is_a_formula(begins: str) -> None:
    text = f"{begins}cmd|' /C calc'!A0"
    row = table(TRUTH.model_copy(update={"question": text, "explanation": text, "concepts": [text]}))[0]
    assert row["question"] == row["explanation"] == row["concepts"] == f"'{text}"


def test_what_comes_later_in_a_cell_is_as_it_was() -> None:
    assert table(TRUTH.model_copy(update={"question": "1 = 1, 3 - 2"}))[0]["question"] == "1 = 1, 3 - 2"


@settings(max_examples=30)
@given(questions=any_questions())
def test_all_texts_come_back(questions: list[Question]) -> None:
    for question, row in zip(questions, table(*questions), strict=True):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
        said = squeezed("\n".join(row.values()))
        assert all(squeezed(text) in said for text in asked(question))
        assert row["explanation"].removeprefix("'") == writable(question.explanation).removeprefix("'")
