"""Texts of questions, as all formats take them: what can't be written anywhere is gone, blanks are found.

What does not belong here: what a format escapes.
"""

import re
from collections.abc import Iterator
from typing import Any

from freshet.download import writable
from freshet.exercises.question import QUESTION, Accepted, Blank, Cloze, Question

GAP = "________"
_NAME_CHARS = 80


def writable_question(question: Question, language: str = "") -> Question:
    """The question with all its texts writable; in that language, if it does not say in which."""
    members = question.model_dump() | {"language": question.language or language}
    return QUESTION.validate_python(_writable(members))


def _writable(value: Any) -> Any:
    match value:
        case str():
            return writable(value)
        case dict():
            return {name: _writable(member) for name, member in value.items()}
        case list():
            return [_writable(member) for member in value]
    return value


def pieces(question: Cloze) -> Iterator[str | Blank]:
    """The text of a cloze question and its blanks, in turn. A mark of no blank is text."""
    blanks = {f"{{{{{blank.id}}}}}": blank for blank in question.blanks}
    end = 0
    for mark in re.finditer("|".join(map(re.escape, blanks)) or "(?!)", question.question):
        if blank := blanks.pop(mark[0], None):
            yield question.question[end : mark.start()]
            yield blank
            end = mark.end()
    yield question.question[end:]


def name(question: Question) -> str:
    """What a list of questions calls it: its title, or how its text begins."""
    text = question.question
    if isinstance(question, Cloze):
        text = "".join(piece if isinstance(piece, str) else GAP for piece in pieces(question))
    spaced = " ".join((question.title or text).split()) or question.id
    return spaced if len(spaced) <= _NAME_CHARS else f"{spaced[: _NAME_CHARS - 1]}…"


def usable(accepted: list[Accepted]) -> list[Accepted]:
    """The accepted answers that can be given, best first, each once."""
    by_text: dict[str, Accepted] = {}
    for one in sorted(accepted, key=lambda one: -one.credit):
        if one.text.strip():
            by_text.setdefault(one.text.strip().casefold(), one)
    return list(by_text.values())
