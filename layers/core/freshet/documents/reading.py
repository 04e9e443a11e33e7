"""Reading a document: the parser runs in a process of its own under limits, its blocks come back as found.

A small file can make a parser take gigabytes, run for hours or abort the process, so none runs in ours.
Readers are forked from a process that is kept for it (`reading_server`): multiprocessing has such a thing,
too, but wants /dev/shm, which Lambda has not. What does not belong here: formats (`formats`), the readers'
side (`reading_child`).
"""

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from freshet import errors
from freshet.documents.blocks import Block, Progress

_LINE_LIMIT = 4 << 20  # bytes; the reader cuts blocks at a tenth of that
_STDERR_LIMIT = 8_192  # bytes looked at
_END_S = 5.0  # a process that was killed is gone within milliseconds
_START_S = 20.0  # for the server to import what it needs, on a machine that is busy
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

    `memory_mb` limits the reader's address space, `timeout_s` the time spent waiting for it: a slow consumer
    costs the document nothing. Raises the DocumentError that fits, OverLimit where the reader was cut down.
    Closing the generator kills the reader.
    """
    reader = await _Reader.start([str(memory_mb), str(int(timeout_s) + 1), str(path), filename])
    try:
        left = timeout_s
        while True:
            line, spent = await _line(reader.lines, left)
            left -= spent
            if not line:
                raise _ended(*await reader.end())
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
        await reader.kill()


def _error(code: str, message: str, trace: str = "") -> errors.DocumentError:
    """The reader's error; where its parser failed unexpectedly, the trace goes into the log as a note."""
    error = _ERRORS[code](message)
    if trace:
        error.add_note(trace)
    return error


def _ended(status: int, stderr: bytes) -> Exception:
    """What it means that the reader ended without a last word: a limit, or a fault of ours."""
    if status < 0 or b"MemoryError" in stderr:
        return errors.OverLimit(
            "Reading the file takes more memory or time than allowed. Split it into parts, or save it again."
        )
    return RuntimeError(f"the parser ended with status {status}: {stderr.decode(errors='replace')}")


async def _line(lines: asyncio.StreamReader, left: float) -> tuple[bytes, float]:
    """The reader's next line, empty at its end, and the seconds it took."""
    clock = asyncio.get_running_loop()
    started = clock.time()
    try:
        async with asyncio.timeout(max(left, 0)):
            line = await lines.readline()
    except TimeoutError as error:
        raise errors.OverLimit(
            "Reading the file takes too long. Split it into parts, or save it in a simpler form."
        ) from error
    return line, clock.time() - started


@dataclass(frozen=True, slots=True)
class _Reader:
    """A running reader: its lines, and what it says otherwise: stderr, then its exit status."""

    lines: asyncio.StreamReader
    writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    said: "asyncio.Task[bytes]"

    @classmethod
    async def start(cls, job: Sequence[str]) -> "_Reader":
        forking = asyncio.ensure_future(asyncio.to_thread(_fork, job))
        try:
            lines, end = await asyncio.shield(forking)
        except asyncio.CancelledError:
            forking.add_done_callback(_abandon)
            raise
        reader, writer = await asyncio.open_connection(sock=lines, limit=_LINE_LIMIT)
        said, killer = await asyncio.open_connection(sock=end)
        return cls(reader, (writer, killer), asyncio.create_task(_tail(said)))

    async def end(self) -> tuple[int, bytes]:
        """Its exit status and the end of its stderr; waits for it."""
        stderr, _, status = (await self.said).rpartition(b"\n")
        return int(status or -1), stderr  # no status: the server was killed, and it with it

    async def kill(self) -> None:
        """Ends it, if it has not ended, and waits until it is gone."""
        _, killer = self.writers
        with suppress(OSError):  # it is gone already
            killer.write_eof()
        try:
            async with asyncio.timeout(_END_S):
                await asyncio.shield(self.said)
        finally:
            for writer in self.writers:
                writer.close()


def _abandon(forking: "asyncio.Future[tuple[socket.socket, socket.socket]]") -> None:
    """Nobody waits for this reader any more: without its sockets it ends."""
    if not forking.cancelled() and not forking.exception():
        for end in forking.result():
            end.close()


async def _tail(stream: asyncio.StreamReader) -> bytes:
    """The end of what comes; read all along, or the reader would block on it."""
    tail = b""
    while piece := await stream.read(4096):
        tail = (tail + piece)[-_STDERR_LIMIT:]
    return tail


class _Server:
    """The process that readers are forked from. Its methods block for milliseconds: call them in a thread."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_START_S)
        self._jobs = threading.Lock()
        with theirs:
            # -S: the paths already hold what `site` would find; -P: the working directory is not one of them.
            self._process = subprocess.Popen(  # noqa: S603  # our own module, and a descriptor
                [sys.executable, "-S", "-P", "-m", "freshet.documents.reading_server", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_environment(),
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self.close)

    def fork(self, job: Sequence[str]) -> tuple[socket.socket, socket.socket]:
        """The ends of a new reader: its lines, and what `reading_server` calls its end. Raises OSError."""
        lines, their_lines = socket.socketpair()
        end, their_end = socket.socketpair()
        try:
            with their_lines, their_end, self._jobs:
                descriptors = [their_lines.fileno(), their_end.fileno()]
                socket.send_fds(self._control, [json.dumps(job).encode()], descriptors)
                if not self._control.recv(1):
                    raise ConnectionError("the server of readers is gone")
        except OSError:
            lines.close()
            end.close()
            raise
        return lines, end

    def close(self) -> None:
        """Ends it and its readers."""
        atexit.unregister(self.close)
        self._control.close()
        self._process.kill()
        self._process.wait()


_starting = threading.Lock()


@cache
def _server() -> _Server:
    return _Server()


def _running() -> _Server:
    with _starting:
        return _server()


def _fork(job: Sequence[str]) -> tuple[socket.socket, socket.socket]:
    """A reader from the server; from a new one if that has died."""
    server = _running()
    try:
        return server.fork(job)
    except OSError:
        _stop(server)
        return _running().fork(job)


def stop_server() -> None:
    """Ends the server of readers, if there is one; the next document starts another."""
    if _server.cache_info().currsize:
        _stop(_running())


def _stop(server: _Server) -> None:
    """Ends it, unless somebody else has, and a new one runs already."""
    with _starting:
        if _server() is server:
            server.close()
            _server.cache_clear()


def _environment() -> dict[str, str]:
    """The server's environment: no keys, no settings, only where the code lies."""
    package_root = str(Path(__file__).parents[2])
    entries = [entry for entry in sys.path if entry and entry != package_root]
    return {
        "PYTHONPATH": os.pathsep.join([package_root, *entries]),
        "LD_LIBRARY_PATH": f"{sys.base_prefix}/lib",  # where Lambda keeps libpython
        "PYTHONUTF8": "1",
    }
