"""What holds up an event loop, on record: blocking calls, imports, callbacks that take long.

BlockBuster lets a blocking call raise where a loop runs. Libraries wrap or swallow what it raises, so each
such error is kept here as it is made; imports it lets pass, and computing it does not see, so both are
watched here too. What does not belong here: which code is watched (`tests/functions/test_blocking.py`).
"""

import asyncio
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any

from blockbuster import BlockBuster, BlockingError, blockbuster

SLOW_S = 0.1  # a callback that holds up the others for so long; ten times what any of ours needs
_SHOWN = 12  # innermost frames of a finding


@dataclass
class Guard:
    """Findings so far: `calls` and `imports` as sentences with a stack, `slow` as (seconds, callback)."""

    calls: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    slow: list[tuple[float, str]] = field(default_factory=list)


@contextmanager
def guarded(slow_s: float = SLOW_S) -> Iterator[Guard]:
    """Watches every event loop of this process, other threads' too."""
    guard = Guard()
    with _blocking_calls(guard), _imports(guard), _slow_callbacks(guard, slow_s):
        yield guard


@contextmanager
def _blocking_calls(guard: Guard) -> Iterator[None]:
    class Recorded(BlockingError):
        def __init__(self, function: str) -> None:
            super().__init__(function)
            guard.calls.append(f"{function} at\n{_stack(sys._getframe(2))}")

    watching = BlockBuster()
    for function in watching.functions.values():
        # Once for each endpoint FastAPI reads its source, to name it in messages; nothing turns that off.
        function.can_block_in("fastapi/routing.py", "_extract_endpoint_context")
    # A log line goes to standard output, which BlockBuster lets pass only where it is a terminal.
    watching.functions["io.BufferedWriter.write"].can_block_in("logging/__init__.py", "flush")
    blockbuster.BlockingError = Recorded  # type: ignore[misc,assignment]  # the class that its wrappers look up
    watching.activate()
    try:
        yield
    finally:
        watching.deactivate()
        blockbuster.BlockingError = BlockingError  # type: ignore[misc]


@contextmanager
def _imports(guard: Guard) -> Iterator[None]:
    class Finder:
        """Asked first for every module that is not loaded yet; finds none."""

        def find_spec(
            self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
        ) -> ModuleSpec | None:
            frame = sys._getframe(1)
            if _in_loop() and not _within_import(frame):
                guard.imports.append(f"{name} at\n{_stack(frame)}")
            return None

    finder: Any = Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def _slow_callbacks(guard: Guard, slow_s: float) -> Iterator[None]:
    run = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        begun = time.perf_counter()
        run(handle)
        took = time.perf_counter() - begun
        if took > slow_s:
            guard.slow.append((took, repr(handle)))

    asyncio.Handle._run = timed  # type: ignore[method-assign,assignment]  # as asyncio's debug mode does, without its cost
    try:
        yield
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]


def _in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _within_import(frame: FrameType | None) -> bool:
    """Whether a module that is being imported imports this one: the first of them says enough."""
    while frame and frame.f_code.co_name != "_run_once":
        if frame.f_code.co_name == "<module>":
            return True
        frame = frame.f_back
    return False


def _stack(frame: FrameType) -> str:
    frames = [(one.f_code, line) for one, line in traceback.walk_stack(frame)]
    ours = [(code, line) for code, line in frames if "importlib" not in code.co_filename]
    return "\n".join(f"  {code.co_filename}:{line} {code.co_name}" for code, line in ours[:_SHOWN])
