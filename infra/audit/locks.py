"""Locks: each package in one version, with the hashes of its files, and nowhere to fetch them from.

A lock that named a registry would send everybody there; the installers' own configuration says where to look.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.audit.tracked import ROOT, named

# What is deployed: the functions' layers, and what the console's pages are made of.
LAYERS = ("layers/dependencies", "layers/parsers", "layers/bailian")
CONSOLE = "functions/console/web"

_SOURCES = {"requirements.in": "requirements.txt", "package.json": "package-lock.json"}
_PINNED = re.compile(r"([a-z0-9][a-z0-9.-]*)==([0-9][\w.+!-]*)(?: *; *[^#]+)?")
_PYTHON_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_NPM_HASH = re.compile(r"sha512-[A-Za-z0-9+/]{86}==")
_ELSEWHERE = re.compile(
    r"https?://|file:|git\+|^\s*-(?:i|f|e|-index-url|-extra-index-url|-find-links|-editable)\b"
)


@dataclass(frozen=True, order=True)
class Locked:
    """A package as a lock has it. What follows the version is known of npm's only."""

    name: str
    version: str
    licence: str = ""
    dev: bool = False


def locks() -> list[Path]:
    """All of the project's."""
    return named(*_SOURCES.values())


def unlocked() -> list[Path]:
    """Lists of wanted packages with no lock beside them."""
    return [path for path in named(*_SOURCES) if not (ROOT / path).with_name(_SOURCES[path.name]).is_file()]


def problems(lock: Path) -> list[str]:
    """What is wrong with one, in a sentence each."""
    text = (ROOT / lock).read_text()
    found = [f"names a place: {line.strip()}" for line in text.splitlines() if _names_a_place(line, lock)]
    return found + list(_npm_problems(text) if lock.suffix == ".json" else _python_problems(text))


def locked(lock: Path) -> list[Locked]:
    """The packages in it."""
    text = (ROOT / lock).read_text()
    if lock.suffix != ".json":
        pins = [_PINNED.fullmatch(entry.split("\\")[0].strip()) for entry in _entries(text)]
        return sorted(Locked(pin[1], pin[2]) for pin in pins if pin)
    return sorted(
        Locked(path.rpartition("node_modules/")[2], one["version"], one.get("license", ""), "dev" in one)
        for path, one in json.loads(text)["packages"].items()
        if path
    )


def _names_a_place(line: str, lock: Path) -> bool:
    if lock.suffix == ".json":  # npm keeps where a package asks for donations
        return '"resolved"' in line or '"link"' in line
    return bool(_ELSEWHERE.search(line))


def _entries(text: str) -> list[str]:
    """A requirement with the lines that continue it."""
    joined = re.sub(r"\\\n\s*", r"\\", text)
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _python_problems(text: str) -> Iterator[str]:
    for entry in _entries(text):
        wanted, *options = [part.strip() for part in entry.split("\\")]
        if not _PINNED.fullmatch(wanted):
            yield f"is not pinned: {wanted}"
        elif not options or not all(map(_PYTHON_HASH.fullmatch, options)):
            yield f"has no hash: {wanted}"


def _npm_problems(text: str) -> Iterator[str]:
    lock = json.loads(text)
    if lock["lockfileVersion"] < 3:
        yield "is an old lock, which leaves packages out"
    for path, package in lock["packages"].items():
        if path and not _NPM_HASH.fullmatch(package.get("integrity", "")):
            yield f"has no hash: {path}"
