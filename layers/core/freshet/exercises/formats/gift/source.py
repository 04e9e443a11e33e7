r"""A piece of a GIFT file: what in it is a sign of the format, and what only looks like one.

A backslash takes its meaning from each of `~ = # { } : \`; with an n it is a line break. Before anything else
it is a backslash: `\(` of LaTeX stays.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

_ESCAPE = re.compile(r"\\([\\~=#{}:n])")
_SPECIAL = re.compile(r"[\\~=#{}:]")


class Unreadable(ValueError):
    """A question that can't be read; `at` is where in it, in characters."""

    def __init__(self, detail: str, at: int = 0) -> None:
        super().__init__(detail)
        self.at = at


@dataclass(frozen=True, slots=True)
class Source:
    """A text as it stands in the file; `signs` is the same with its escapes blotted out."""

    raw: str
    signs: str
    at: int = 0

    @classmethod
    def of(cls, raw: str) -> Self:
        return cls(raw, _ESCAPE.sub("\0\0", raw))

    @property
    def blank(self) -> bool:
        """Whether there is nothing in it."""
        return not self.raw.strip()

    def part(self, start: int, end: int | None = None) -> "Source":
        """What stands from `start` to `end`."""
        return Source(self.raw[start:end], self.signs[start:end], self.at + start)

    def strip(self) -> "Source":
        """The piece without white space around it."""
        start = len(self.raw) - len(self.raw.lstrip())
        return self.part(start, max(start, len(self.raw.rstrip())))

    def partition(self, sign: str) -> "tuple[Source, Source | None]":
        """What stands before the first such sign, and after it."""
        at = self.signs.find(sign)
        return (self, None) if at < 0 else (self.part(0, at), self.part(at + len(sign)))

    def split(self, signs: str) -> "Iterator[tuple[str, Source]]":
        """Each of the signs with what follows it; before the first one the sign is empty."""
        sign, start = "", 0
        for found in re.finditer(f"[{signs}]", self.signs):
            yield sign, self.part(start, found.start())
            sign, start = found[0], found.end()
        yield sign, self.part(start)


def unescaped(raw: str) -> str:
    """The text that is meant."""
    return _ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], raw)


def escaped(text: str) -> str:
    """The text in one line, without signs."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return r"\n".join(_SPECIAL.sub(r"\\\g<0>", line) for line in lines)
