"""functions/console/Makefile: what it makes of a folder as SAM copies it, with and without Node."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.translation import ROOT
from tests.unit.console.dist import built

CODE = {"app.py", f"__pycache__/app.{sys.implementation.cache_tag}.pyc"}
TOOLS = ("cp", "find", "make", "mkdir", "rm", "sh", "touch")
MISSING = "Node 20.19+ is missing: the console isn't built; everything else runs."
UNCHECKED = 0b01  # PEP 552: by hash, and never compared with the source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The function's folder with sources and pages that are newer than they are."""
    folder = tmp_path / "console"
    (folder / "web/src").mkdir(parents=True)
    for name in ("app.py", "Makefile"):
        shutil.copy2(ROOT / "functions/console" / name, folder)
    for name in ("web/package.json", "web/package-lock.json", "web/src/main.tsx"):
        (folder / name).write_text("{}")
        os.utime(folder / name, (1, 1))
    built(folder / "web")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH of what every machine has; tests put Node there."""
    path = tmp_path / "bin"
    path.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (path / tool).symlink_to(found)
    return path


def put(path: Path, tool: str, script: str) -> None:
    (path / tool).write_text(f"#!/bin/sh\n{script}\n")
    (path / tool).chmod(0o755)


def make(folder: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", *arguments, f"PYTHON={sys.executable}"]
    environment = {"PATH": str(path)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=30
    )


def artefact(folder: Path, path: Path) -> set[str]:
    """The files that SAM would zip."""
    out = folder.parent / "artefact"
    done = make(folder, path, "build-ConsoleFunction", f"ARTIFACTS_DIR={out}")
    assert done.returncode == 0, done.stderr
    return {found.relative_to(out).as_posix() for found in out.rglob("*") if found.is_file()}


def test_what_is_built_is_shipped_and_nothing_that_it_was_made_of(folder: Path, path: Path) -> None:
    dist = folder / "web/dist"
    files = {f"web/dist/{found.relative_to(dist).as_posix()}" for found in dist.rglob("*") if found.is_file()}
    assert artefact(folder, path) == CODE | files - {"web/dist/.built"}
    compiled = next((folder.parent / "artefact/__pycache__").iterdir())
    assert compiled.read_bytes()[4:8] == UNCHECKED.to_bytes(4, "little")


def test_without_node_the_function_is_shipped_without_pages_and_one_line_says_why(
    folder: Path, path: Path
) -> None:
    shutil.rmtree(folder / "web/dist")
    assert artefact(folder, path) == CODE
    done = make(folder, path)
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, [MISSING], "")


@pytest.mark.parametrize("version", ["18.20.8", "20.18.3"])
def test_a_node_that_is_too_old_is_none(folder: Path, path: Path, version: str) -> None:
    (folder / "web/dist/.built").unlink()
    node = shutil.which("node")
    if not node:
        pytest.skip("no Node")
    put(path, "npm", "exit 1")
    pretends = f"Object.defineProperty(process.versions, 'node', {{value: '{version}'}})"
    put(path, "node", f'exec {node} -e "{pretends}; $2"')
    assert make(folder, path).stdout.splitlines() == [MISSING]


@pytest.fixture
def npm(path: Path) -> Path:
    """An npm that notes what it is asked, and makes pages; where it notes it."""
    log = path / "log"
    put(path, "node", "exit 0")
    put(
        path,
        "npm",
        f"""echo "$*" >>{log}
case "$1" in ci) mkdir -p node_modules ;; run) mkdir -p dist && echo new >dist/index.html ;; esac""",
    )
    return log


def test_pages_are_built_once_and_again_when_a_source_changes(folder: Path, path: Path, npm: Path) -> None:
    shutil.rmtree(folder / "web/dist")
    for _ in range(2):
        assert make(folder, path).stdout == ""
    assert [line.split()[0] for line in npm.read_text().splitlines()] == ["ci", "run"]
    assert "--ignore-scripts" in npm.read_text()
    stamp = (folder / "web/dist/.built").stat().st_mtime
    os.utime(folder / "web/src/main.tsx", (stamp + 1, stamp + 1))
    make(folder, path)
    assert [line.split()[0] for line in npm.read_text().splitlines()] == ["ci", "run", "run"]


def test_a_build_that_was_broken_off_is_not_shipped(folder: Path, path: Path) -> None:
    (folder / "web/dist/.built").unlink()
    assert artefact(folder, path) == CODE


def test_packages_that_cannot_be_had_hold_up_nothing_else(folder: Path, path: Path) -> None:
    (folder / "web/dist/.built").unlink()
    put(path, "node", "exit 0")
    put(path, "npm", "exit 1")
    done = make(folder, path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "npm ci failed: the console isn't built; everything else runs."


def test_a_build_that_fails_fails(folder: Path, path: Path) -> None:
    (folder / "web/dist/.built").unlink()
    put(path, "node", "exit 0")
    put(path, "npm", 'case "$1" in ci) mkdir -p node_modules ;; run) exit 1 ;; esac')
    assert make(folder, path).returncode
    assert not (folder / "web/dist/.built").exists()
