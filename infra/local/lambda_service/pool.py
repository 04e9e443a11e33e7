"""All sandboxes of one function: one request at a time each, more on demand, idle ones reaped."""

import asyncio
import logging
from uuid import uuid4

from infra.local.lambda_service.invocation import FunctionError, Invocation
from infra.local.lambda_service.sandbox import Log, Sandbox
from infra.local.lambda_service.spec import FunctionSpec

_log = logging.getLogger(__name__)


class TooManyRequests(Exception):
    """All sandboxes that the function may have are busy: Lambda's 429."""


class FunctionPool:
    """Invokes one function. Belongs to the event loop that it is used on."""

    def __init__(self, spec: FunctionSpec, log: Log | None = None) -> None:
        self._spec = spec
        self._log = log or (lambda name, line: _log.info("%s: %s", name, line))
        self._idle: list[tuple[Sandbox, asyncio.TimerHandle]] = []
        self._busy: dict[Sandbox, asyncio.Task[bool]] = {}
        self._stale: set[Sandbox] = set()
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> int:
        """Sandboxes with an invocation: it may run on when its caller has its answer."""
        return len(self._busy)

    async def invoke(self, event: bytes, request_id: str = "") -> Invocation:
        """Invoke the function with a JSON event, under an id that the caller may have given away already.

        Returns when the buffered answer is complete, or the first streamed bytes or the failure are there.
        A caller that gives up meanwhile changes nothing for the function. Raises TooManyRequests.
        """
        sandbox = self._take()
        invocation = Invocation(request_id or str(uuid4()), event)
        task = self._busy[sandbox] = asyncio.create_task(sandbox.serve(invocation))
        task.add_done_callback(lambda done: self._served(sandbox, invocation, done))
        try:
            await invocation.answered()
        except asyncio.CancelledError:
            invocation.abandon()
            raise
        return invocation

    async def recycle(self) -> None:
        """The code has changed: drop idle sandboxes now and busy ones when they are free."""
        self._stale |= set(self._busy)
        idle, self._idle = self._idle, []
        for sandbox, reaping in idle:
            reaping.cancel()
            self._drop(sandbox)
        await self._dropped()

    async def close(self) -> None:
        """Kill everything; running invocations fail."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.recycle()

    def _take(self) -> Sandbox:
        """The sandbox that was used last, as Lambda does it, or a new one."""
        while self._idle:
            sandbox, reaping = self._idle.pop()
            reaping.cancel()
            if sandbox.alive:
                return sandbox
            self._drop(sandbox)
        if len(self._busy) >= self._spec.max_concurrency:
            raise TooManyRequests(f"{self._spec.name} has {len(self._busy)} invocations running")
        return Sandbox(self._spec, self._log)

    def _served(self, sandbox: Sandbox, invocation: Invocation, task: asyncio.Task[bool]) -> None:
        del self._busy[sandbox]
        invocation.fail(FunctionError.of("Sandbox.Failure", "The sandbox was stopped"))
        if not task.cancelled() and (error := task.exception()):
            _log.error("A sandbox of %s failed", self._spec.name, exc_info=error)
        stale = sandbox in self._stale
        self._stale.discard(sandbox)
        if stale or not sandbox.alive or task.cancelled():
            self._drop(sandbox)
        else:
            loop = asyncio.get_running_loop()
            self._idle.append((sandbox, loop.call_later(self._spec.idle_s, self._reap, sandbox)))

    def _reap(self, sandbox: Sandbox) -> None:
        self._idle = [(kept, reaping) for kept, reaping in self._idle if kept is not sandbox]
        self._drop(sandbox)

    def _drop(self, sandbox: Sandbox) -> None:
        task = asyncio.create_task(sandbox.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _dropped(self) -> None:
        await asyncio.gather(*self._closing)
