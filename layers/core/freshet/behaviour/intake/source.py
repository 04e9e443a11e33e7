"""A log as text: in which encoding it is, its lines and pieces, how far it was read.

What belongs here: bytes → text, in bounded memory. What does not: what the text means (`entries`), how
encodings are told apart (`freshet.encodings`).
"""

import codecs
import io
import os
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from freshet.encodings import detect, looks_like_text
from freshet.errors import Invalid, UnsupportedMediaType

MAX_LINE = 100_000  # characters of a line, or of a JSON value: no row is longer

_HEAD = 65_536  # bytes that tell the form of a file
_SAMPLE = 1 << 20  # bytes that tell its encoding, from the first one that is not ASCII
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_STRAY = 0.05  # of bytes: fewer NULs are dirt, more are UTF-16, where each digit has one

_ALLOWED = b"\0\x1e"  # controls that are dirt, or stand between JSON texts (RFC 7464)
_MANY_BYTES = {"gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "iso2022_jp_2", "iso2022_kr"}
_USUAL = 0.95  # of the characters beyond ASCII
# The first level of GB 2312 and of Big5, and the punctuation of each.
_CHINESE: dict[str, Callable[[bytes], bool]] = {
    "gb18030": lambda code: b"\xa1\xa1" <= code < b"\xa4" or (b"\xb0" < code < b"\xd8" and code[1] > 0xA0),
    "big5hkscs": lambda code: len(code) == 2 and b"\xa1\x40" <= code < b"\xc6\x7f",
}

_BINARY = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook: save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save the sheet as CSV",
    b"\x1f\x8b": "compressed: unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed: unpack it first",
    b"BZh": "compressed: unpack it first",
    b"PAR1": "a Parquet file: save it as CSV or JSON",
    b"%PDF": "a PDF",
}


class Source:
    """The text of an open file, from its beginning.

    Raises Invalid if there is nothing in it, UnsupportedMediaType if it is no text.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.total = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = file.read(_HEAD)
        _refuse_binary(head)
        encoding, mark = _encoding(file, head)
        self.head = codecs.getincrementaldecoder(encoding)("replace").decode(head[mark:])
        if not self.head.strip():
            raise Invalid("There is nothing in it.", errors=[{"field": "body", "message": "it is empty"}])
        file.seek(mark)
        self._text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
        self.taken = 0  # characters

    @property
    def position(self) -> int:
        """Bytes read, about: they are read in blocks."""
        return min(self._file.tell(), self.total)

    def lines(self) -> Iterator[str]:
        """The lines, each with its end. A longer one than MAX_LINE is cut to one more than that."""
        while line := self._text.readline(MAX_LINE + 1):
            self.taken += len(line)
            yield line
            while len(line) > MAX_LINE and line[-1] not in "\r\n":
                line = self._text.readline(MAX_LINE + 1)
                if not line:
                    return

    def piece(self, size: int) -> str:
        """The next `size` characters, fewer at the end."""
        piece = self._text.read(size)
        self.taken += len(piece)
        return piece

    def release(self) -> None:
        """Leaves the file to who opened it."""
        self._text.detach()


def _encoding(file: BinaryIO, head: bytes) -> tuple[str, int]:
    """As `detect` tells it from the whole file: what is ASCII before the first other byte tells nothing."""
    if 0 < head.count(0) < _STRAY * len(head):
        head = head.replace(b"\0", b"")
    if not head.isascii() or b"\0" in head or b"\x1b$" in head:
        return _read_alike(head, detect(head + file.read(_SAMPLE - _HEAD)))
    while piece := file.read(_SAMPLE):
        found = _NOT_ASCII.search(piece)
        if found:
            sample = piece[found.start() :] + file.read(_SAMPLE)
            return _read_alike(sample[:_HEAD], detect(sample))
    return detect(head)


def _read_alike(sample: bytes, told: tuple[str, int]) -> tuple[str, int]:
    """The encoding as told, unless a Western or a Thai one was told from Chinese that says little.

    Logs repeat a few names, so that there is not much to tell from. But Chinese keeps to the part of its
    encodings where the usual characters are, and other writing that is read as Chinese does not.
    """
    if told[0].startswith("utf") or told[0] in _MANY_BYTES:
        return told
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    for encoding, usual in _CHINESE.items():
        try:
            wide = [char.encode(encoding) for char in sample.decode(encoding) if not char.isascii()]
        except UnicodeDecodeError:
            continue
        if sum(usual(code) for code in wide) >= _USUAL * len(wide):
            return encoding, 0
    return told


def _refuse_binary(head: bytes) -> None:
    for mark, what in _BINARY.items():
        if head.startswith(mark):
            raise UnsupportedMediaType(f"A log is CSV or JSON; this is {what}.")
    if head.count(0) < _STRAY * len(head):
        head = head.translate(None, _ALLOWED)
    if not looks_like_text(head):
        raise UnsupportedMediaType("A log is CSV or JSON; this is no text.")
