"""Reads documents in a process that stays: `python reader.py freshet` or `python reader.py markitdown`.

A line of stdin is a path, a tab, and the path that the text is written to, if it is wanted; the answering
line of stdout is {"seconds", "characters"}, where no characters mean that nothing was read. Runs in either
virtual environment, so it imports only what it is told to.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

Read = Callable[[str], str]


def main(name: str) -> None:
    """Answers until stdin ends. What a library prints goes to stderr, out of the answers' way."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    read = _freshet() if name == "freshet" else _markitdown()
    for line in sys.stdin:
        path, _, out = line.rstrip("\n").partition("\t")
        begun, text = time.perf_counter(), ""
        with contextlib.suppress(Exception):  # a file that it can't read: nothing was read
            text = read(path)
        answer = {"seconds": time.perf_counter() - begun, "characters": len(text)}
        if out:
            Path(out).write_text(text, encoding="utf-8", errors="replace")
        answers.write(json.dumps(answer) + "\n")


def _freshet() -> Read:
    from freshet.documents.blocks import SEPARATOR, Block
    from freshet.documents.formats import read

    return lambda path: SEPARATOR.join(
        found.text for found in read(Path(path), Path(path).name) if isinstance(found, Block)
    )


def _markitdown() -> Read:
    from markitdown import MarkItDown  # type: ignore[import-not-found]  # only in its own environment

    converter = MarkItDown(enable_plugins=False)
    return lambda path: converter.convert(path).text_content.strip()


if __name__ == "__main__":
    main(sys.argv[1])
