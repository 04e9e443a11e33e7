"""Telling: what tasks have to say while they are at it, as one stream of events.

An async generator must not yield amid a task group, and only one task may write it; so the work goes on in a
task of its own, and what it tells goes through a queue.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from freshet.runs.events import RunEvent

Tell = Callable[[RunEvent], None]


async def told(work: Callable[[Tell], Coroutine[Any, Any, None]]) -> AsyncGenerator[RunEvent, None]:
    """What `work` tells, in order, each at once; then its failure. Closing cancels it and waits for it."""
    queue: asyncio.Queue[RunEvent | None] = asyncio.Queue()
    task = asyncio.create_task(work(queue.put_nowait))
    task.add_done_callback(lambda _: queue.put_nowait(None))
    try:
        while (event := await queue.get()) is not None:
            yield event
        task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
