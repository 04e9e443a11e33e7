"""Cutting: a text, or the indexed chunks of a document, in sections that a model reads at once.

None of it is read twice and none is lost. What does not belong here: which chunks are read (`reading`), what
each adds to the text (`stretches`), where a Markdown text has its headings (`outline`).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from freshet.documents.sentences import clauses, sentences
from freshet.exercises.material.outline import blocks
from freshet.exercises.material.sections import Piece, Section
from freshet.exercises.material.stretches import Stretch
from freshet.llm.tokens import estimate_tokens

# Estimated tokens of a section, at most: what is asked about it and a model's notes on it fit small models,
# and its quotes can be copied without searching far.
SECTION_TOKENS = 3000
_EARLY = 0.6  # of its share is enough for a section that ends before a heading
_TITLE_TOKENS = 40  # what is shorter and opens a chapter stays with what follows


@dataclass(frozen=True, slots=True)
class _Atom:
    """A piece that stays whole. `apart` and `header` are as of a stretch."""

    piece: Piece
    tokens: int
    header: str = ""
    apart: bool = False


def sections_of_text(text: str) -> list[Section]:
    """The sections of a Markdown or plain text: joined, they are the text. A long one is for a thread."""
    return _sections(list(_atoms_of_text(text)))


def sections_of_document(stretches: Iterable[Stretch], document_id: str, filename: str) -> list[Section]:
    """The sections of a document's stretches, which come in their order."""
    atoms = [atom for stretch in stretches for atom in _atoms_of(stretch)]
    return _sections(atoms, document_id=document_id, filename=filename)


def _atoms_of_text(text: str) -> Iterator[_Atom]:
    for block in blocks(text):
        for piece in _pieces(text[block.start : block.end], block.start, None, block.heading):
            yield _Atom(piece, estimate_tokens(piece.text))


def _atoms_of(stretch: Stretch) -> Iterator[_Atom]:
    header, apart = stretch.header, stretch.apart
    ends = [*(start for start, _, _ in stretch.marks[1:]), stretch.start + len(stretch.text)]
    at = stretch.start
    for (_, page, heading), end in zip(stretch.marks, ends, strict=True):
        text = stretch.text[at - stretch.start : max(end - stretch.start, 0)]
        for piece in _pieces(text, at, page, heading):
            yield _Atom(piece, estimate_tokens(piece.text), header, apart)
            header, apart = "", False
        at = max(at, end)


def _pieces(text: str, start: int, page: int | None, heading: Sequence[str]) -> Iterator[Piece]:
    for part in _fitting(text):
        yield Piece(text=part, start=start, page=page, heading=list(heading))
        start += len(part)


def _fitting(text: str) -> Iterator[str]:
    """The text in parts of at most SECTION_TOKENS: whole, or its sentences, or as many characters."""
    if estimate_tokens(text) <= SECTION_TOKENS:
        if text:
            yield text
        return
    for sentence in sentences(text):
        yield from clauses(sentence, SECTION_TOKENS)  # no character is more than a token


def _sections(
    atoms: Sequence[_Atom], document_id: str | None = None, filename: str | None = None
) -> list[Section]:
    return [
        Section(
            pieces=_merged(group),
            document_id=document_id,
            filename=filename,
            lead=f"{group[0].header}\n" if group[0].header else "",
        )
        for run in _runs(atoms)
        for group in _groups(run)
    ]


def _runs(atoms: Sequence[_Atom]) -> Iterator[list[_Atom]]:
    """The atoms that follow each other without a gap."""
    run: list[_Atom] = []
    for atom in atoms:
        if atom.apart and run:
            yield run
            run = []
        run.append(atom)
    if run:
        yield run


def _groups(atoms: Sequence[_Atom]) -> Iterator[list[_Atom]]:
    """The atoms in groups that fit, about equal, where it can be with a heading at the beginning."""
    left = sum(atom.tokens for atom in atoms)
    group: list[_Atom] = []
    weight = 0
    for atom in atoms:
        if group and _ends(group, atom, weight, left):
            kept = _title(group, SECTION_TOKENS - atom.tokens)
            yield group[: len(group) - len(kept)]
            group, weight = kept, sum(one.tokens for one in kept)
        group.append(atom)
        weight += atom.tokens
        left -= atom.tokens
    if group:
        yield group


def _ends(group: Sequence[_Atom], atom: _Atom, weight: int, left: int) -> bool:
    """Whether a group of this weight ends before the atom, where atoms of the weight `left` are to come."""
    if weight + left <= SECTION_TOKENS:
        return False
    if weight + atom.tokens > SECTION_TOKENS:
        return True
    share = (weight + left) / math.ceil((weight + left) / SECTION_TOKENS)
    opens = atom.piece.heading != group[-1].piece.heading
    return weight + atom.tokens / 2 > share or (opens and weight > share * _EARLY)


def _title(group: Sequence[_Atom], room: int) -> list[_Atom]:
    """The heading that a group ends with, which belongs to what follows, if there is room for it."""
    *before, last = group
    if before and last.tokens <= min(_TITLE_TOKENS, room) and last.piece.heading != before[-1].piece.heading:
        return [last]
    return []


def _merged(group: Sequence[_Atom]) -> list[Piece]:
    """Their pieces; those that differ in nothing but their place are one."""
    merged: list[Piece] = []
    for piece in (atom.piece for atom in group):
        if merged and _goes_on(merged[-1], piece):
            merged[-1] = merged[-1].model_copy(update={"text": merged[-1].text + piece.text})
        else:
            merged.append(piece)
    return merged


def _goes_on(before: Piece, piece: Piece) -> bool:
    stands = (before.page, before.heading, before.start + len(before.text))
    return stands == (piece.page, piece.heading, piece.start)
