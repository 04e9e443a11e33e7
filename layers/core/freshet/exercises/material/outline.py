"""Outline: the blocks of a Markdown or plain text, each with its place and the headings it stands under.

Joined, the blocks are the text. A heading, a fenced listing and a paragraph are one block each; a `#` inside
of a listing is no heading. What does not belong here: what a block means; that knows
`freshet.documents.formats.markdown`, which in turn knows no places.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_UNDERLINE = re.compile(r" {0,3}(={2,}|-{2,})\s*$")
_TITLE = re.compile(r" {0,3}(?![-*+>|#=]|\d+[.)]\s)\S")  # what an underline makes a heading
_FENCE = re.compile(r" {0,3}(`{3,}+|~{3,}+)[^`\n]*$")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MAX_TITLE = 200  # characters of a heading that are kept in a path


@dataclass(frozen=True, slots=True)
class Block:
    """text[start:end], under these headings, its own included."""

    start: int
    end: int
    heading: tuple[str, ...]


def blocks(text: str) -> Iterator[Block]:
    """The text's blocks; blank lines belong to the block before them."""
    scanner = _Scanner()
    for match in _LINE.finditer(text):
        yield from scanner.read(match[0], match.start())
    yield from scanner.cut(len(text))


class _Scanner:
    """Reads line by line; knows the block that is open."""

    def __init__(self) -> None:
        self._start = 0
        self._lines: list[str] = []
        self._path: list[tuple[int, str]] = []
        self._fence = ""
        self._ended = False  # the next line that is not blank begins a block

    def read(self, line: str, at: int) -> Iterator[Block]:
        """The block that ends before this line, if one does."""
        if self._fence:
            self._read_listing(line)
        elif not line.strip():
            self._ended = True
        elif heading := _ATX.match(line):
            yield from self.cut(at)
            self._enter(len(heading[1]), _title(line[heading.end() :]))
        elif fence := _FENCE.match(line):
            yield from self.cut(at)
            self._fence = fence[1]
        elif self._ended:
            yield from self.cut(at)
        elif (underline := _UNDERLINE.match(line)) and self._is_title():
            self._enter(1 if underline[1][0] == "=" else 2, self._lines[0])
        self._lines.append(line)

    def cut(self, at: int) -> Iterator[Block]:
        """The open block, which ends here; another one is open then."""
        if at > self._start:
            yield Block(self._start, at, tuple(title for _, title in self._path))
        self._start, self._lines, self._ended = at, [], False

    def _read_listing(self, line: str) -> None:
        closing = line.strip()
        if closing.startswith(self._fence) and not closing.strip(self._fence[0]):
            self._fence, self._ended = "", True

    def _is_title(self) -> bool:
        return len(self._lines) == 1 and bool(_TITLE.match(self._lines[0]))

    def _enter(self, level: int, title: str) -> None:
        """The open block is a heading."""
        self._path = [(above, kept) for above, kept in self._path if above < level]
        self._path.append((level, title.strip()[:_MAX_TITLE]))
        self._ended = True


def _title(line: str) -> str:
    """A heading without the marks that close it."""
    title = line.strip()
    bare = title.rstrip("#")
    return bare.rstrip() if bare != bare.rstrip() else title
