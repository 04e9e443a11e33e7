"""Shared by the formats' tests: reading bytes with the registry."""

from collections.abc import Callable
from pathlib import Path

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
