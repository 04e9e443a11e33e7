"""The matrix in words: on the terminal as it goes, and docs/reliability.md after a complete run.

What belongs here: Markdown. What does not: what the cells say (`run`), what they must say (`matrix`).
"""

import os
import platform
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.faults.capabilities import CAPABILITIES
from tests.faults.kinds import KINDS, Kind
from tests.faults.matrix import REASONS, Spared, cells, expected
from tests.faults.run import Cell
from tests.stack import ROOT

TARGET = ROOT / "docs" / "reliability.md"
INTRODUCTION = Path(__file__).with_name("introduction.md")
NOTES = Path(__file__).with_name("notes.md")
FAMILIES = tuple(dict.fromkeys(kind.family for kind in KINDS))
FAILED = "**failed**"
_LETTERS = dict(zip(REASONS, "abcdefgh", strict=False))
_PACKAGES = ("ministack", "qdrant-client", "openai", "boto3", "fastapi", "awslambdaric")


def as_text(kind: Kind, found: Sequence[Cell], seconds: float) -> str:
    """A column for the terminal."""
    lines = [f"\n{kind.title} ({seconds:.0f} s)"]
    for cell in found:
        mark = "FAIL" if cell.wrong else "ok 2" if cell.first else "ok"
        lines.append(f"  {mark:4} {cell.capability:34} {cell.seen:26} {cell.seconds:5.1f} s")
        lines += [f"       {one}" for one in cell.wrong]
        lines += [f"       at first: {one}" for one in cell.first]
    return "\n".join(lines) + "\n"


def write(found: Sequence[Cell], minutes: float) -> None:
    """The document of a complete run."""
    TARGET.write_text(document(found, minutes), encoding="utf-8")


def document(found: Sequence[Cell], minutes: float) -> str:
    """docs/reliability.md."""
    failed = [cell for cell in found if cell.wrong]
    parts = [
        INTRODUCTION.read_text(encoding="utf-8").strip(),
        _of_this_run(found, failed, minutes),
        "## What must come of it",
        _expectations(),
        "## What was seen",
        *(_family(family, found) for family in FAMILIES),
        _reasons(),
        *_listed("Cells that failed", {cell: cell.wrong for cell in failed}),
        *_listed("What was wrong at a first try", {cell: cell.first for cell in found if cell.first}),
        NOTES.read_text(encoding="utf-8").strip(),
    ]
    return "\n\n".join(parts) + "\n"


def _of_this_run(found: Sequence[Cell], failed: Sequence[Cell], minutes: float) -> str:
    spared = len(cells()) - len(found)
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"Written by a run of {datetime.now(UTC):%d %B %Y}: {len(found)} cells, {len(found) - len(failed)} "
        f"as they must be, {len(failed)} not; {spared} pairs that do not meet. {minutes:.0f} minutes on "
        f"{os.cpu_count()} shared cores; {sum(bool(cell.first) for cell in found)} cells took a second try.\n"
        f"Python {platform.python_version()}, {packages}."
    )


def _expectations() -> str:
    """Faults of a family of which the same is expected share their rows."""
    alike: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = defaultdict(list)
    for kind in KINDS:
        alike[kind.family, _expected_of(kind)].append(kind.name)
    rows = [
        (f"{family}: {', '.join(names)}", words, whom)
        for (family, expectations), names in alike.items()
        for words, whom in expectations
    ]
    return _table(("fault", "what must come of it", "of"), rows)


def _expected_of(kind: Kind) -> tuple[tuple[str, str], ...]:
    """What is expected, and of which capabilities."""
    groups = defaultdict(list)
    for capability in CAPABILITIES:
        must = expected(capability, kind)
        if not isinstance(must, Spared):
            groups[must.words].append(capability.name)
    most = max(groups, key=lambda words: len(groups[words]))
    rest = "all that meet it" if len(groups) == 1 else "the others"
    return tuple((words, rest if words == most else ", ".join(names)) for words, names in groups.items())


def _family(family: str, found: Sequence[Cell]) -> str:
    kinds = [kind for kind in KINDS if kind.family == family]
    seen = {(cell.capability, cell.kind): cell for cell in found}
    rows = [
        (one.name, *(_cell(expected(one, kind), seen.get((one.name, kind.title))) for kind in kinds))
        for one in CAPABILITIES
    ]
    head = ("capability", *(kind.name for kind in kinds))
    return f"### {family}\n<!-- {family} -->\n{_table(head, rows)}\n<!-- /{family} -->"


def _cell(must: object, cell: Cell | None) -> str:
    if isinstance(must, Spared):
        return f"– ({_LETTERS[must.reason]})"
    assert cell
    return f"{FAILED + ': ' if cell.wrong else ''}{cell.seen}, {cell.seconds:.1f} s"


def _reasons() -> str:
    used = {must.reason for one, kind in cells() if isinstance(must := expected(one, kind), Spared)}
    lines = [f"({_LETTERS[name]}) {words}." for name, words in REASONS.items() if name in used]
    return "What does not meet: " + " ".join(lines)


def _listed(title: str, wrong: Mapping[Cell, Sequence[str]]) -> Iterable[str]:
    if wrong:
        yield f"### {title}"
        yield "\n".join(
            f"- {cell.capability}, {cell.kind}: {'; '.join(words)}" for cell, words in wrong.items()
        )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
