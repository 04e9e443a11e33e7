"""Markdown (CommonMark): the questions, and at the end their answers.

All texts stand as they are, whatever of them means something in Markdown or in its common dialects.
"""

import re
from collections.abc import Iterable, Sequence

from freshet.exercises.exercise import Exercise
from freshet.exercises.formats.sheet import Key, Line, Sheet, key, sheet
from freshet.exercises.formats.text import GAP
from freshet.exercises.formats.words import Words, words
from freshet.exercises.question import Question

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&$])")
_START = re.compile(r"[-+=]|\d{1,9}(?=[.)])")  # of a list, or of the line that makes a heading
_GAP = GAP.replace("_", r"\_")


def export(exercise: Exercise, questions: Sequence[Question], *, answers: bool) -> bytes:
    """A heading, a section with the questions and one with the answers."""
    said = words(exercise.language)
    blocks = [f"# {plain(_one_line(exercise.title))}", f"## {said.questions}"]
    blocks += [_question(at, sheet(one, said), said) for at, one in enumerate(questions, 1)]
    if answers:
        blocks.append(f"## {said.key}")
        blocks += [_item(at, _told(key(one, said), said)) for at, one in enumerate(questions, 1)]
    return "".join(f"{block}\n\n" for block in blocks).rstrip("\n").encode() + b"\n"


def plain(text: str) -> str:
    """The text as itself, on lines of its own."""
    lines = text.strip("\n").split("\n")
    return "\\\n".join(_line(line) for line in lines)


def _line(line: str) -> str:
    text = line.lstrip(" \t")
    indent = len(line[: len(line) - len(text)].expandtabs(4))  # of code, which four blanks would make it
    escaped = _SPECIAL.sub(r"\\\1", text.rstrip(" \t"))
    start = _START.match(escaped)
    if start and not indent:
        at = start.end() if start[0].isdigit() else 0
        escaped = f"{escaped[:at]}\\{escaped[at:]}"
    return "&nbsp;" * indent + escaped


def _question(at: int, seen: Sheet, said: Words) -> str:
    title = f"**{plain(_one_line(seen.title))}**\\\n" if seen.title.strip() else ""
    blocks = [f"{title}{plain(seen.text)} ({said.points(seen.points)})"]
    if seen.left:
        blocks.append(_listed((f"{plain(line.text)} → {_GAP}" for line in seen.left), numbered=True))
    if seen.choices:
        blocks.append(_listed(f"{_label(line)}{plain(line.text)}" for line in seen.choices))
    if seen.kind == "numeric":
        blocks.append(f"{_GAP} {plain(seen.unit)}".rstrip())
    if seen.rubric:
        blocks += _section(said.rubric, seen.rubric)
    return _item(at, blocks)


def _label(line: Line) -> str:
    return f"{line.label}: " if line.label else ""


def _told(told: Key, said: Words) -> list[str]:
    blocks = [_listed(map(plain, told.answer))] if len(told.answer) > 1 else list(map(plain, told.answer))
    blocks += _section(said.feedback, told.remarks)
    for title, text in ((said.explanation, told.explanation), (said.source, told.source)):
        if text:
            blocks.append(f"**{title}**{said.colon}{plain(text)}")
    return blocks


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [f"**{title}**", _listed(map(plain, lines))] if lines else []


def _listed(items: Iterable[str], *, numbered: bool = False) -> str:
    return "\n".join(_indented(f"{at}. " if numbered else "- ", item) for at, item in enumerate(items, 1))


def _item(at: int, blocks: Sequence[str]) -> str:
    return _indented(f"{at}. ", "\n\n".join(blocks))


def _indented(marker: str, block: str) -> str:
    """The block as what belongs to a list's marker."""
    indent = " " * len(marker)
    first, *others = block.split("\n")
    return "\n".join([marker + first, *(indent + line if line else "" for line in others)])


def _one_line(text: str) -> str:
    return " ".join(text.split())
