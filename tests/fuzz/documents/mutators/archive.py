"""Mutations of zip files, as an archive and in its parts: Office documents, EPUB, OpenDocument."""

import io
import re
import warnings
import zipfile
from collections.abc import Sequence
from random import Random

from freshet.documents.formats.ooxml import BROKEN
from tests.fuzz.documents.mutators import raw, xml
from tests.fuzz.documents.mutators.raw import Mutator

Entry = tuple[str, bytes]
Entries = list[Entry]

_CENTRAL = b"PK\x01\x02"
_PLACES = {
    "flags": (8, 2),
    "method": (10, 2),
    "crc": (16, 4),
    "packed": (20, 4),
    "size": (24, 4),
    "at": (42, 4),
}
_TRAVERSALS = (
    "../../../../tmp/{}",
    "/etc/{}",
    "..\\..\\{}",
    "{}\x00.xml",
    "C:{}",
    "./{}",
    "{}/",
    "",
    "部分/{}",
)
_MARKUP = (".xml", ".rels", ".html", ".xhtml", ".htm", ".opf", ".ncx")
_BOMB_MB = 300
_MOST = 32_000_000  # bytes that an archive may unpack to here


def renamed(data: bytes, dice: Random) -> bytes:
    entries = _entries(data)
    place = dice.randrange(len(entries))
    name = dice.choice(_TRAVERSALS).format(entries[place][0])
    return _zipped(_with(entries, place, name, entries[place][1]))


def contents_swapped(data: bytes, dice: Random) -> bytes:
    entries = _entries(data)
    one, other = dice.randrange(len(entries)), dice.randrange(len(entries))
    swapped = _with(entries, one, entries[one][0], entries[other][1])
    return _zipped(_with(swapped, other, entries[other][0], entries[one][1]))


def dropped(data: bytes, dice: Random) -> bytes:
    entries = _entries(data)
    for _ in range(min(dice.choice((1, 1, 3)), len(entries) - 1)):
        entries.pop(dice.randrange(len(entries)))
    return _zipped(entries)


def twice(data: bytes, dice: Random) -> bytes:
    """Two entries of one name: readers differ about which counts."""
    entries = _entries(data)
    name, content = dice.choice(entries)
    return _zipped([*entries, (name, raw.bits_flipped(content, dice))])


def nested(data: bytes, dice: Random) -> bytes:
    """The archive as a part of itself."""
    entries = _entries(data)
    place = dice.randrange(len(entries))
    return _zipped(_with(entries, place, entries[place][0], data))


def many(data: bytes, dice: Random) -> bytes:
    count = dice.choice((2_000, 60_000))
    return _zipped([*_entries(data), *((f"extra/{number}.xml", b"") for number in range(count))])


def bomb(data: bytes, dice: Random) -> bytes:
    """A part of 300 MB of blanks, packed to some 1 MB."""
    entries = _entries(data)
    name, content = entries.pop(dice.choice([*_markup(entries), *range(len(entries))]))
    end = max(content.rfind(b"</"), 0)
    file = io.BytesIO(_zipped(entries))
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w") as part,
    ):
        part.write(content[:end])
        for _ in range(_BOMB_MB):
            part.write(b" " * 1_000_000)
        part.write(content[end:])
    return file.getvalue()


def lying(data: bytes, dice: Random) -> bytes:
    """The directory says wrong sizes, checksums, methods, places, or that there is a password."""
    found = bytearray(data)
    places = [match.start() for match in re.finditer(re.escape(_CENTRAL), data)]
    for place in dice.sample(places, min(dice.choice((1, 3, 100)), len(places))):
        offset, width = _PLACES[dice.choice(list(_PLACES))]
        value = dice.choice((b"\x00", b"\xff", b"\x01", b"\x7f", dice.randbytes(1))) * width
        found[place + offset : place + offset + width] = value
    return bytes(found)


def part_mutated(data: bytes, dice: Random) -> bytes:
    """One part of XML, or of whatever, after a mutation of its own; the archive is sound."""
    entries = _entries(data)
    markup = _markup(entries)
    place = dice.choice(markup or range(len(entries)))
    mutate = dice.choice((*xml.ALL, *xml.ALL, *raw.ALL) if markup else raw.ALL)
    return _zipped(_with(entries, place, entries[place][0], mutate(entries[place][1], dice)))


def of_archive(mutate: Mutator) -> Mutator:
    """The mutation; of a seed that is no sound archive itself, or a bomb, its bytes are mutated."""

    def mutated(data: bytes, dice: Random) -> bytes:
        try:
            return mutate(data, dice)
        except (*BROKEN, _Unfit):
            return dice.choice(raw.ALL)(data, dice)

    mutated.__name__ = mutate.__name__
    return mutated


class _Unfit(Exception):
    """An archive without entries, or with too much in them."""


def _markup(entries: Sequence[Entry]) -> list[int]:
    return [place for place, (name, _) in enumerate(entries) if name.endswith(_MARKUP)]


def _entries(data: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = dict.fromkeys(archive.namelist())
        if not names or sum(archive.getinfo(name).file_size for name in names) > _MOST:
            raise _Unfit
        return [(name, archive.read(name)) for name in names]


def _with(entries: Entries, place: int, name: str, content: bytes) -> Entries:
    return [*entries[:place], (name, content), *entries[place + 1 :]]


def _zipped(entries: Sequence[Entry]) -> bytes:
    file = io.BytesIO()
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        warnings.simplefilter("ignore")  # of names that come twice
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


_MUTATIONS = (
    *(renamed, contents_swapped, dropped, twice, nested, lying, lying),
    *(part_mutated, part_mutated, part_mutated, part_mutated, part_mutated, part_mutated),
)
ALL = tuple(map(of_archive, _MUTATIONS))
COSTLY = tuple(map(of_archive, (bomb, many)))  # seconds each: a few of a thousand
