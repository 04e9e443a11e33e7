"""What is wrong with a lock is named."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.audit import locks
from infra.audit.locks import Locked, locked, problems

HASH = f"--hash=sha256:{'0' * 64}"
SHA512 = f"sha512-{'a' * 86}=="
GOOD = (
    f"anyio==4.1.0 \\\n    {HASH} \\\n    {HASH}\ncolorama==0.4.6 ; sys_platform == 'win32' \\\n    {HASH}\n"
)


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(locks, "ROOT", tmp_path)
    return tmp_path / "requirements.txt"


@pytest.fixture
def npm_lock(lock: Path) -> Path:
    return lock.with_name("package-lock.json")


def write(lock: Path, text: str) -> None:
    lock.write_text(text)


def npm(packages: Mapping[str, Mapping[str, object]]) -> str:
    members = {f"node_modules/{path}": {"version": "1.0.0", **one} for path, one in packages.items()}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {"name": "x"}} | members}, indent=2)


def test_a_good_lock(lock: Path) -> None:
    write(lock, GOOD)
    assert problems(lock) == []
    assert locked(lock) == [Locked("anyio", "4.1.0"), Locked("colorama", "0.4.6")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("anyio\n", "is not pinned: anyio"),
        (f"anyio>=4 \\\n    {HASH}\n", "is not pinned: anyio>=4"),
        (f"anyio==4.* \\\n    {HASH}\n", "is not pinned: anyio==4.*"),
        ("anyio==4.1.0\n", "has no hash: anyio==4.1.0"),
        ("anyio==4.1.0 \\\n    --hash=sha256:12\n", "has no hash: anyio==4.1.0"),
        ("anyio==4.1.0 \\\n    --hash=md5:12\n", "has no hash: anyio==4.1.0"),
        ("--index-url https://example.com/simple\n", "names a place: --index-url https://example.com/simple"),
        ("-e .\n", "names a place: -e ."),
        (
            f"anyio @ file:///home/me/anyio.whl \\\n    {HASH}\n",
            "names a place: anyio @ file:///home/me/anyio.whl \\",
        ),
    ],
)
def test_a_bad_line(lock: Path, line: str, problem: str) -> None:
    write(lock, GOOD + line)
    assert problem in problems(lock)


def test_a_good_lock_of_npm(npm_lock: Path) -> None:
    write(
        npm_lock,
        npm(
            {
                "react": {"integrity": SHA512, "license": "MIT"},
                "vite": {"integrity": SHA512, "license": "MIT", "dev": True},
            }
        ),
    )
    assert problems(npm_lock) == []
    assert locked(npm_lock) == [Locked("react", "1.0.0", "MIT"), Locked("vite", "1.0.0", "MIT", dev=True)]


def test_a_nested_package_of_npm_has_its_own_name(npm_lock: Path) -> None:
    write(npm_lock, npm({"a/node_modules/@b/c": {"integrity": SHA512}}))
    assert [one.name for one in locked(npm_lock)] == ["@b/c"]


@pytest.mark.parametrize(
    ("package", "problem"),
    [
        ({}, "has no hash: node_modules/react"),
        ({"integrity": "sha1-abc"}, "has no hash: node_modules/react"),
        (
            {"integrity": SHA512, "resolved": "https://example.com/react.tgz"},
            'names a place: "resolved": "https://example.com/react.tgz"',
        ),
        ({"integrity": SHA512, "link": True}, 'names a place: "link": true'),
    ],
)
def test_a_bad_package_of_npm(npm_lock: Path, package: dict[str, object], problem: str) -> None:
    write(npm_lock, npm({"react": package}))
    assert problem in problems(npm_lock)
