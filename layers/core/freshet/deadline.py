"""The deadline of an answer that no run makes. Runs keep their own (`freshet.runs.run`)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from freshet.errors import DeadlineExceeded


@asynccontextmanager
async def in_time(seconds: float) -> AsyncIterator[None]:
    """The body, within so many seconds. Raises DeadlineExceeded; a timeout of the body's own stays one."""
    try:
        async with asyncio.timeout(seconds) as time_left:
            yield
    except TimeoutError:
        if not time_left.expired():
            raise
        raise DeadlineExceeded("The time was over before the answer was complete.") from None
