"""One invocation's answer: written by the Runtime API, read by whoever invoked the function."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

# What may wait between a sandbox and a slow reader, besides the sockets' own buffers. More is Lambda's
# business, not ours: a small buffer shows early what a slow client does to a function.
MAX_WAITING_BYTES = 64 * 1024


@dataclass(frozen=True)
class FunctionError:
    """Why a function failed: AWS's error type, its message, and the JSON that a caller of Lambda sees."""

    type: str
    message: str
    payload: bytes

    @classmethod
    def of(cls, error_type: str, message: str) -> "FunctionError":
        """An error of the platform, written as Lambda writes it."""
        payload = json.dumps({"errorType": error_type, "errorMessage": message}, ensure_ascii=False)
        return cls(error_type, message, payload.encode())

    @classmethod
    def posted(cls, payload: bytes, error_type: str = "") -> "FunctionError":
        """An error that the function's runtime reported: its payload is passed on untouched."""
        try:
            document = json.loads(payload)
        except ValueError:
            document = None
        fields = document if isinstance(document, dict) else {}
        found = error_type or str(fields.get("errorType") or "Unhandled")
        return cls(found, str(fields.get("errorMessage") or ""), payload)


class Invocation:
    """What Lambda hands to its caller.

    `payload` is the whole buffered answer; a streamed one is read from `chunks()`, raw: prelude, NULs and
    body. `function_error` is there for buffered failures and failures before the first byte; for those
    after it, once `chunks()` is exhausted.
    """

    def __init__(self, request_id: str, event: bytes) -> None:
        self.request_id = request_id
        self.event = event
        self.streaming = False
        self.content_type = ""
        self.payload = b""
        self.function_error: FunctionError | None = None
        self._answered = asyncio.Event()
        self._finished = False
        self._pipe = _Pipe()

    async def answered(self) -> None:
        """Wait until the answer is complete, or its first streamed bytes are there."""
        await self._answered.wait()

    def chunks(self) -> "Chunks":
        """The streamed bytes, as they come. Close it to abandon the rest; the function runs on."""
        return Chunks(self._pipe)

    def abandon(self) -> None:
        """Nobody reads any more: what still comes is thrown away."""
        self._pipe.drop()

    async def feed(self, chunk: bytes) -> None:
        """Pass streamed bytes on; returns when there is room for more."""
        self._pipe.put(chunk)
        self._answered.set()
        await self._pipe.room()

    def finish(self, payload: bytes = b"") -> None:
        """The answer is complete."""
        self._end(payload, None)

    def fail(self, error: FunctionError) -> None:
        """The answer ends here, because of `error`; without effect when it has ended already."""
        self._end(error.payload, error)

    def _end(self, payload: bytes, error: FunctionError | None) -> None:
        if self._finished:
            return
        self._finished = True
        self.function_error = error
        if not self.streaming:
            self.payload = payload
        self._pipe.end()
        self._answered.set()


class Chunks(AsyncIterator[bytes]):
    """An iterator and not a generator: a generator that was never started ignores its `aclose`."""

    def __init__(self, pipe: "_Pipe") -> None:
        self._pipe = pipe

    async def __anext__(self) -> bytes:
        chunk = await self._pipe.get()
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        self._pipe.drop()


class _Pipe:
    """Bytes between one writer and one reader, bounded; it swallows them when the reader is gone."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._closed = False
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    def put(self, chunk: bytes) -> None:
        if self._closed:
            return
        self._waiting.append(chunk)
        self._size += len(chunk)
        self._readable.set()
        if self._size >= MAX_WAITING_BYTES:
            self._writable.clear()

    async def room(self) -> None:
        await self._writable.wait()

    async def get(self) -> bytes | None:
        while not self._waiting:
            if self._closed:
                return None
            self._readable.clear()
            await self._readable.wait()
        chunk = self._waiting.popleft()
        self._size -= len(chunk)
        if self._size < MAX_WAITING_BYTES:
            self._writable.set()
        return chunk

    def end(self) -> None:
        self._closed = True
        self._readable.set()
        self._writable.set()

    def drop(self) -> None:
        self._waiting.clear()
        self._size = 0
        self.end()
