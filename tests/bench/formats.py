"""Parsing of what is not PDF, in megabytes a second, against markitdown on the same files; words and tables.

Each reader converts all files in one warm process of its own, by turns; a file's time is the median of its
rounds, and only files that both read count. Words that are found are counted by the material's own script,
where it has a reference: who does not read a file has found none of its words.
Rows of tables are the lines with ` | ` in them, as both write them; for those there is no reference.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.resident import Resident, resident
from tests.bench.table import Row
from tests.stack import ROOT

DATA = ROOT.parent / "shared/data"
KINDS = ("docx", "pptx", "xlsx", "html", "epub")
ROUNDS = 3
REACH = "≥ 3 ×"
READERS = ("freshet", "markitdown")


@dataclass
class _File:
    """A file and, by reader, the seconds of its rounds and whether it read anything."""

    path: Path
    seconds: dict[str, list[float]] = field(default_factory=dict)
    read: dict[str, bool] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.path.parent.name

    def median(self, reader: str) -> float:
        return statistics.median(self.seconds[reader])


async def measure() -> list[Row]:
    """A row for each format's speed, and one for what was found in it."""
    if not DATA.is_dir():
        return [Row("parsing of other formats", f"skipped: no material at {DATA}", "", REACH)]
    files = _files()
    with tempfile.TemporaryDirectory() as folder:
        outs = {name: Path(folder) / name for name in READERS}
        await _read_all(files, outs)
        names = {f"{file.kind}/{file.path.name}" for file in files}
        words = {name: await asyncio.to_thread(_score, names, out) for name, out in outs.items()}
        tables = {name: _table_rows(out) for name, out in outs.items()}
    by_kind = {kind: [file for file in files if file.kind == kind] for kind in KINDS}
    return [
        *(_speed(kind, some) for kind, some in by_kind.items()),
        *(_found(kind, words, tables) for kind in by_kind),
    ]


def _files() -> list[_File]:
    """All shared files with text; of html and epub the set does not say which have."""
    entries = json.loads((DATA / "docs/manifest.json").read_text())
    names = sorted(one["file"] for one in entries if one.get("expect") in (None, "text"))
    return [_File(DATA / "docs" / name) for name in names if name.partition("/")[0] in KINDS]


async def _read_all(files: Sequence[_File], outs: Mapping[str, Path]) -> None:
    async with resident("freshet") as ours, resident("markitdown") as theirs:
        readers: dict[str, Resident] = dict(zip(READERS, (ours, theirs), strict=True))
        for name, reader in readers.items():
            outs[name].mkdir()
            for file in files:  # imports, the disk's cache
                out = outs[name] / f"{file.kind}__{file.path.name}.txt"
                _, characters = await reader.read(file.path, out)
                file.read[name] = characters > 0
                if not characters:
                    out.unlink()
        for file in [*files] * ROUNDS:
            for name, reader in readers.items():
                seconds, _ = await reader.read(file.path)
                file.seconds.setdefault(name, []).append(seconds)


def _speed(kind: str, files: Sequence[_File]) -> Row:
    both = [file for file in files if all(file.read.values())]
    megabytes = sum(file.path.stat().st_size for file in both) / 1e6
    ours, theirs = (megabytes / sum(file.median(reader) for file in both) for reader in READERS)
    reads = ", ".join(f"{reader} read {sum(file.read[reader] for file in files)}" for reader in READERS)
    return Row(
        f"parsing of {len(both)} {kind} files that both read, in process",
        f"{ours:.2f} MB/s, markitdown {theirs:.2f} (of {len(files)} {reads})",
        f"{ours / theirs:.1f} × markitdown",
        REACH,
    )


def _found(kind: str, words: Mapping[str, Any], tables: Mapping[str, Mapping[str, int]]) -> Row:
    recalls = [words[reader].get(kind, {}).get("recall") for reader in READERS]
    rows = [tables[reader].get(kind, 0) for reader in READERS]
    found = f"{rows[0]:,} rows of tables, markitdown {rows[1]:,}"
    if None in recalls:
        return Row(f"what is found in {kind}", f"{found}; no reference for words", "", "")
    ours, theirs = recalls
    return Row(
        f"what is found in {kind}",
        f"{ours:.3f} of the reference's words, markitdown {theirs:.3f}; {found}",
        f"{ours / theirs:.2f} × markitdown's words",
        "≥ 1 ×",
    )


def _table_rows(out: Path) -> dict[str, int]:
    rows: dict[str, int] = {}
    for path in out.iterdir():
        kind = path.name.partition("__")[0]
        lines = path.read_text(encoding="utf-8").splitlines()
        rows[kind] = rows.get(kind, 0) + sum(" | " in line for line in lines)
    return rows


def _score(names: Set[str], out: Path) -> dict[str, Any]:
    """By format; of these files alone, though the script takes all that its folder's manifest names."""
    with tempfile.TemporaryDirectory() as folder:
        entries = json.loads((DATA / "docs/manifest.json").read_text())
        Path(folder, "manifest.json").write_text(json.dumps([one for one in entries if one["file"] in names]))
        Path(folder, "reference").symlink_to(DATA / "docs/reference")
        command = [sys.executable, str(DATA / "score.py"), "docs", folder, str(out)]
        scores: dict[str, Any] = json.loads(subprocess.check_output(command, text=True))
    return scores
