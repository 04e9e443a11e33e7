"""Several awaits at once, of which none outlives a failure of another; work that outlives who began it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """An `asyncio.TaskGroup` that raises the first failure as it is, and not in a group of one."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as failures:
        raise _first(failures) from None


async def together(*coroutines: Coroutine[Any, Any, Any]) -> list[Any]:
    """Their results, in order. The first failure cancels the others and is raised as it is.

    `asyncio.gather` would let the others run on, in a sandbox into the next invocation.
    """
    async with task_group() as group:
        tasks = [group.create_task(coroutine) for coroutine in coroutines]
    return [task.result() for task in tasks]


@asynccontextmanager
async def accompanied(companion: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs `companion` beside the body and ends it with it; its failure ends the body and is raised."""
    async with task_group() as group:
        task = group.create_task(companion)
        try:
            yield
        finally:
            task.cancel()


_going_on: set[asyncio.Task[Any]] = set()  # a task that nobody holds may be collected


def in_background(coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Begins it, and it goes on whatever becomes of who began it. To wait for it, `asyncio.shield` it."""
    task = asyncio.create_task(coroutine)
    _going_on.add(task)
    task.add_done_callback(_going_on.discard)
    return task


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = failures
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
