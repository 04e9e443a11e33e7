"""Awaits with a bound: so many at a time, so long at most. For code that moves over from thread pools.

What belongs here: what works on any awaitable. What does not: a client's own slots, queue and deadlines;
`LLMClient.map` is the better way for many prompts.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Collection, Iterable
from functools import partial
from typing import Any, Literal, TypeVar, overload

from freshet.concurrency import task_group
from freshet.errors import Invalid, ModelTimeout

T = TypeVar("T")

_END = object()


async def run_with_timeout(awaitable: Awaitable[T], timeout: float) -> T:
    """Its result. After `timeout` seconds it is cancelled, and ModelTimeout raised once it has cleaned up."""
    try:
        async with asyncio.timeout(timeout) as scope:
            return await awaitable
    except TimeoutError:
        if not scope.expired():  # the awaitable's own
            raise
        raise ModelTimeout(f"It was not done within {timeout:g} s") from None


@overload
async def gather_with_limit(
    awaitables: Iterable[Awaitable[T]], limit: int = 5, *, return_exceptions: Literal[False] = False
) -> list[T]: ...


@overload
async def gather_with_limit(
    awaitables: Iterable[Awaitable[T]], limit: int = 5, *, return_exceptions: Literal[True]
) -> list[T | Exception]: ...


async def gather_with_limit(
    awaitables: Iterable[Awaitable[T]], limit: int = 5, *, return_exceptions: bool = False
) -> list[T] | list[T | Exception]:
    """Their results, in order; at most `limit` run at a time, and no more are taken from the iterable.

    The first failure cancels the others and is raised; with `return_exceptions` failures stand among the
    results instead. Coroutines that were never begun are closed. Raises Invalid for a limit below one.
    """
    try:
        if limit < 1:
            raise Invalid(f"The limit is {limit}, not one or more")
        return await _gather(awaitables, asyncio.Semaphore(limit), return_exceptions)
    finally:
        if isinstance(awaitables, Collection):  # an iterator may be endless: it is not asked for more
            for awaitable in awaitables:
                discard(awaitable)


async def _gather(awaitables: Iterable[Awaitable[T]], slots: asyncio.Semaphore, caught: bool) -> list[Any]:
    tasks: list[asyncio.Task[Any]] = []
    remaining = iter(awaitables)
    async with task_group() as group:
        while True:
            await slots.acquire()
            awaitable: Any = next(remaining, _END)
            if awaitable is _END:
                break
            task = group.create_task(_result(awaitable, caught))
            task.add_done_callback(partial(_finished, awaitable, slots))
            tasks.append(task)
    return [task.result() for task in tasks]


async def _result(awaitable: Awaitable[T], caught: bool) -> T | Exception:
    try:
        return await awaitable
    except Exception as error:
        if not caught:
            raise
        return error


def _finished(awaitable: Awaitable[Any], slots: asyncio.Semaphore, _: asyncio.Task[Any]) -> None:
    discard(awaitable)  # its task may have been cancelled before the first step
    slots.release()


def discard(awaitable: object) -> None:
    """Closes a coroutine that was never begun, which Python would warn of; leaves everything else alone."""
    if inspect.iscoroutine(awaitable) and inspect.getcoroutinestate(awaitable) == inspect.CORO_CREATED:
        awaitable.close()
