"""A Lambda sandbox without its runtime: one thread that loads functions and calls their handlers."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, TypeVar

from awslambdaric.lambda_context import LambdaContext

from freshet.lambda_runtime import HttpStream, run
from freshet.lambda_runtime.loop import event_loop
from infra.openapi import load

T = TypeVar("T")

TIMEOUT_S = 60  # what a function may take


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, whichever way it came; `chunks` are the pieces of its body as they were made."""

    status: int
    headers: dict[str, str]
    chunks: list[bytes]

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    def json(self) -> Any:
        return json.loads(self.body)


class Sandbox:
    """Handlers run here as on Lambda: on a thread with no loop running, over the one loop of the process."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "sandbox", lambda: asyncio.set_event_loop(event_loop()))
        self._load = cache(load)

    def prepare(self, function: str) -> ModuleType:
        """Loads it, as Lambda does before there is any event. Its module, for tests that change it."""
        return self._on_thread(lambda: self._load(function))

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """What the handler returns; raises what it raises."""
        return self._on_thread(lambda: self._load(function).handler(event, _context()))

    def ask(self, function: str, event: dict[str, Any]) -> Answer:
        """The answer to an HTTP event."""
        return self._on_thread(lambda: _answer(self._load(function).handler(event, _context())))

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Product code on the sandbox's own loop: its connections live there."""
        return self._on_thread(lambda: run(work()))

    def close(self) -> None:
        self._thread.shutdown()

    def _on_thread(self, work: Callable[[], T]) -> T:
        return self._thread.submit(work).result()


def _context() -> Any:
    deadline_ms = int((time.time() + TIMEOUT_S) * 1000)
    return LambdaContext("0f6c2d1e-8a4b-4c3d-9e5f-1a2b3c4d5e60", {}, {}, deadline_ms)


def _answer(returned: Any) -> Answer:
    if isinstance(returned, HttpStream):
        return Answer(returned.status, dict(returned.headers), run(_collected(returned)))
    headers = {name: values[-1] for name, values in returned["multiValueHeaders"].items()}
    assert not returned["isBase64Encoded"]  # nothing that these functions answer is binary
    return Answer(returned["statusCode"], headers | returned["headers"], [returned["body"].encode()])


async def _collected(stream: HttpStream) -> list[bytes]:
    chunks = [chunk async for chunk in stream.body]
    await stream.body.aclose()  # type: ignore[attr-defined]  # as the runtime does, where there is one
    return chunks
