"""Blind answers: a question put to a model that does not know its key. One answered otherwise is no good.

What belongs here: the call, and when its answer will do. What does not: marks (`grading.closed`).
"""

import re

from pydantic import BaseModel, Field

from freshet.errors import Invalid, ModelMalformed, ModelRefused
from freshet.exercises.fault import Fault
from freshet.exercises.gate.content import negated
from freshet.exercises.gate.wording import HAN, words
from freshet.exercises.grading.closed import grade
from freshet.exercises.prompt import answer_messages
from freshet.exercises.question import (
    Cloze,
    Essay,
    Matching,
    MultipleChoice,
    Ordering,
    Question,
    ShortAnswer,
    SingleChoice,
)
from freshet.llm.writer import Writer

_TOLD = 200  # characters of an answer
_OF_SEVERAL = (SingleChoice, MultipleChoice, Cloze, Matching, Ordering)  # answered by a list, in their order
_WORD = re.compile(rf"[{HAN}]|[^\W{HAN}]+")


class BlindAnswer(BaseModel):
    """What the question's type wants: ids, texts, a number, true or false."""

    answer: list[str] = Field(max_length=100)


async def reanswer(writer: Writer, title: str, section_text: str, question: Question) -> Fault | None:
    """None if the model, which sees section and question alone, gives the key. An essay has none.

    Raises ModelError, but for an answer that is of no use: a question that gets none is a bad one.
    """
    if isinstance(question, Essay):
        return None
    messages = answer_messages(title, section_text, question)
    try:
        completion = await writer.client.complete(messages, response_model=BlindAnswer, **writer.options)
    except (ModelMalformed, ModelRefused):
        return Fault("reanswer", "A reader could not answer it from the material. Make it clear.")
    given: BlindAnswer = completion.parsed
    if _right(question, given.answer):
        return None
    said = " ".join("; ".join(given.answer).split())[:_TOLD] or "nothing"
    return Fault(
        "reanswer",
        f"A reader who had the material but not the key answered: {said}. Either the key is wrong, or the "
        "question can be understood in several ways.",
    )


def _right(question: Question, given: list[str]) -> bool:
    said = next((one for one in given if one.strip()), "")
    try:
        mark = grade(question, given if isinstance(question, _OF_SEVERAL) else said)
    except Invalid:  # it names what the question does not have
        return False
    if mark is not None and mark.correct:
        return True
    return isinstance(question, ShortAnswer) and _much_the_same(question, said)


def _much_the_same(question: ShortAnswer, answer: str) -> bool:
    """Whether the answer is an accepted one with a little more, or the other way round, in whole words."""
    return any(_holds(answer, one.text) or _holds(one.text, answer) for one in question.accepted)


def _holds(long: str, short: str) -> bool:
    """Whether the long text has the words of the short one, half of its own at least, and denies no more."""
    if 2 * _length(short) < _length(long) or negated(short) != negated(long):
        return False
    part, whole = words(short, literal=True), words(long, literal=True)
    return bool(part) and any(whole[at : at + len(part)] == part for at in range(len(whole)))


def _length(text: str) -> int:
    """In words, and in characters where there are no blanks between them."""
    return len(_WORD.findall(text))
