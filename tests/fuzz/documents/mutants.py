"""Mutants: which one a number stands for. The same seed and number make the same file every time."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.fuzz.documents.hostile import HOSTILE
from tests.fuzz.documents.mutators import archive, mail, pdf, raw, text, xml
from tests.fuzz.documents.mutators.raw import Mutator
from tests.fuzz.documents.seeds import FORMATS, Seed

_PLAIN = ("html", "md", "txt", "csv", "json", "eml")
_ZIPPED = (*archive.ALL, *raw.ALL)
_OWN: dict[str, Sequence[Mutator]] = {
    **{kind: (*text.ALL, *(text.opened(kind),) * 3, *raw.ALL) for kind in _PLAIN},
    **dict.fromkeys(("docx", "pptx", "xlsx", "epub"), _ZIPPED),
    "xls": (*_ZIPPED, *raw.ALL),
    "pdf": (*pdf.ALL, *pdf.ALL, *raw.ALL),
}
MUTATORS = {
    **_OWN,
    "html": (*_OWN["html"], *xml.ALL),
    "eml": (*_OWN["eml"], *mail.ALL, *mail.ALL),
}
_SUFFIXES = (*FORMATS, "xlsb", "ods", "zip", "exe", "")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file to be read: its seed's format, what was done to it, what its owner calls it."""

    number: int
    format: str
    how: str
    filename: str
    data: bytes


class Mutants:
    """All of one seed: first the hostile files, then seeds of all formats in turn, mutated."""

    def __init__(self, seeds: Sequence[Seed], seed: int) -> None:
        self._by_format = {kind: [one for one in seeds if one.format == kind] for kind in FORMATS}
        self._formats = [kind for kind, found in self._by_format.items() if found]
        self._seed = seed

    def of(self, number: int) -> Mutant:
        """The mutant with this number."""
        if number < len(HOSTILE):
            name, (filename, make) = list(HOSTILE.items())[number]
            return Mutant(number, "hostile", name, filename, make())
        dice = Random(f"{self._seed}/{number}")
        kind = self._formats[number % len(self._formats)]
        seed = dice.choice(self._by_format[kind])
        data, done = seed.data, []
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            mutate = self._mutator(kind, dice)
            data = mutate(data, dice)
            done.append(mutate.__name__)
        suffix = dice.choice(_SUFFIXES) if dice.random() < 0.1 else seed.name.rpartition(".")[2]
        return Mutant(number, kind, f"{' + '.join(done)} of {seed.name}", f"年 a.{suffix}", data)

    def _mutator(self, kind: str, dice: Random) -> Mutator:
        if MUTATORS[kind][0] is archive.ALL[0] and dice.random() < 0.005:
            return dice.choice(archive.COSTLY)
        if dice.random() < 0.03:
            return self._joined
        return dice.choice(MUTATORS[kind])

    def _joined(self, data: bytes, dice: Random) -> bytes:
        """With another file behind it or before it: which is it?"""
        other = dice.choice(self._by_format[dice.choice(self._formats)]).data
        return dice.choice((data + other, other[: len(other) // 2] + data, data[: len(data) // 2] + other))
