"""Reads documents in a process that stays: `python reader.py freshet` or `python reader.py markitdown`.

A line of stdin is a path; the answering line of stdout is {"seconds", "characters"}, where no characters mean
that nothing was read. Runs in either virtual environment, so it imports only what it is told to.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

Read = Callable[[str], int]


def main(name: str) -> None:
    """Answers until stdin ends. What a library prints goes to stderr, out of the answers' way."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    read = _freshet() if name == "freshet" else _markitdown()
    for line in sys.stdin:
        begun, characters = time.perf_counter(), 0
        with contextlib.suppress(Exception):  # a file that it can't read: nothing was read
            characters = read(line.rstrip("\n"))
        answer = {"seconds": time.perf_counter() - begun, "characters": characters}
        answers.write(json.dumps(answer) + "\n")


def _freshet() -> Read:
    from freshet.documents.blocks import Block
    from freshet.documents.formats import read

    return lambda path: sum(
        len(found.text) for found in read(Path(path), Path(path).name) if isinstance(found, Block)
    )


def _markitdown() -> Read:
    from markitdown import MarkItDown  # type: ignore[import-not-found]  # only in .venv-bench

    converter = MarkItDown(enable_plugins=False)
    return lambda path: len(converter.convert(path).text_content.strip())


if __name__ == "__main__":
    main(sys.argv[1])
