"""CSV for spreadsheets: UTF-8 with a byte order mark (without it Excel garbles Chinese), a row a question.

    number       the place of the question in the exercise
    type, title, question
    choices      a line each, with its letter: options, right sides, or entries to be put in order
    left         of matching, a line each: what the right sides are matched to
    unit         of a numeric question
    rubric       a line each: what earns how many points
    points, difficulty, bloom
    concepts     a line each

and, with the answers:

    answer       the right choices, pairs or entries, or what is accepted, a line each
    feedback     a line each, with the answer that it goes with
    explanation, source, version
    id           of the question
"""

import csv
import io
from collections.abc import Sequence

from freshet.download import cell
from freshet.exercises.exercise import Exercise
from freshet.exercises.formats.sheet import key, sheet
from freshet.exercises.formats.words import Words, number, words
from freshet.exercises.question import Question


def export(exercise: Exercise, questions: Sequence[Question], *, answers: bool) -> bytes:
    """A header and a row a question."""
    said = words(exercise.language)
    rows = [
        _shown(at, question, said) | (_key(question, said) if answers else {})
        for at, question in enumerate(questions, 1)
    ]
    columns = _SHOWN + (_KEY if answers else ())
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    writer.writerows({name: cell(text) for name, text in row.items()} for row in rows)
    return file.getvalue().encode("utf-8-sig")


_SHOWN = (
    *("number", "type", "title", "question", "choices", "left", "unit", "rubric"),
    *("points", "difficulty", "bloom"),
)
_KEY = ("concepts", "answer", "feedback", "explanation", "source", "version", "id")


def _shown(at: int, question: Question, said: Words) -> dict[str, str]:
    seen = sheet(question, said)
    return {
        "number": str(at),
        "type": seen.kind,
        "title": seen.title,
        "question": seen.text,
        "choices": _lines(seen.choices),
        "left": _lines(seen.left),
        "unit": seen.unit,
        "rubric": _lines(seen.rubric),
        "points": number(seen.points),
        "difficulty": question.difficulty,
        "bloom": question.bloom,
    }


def _key(question: Question, said: Words) -> dict[str, str]:
    told = key(question, said)
    return {
        "concepts": _lines(question.concepts),
        "answer": _lines(told.answer),
        "feedback": _lines(told.remarks),
        "explanation": told.explanation,
        "source": told.source,
        "version": str(question.version),
        "id": question.id,
    }


def _lines(lines: Sequence[object]) -> str:
    return "\n".join(map(str, lines))
