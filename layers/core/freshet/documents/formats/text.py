"""Plain text: paragraphs between blank lines, as written.

What does not belong here: encodings (`freshet.encodings`).
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from freshet import errors
from freshet.documents.blocks import Block, Progress
from freshet.encodings import decode

MAX_BYTES = 64_000_000  # beyond this the text alone is over the limit on what is indexed
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n(?![^\S\n]*(?:\n|\Z))[^\n]*)*")


def read(path: Path) -> Iterator[Block | Progress]:
    """One block a paragraph."""
    return parsed(path, parse)


def parsed(path: Path, parse: Callable[[str], Iterator[Block]]) -> Iterator[Block | Progress]:
    """What `parse` makes of the file's text. Raises Empty or NoText if that is nothing."""
    found = False
    for block in parse(decode(load(path))):
        found = True
        yield block
    if not found:
        raise blank()
    yield Progress(1, 1)


def parse(text: str) -> Iterator[Block]:
    """The paragraphs of a text."""
    for match in _PARAGRAPH.finditer(text):
        paragraph = match[0].rstrip()
        if any(char.isalnum() for char in paragraph) or paragraph.strip("\ufffd"):
            yield Block(paragraph)


def load(path: Path) -> bytes:
    """A text file's bytes. Raises OverLimit."""
    if path.stat().st_size > MAX_BYTES:
        raise errors.OverLimit("The file holds more text than can be indexed. Split it into parts.")
    return path.read_bytes()


def blank() -> errors.NoText:
    """The error for a file of text formats with nothing to read in it."""
    return errors.NoText(
        "The file has no text, only blanks or markup. Check the original and upload it again."
    )
