"""Reading a document: the parser runs in a child process under limits, its blocks come back as found.

A small file can make a parser take gigabytes, run for hours or abort the process, so none runs in ours.
The child is a plain subprocess with pipes: multiprocessing wants /dev/shm, which Lambda has not.
What does not belong here: formats (`formats`), the child's side (`reading_child`).
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson

from freshet import errors
from freshet.documents.blocks import Block, Progress

_LINE_LIMIT = 4 << 20  # bytes; the child cuts blocks at a tenth of that
_STDERR_LIMIT = 8_192  # bytes looked at
_ERRORS = {
    error.code: error
    for error in (
        errors.Unsupported,
        errors.Damaged,
        errors.Encrypted,
        errors.Empty,
        errors.NoText,
        errors.OverLimit,
    )
}


async def read_document(
    path: Path, filename: str, *, memory_mb: int, timeout_s: float
) -> AsyncIterator[Block | Progress]:
    """Yields the blocks of the file at `path`, with `Progress` among them.

    `memory_mb` limits the child's address space, `timeout_s` the time spent waiting for it: a slow consumer
    costs the document nothing. Raises the DocumentError that fits, OverLimit where the child was cut down.
    Closing the generator kills the child.
    """
    process = await _start(path, filename, memory_mb, timeout_s)
    stderr = asyncio.ensure_future(_bounded(process))
    try:
        left = timeout_s
        while True:
            line, spent = await _line(process, left)
            left -= spent
            if not line:
                raise _ended(await process.wait(), await stderr)
            message: dict[str, Any] = orjson.loads(line)
            if "block" in message:
                yield Block(*message["block"])
            elif "progress" in message:
                yield Progress(*message["progress"])
            elif "error" in message:
                raise _error(**message["error"])
            else:
                return
    finally:
        await _end(process, stderr)


def _error(code: str, message: str, trace: str = "") -> errors.DocumentError:
    """The child's error; where its parser failed unexpectedly, the trace goes into the log as a note."""
    error = _ERRORS[code](message)
    if trace:
        error.add_note(trace)
    return error


async def _start(path: Path, filename: str, memory_mb: int, timeout_s: float) -> Process:
    """Starts the child with an environment of its own: no keys, no settings, only where the code lies."""
    package_root = str(Path(__file__).parents[2])
    environment = {
        "PYTHONPATH": ":".join(
            [package_root, *(entry for entry in sys.path if entry and entry != package_root)]
        ),
        "LD_LIBRARY_PATH": f"{sys.base_prefix}/lib",  # where Lambda keeps libpython
        "PYTHONUTF8": "1",
    }
    # -S: the paths above already hold what `site` would find; -P: the working directory is not one of them.
    interpreter = [sys.executable, "-S", "-P", "-m", "freshet.documents.reading_child"]
    limits = [str(memory_mb), str(int(timeout_s) + 1)]
    return await asyncio.create_subprocess_exec(
        *interpreter,
        *limits,
        str(path),
        filename,
        stdout=PIPE,
        stderr=PIPE,
        env=environment,
        limit=_LINE_LIMIT,
    )


async def _line(process: Process, left: float) -> tuple[bytes, float]:
    """The child's next line, empty at its end, and the seconds it took."""
    assert process.stdout is not None
    clock = asyncio.get_running_loop()
    started = clock.time()
    try:
        async with asyncio.timeout(max(left, 0)):
            line = await process.stdout.readline()
    except TimeoutError as error:
        raise errors.OverLimit(
            "Reading the file takes too long. Split it into parts, or save it in a simpler form."
        ) from error
    return line, clock.time() - started


def _ended(status: int, stderr: bytes) -> Exception:
    """What it means that the child ended without a last word: a limit, or a fault of ours."""
    if status < 0 or b"MemoryError" in stderr:
        return errors.OverLimit(
            "Reading the file takes more memory or time than allowed. Split it into parts, or save it again."
        )
    return RuntimeError(f"the parser ended with status {status}: {stderr.decode(errors='replace')}")


async def _bounded(process: Process) -> bytes:
    """The end of what the child writes to stderr; read all along, or the child would block on it."""
    assert process.stderr is not None
    tail = b""
    while piece := await process.stderr.read(4096):
        tail = (tail + piece)[-_STDERR_LIMIT:]
    return tail


async def _end(process: Process, stderr: "asyncio.Future[bytes]") -> None:
    """Kills the child if it is still there, and reaps it."""
    stderr.cancel()
    if process.returncode is None:
        process.kill()
    await process.wait()
