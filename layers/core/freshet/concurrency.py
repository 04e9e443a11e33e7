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


async def together(*coroutines: Coroutine[Any, Any, Any], at_once: int | None = None) -> list[Any]:
    """Their results, in order; no more than `at_once` run at a time. The first failure cancels the others.

    `asyncio.gather` would let the others run on, in a sandbox into the next invocation.
    """
    gate = asyncio.Semaphore(at_once or len(coroutines) or 1)

    async def gated(coroutine: Coroutine[Any, Any, Any]) -> Any:
        async with gate:
            return await coroutine

    try:
        async with task_group() as group:
            tasks = [group.create_task(gated(coroutine)) for coroutine in coroutines]
    finally:
        for coroutine in coroutines:
            coroutine.close()  # those whose turn never came
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
