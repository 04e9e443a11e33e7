"""One file through the product's reader, in a process that does what the parse worker does: and how it ended.

The reader is the product's: forked from its server, under its limits of memory and time. What a file became
is told by its blocks and by the chunks that they are cut into.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import psutil

from freshet.documents.blocks import Block
from freshet.documents.chunk import Chunk, Chunker
from freshet.documents.reading import read_document
from freshet.errors import DocumentError, OverLimit
from freshet.settings import Settings

MEMORY_MB: int = Settings.model_fields["parse_memory_mb"].default  # what the parse function allows
TIMEOUT_S = 30.0  # a quarter of what it allows, so that what runs for as long as it may ends
BUDGET_S = 60.0  # for reading and chunking together: what is left of the worker's own time
SLACK_S = 15.0  # beyond that it hangs: cores are shared
_LOOK_S = 0.01  # between two looks at the reader's memory
_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a file ended.

    `state` is `ready`, an error's code, or in words what must not be; `unforeseen` is the last line of the
    trace where a parser failed in a way that no format's module expects, and the reader called it damaged.
    `peak_mb` is the reader's memory; `parent_mb` that of the process which had it read.
    """

    state: str
    explained: bool
    seconds: float
    peak_mb: float
    parent_mb: float
    unforeseen: str = ""


def read(path: str, filename: str) -> Outcome:
    """Reads the file at `path`."""
    begun = time.monotonic()
    with _peak() as peak:
        state, explained, unforeseen = asyncio.run(_read(Path(path), filename))
    seconds = time.monotonic() - begun
    if seconds > BUDGET_S + SLACK_S:
        state, explained = f"hung for {seconds:.0f} s", False
    parent = psutil.Process().memory_info().rss / _MB
    return Outcome(state, explained, seconds, peak[0] / _MB, parent, unforeseen)


async def _read(path: Path, filename: str) -> tuple[str, bool, str]:
    try:
        async with asyncio.timeout(BUDGET_S):
            return (*await _chunked(path, filename), "")
    except TimeoutError:  # as the worker has it
        return OverLimit.code, True, ""
    except DocumentError as error:
        notes = getattr(error, "__notes__", [""])
        return error.code, True, notes[0].strip().rpartition("\n")[2] and _place(notes[0])
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:500], False, ""


async def _chunked(path: Path, filename: str) -> tuple[str, bool]:
    """As the worker does, without an index."""
    chunker, count = Chunker(), 0
    reading = read_document(path, filename, memory_mb=MEMORY_MB, timeout_s=TIMEOUT_S)
    async with aclosing(reading) as parts:  # type: ignore[type-var]  # an async generator
        async for part in parts:
            if isinstance(part, Block):
                count += _sound(chunker.add(part))
    count += _sound(chunker.close())
    return ("ready", True) if count else ("text, but no chunk", False)


def _sound(chunks: list[Chunk]) -> int:
    """How many they are. Raises ValueError for one that no index could hold."""
    for chunk in chunks:
        chunk.text.encode()
        if not chunk.text.strip():
            raise ValueError("a chunk without text")
    return len(chunks)


def _place(trace: str) -> str:
    """The last line of a trace, and the last place in our own code that it came through."""
    lines = trace.strip().splitlines()
    ours = [line.strip() for line in lines if "/freshet/" in line]
    return f"{lines[-1][:160]} ({ours[-1].rpartition('/freshet/')[2] if ours else '?'})"


@contextlib.contextmanager
def _peak() -> Iterator[list[int]]:
    """The most memory that a reader had meanwhile, in bytes: as seen, every few milliseconds."""
    peak, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_S):
            peak[0] = max(peak[0], *_readers(), 0)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield peak
    finally:
        over.set()
        looking.join()


def _readers() -> Iterator[int]:
    """The peak of each reader's memory. By Linux's files: psutil would go through all processes each time."""
    tasks = f"/proc/{os.getpid()}/task"
    with contextlib.suppress(OSError):
        for task in os.listdir(tasks):  # noqa: PTH208  # names, thousands of times
            for server in Path(f"{tasks}/{task}/children").read_text().split():
                for reader in Path(f"/proc/{server}/task/{server}/children").read_text().split():
                    yield _high_water(reader)


def _high_water(process: str) -> int:
    with contextlib.suppress(OSError, IndexError):
        status = Path(f"/proc/{process}/status").read_text()
        return int(status.split("VmHWM:")[1].split(maxsplit=1)[0]) << 10
    return 0
