"""Several awaits at once, of which none outlives a failure of another."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


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


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = failures
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
