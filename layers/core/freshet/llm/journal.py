"""The answers of a batch in a file, so that another run asks only for the rest.

One JSON line an answer: `{"key": …, "completion": {…}}`. The key is a hash of what was asked, so a file may
serve several batches, and a prompt or an option that changed is asked again. Failures are not kept.

What belongs here: the file and its lines. What does not: limits, order and progress (`freshet.llm.batch`).
"""

import asyncio
import hashlib
import json
import os
import stat
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from io import BufferedReader, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from freshet.errors import FreshetError, Invalid
from freshet.llm.completion import Completion
from freshet.llm.request import Messages, as_messages

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from freshet.llm.batch import Call

T = TypeVar("T")

_MAX_LINE = 64_000_000  # bytes; a file that is no journal may be one line without an end
_BEGINNING = b'{"key":"'  # of every line
_KEPT = [field.name for field in fields(Completion) if field.name != "parsed"]  # `parse` restores that


@asynccontextmanager
async def journalled(
    call: "Call", path: str | Path, options: Mapping[str, Any], parse: Callable[[str], Any] | None = None
) -> AsyncIterator["Call"]:
    """`call`, answered from the file at `path` where it can be; other answers are on disk before they return.

    `options` is what decides an answer beside its prompt. What is not JSON in it counts by its `repr`, which
    must then be the same in every process. `parse` makes `Completion.parsed` from the text of a kept answer.
    One batch at a time holds the file. Raises Invalid if the file can't be had or is something else, OSError
    where an answer can't be written to it.
    """
    keys = _Keys(options)
    file = _File(Path(path))
    try:
        kept = await _to_its_end(asyncio.to_thread(file.open))
        yield partial(_Journal(file, keys, kept, parse).answer, call)
    finally:
        await _to_its_end(asyncio.to_thread(file.close))


class _Journal:
    """Answers from the file or the model, in the event loop."""

    def __init__(
        self, file: "_File", keys: "_Keys", kept: dict[str, Completion], parse: Callable[[str], Any] | None
    ) -> None:
        self._file = file
        self._keys = keys
        self._kept = kept
        self._parse = parse
        self._writing = asyncio.Lock()

    async def answer(self, call: "Call", prompt: Messages) -> Completion:
        """The answer, which is on disk. Raises Invalid for what is no prompt, and what `call` raises."""
        key = self._keys.next(prompt)
        completion = self._restored(key)
        if completion is None:
            completion = await call(prompt)
            await self._keep(key, completion)
        return completion

    def _restored(self, key: str) -> Completion | None:
        completion = self._kept.pop(key, None)
        if completion is None or self._parse is None:
            return completion
        try:
            return replace(completion, parsed=self._parse(completion.text))
        except (FreshetError, ValueError):  # it was asked for another shape
            return None

    async def _keep(self, key: str, completion: Completion) -> None:
        # A write takes the lines of all who wait for their turn; for them, nothing is left to write.
        self._file.lines.append(_line(key, completion))
        async with self._writing:
            if self._file.lines:
                await _to_its_end(asyncio.to_thread(self._file.write))


class _Keys:
    """A key for each prompt; the same prompt has another key when it comes again."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = hashlib.sha256(_canonical(options) + b"\n")
        self._times: Counter[bytes] = Counter()

    def next(self, prompt: Messages) -> str:
        key = self._options.copy()
        key.update(_canonical(as_messages(prompt)))
        digest = key.digest()
        self._times[digest] += 1
        key.update(b"\n%d" % self._times[digest])
        return key.hexdigest()


class _File:
    """The file itself, for threads, one call at a time. `lines` wait to be written."""

    def __init__(self, path: Path) -> None:
        self.lines: list[bytes] = []
        self._path = path
        self._file: FileIO | None = None

    def open(self) -> dict[str, Completion]:
        """The answers in the file, which is made if it is missing, and is held until `close`."""
        try:
            self._file = _held(self._path)
        except BlockingIOError:
            raise Invalid(f"Another batch is using the journal {self._path}") from None
        except (OSError, ValueError) as error:
            raise Invalid(f"The journal {self._path} can't be used: {error}") from error
        with open(self._file.fileno(), "rb", closefd=False) as reader:
            return self._read(reader, self._file)

    def write(self) -> None:
        """Hands the waiting lines to the operating system. If that fails they wait on, none half written."""
        assert self._file is not None
        count, size = len(self.lines), self._file.seek(0, os.SEEK_END)
        try:
            _write_all(self._file, b"".join(self.lines[:count]))
        except OSError:
            self._file.truncate(size)
            raise
        del self.lines[:count]

    def close(self) -> None:
        """Writes what still waits, sees it onto the disk and gives the file back."""
        if self._file is not None:
            with self._file:
                if self.lines:
                    self.write()
                os.fsync(self._file.fileno())

    def _read(self, reader: BufferedReader, file: FileIO) -> dict[str, Completion]:
        answers: dict[str, Completion] = {}
        line, entry = b"", None
        reader.seek(0)
        for line in iter(partial(reader.readline, _MAX_LINE), b""):
            entry = _entry(line)
            if entry is not None:
                answers[entry.key] = entry.completion
        size = reader.tell()
        if size and not answers and not (size == len(line) and _is_broken_off(line)):
            raise Invalid(f"{self._path} is not a journal; it stays as it is")
        if line and not line.endswith(b"\n"):
            if entry is None:  # the process was killed as it wrote
                file.truncate(size - len(line))
            else:
                _write_all(file, b"\n")
        return answers


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    completion: Completion


def _held(path: Path) -> FileIO:
    """The file, for appending, with a lock on it where the platform has locks. Raises OSError."""
    file = path.open("a+b", buffering=0)
    try:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("it is not a file")
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _line(key: str, completion: Completion) -> bytes:
    kept = {name: getattr(completion, name) for name in _KEPT}
    return orjson.dumps({"key": key, "completion": kept}) + b"\n"


def _entry(line: bytes) -> _Entry | None:
    """A line's entry, whatever else a later version has put there; None if it is damaged."""
    try:
        return _entries().validate_json(line)
    except ValueError:
        return None


@cache
def _entries() -> "TypeAdapter[_Entry]":
    from pydantic import TypeAdapter

    return TypeAdapter(_Entry)


def _is_broken_off(line: bytes) -> bool:
    """Whether a file's only line is what a killed process leaves of its first one."""
    if line.endswith(b"\n") or not _BEGINNING.startswith(line[: len(_BEGINNING)]):
        return False
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return True
    return False


def _canonical(value: Any) -> bytes:
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), default=repr).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(f"A journal can't tell this prompt or these options from others: {error}") from error


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Its result. A cancellation waits, too: what a thread does to a file can't be broken off."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return task.result()
