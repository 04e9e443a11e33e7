"""All sandboxes of one function: one request at a time each, more on demand, idle ones reaped.

An invocation gets the first sandbox that is free, as on Lambda: one that starts for it, or one that has
become free meanwhile. A page's ten files are served by the two that its first requests have started.
"""

import asyncio
import logging
import os
from uuid import uuid4

from infra.local.lambda_service.invocation import FunctionError, Invocation
from infra.local.lambda_service.sandbox import Log, Sandbox
from infra.local.lambda_service.spec import FunctionSpec

_log = logging.getLogger(__name__)

# Starting takes nothing but processor time: more at once would only make each of them later.
STARTS_AT_ONCE = max(2, os.cpu_count() or 1)
SETTLES_S = 0.05  # what has just started may be free again so soon that no other is needed


class TooManyRequests(Exception):
    """All sandboxes that the function may have are busy: Lambda's 429."""


class FunctionPool:
    """Invokes one function. Belongs to the event loop that it is used on."""

    def __init__(self, spec: FunctionSpec, log: Log | None = None) -> None:
        self._spec = spec
        self._log = log or (lambda name, line: _log.info("%s: %s", name, line))
        self._idle: list[tuple[Sandbox, asyncio.TimerHandle]] = []
        self._busy: set[Sandbox] = set()
        self._starting = 0
        self._invocations: set[asyncio.Task[None]] = set()
        self._waiting: dict[asyncio.Future[None], None] = {}  # in their order
        self._stale: set[Sandbox] = set()
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> int:
        """Invocations under way: one may run on when its caller has its answer."""
        return len(self._invocations)

    async def invoke(self, event: bytes, request_id: str = "") -> Invocation:
        """Invoke the function with a JSON event, under an id that the caller may have given away already.

        Returns when the buffered answer is complete, or the first streamed bytes or the failure are there.
        A caller that gives up meanwhile changes nothing for the function. Raises TooManyRequests.
        """
        if self.busy >= self._spec.max_concurrency:
            raise TooManyRequests(f"{self._spec.name} has {self.busy} invocations running")
        invocation = Invocation(request_id or str(uuid4()), event)
        task = asyncio.create_task(self._run(invocation))
        self._invocations.add(task)
        task.add_done_callback(lambda done: self._ended(invocation, done))
        try:
            await invocation.answered()
        except asyncio.CancelledError:
            invocation.abandon()
            raise
        return invocation

    async def recycle(self) -> None:
        """The code has changed: drop idle sandboxes now and busy ones when they are free."""
        self._stale |= self._busy
        idle, self._idle = self._idle, []
        for sandbox, reaping in idle:
            reaping.cancel()
            self._drop(sandbox)
        await self._dropped()

    async def close(self) -> None:
        """Kill everything; running invocations fail."""
        for task in self._invocations:
            task.cancel()
        await asyncio.gather(*self._invocations, return_exceptions=True)
        await self.recycle()

    async def _run(self, invocation: Invocation) -> None:
        sandbox = await self._free() or Sandbox(self._spec, self._log)
        self._busy.add(sandbox)
        is_fit = False
        try:
            is_fit = (sandbox.alive or await self._start(sandbox, invocation)) and await sandbox.serve(
                invocation
            )
        finally:
            self._give_back(sandbox, is_fit)

    async def _free(self) -> Sandbox | None:
        """The sandbox that was used last, as Lambda does it; None if one may be started instead."""
        while True:
            while self._idle:
                sandbox, reaping = self._idle.pop()
                reaping.cancel()
                if sandbox.alive:
                    return sandbox
                self._drop(sandbox)
            if self._starting < STARTS_AT_ONCE:
                self._starting += 1
                return None
            await self._change()

    async def _change(self) -> None:
        """Wait in line until a sandbox is free, or may be started."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting[turn] = None
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._stir()  # whoever is next
            raise
        finally:
            self._waiting.pop(turn, None)

    def _stir(self) -> None:
        if turn := next((one for one in self._waiting if not one.done()), None):
            turn.set_result(None)

    async def _start(self, sandbox: Sandbox, invocation: Invocation) -> bool:
        try:
            return await sandbox.start(invocation)
        finally:
            asyncio.get_running_loop().call_later(SETTLES_S, self._started)

    def _started(self) -> None:
        self._starting -= 1
        self._stir()

    def _give_back(self, sandbox: Sandbox, is_fit: bool) -> None:
        self._busy.discard(sandbox)
        is_stale = sandbox in self._stale
        self._stale.discard(sandbox)
        if is_stale or not is_fit or not sandbox.alive:
            self._drop(sandbox)
        else:
            loop = asyncio.get_running_loop()
            self._idle.append((sandbox, loop.call_later(self._spec.idle_s, self._reap, sandbox)))
        self._stir()

    def _ended(self, invocation: Invocation, task: asyncio.Task[None]) -> None:
        self._invocations.discard(task)
        invocation.fail(FunctionError.of("Sandbox.Failure", "The sandbox was stopped"))
        if not task.cancelled() and (error := task.exception()):
            _log.error("A sandbox of %s failed", self._spec.name, exc_info=error)

    def _reap(self, sandbox: Sandbox) -> None:
        self._idle = [(kept, reaping) for kept, reaping in self._idle if kept is not sandbox]
        self._drop(sandbox)

    def _drop(self, sandbox: Sandbox) -> None:
        task = asyncio.create_task(sandbox.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _dropped(self) -> None:
        await asyncio.gather(*self._closing)
