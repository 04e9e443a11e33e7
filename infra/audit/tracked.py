"""The files that are the project's own: what git tracks, or would once it is added."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def tracked() -> Sequence[Path]:
    """Their paths from the project's folder, sorted. Git isn't asked: a copy without history will do."""
    patterns = (ROOT / ".gitignore").read_text().split()
    return sorted(path.relative_to(ROOT) for path in _found(ROOT, [".git", *patterns]))


def named(*names: str) -> list[Path]:
    """Those with one of these names, whatever their folder."""
    return [path for path in tracked() if path.name in names]


def _found(folder: Path, ignored: Sequence[str]) -> Iterator[Path]:
    """The patterns are of names; one that ends with a slash is of folders."""
    for path in folder.iterdir():
        name = f"{path.name}/" if path.is_dir() else path.name
        if any(fnmatch(name, one) or fnmatch(path.name, one) for one in ignored):
            continue
        if path.is_dir():
            yield from _found(path, ignored)
        elif path.is_file():
            yield path
