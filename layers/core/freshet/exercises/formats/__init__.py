"""Formats: an exercise as a file to take away.

A format is a module below this one with `export(exercise, questions, *, answers) -> bytes`, imported when it
is first asked for. The same exercise is the same bytes each time.

What does not belong here: HTTP, and where exercises are kept (`collection`).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from freshet.download import Download, filename, writable
from freshet.errors import Invalid
from freshet.exercises.exercise import Exercise
from freshet.exercises.formats.text import writable_question
from freshet.exercises.question import Question

_UNTITLED = "exercise"

Name = Literal["gift", "moodle", "qti", "anki", "csv", "md", "html"]


@dataclass(frozen=True, slots=True)
class Format:
    """How an exercise is written; `sheet` says that a file without the answers is of use."""

    title: str
    module: str
    media_type: str
    suffix: str
    sheet: bool = False


FORMATS: dict[Name, Format] = {
    "gift": Format("GIFT", "gift", "text/plain; charset=utf-8", "gift"),
    "moodle": Format("Moodle XML", "moodle", "application/xml", "xml"),
    "qti": Format("QTI 2.1", "qti", "application/zip", "zip"),
    "anki": Format("Anki", "anki", "application/x-apkg", "apkg"),
    "csv": Format("CSV", "tabular", "text/csv; charset=utf-8", "csv", sheet=True),
    "md": Format("Markdown", "markdown", "text/markdown; charset=utf-8", "md", sheet=True),
    "html": Format("HTML", "printable", "text/html; charset=utf-8", "html", sheet=True),
}


async def exported(
    name: Name, exercise: Exercise, questions: Sequence[Question], *, answers: bool = True
) -> Download:
    """The exercise as a file of the named format; without `answers`, what a learner may see of it.

    Raises Invalid for a format that can't be without them.
    """
    format_ = FORMATS[name]
    if not (answers or format_.sheet):
        sheets = ", ".join(key for key, one in FORMATS.items() if one.sheet)
        message = f"{format_.title} always holds the answers; without them there are: {sheets}"
        raise Invalid(message, errors=[{"field": "answers", "message": message}])
    data = await asyncio.to_thread(_written, format_, exercise, questions, answers)
    named = filename(exercise.title, format_.suffix, otherwise=_UNTITLED)
    return Download(data, format_.media_type, named, otherwise=_UNTITLED)


def _written(format_: Format, exercise: Exercise, questions: Sequence[Question], answers: bool) -> bytes:
    module = import_module(f"{__name__}.{format_.module}")
    language = exercise.language or next((one.language for one in questions), "")
    title = " ".join(writable(exercise.title).split())
    told = exercise.model_copy(update={"title": title, "language": language})
    asked = [writable_question(one, language) for one in questions]
    data: bytes = module.export(told, asked, answers=answers)
    return data
