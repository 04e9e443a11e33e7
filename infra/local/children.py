"""Child processes of the local cloud: started, watched, restarted, and never left behind.

What belongs here: the life of a process that serves a port. What does not: which processes there are
(`servers.py`), and functions' sandboxes (`lambda_service`).

A child has a process group of its own, so that Ctrl-C reaches it through us and only once; on Linux it is
also told by the kernel to end when we are gone (SIGTERM, so that it can save its state).
"""

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local.errors import LocalCloudError

START_S = 30.0  # until a child must answer; they take about one second
STOP_S = 4.0  # for a child to save its state
RESTART_PAUSE_S = 1.0  # between a child's death and its next life
READY_POLL_S = 0.05
LINE_MAX_BYTES = 1 << 20
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

log = logging.getLogger("cloud")


@dataclass(frozen=True)
class ChildSpec:
    """What to run. `ready` answers once the child serves; it raises OSError while it does not."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    ready: Callable[[], Awaitable[None]]


class Child:
    """One child process, kept alive until `stop`. `after_restart` sets up again what its death has cost."""

    def __init__(self, spec: ChildSpec) -> None:
        self.spec = spec
        self.after_restart: Callable[[], Awaitable[None]] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._last_lines: deque[str] = deque(maxlen=5)
        self._serves = False
        self._watching: asyncio.Task[None] | None = None
        self._output: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Runs it and waits until it serves. Raises LocalCloudError with its last words."""
        await self._launch()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Ends it: politely first, so that it saves its state."""
        if self._watching:
            self._watching.cancel()
        process = self._process
        if not process or process.returncode is not None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            log.warning("%s did not stop in %.0f s and was killed", self.spec.name, STOP_S)
        _signal_group(process.pid, signal.SIGKILL)  # its own children, and itself if it hangs
        await process.wait()

    async def _launch(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self.spec.command,
            env=dict(self.spec.environment),
            cwd=self.spec.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LINE_MAX_BYTES,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        self._output = asyncio.create_task(self._read_output(self._process))
        self._serves = False
        try:
            await asyncio.wait_for(self._serving(self._process), START_S)
            self._serves = True
        except TimeoutError:
            await self.stop()
            raise LocalCloudError(f"{self.spec.name} did not answer within {START_S:.0f} s.") from None

    async def _serving(self, process: asyncio.subprocess.Process) -> None:
        while True:
            if process.returncode is not None:
                assert self._output
                await self._output
                words = " | ".join(self._last_lines) or "no output"
                raise LocalCloudError(f"{self.spec.name} ended at start with {process.returncode}: {words}")
            with contextlib.suppress(OSError):
                await self.spec.ready()
                return
            await asyncio.sleep(READY_POLL_S)

    async def _watch(self) -> None:
        while True:
            assert self._process
            code = await self._process.wait()
            log.warning("%s ended with %s and is started again", self.spec.name, code)
            await asyncio.sleep(RESTART_PAUSE_S)
            try:
                await self._launch()
                if self.after_restart:
                    await self.after_restart()
            except LocalCloudError as error:
                log.error("%s", error)

    async def _read_output(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        with contextlib.suppress(
            ValueError
        ):  # a line above the limit: the rest is unreadable, and unimportant
            async for line in process.stdout:
                text = line.decode("utf-8", errors="replace").rstrip()
                self._last_lines.append(text)
                if self._serves:  # until then they are only of interest if it fails
                    logging.getLogger(self.spec.name).info("%s", text)


def _end_with_parent() -> None:
    """Runs in the child between fork and exec: the kernel signals it when the parent dies."""
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
