"""One sandbox: one process of the function, its limits, its log. It serves one invocation at a time."""

import asyncio
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable

from infra.local.lambda_service.environment import (
    EntrypointError,
    function_arn,
    sandbox_command,
    sandbox_environment,
)
from infra.local.lambda_service.invocation import FunctionError, Invocation
from infra.local.lambda_service.processes import exceeds, kill_tree
from infra.local.lambda_service.runtime_api import RuntimeApi
from infra.local.lambda_service.spec import FunctionSpec

# AWS gives 10 s, and then a second try within the function's own timeout.
INIT_TIMEOUT_S = 10.0
MAX_LOG_LINE_BYTES = 256 * 1024
# An orphan of the function may hold its pipes open.
LOG_DRAIN_S = 1.0

Log = Callable[[str, str], None]


class Sandbox:
    """Started by its first invocation; after `start` or `serve` has returned False it is of no more use."""

    def __init__(self, spec: FunctionSpec, log: Log, init_timeout_s: float = INIT_TIMEOUT_S) -> None:
        self._spec = spec
        self._log = log
        self._init_timeout_s = max(init_timeout_s, spec.timeout_s)
        self._api = RuntimeApi()
        self._process: Process | None = None
        # One for its life: asyncio keeps what waits for a process until that ends, though it be cancelled.
        self._exited: asyncio.Task[int] | None = None
        self._end: asyncio.Task[None] | None = None
        self._logs: list[asyncio.Task[None]] = []

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self, invocation: Invocation) -> bool:
        """Bring the runtime up to where it asks for an event; what keeps it from that fails `invocation`."""
        return await self._fit(invocation, await self._initialise(invocation))

    async def serve(self, invocation: Invocation) -> bool:
        """Run one invocation to its end, which is when the runtime asks for the next."""
        self._api.deliver(invocation, function_arn(self._spec), self._spec.timeout_s)
        return await self._fit(invocation, await self._until_idle(invocation, self._spec.timeout_s))

    async def _fit(self, invocation: Invocation, error: FunctionError | None) -> bool:
        if error is None:
            return True
        self._log(self._spec.name, f"{error.type} {error.message}")
        invocation.fail(error)
        await self.close()
        return False

    async def close(self) -> None:
        """Kill the process and all that it started. Once: its number may be somebody else's later."""
        if self._process is None:
            return
        if self._end is None:
            self._end = asyncio.create_task(self._kill(self._process))
        await asyncio.shield(self._end)

    async def _kill(self, process: Process) -> None:
        await kill_tree(process.pid)
        await process.wait()
        await self._api.close()
        _, held = await asyncio.wait(self._logs, timeout=LOG_DRAIN_S)
        for task in held:
            task.cancel()

    async def _initialise(self, invocation: Invocation) -> FunctionError | None:
        try:
            self._process = await self._spawn()
            self._exited = asyncio.create_task(self._process.wait())
        except (EntrypointError, OSError) as error:
            return FunctionError.of(
                "Runtime.InvalidEntrypoint", f"RequestId: {invocation.request_id} Error: {error}"
            )
        return await self._until_idle(invocation, self._init_timeout_s)

    async def _spawn(self) -> Process:
        command = await asyncio.to_thread(sandbox_command, self._spec)
        try:
            environment = sandbox_environment(self._spec, await self._api.start())
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=self._spec.task_root,
                env=environment,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                process_group=0,
            )
        except BaseException:
            await self._api.close()
            raise
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            self._logs.append(asyncio.create_task(self._pass_on(stream)))
        return process

    async def _until_idle(self, invocation: Invocation, limit_s: float) -> FunctionError | None:
        """Wait for the runtime to ask for an event; otherwise say what kept it from that."""
        assert self._process is not None
        assert self._exited is not None
        idle, exited = asyncio.create_task(self._api.idle()), self._exited
        grown = asyncio.create_task(exceeds(self._process.pid, self._spec.memory_mb))
        try:
            await asyncio.wait({idle, exited, grown}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if idle.done():
                return None
            prefix = f"RequestId: {invocation.request_id} Error: "
            if exited.done():
                return self._api.init_error or FunctionError.of(
                    "Runtime.ExitError", prefix + _ending(exited.result())
                )
            if grown.done():
                text = f"Memory Size: {self._spec.memory_mb} MB Max Memory Used: {grown.result()} MB"
                return FunctionError.of("Runtime.OutOfMemory", prefix + text)
            return FunctionError.of(
                "Sandbox.Timedout", prefix + f"Task timed out after {limit_s:.2f} seconds"
            )
        finally:
            idle.cancel()
            grown.cancel()

    async def _pass_on(self, stream: asyncio.StreamReader) -> None:
        """Hand log lines on. The runtime writes tracebacks as one line, with carriage returns inside."""
        rest = b""
        while data := await stream.read(64 * 1024):
            *lines, rest = (rest + data).split(b"\n")
            if len(rest) > MAX_LOG_LINE_BYTES:
                lines.append(rest)
                rest = b""
            for line in lines:
                self._log_line(line)
        if rest:
            self._log_line(rest)

    def _log_line(self, line: bytes) -> None:
        self._log(self._spec.name, line.decode(errors="replace").rstrip("\r").replace("\r", "\n"))


def _ending(code: int) -> str:
    if code >= 0:
        return f"Runtime exited with error: exit status {code}"
    return f"Runtime exited with error: signal: {(signal.strsignal(-code) or str(-code)).lower()}"
