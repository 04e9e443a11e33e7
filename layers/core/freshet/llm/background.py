"""One event loop on a thread of its own, for as long as somebody in the process needs it.

What belongs here: the loop's life: its start with the first who needs it, its end with the last, with the
interpreter, and in a forked child. What does not: what sync code calls (`freshet.llm.bridge`).

Entering counts up under a lock in any thread. Leaving counts down on the loop's own thread only, scheduled
there without a lock: so the garbage collector may leave, too, whatever it interrupts.
"""

import asyncio
import atexit
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

from freshet.llm.bounded import discard, run_with_timeout

P = ParamSpec("P")
T = TypeVar("T")

_GRACE_S = 2.0  # who ends something waits so long for it; work stuck in a thread can't be cancelled


class Background(threading.Thread):
    """The loop and its thread. A daemon, so that no exit ever hangs on it; `_at_exit` ends it in order."""

    def __init__(self) -> None:
        super().__init__(name="freshet-bridge", daemon=True)
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(_Threads(thread_name_prefix="freshet-bridge"))
        self._over = asyncio.Event()
        self._users = 0
        self._heard = True

    def run(self) -> None:
        """Ends by cancelling what still runs, then closing async generators, the executor and the loop."""
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            while not self._over.is_set():
                with suppress(SystemExit, KeyboardInterrupt):  # of a task that nobody waits for
                    runner.run(self._over.wait())

    def start(self) -> None:
        try:
            super().start()
        except RuntimeError:  # the system has no more threads
            self._loop.close()
            raise

    def enter(self) -> None:
        """Keeps the loop running until `leave`. Under the lock, or on the loop while somebody else is in."""
        self._users += 1

    def leave(self) -> None:
        """On the loop: undoes one `enter`."""
        with _process.lock:
            self._users -= 1
            if self._users == 0:
                self._over.set()
                if _process.background is self:
                    _process.background = None

    def soon(self, callback: Callable[..., object], *args: Any) -> None:
        """Has the loop call it, in the caller's context; does nothing if the loop has ended."""
        if self.is_alive():  # never in a forked child
            with suppress(RuntimeError):  # it ended just now
                self._loop.call_soon_threadsafe(callback, *args)

    def begin(self, call: "Call[Any]") -> None:
        """On the loop: runs a call that has entered, and leaves with its end."""
        call.task = self._loop.create_task(call.outcome())
        call.task.add_done_callback(lambda task: self._end(call, task))

    def join_if_over(self) -> None:
        """Waits for the end of the thread if nobody needs it any more."""
        if self._over.is_set() and self is not threading.current_thread():
            self.join(_GRACE_S)

    def abandon(self) -> None:
        """Ends it, whoever is in: they are threads that won't survive the interpreter and hear no more."""
        self._heard = False
        self.soon(self._over.set)
        self.join(_GRACE_S)

    def _end(self, call: "Call[Any]", task: "asyncio.Task[tuple[Any, BaseException | None]]") -> None:
        self.leave()
        if self._heard:
            call.settle(*((None, asyncio.CancelledError()) if task.cancelled() else task.result()))


class _Threads(ThreadPoolExecutor):
    """For what blocks: name lookups, imports. Python closes its pools when the main thread is done, but other
    threads may go on and call: their work then has a thread for itself."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        try:
            return super().submit(fn, *args, **kwargs)
        except RuntimeError:
            future: Future[T] = Future()
            threading.Thread(target=_resolve, args=(future, partial(fn, *args, **kwargs))).start()
            return future


def _resolve(future: Future[T], work: Callable[[], T]) -> None:
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)


class Call(Generic[T]):
    """An awaitable on its way through the loop, and who waits for it in another thread."""

    def __init__(self, awaitable: Awaitable[T], timeout: float | None = None) -> None:
        self._awaitable = awaitable
        self._timeout = timeout
        self._settled: Future[T] = Future()
        self.task: asyncio.Task[tuple[T | None, BaseException | None]] | None = None
        self.background = _enter()
        self.background.soon(self.background.begin, self)

    async def outcome(self) -> tuple[T | None, BaseException | None]:
        """The result, or whatever was raised: a SystemExit is the caller's, not the loop's."""
        try:
            if self._timeout is None:
                return await self._awaitable, None
            return await run_with_timeout(self._awaitable, self._timeout), None
        except BaseException as error:  # raised again where it is waited for
            return None, error

    def settle(self, result: T | None, error: BaseException | None) -> None:
        """Wakes who waits."""
        if error is None:
            self._settled.set_result(result)  # type: ignore[arg-type]  # None is a T then
        else:
            self._settled.set_exception(error)

    def on_end(self, callback: Callable[[], None]) -> None:
        """Has it called once the outcome is there."""
        self._settled.add_done_callback(lambda _: callback())

    def result(self) -> T:
        """Waits for the result, or raises what the awaitable raised. Interrupted, it cancels (`end`)."""
        try:
            return self._settled.result()
        finally:
            self.end()

    def end(self) -> None:
        """Cancels it if it is not done, and waits a little for its cleanup. On the loop it can't wait."""
        if not self._settled.done():
            self.background.soon(self._cancel)
            if self.background.is_alive() and self.background is not threading.current_thread():
                wait([self._settled], _GRACE_S)
        discard(self._awaitable)
        self.background.join_if_over()

    def _cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()


class _Process:
    """What a process has one of."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """A forked child begins anew: the thread was not forked, and the lock may have been held."""
        self.lock = threading.Lock()
        self.background: Background | None = None
        self.exiting = False


_process = _Process()


def _enter() -> Background:
    """The process's background, entered; started if need be."""
    if isinstance(threading.current_thread(), Background):
        raise RuntimeError("This is the bridge's own event loop, which would wait for itself: use `await`")
    with _process.lock:
        if _process.exiting:
            raise RuntimeError("The interpreter is exiting")
        if _process.background is None:
            background = Background()
            background.start()
            _process.background = background
        _process.background.enter()
        return _process.background


def _at_exit() -> None:
    with _process.lock:
        _process.exiting = True
        background = _process.background
    if background is not None:
        background.abandon()


atexit.register(_at_exit)  # runs once the non-daemon threads are done, and they may still call
os.register_at_fork(after_in_child=_process.reset)
