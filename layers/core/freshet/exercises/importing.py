"""Importing: a file of questions becomes an exercise.

What belongs here: what a file's questions need to be an exercise of the caller's. What does not: the file's
format (`formats.gift`), and where exercises are kept (`collection`).
"""

import asyncio
import time
from collections import Counter

from freshet.concurrency import in_background
from freshet.encodings import decode
from freshet.errors import FreshetError, Invalid, NotFound
from freshet.exercises.collection import MAX_QUESTIONS, Collection, Exercise
from freshet.exercises.formats.gift import LineProblem, Parsed, parse
from freshet.exercises.question import MAX_CONCEPT_CHARS, MAX_CONCEPTS, Question
from freshet.languages import language_of
from freshet.observe import logger
from freshet.runs.record import iso

_UNTITLED = "GIFT"
_MAX_TITLE = 200
_MAX_NAMED = 50  # problems that an error lists


async def import_gift(
    collection: Collection, owner: str, exercise_id: str, content: str | bytes, title: str | None = None
) -> tuple[Exercise, list[LineProblem]]:
    """The exercise of the questions that can be read, and the problems with the others, by line.

    Without a `title` it is called as the file's first category. Raises Invalid if no question can be read,
    its `errors` the problems. Whatever else fails, nothing is left behind.
    """
    parsed = await asyncio.to_thread(_parsed, content)
    if not parsed.questions:
        raise _nothing(parsed.problems)
    exercise = _exercise(exercise_id, title or parsed.title or _UNTITLED, parsed.questions)
    try:
        await collection.begin(owner, exercise)
        await collection.add(owner, exercise_id, *parsed.questions)
        ended = await collection.end(owner, exercise_id, state="ready", repaired=0, dropped=0, reasons={})
    except BaseException:
        await asyncio.shield(in_background(_undone(collection, owner, exercise_id)))
        raise
    return ended, parsed.problems


async def _undone(collection: Collection, owner: str, exercise_id: str) -> None:
    """Leaves nothing of it. Where that fails, too, what there is lapses."""
    try:
        await collection.delete(owner, exercise_id)
    except NotFound:  # the owner was faster, or it was never begun
        return
    except FreshetError as error:
        logger.warning("an import could not be undone", code=error.code)


def _parsed(content: str | bytes) -> Parsed:
    """What the file holds, the questions as an exercise can have them."""
    parsed = parse(decode(content) if isinstance(content, bytes) else content, most=MAX_QUESTIONS)
    questions = [_owned(question, f"q{number}") for number, question in enumerate(parsed.questions, 1)]
    return Parsed(questions=questions, problems=parsed.problems, categories=parsed.categories)


def _owned(question: Question, id_: str) -> Question:
    """The question as one of ours, with no more concepts than one of ours has."""
    concepts = [name for name in question.concepts if len(name) <= MAX_CONCEPT_CHARS][:MAX_CONCEPTS]
    language = question.language or language_of(question.question)
    return question.model_copy(update={"id": id_, "language": language, "concepts": concepts})


def _exercise(exercise_id: str, title: str, questions: list[Question]) -> Exercise:
    now = iso(time.time())
    languages = Counter(question.language for question in questions)
    return Exercise(
        id=exercise_id,
        title=" ".join(title.split())[:_MAX_TITLE],
        state="generating",
        origin="imported",
        language=languages.most_common(1)[0][0],
        asked=len(questions),
        created_at=now,
        updated_at=now,
    )


def _nothing(problems: list[LineProblem]) -> Invalid:
    detail = "There is no question that can be read."
    if problems:
        detail += f" Line {problems[0].line}: {problems[0].detail}"
    named = [{"field": "content", "line": one.line, "message": one.detail} for one in problems[:_MAX_NAMED]]
    return Invalid(detail, errors=named or [{"field": "content", "message": detail}])
