"""Asynchronous invocations: taken at once, run when a sandbox is free, their answers dropped.

As on AWS with MaximumRetryAttempts 0: an event whose function is throttled is tried again, one whose function
fails is not. What does not belong here: how events arrive (`invoke_api`).
Source: "Invoking a Lambda function asynchronously" in the Lambda developer guide.
"""

import asyncio
import logging
from collections.abc import Callable

from infra.local.lambda_service.invocation import Invocation
from infra.local.lambda_service.pool import FunctionPool, TooManyRequests

MAX_EVENTS = 1000  # of up to 1 MB, waiting or running; AWS has no such limit, a laptop's memory has
PAUSE_S = 0.5  # before a throttled event is tried again

_log = logging.getLogger("lambda")


class Background:
    """The events that nobody waits for. Belongs to the event loop that it is used on."""

    def __init__(self, find: Callable[[str], FunctionPool]) -> None:
        """`find` says where a function runs now: an event that waits may outlive a deployment."""
        self._find = find
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, function: str, event: bytes, request_id: str) -> None:
        """Takes an event. Raises TooManyRequests."""
        if len(self._tasks) >= MAX_EVENTS:
            raise TooManyRequests(f"{MAX_EVENTS} events wait or run")
        task = asyncio.create_task(self._run(function, event, request_id), name=function)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def finished(self) -> None:
        """Waits until every event, and what it starts in turn, has come to its end."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Drops what waits; what runs is left to its sandbox."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, function: str, event: bytes, request_id: str) -> None:
        invocation = await self._admitted(function, event, request_id)
        async for _ in invocation.chunks():
            pass
        if error := invocation.function_error:
            _log.error("%s failed in the background: %s %s", function, error.type, error.message)

    async def _admitted(self, function: str, event: bytes, request_id: str) -> Invocation:
        """The invocation, once the function had a sandbox for it and has begun to answer."""
        while True:
            try:
                return await self._find(function).invoke(event, request_id)
            except TooManyRequests:
                await asyncio.sleep(PAUSE_S)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("an event for %s is lost: %r", task.get_name(), error)
