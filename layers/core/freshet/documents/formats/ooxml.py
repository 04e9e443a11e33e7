"""Zip files of XML parts, opened with suspicion: Office Open XML, EPUB.

Sizes are checked before anything is unpacked, document type declarations (entity bombs, XXE) are refused,
and big parts are parsed as a stream. The standard library and not python-docx: that loads every part,
pictures included, and takes twice as long to start. What does not belong here: what the parts mean.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from freshet import errors

Element = ElementTree.Element

_MAX_TOTAL = 1 << 30  # bytes unpacked: ten times the largest upload, which is mostly compressed pictures
_MAX_STREAMED = 256 << 20  # bytes of a part that is parsed piece by piece
_MAX_TREE = 24 << 20  # bytes of a part that is parsed whole; a tree takes ten to twenty times as much
_MAX_ENTRIES = 50_000
_DAMAGED = (
    "The file's inner structure is broken. Save it again with the program that made it and upload that."
)


def local(element: Element) -> str:
    """An element's name without its namespace: transitional and strict documents read the same."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute by its local name."""
    if element is not None:
        for key, value in element.attrib.items():
            if key.rpartition("}")[2] == name:
                return value
    return None


def child(element: Element | None, *path: str) -> Element | None:
    """The descendant along a path of local names."""
    for name in path:
        parts, element = element, None
        for part in parts if parts is not None else ():  # not a generator: this is called for every run
            if local(part) == name:
                element = part
                break
    return element


def inside(element: Element | None, *path: str) -> Iterable[Element]:
    """The children of the descendant along a path of local names, none if there is no such."""
    found = child(element, *path)
    return found if found is not None else ()


def alternative(element: Element) -> Iterable[Element]:
    """One of the renderings of a shape: the first choice, or the fallback where no choice has text."""
    choices = [*(e for e in element if local(e) == "Choice"), *(e for e in element if local(e) == "Fallback")]
    return next((c for c in choices if any(local(e) == "t" and e.text for e in c.iter())), choices[:1] or ())


# What zipfile, zlib and expat raise on broken input; each has a tree of its own.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    ElementTree.ParseError,
    NotImplementedError,  # a compression or a zip version that Office doesn't use
    RuntimeError,  # encrypted entries: Office encrypts the whole file, in another container
    EOFError,
    OSError,
    ValueError,
    LookupError,
)


class Package:
    """An opened package. Errors of the container are `Damaged`, sizes beyond the limits `OverLimit`."""

    def __init__(self, archive: zipfile.ZipFile, *, doctype: bool = False) -> None:
        self._archive, self._doctype = archive, doctype
        self.names = set(archive.namelist())

    def main(self) -> str | None:
        """The part that is the document itself."""
        return next(iter(self.related("").get("officeDocument", [])), None)

    def related(self, part: str) -> dict[str, list[str]]:
        """The parts that `part` refers to ("" is the package itself), by the last word of their type."""
        found: dict[str, list[str]] = {}
        for kind, target in self.relations(part).values():
            found.setdefault(kind, []).append(target)
        return found

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that `part` refers to by the reference's id: the last word of its type, and the part."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, tuple[str, str]] = {}
        if relations not in self.names:
            return found
        for relation in self.tree(relations):
            if attribute(relation, "TargetMode") == "External":
                continue
            target = posixpath.normpath(
                posixpath.join("/", folder, attribute(relation, "Target") or "")
            ).lstrip("/")
            kind = (attribute(relation, "Type") or "").rpartition("/")[2]
            if target in self.names:
                found[attribute(relation, "Id") or f"#{len(found)}"] = (kind, target)
        return found

    def data(self, part: str, limit: int) -> bytes:
        """A part that is not XML, whole."""
        self._bounded(part, limit)
        return self._archive.read(part)

    def stream(self, part: str) -> AbstractContextManager[IO[bytes]]:
        """A part of XML to be parsed piece by piece."""
        return self._open(part, _MAX_STREAMED)

    def tree(self, part: str) -> Element:
        """A small part, parsed whole."""
        with self._open(part, _MAX_TREE) as stream:
            return ElementTree.parse(stream).getroot()  # noqa: S314 - `_open` refuses what makes XML unsafe

    def children(self, part: str, parent: str) -> Iterator[Element]:
        """The children of the part's element `parent` one by one; each is forgotten after its turn."""
        with self._open(part, _MAX_STREAMED) as stream:
            inside: list[Element] = []
            for event, element in ElementTree.iterparse(stream, ("start", "end")):  # noqa: S314 - see `tree`
                if event == "start":
                    inside.append(element)
                    continue
                inside.pop()
                if inside and local(inside[-1]) == parent:
                    yield element
                    inside[-1].clear()

    def count(self, part: str, needle: bytes) -> int:
        """How often bytes occur in a part."""
        total, tail = 0, b""
        with self._open(part, _MAX_STREAMED) as stream:
            while piece := stream.read(1 << 20):
                window = tail + piece
                total += window.count(needle)
                tail = window[-(len(needle) - 1) :]
        return total

    def _bounded(self, part: str, limit: int) -> None:
        if self._archive.getinfo(part).file_size > limit:
            raise errors.OverLimit("The document unpacks to more than can be read. Split it into parts.")

    @contextmanager
    def _open(self, part: str, limit: int) -> Iterator[IO[bytes]]:
        self._bounded(part, limit)
        with self._archive.open(part) as stream:
            _refuse_entities(stream, doctype=self._doctype)
        with self._archive.open(part) as stream:
            yield stream


@contextmanager
def open_package(path: Path, *, doctype: bool = False) -> Iterator[Package]:
    """Opens a package and turns the container's errors into ours.

    `doctype` lets parts name a document type, as old EPUB does; to declare entities is refused all the same.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > _MAX_ENTRIES or sum(entry.file_size for entry in entries) > _MAX_TOTAL:
                raise errors.OverLimit("The document unpacks to more than can be read. Split it into parts.")
            yield Package(archive, doctype=doctype)
    except BROKEN as error:
        raise errors.Damaged(_DAMAGED) from error


def _refuse_entities(stream: IO[bytes], *, doctype: bool) -> None:
    """Reads up to the root element. Office never writes a document type: it is an attack or a mistake."""
    parser = expat.ParserCreate()
    rooted = False

    def refuse(*_: object) -> None:
        raise errors.Damaged("The file declares XML entities, which documents never do. It was not read.")

    def root(*_: object) -> None:
        nonlocal rooted
        rooted = True

    if doctype:
        parser.EntityDeclHandler = refuse
    else:
        parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = root
    while not rooted and (piece := stream.read(4096)):
        parser.Parse(piece, False)
