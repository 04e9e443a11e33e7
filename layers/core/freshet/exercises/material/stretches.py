"""Stretches: what indexed chunks, and passages that were found, add to a document's text.

Chunks overlap, and repeat the header of a table that they continue; here nothing comes twice. What does not
belong here: how large a section is (`cutting`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from freshet.rag.passage import Passage
from freshet.stores.vectors import Hit

Mark = tuple[int, int | None, Sequence[str]]  # (start, page, heading)
_GAP = 2  # characters at most between chunks that follow each other: a blank line


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a document's text, from `start` on.

    `marks` tell page and heading from a place on, the first one from the beginning; `header` is of the table
    that it continues; `apart`: what stands before it in the document was left out.
    """

    text: str
    start: int
    marks: Sequence[Mark]
    header: str = ""
    apart: bool = False


def stretches_of(chunks: Sequence[Hit]) -> Iterator[Stretch]:
    """What each of a document's chunks adds to those before it, in their order."""
    before: Hit | None = None
    for chunk, after in zip_longest(chunks, chunks[1:]):
        follows = before is not None and chunk.position == before.position + 1
        known = before.payload["end"] if before is not None and follows else 0
        followed = after is not None and after.position == chunk.position + 1
        yield _stretch(
            chunk.payload["text"],
            (chunk.payload["start"], chunk.payload["end"]),
            chunk.payload["marks"] or [(0, chunk.payload["page"], chunk.payload["heading"])],
            known=known,
            following=after.payload["start"] if followed else 0,
            apart=not follows,
        )
        before = chunk


def stretches_found(passages: Sequence[Passage]) -> Iterator[Stretch]:
    """What each of a document's passages adds to those before it, in the order of their places."""
    known = 0
    for passage in sorted(passages, key=lambda one: one.start):
        if passage.position is None:  # its place is not known: it overlaps with nothing
            known = 0
        if passage.end <= known:
            continue
        marks = passage.marks or ((0, passage.page, passage.heading),)
        apart = passage.start > known + _GAP or not known
        yield _stretch(passage.text, (passage.start, passage.end), marks, known=known, apart=apart)
        known = passage.end


def _stretch(
    text: str,
    span: tuple[int, int],
    marks: Sequence[Mark],
    *,
    known: int,
    apart: bool,
    following: int = 0,
) -> Stretch:
    """Of a text whose span ends it, what is not `known` yet, and white space up to what follows."""
    start, end = span
    repeated = len(text) - (end - start)
    begin = max(start, known)
    blank = "\n" * min(max(following - end, 0), _GAP)
    header = text[: max(repeated - 1, 0)] if begin == start else ""
    return Stretch(f"{text[repeated + begin - start :]}{blank}", begin, marks, header, apart)
