"""Good questions by language, and what they stand among."""

from freshet.exercises.question import Question
from tests.unit.exercises.gate import good_chinese, good_english

QUESTIONS = {"en": good_english.QUESTIONS, "zh": good_chinese.QUESTIONS}


def source_of(questions: list[Question]) -> str:
    return "\n".join(question.source.quote for question in questions if question.source)


def others_than(question: Question, questions: list[Question]) -> list[Question]:
    return [other for other in questions if other is not question]
