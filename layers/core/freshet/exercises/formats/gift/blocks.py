"""The blocks of a GIFT file: questions with their comments, parted by blank lines, and categories.

What does not belong here: what a question says (`reading`) and a comment (`remarks`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from freshet.exercises.formats.gift.source import Source

CATEGORY = "$CATEGORY:"
_BRACE = re.compile("[{}]")


class Category(NamedTuple):
    """A line that says where the questions after it belong."""

    path: str


@dataclass(frozen=True, slots=True)
class Block:
    """The text of a question, empty lines in place of its comments; `line` is that of its first text."""

    line: int
    text: str
    comments: tuple[str, ...]


def blocks(text: str) -> Iterator[Block | Category]:
    """What stands between blank lines; comments alone belong to nothing."""
    line, lines, comments = 0, list[str](), list[str]()
    for number, written in enumerate([*text.split("\n"), ""], 1):
        stripped = written.strip()
        if not stripped or stripped.startswith(CATEGORY):
            if lines:
                yield Block(line, "\n".join(lines), tuple(comments))
            lines, comments = [], []
        if stripped.startswith(CATEGORY):
            yield Category(stripped.removeprefix(CATEGORY).strip())
        elif stripped.startswith("//"):
            comments.append(stripped)
            lines += [""] * bool(lines)
        elif stripped:
            line = line if lines else number
            lines.append(written)


def whole(parts: Iterable[Block | Category]) -> Iterator[Block | Category]:
    """The blocks, those put together again that a blank line inside of the braces has parted.

    The next brace after an open one is then a closing one. Otherwise the open one was a mistake, which costs
    no other question.
    """
    waiting: list[Block] = []  # the first one is open, the others have no braces
    for part in parts:
        first, last = _braces(part)
        if waiting and isinstance(part, Block) and first != "{":
            waiting.append(part)
            if first:
                yield _together(waiting)
                waiting = []
            continue
        yield from waiting
        waiting = []
        if isinstance(part, Block) and last == "{":
            waiting = [part]
        else:
            yield part
    yield from waiting


def _braces(part: Block | Category) -> tuple[str, str]:
    """The first and the last brace of a block."""
    if isinstance(part, Category):
        return "", ""
    signs = Source.of(part.text).signs
    first, last = _BRACE.search(signs), max(signs.rfind("{"), signs.rfind("}"))
    return (first[0], signs[last]) if first else ("", "")


def _together(parts: list[Block]) -> Block:
    text, line = [parts[0].text], parts[0].line + parts[0].text.count("\n")
    for part in parts[1:]:
        text.append("\n" * (part.line - line) + part.text)
        line = part.line + part.text.count("\n")
    comments = tuple(comment for part in parts for comment in part.comments)
    return Block(parts[0].line, "".join(text), comments)
