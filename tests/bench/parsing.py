"""Parsing PDFs, in pages a second, against markitdown on the same files; other formats are `formats`' part.

In process is like for like: each reader converts all files in one warm process of its own. The other figure
is what the product does: a process under limits for each document, against the same warm markitdown, which
has neither.

The files are every third shared PDF with text, by name, as far as both read any, and a long generated one.
Readers take turns at each file; a file's time is the median of its rounds.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from freshet.documents.blocks import Block
from freshet.documents.reading import read_document
from freshet.errors import DocumentError
from tests.bench import book, formats
from tests.bench.resident import FILE_S, MARKITDOWN, resident
from tests.bench.table import Row
from tests.stack import ROOT

ROUNDS = 3
EVERY = 3  # of the shared files: markitdown takes up to 20 s for one
BOOK_PAGES = 60
MEMORY_MB = 1024  # what the parse function allows the child
MATERIAL = ROOT.parent / "shared/data/docs"
REACH = "≥ 10 ×"

Read = Callable[[Path], Awaitable[tuple[float, int]]]


@dataclass
class _File:
    """A file and, by reader, the seconds of its rounds and the characters found in the last one."""

    path: Path
    pages: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    characters: dict[str, int] = field(default_factory=dict)

    def median(self, reader: str) -> float:
        return statistics.median(self.seconds[reader])


async def measure() -> list[Row]:
    """Pages a second of each reader, as ratios to markitdown's."""
    if not MARKITDOWN.exists():
        return [Row("parsing PDFs", "skipped: no markitdown (make bench)", "", REACH)]
    with tempfile.TemporaryDirectory() as folder:
        long = _File(Path(folder) / "book.pdf", BOOK_PAGES)
        await asyncio.to_thread(book.draw, long.path, long.pages)
        shared = _sample()
        await _read_all([*shared, long])
    read = [file for file in shared if all(file.characters.values())]
    left = len(shared) - len(read)
    name = f"{len(read)} shared PDFs" + (f" ({left} more that not both read)" if left else "")
    pdfs = [*(_rows(name, read) if read else [_absent()]), *_rows("a generated PDF", [long])]
    return [*pdfs, *await formats.measure()]


def _sample() -> list[_File]:
    if not MATERIAL.is_dir():
        return []
    entries = json.loads((MATERIAL / "manifest.json").read_text())
    pages = {
        entry["file"]: entry["pages"]
        for entry in entries
        if entry["file"].startswith("pdf/") and entry.get("expect") == "text"
    }
    return [_File(MATERIAL / name, pages[name]) for name in sorted(pages)[::EVERY]]


async def _read_all(files: Sequence[_File]) -> None:
    async with (
        resident("freshet") as ours,
        resident("markitdown") as theirs,
    ):
        readers = {"ours": ours.read, "child": _in_child, "markitdown": theirs.read}
        for read in readers.values():
            await read(files[0].path)  # imports, models, the disk's cache
        for _ in range(ROUNDS):
            for file in files:
                for name, read in readers.items():
                    seconds, file.characters[name] = await read(file.path)
                    file.seconds.setdefault(name, []).append(seconds)


async def _in_child(path: Path) -> tuple[float, int]:
    begun, characters = time.perf_counter(), 0
    try:
        async for found in read_document(path, path.name, memory_mb=MEMORY_MB, timeout_s=FILE_S):
            characters += len(found.text) if isinstance(found, Block) else 0
    except DocumentError:
        characters = 0
    return time.perf_counter() - begun, characters


def _rows(name: str, files: Sequence[_File]) -> list[Row]:
    pages = sum(file.pages for file in files)
    speed = {reader: pages / sum(file.median(reader) for file in files) for reader in files[0].seconds}
    start_ms = 1000 * statistics.median(file.median("child") - file.median("ours") for file in files)
    return [
        _row(f"{name}, {pages} pages, in process", speed["ours"], "", speed["markitdown"], REACH),
        _row(
            f"{name}, a process each",
            speed["child"],
            f" ({start_ms:.0f} ms a process)",
            speed["markitdown"],
            REACH,
        ),
    ]


def _row(what: str, ours: float, note: str, theirs: float, reach: str) -> Row:
    figures = f"{ours:.0f} pages/s{note}, markitdown {theirs:.1f}"
    return Row(f"parsing of {what}", figures, f"{ours / theirs:.1f} × markitdown", reach)


def _absent() -> Row:
    return Row("parsing of shared PDFs", f"skipped: no material at {MATERIAL}", "", REACH)
