"""From sync code to async: one background event loop for plain code, threads, and inside a running loop.

What belongs here: what sync code calls, and what keeps connections on that loop between its calls. What
does not: the loop's life (`freshet.llm.background`), limits for many awaits (`freshet.llm.bounded`).
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing, suppress
from queue import SimpleQueue
from typing import Any, TypeVar

from freshet.llm.background import Background, Call
from freshet.llm.bounded import discard

T = TypeVar("T")

_AHEAD = 32  # items that a stream may be ahead of who iterates it
_END: Any = object()


def run_sync(awaitable: Awaitable[T], timeout: float | None = None) -> T:
    """Runs it on the background loop, in the caller's context; returns its result or raises its exception.

    From any thread. Inside a running event loop it works, too, but holds that loop up: `await` there if you
    can. After `timeout` seconds it is cancelled and ModelTimeout raised; Ctrl-C cancels it as well. On the
    background loop itself (a sync function that async code calls there) it raises RuntimeError.
    """
    try:
        return Call(awaitable, timeout).result()
    finally:
        discard(awaitable)  # if no call came about


def iterate_sync(source: Callable[[], AsyncGenerator[T, None]]) -> Generator[T, None, None]:
    """The items of `source()` as they come, from sync code; `run_sync`'s rules hold.

    Closing it (`contextlib.closing`, or a web server whose client has left) closes the async generator.
    """
    items: SimpleQueue[T] = SimpleQueue()
    room = asyncio.Semaphore(_AHEAD)
    call = _begun(_hand_over(source, items, room))
    call.on_end(lambda: items.put(_END))
    try:
        taken = 0
        while (item := items.get()) is not _END:
            yield item
            taken += 1
            if taken % (_AHEAD // 2) == 0:  # not each time: it wakes the loop
                call.background.soon(_release, room)
        call.result()
    finally:
        call.end()


def until_loop_ends(close: Callable[[], Awaitable[None]]) -> AsyncGenerator[None, None]:
    """Ties to the running loop what was opened on it. Keep what this returns, and end it with `aclose`.

    `close` is awaited on that loop, once: at `aclose`, or when this is garbage, at the latest when the loop
    ends. So nothing outlives a loop that was made for one call (`asyncio.run`, an async view of Flask), and
    what nobody closed is closed with its last reference. The background loop goes on until then.
    """
    stay = _stay(close)
    with suppress(StopIteration):  # to its `yield`, before which it awaits nothing
        stay.__anext__().send(None)
    return stay


async def _stay(close: Callable[[], Awaitable[None]]) -> AsyncGenerator[None, None]:
    # An async generator, because every runner closes those before its loop, and the garbage collector,
    # whatever thread it runs in, has the loop close them.
    thread = threading.current_thread()
    background = thread if isinstance(thread, Background) else None
    if background:
        background.enter()
    try:
        yield
    finally:
        try:
            await close()
        finally:
            if background:
                background.leave()


async def _hand_over(
    source: Callable[[], AsyncGenerator[T, None]], items: SimpleQueue[T], room: asyncio.Semaphore
) -> None:
    async with aclosing(source()) as opened:
        async for item in opened:
            await room.acquire()
            items.put(item)


def _release(room: asyncio.Semaphore) -> None:
    for _ in range(_AHEAD // 2):
        room.release()


def _begun(awaitable: Awaitable[T]) -> Call[T]:
    try:
        return Call(awaitable)
    except BaseException:
        discard(awaitable)
        raise
