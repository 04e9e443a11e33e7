"""Shared by the formats' tests: reading with the registry, and the shared set of real files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from freshet.documents.blocks import Block
from freshet.documents.formats import read

Read = Callable[..., list[Block]]


@pytest.fixture
def blocks(tmp_path: Path) -> Read:
    """Reads bytes as a file of a given name."""

    def read_bytes(data: bytes, filename: str) -> list[Block]:
        path = tmp_path / "upload"
        path.write_bytes(data)
        return [found for found in read(path, filename) if isinstance(found, Block)]

    return read_bytes


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(__file__).parents[5] / "shared" / "data" / "docs"
    if not (folder / "manifest.json").exists():
        pytest.skip("the shared set of real documents is not here")
    return folder


@pytest.fixture(scope="session")
def manifest(shared: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((shared / "manifest.json").read_text())
    return entries
