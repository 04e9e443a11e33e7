"""Chunks: pieces of a document of about one size, cut where the document itself has its joints.

Order of joints: headings, blocks, lines of tables, lists and code, sentences, words, anything.
Sizes are estimated tokens, so that Chinese and English chunks hold about as much. What does not belong here:
how blocks come about (`formats`), how sentences are found (`sentences`), how chunks are indexed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from freshet.documents.blocks import SEPARATOR, Block
from freshet.documents.sentences import clauses, sentences

# Estimated tokens. On 200 questions with marked answers (BM25, five chunks) sizes of 240, 320, 400 and 500
# hold 0.90, 0.93, 0.96 and 0.98 of the answers; an overlap of 40 adds 0.015 at 400 and nothing at 500.
SIZE = 400
OVERLAP = 40

_TITLE_LIMIT = 200  # characters of a heading kept in a chunk's path
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """From `start` on (in the document's text) a chunk stands on this page, under these headings."""

    start: int
    page: int | None
    heading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document.

    `start` and `end` are a span in the document's text (see `blocks`): `text` is exactly that span. The one
    exception is a chunk that begins inside a table: there `text` is the table's header, "\\n", and the span.
    `heading` is the path of headings that all of the chunk stands under; `page` is where it begins; `marks`
    tell both for every place in it.
    """

    position: int
    text: str
    page: int | None
    heading: tuple[str, ...]
    start: int
    end: int
    marks: tuple[Mark, ...] = ()


def weigh(text: str) -> int:
    """A text's size in quarters of a token, estimated after o200k: a Han character is three, others one."""
    return len(text) + 2 * len(_CJK.findall(text))


def chunk_blocks(blocks: Iterable[Block], *, size: int = SIZE, overlap: int = OVERLAP) -> Iterator[Chunk]:
    """Cuts a document's blocks into chunks; see `Chunker`."""
    chunker = Chunker(size=size, overlap=overlap)
    for block in blocks:
        yield from chunker.add(block)
    yield from chunker.close()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a block that stays whole; a block's pieces, blanks included, are all of its text."""

    text: str
    start: int
    weight: int
    block: Block
    path: tuple[str, ...]
    header: str = ""  # of the table that the piece continues


class Chunker:
    """Cuts a document into chunks as its blocks come in: `add` each block, then `close`.

    No chunk is larger than `size` estimated tokens, repeated header included. Where a chunk ends inside a
    paragraph, the next one begins with its last whole sentences, `overlap` estimated tokens at most.
    """

    def __init__(self, *, size: int = SIZE, overlap: int = OVERLAP) -> None:
        self._size, self._overlap = size * 4, overlap * 4
        self._path: list[tuple[int, str]] = []
        self._pieces: list[_Piece] = []
        self._weight = 0
        self._offset = 0  # where the next block begins in the document's text
        self._position = 0

    def add(self, block: Block) -> list[Chunk]:
        """The chunks that this block completes."""
        chunks = []
        if block.kind == "heading":
            self._path = [(level, title) for level, title in self._path if level < block.level]
            self._path.append((block.level, block.text[:_TITLE_LIMIT]))
            if self._parts(block):
                chunks += self._flush()
        for piece in self._cut(block):
            chunks += self._append(piece)
        self._offset += len(block.text) + len(SEPARATOR)
        return chunks

    def close(self) -> list[Chunk]:
        """The last chunk, if there is one."""
        return self._flush()

    def _parts(self, heading: Block) -> bool:
        """Whether a heading ends the chunk before it: not where that is only headings, or still short."""
        if all(piece.block.kind == "heading" for piece in self._pieces):
            return False
        return heading.level == 1 or self._weight >= self._size // 4

    def _cut(self, block: Block) -> Iterator[_Piece]:
        header = block.header if weigh(block.header) < self._size // 2 else ""
        limit = self._size - (weigh(header) + 1 if header else 0)
        path = tuple(title for _, title in self._path)
        start = self._offset
        for part in _parts(block, header, self._size):
            for text in _fitting(part, limit if start > self._offset else self._size, limit):
                yield _Piece(text, start, weigh(text), block, path, header if start > self._offset else "")
                start += len(text)

    def _append(self, piece: _Piece) -> list[Chunk]:
        chunks = []
        if self._pieces and self._weight + piece.weight > self._size:
            chunks = self._flush(before=piece)
        self._pieces.append(piece)
        self._weight = self._weight + piece.weight if len(self._pieces) > 1 else _weight(self._pieces)
        return chunks

    def _flush(self, before: _Piece | None = None) -> list[Chunk]:
        """The chunk of the pieces so far. What introduces the piece to come is kept for the next one."""
        pieces, kept = self._pieces, self._introduction(before) if before else []
        new = pieces if not kept or kept[0].block.kind != "heading" else pieces[: -len(kept)]
        self._pieces, self._weight = kept, _weight(kept)
        if not any(piece.text.strip() for piece in new):  # the blanks after a part that just fitted
            return []
        chunk = _chunk(new, self._position)
        self._position += 1
        return [chunk]

    def _introduction(self, before: _Piece) -> list[_Piece]:
        """The headings or the last sentences of a full chunk that the next one begins with."""
        wanted: list[_Piece] = []
        room = self._size - before.weight
        for piece in reversed(self._pieces):
            heading = piece.block.kind == "heading"
            room -= piece.weight
            same = not wanted or heading == (wanted[0].block.kind == "heading")
            overlap = (
                piece.block is before.block
                and piece.block.kind == "text"
                and self._overlaps([piece, *wanted])
            )
            if room < 0 or not same or not (heading or overlap) or len(wanted) + 1 == len(self._pieces):
                break
            wanted.insert(0, piece)
        return wanted

    def _overlaps(self, pieces: list[_Piece]) -> bool:
        return _weight(pieces) <= self._overlap


def _parts(block: Block, header: str, size: int) -> Iterable[str]:
    """The joints of a block: none if it fits, else its lines or sentences. Joined, they are its text."""
    text = block.text + SEPARATOR
    if weigh(text) <= size:
        return (text,)
    if block.kind == "text":
        return sentences(text)
    lines = text.splitlines(keepends=True)
    heads = header.count("\n") + 2 if header else 1  # the header stays with the first row
    return ("".join(lines[:heads]), *lines[heads:])


def _fitting(text: str, whole: int, limit: int) -> Iterable[str]:
    """The text as it is if it weighs no more than `whole`, else in parts that leave room for a header."""
    if weigh(text) <= whole:
        return (text,)
    return clauses(text, limit // 3)


def _weight(pieces: list[_Piece]) -> int:
    repeated = weigh(pieces[0].header) + 1 if pieces and pieces[0].header else 0
    return repeated + sum(piece.weight for piece in pieces)


def _chunk(pieces: list[_Piece], position: int) -> Chunk:
    raw = "".join(piece.text for piece in pieces)
    start = pieces[0].start + len(raw) - len(raw.lstrip("\n"))
    text = raw.strip("\n").rstrip()
    body = [piece for piece in pieces if piece.block.kind != "heading"] or pieces
    return Chunk(
        position=position,
        text=f"{pieces[0].header}\n{text}" if pieces[0].header else text,
        page=body[0].block.page,
        heading=common_path([piece.path for piece in body]),
        start=start,
        end=start + len(text),
        marks=tuple(_marks(pieces)),
    )


def _marks(pieces: list[_Piece]) -> Iterator[Mark]:
    """Where page or headings change."""
    last: Mark | None = None
    for piece in pieces:
        mark = Mark(piece.start, piece.block.page, piece.path)
        if last is None or (mark.page, mark.heading) != (last.page, last.heading):
            yield mark
            last = mark


def common_path(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The common beginning of paths."""
    shared = paths[0]
    for path in paths[1:]:
        length = next(
            (at for at, pair in enumerate(zip(shared, path, strict=False)) if pair[0] != pair[1]), None
        )
        shared = shared[: min(len(shared), len(path)) if length is None else length]
    return shared
