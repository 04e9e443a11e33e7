"""Where the peers are installed: a virtual environment for each, since their pins conflict."""

from pathlib import Path

from tests.stack import ROOT


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which `make bench` makes."""
    return ROOT / ".venv-bench" / peer / "bin/python"
