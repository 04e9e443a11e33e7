"""What a parser yields: the blocks of a document, in reading order, and its progress.

The document's text is the blocks' texts joined by `SEPARATOR`; every character span elsewhere (chunks,
citations) counts in that text. What does not belong here: how a format is read (`formats`), how blocks
travel between processes (`reading`, `reading_child`).
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["heading", "text", "table", "list", "code"]

SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, table, list or listing.

    `page` counts from 1, None where the format has no pages; `level` is a heading's (1 is the top).
    A table's text is one line a row, cells joined by " | "; `header` repeats its leading header lines.
    """

    text: str
    kind: Kind = "text"
    page: int | None = None
    level: int = 0
    header: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the parser is; formats without pages count as one page."""

    pages_done: int
    pages_total: int
