"""Parts: a document's text, put together from its indexed chunks, in pieces that a model reads at once.

What belongs here: which chunks are read, and how they become text again. What does not: what is asked of
the model (`prompt`), and what is done with its answers (`summarise`).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from freshet.llm.tokens import estimate_tokens
from freshet.stores.vectors import Hit

T = TypeVar("T")

# Estimated tokens of a part, about: with its rules and an answer it fits a window of 16,000, and a model
# still reads the middle of it; 300 pages are some 12 parts.
PART_TOKENS = 12_000
# Parts that are read of one document, some 1,000 pages: they end within a run's time when four calls at once
# take fifteen seconds each. Of a longer document as many are read, spread over it.
MOST_PARTS = 50
MOST_CHUNKS = 4_000  # that are fetched to make them: a few seconds, 10 MB
_STRETCH = 30  # chunks in a row, where not all are fetched: about a part
_EARLY = 0.85  # of its share is enough for a part that ends with a chapter
_GAP = "\n\n[…]\n\n"  # where chunks were left out


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a document's text, of `chunks` chunks, and the path of headings that it begins under."""

    text: str
    heading: tuple[str, ...] = ()
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a chunk adds to the text, the header of the table that it continues, and its top heading."""

    text: str
    tokens: int
    heading: tuple[str, ...] = ()
    header: str = ""
    chapter: str = ""


def evenly(items: Sequence[T], most: int) -> Sequence[T]:
    """The items; of more than `most` as many, spread evenly from the first to the last."""
    if len(items) <= most:
        return items
    step = (len(items) - 1) / (most - 1)
    return [items[round(number * step)] for number in range(most)]


def chosen(total: int) -> list[int]:
    """The positions of the chunks to fetch, of `total`: all of them, or stretches spread evenly."""
    if total <= MOST_CHUNKS:
        return list(range(total))
    stretches = [range(start, min(start + _STRETCH, total)) for start in range(0, total, _STRETCH)]
    return [position for stretch in evenly(stretches, MOST_CHUNKS // _STRETCH) for position in stretch]


def parts_of(chunks: Sequence[Hit]) -> list[Part]:
    """The text of chunks in their order, none of it twice. Parts are about equal, and end with chapters."""
    return [
        Part(group[0].header + "".join(piece.text for piece in group).strip(), group[0].heading, len(group))
        for group in _groups(list(_pieces(chunks)), most=len(chunks))
    ]


def joined(notes: Sequence[str]) -> list[Part]:
    """Notes in as few parts as hold them, and in fewer than there are notes."""
    pieces = [_Piece(f"{note.strip()}\n\n", estimate_tokens(note)) for note in notes]
    groups = _groups(pieces, most=max(1, len(pieces) // 2))
    return [Part("".join(piece.text for piece in group).strip()) for group in groups]


def _groups(pieces: Sequence[_Piece], most: int) -> list[list[_Piece]]:
    """The pieces in groups of at least their fair share: so there are no more groups than shares."""
    total = sum(piece.tokens for piece in pieces)
    share = total / max(1, min(math.ceil(total / PART_TOKENS), most))
    groups, weight = [[pieces[0]]], pieces[0].tokens
    for before, piece in pairwise(pieces):
        enough = share if piece.chapter == before.chapter else share * _EARLY
        if weight >= enough:
            groups.append([])
            weight = 0
        groups[-1].append(piece)
        weight += piece.tokens
    return groups


def _pieces(chunks: Sequence[Hit]) -> Iterator[_Piece]:
    before: Hit | None = None
    for chunk in chunks:
        text = _added(chunk, before)
        heading = tuple(chunk.payload["heading"])
        header = chunk.payload["text"][: _repeated(chunk)]
        yield _Piece(text, estimate_tokens(text), heading, header, heading[0] if heading else "")
        before = chunk


def _added(chunk: Hit, before: Hit | None) -> str:
    """What the chunk adds to the text before it: not the overlap, and no table's header again."""
    start: int = chunk.payload["start"]
    if before is None:
        return _outlined(chunk, start)
    if chunk.position != before.position + 1:
        return _GAP + _outlined(chunk, start)
    end: int = before.payload["end"]
    return "\n" * min(max(start - end, 0), 2) + _outlined(chunk, max(start, end))


def _outlined(chunk: Hit, start: int) -> str:
    """The chunk's text from `start` (in the document) on, its headings marked as in Markdown."""
    text: str = chunk.payload["text"][_repeated(chunk) + start - chunk.payload["start"] :]
    for place, heading in reversed(list(_new_headings(chunk))):
        at = place - start
        if at >= 0 and f"{text}\n".startswith(f"{heading[-1]}\n", at):
            text = f"{text[:at]}{'#' * len(heading)} {text[at:]}"
    return text


def _new_headings(chunk: Hit) -> Iterator[tuple[int, list[str]]]:
    """Where in the document a path of headings begins, and that path."""
    before: list[str] = []
    for place, _, heading in chunk.payload["marks"]:
        if heading and heading != before:
            yield place, heading
        before = heading


def _repeated(chunk: Hit) -> int:
    """How many characters of its text stand before its span: a table's header and the line's end."""
    start: int = chunk.payload["start"]
    end: int = chunk.payload["end"]
    return len(chunk.payload["text"]) - (end - start)
