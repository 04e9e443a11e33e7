"""The local cloud as a process of its own, started as a user starts it.

What belongs here: its life, its parts and their addresses. What does not: what it is asked (`client.py`).
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

from infra.local.aws import Aws
from infra.local.ports import free_ports
from infra.local.state import State
from tests.stack import ROOT

START_S = 40.0  # it takes three; a busy machine more
STOP_S = 15.0
REQUEST_S = 40.0  # above API Gateway's own 29 s
_KILL_EVERY_S = 0.1  # a part needs several times that until it serves
_COMMANDS = {"aws": "ministack", "qdrant": "infra.local.qdrant", "model": "infra.local.model"}

T = TypeVar("T")


class LocalCloud:
    """One `python -m infra.local`, in a process group of its own as a shell would start it."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.state = State(folder / "state")
        self._folder = folder
        self._options = options
        self._environment = environment
        (self.port,) = free_ports([0])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> dict[str, Any]:
        """`running.json`: the addresses of its parts, the outputs of its stacks."""
        return self.state.read("running")

    @property
    def outputs(self) -> dict[str, str]:
        """The data stack's outputs: table names, queue URLs, user pool."""
        found: dict[str, str] = self.running["outputs"]["Data"]
        return found

    @property
    def aws(self) -> Aws:
        """The emulator, with credentials that may do everything."""
        return Aws(self.running["endpoint"], self.running["region"])

    @property
    def model_url(self) -> str:
        """The stand-in model's base URL, without /v1."""
        return str(self.running["given"]["MODEL_BASE_URL"]).removesuffix("/v1")

    @property
    def log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "infra.local", *arguments, "--state", str(self.state.folder)]

    def environment(self) -> dict[str, str]:
        """Nothing of the developer's own: no `.env`, no keys, no endpoints."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **self._environment}

    def start(self) -> None:
        """Starts it and waits until it says that it runs."""
        said = self.log.count("Freshet runs on") if (self._folder / "log").exists() else 0
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command("--port", str(self.port), *self._options),
                cwd=self._folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = self._process
        until(lambda: self.log.count("Freshet runs on") > said or process.poll() is not None, START_S)
        assert process.poll() is None, f"the local cloud did not start:\n{self.log[-2000:]}"

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ctrl-C: the signal goes to the whole group. The exit code."""
        assert self._process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        return self._process.wait(STOP_S)

    def close(self) -> None:
        """Ends it whatever it does."""
        if not self._process or self._process.poll() is not None:
            return
        left = self.processes()
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            for process in (*left, psutil.Process(self._process.pid)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            self._process.wait(STOP_S)
            raise

    def processes(self) -> list[psutil.Process]:
        """Its parts and its functions' sandboxes."""
        assert self._process
        return psutil.Process(self._process.pid).children(recursive=True)

    def gateway(self) -> psutil.Process:
        """Its own process, which the gateway and the Lambda service run in."""
        assert self._process
        return psutil.Process(self._process.pid)

    def sandboxes(self, function: str) -> list[psutil.Process]:
        """The processes that run a function."""
        return [one for one in self.processes() if _function(one) == function]

    def part(self, name: str) -> psutil.Process | None:
        """The process of `aws`, `qdrant` or `model`; None while there is none."""
        return next((one for one in self.processes() if _COMMANDS[name] in _command(one)), None)

    def kill_sandboxes(self, function: str) -> None:
        """Kills all processes that run a function."""
        found = self.sandboxes(function)
        assert found
        for one in found:
            one.kill()
        psutil.wait_procs(found, STOP_S)

    @contextlib.contextmanager
    def kept_down(self, name: str) -> Iterator[None]:
        """A part is down: each new life that the supervisor gives it is ended at once.

        Waits at the end until all works again. The emulator is asked politely the first time: it writes
        its state only then.
        """
        first, deployed = self.part(name), self.deployed()
        assert first
        first.send_signal(signal.SIGTERM if name == "aws" else signal.SIGKILL)
        psutil.wait_procs([first], STOP_S)
        over = threading.Event()
        killer = threading.Thread(target=self._kill_until, args=(name, over))
        killer.start()
        try:
            yield
        finally:
            over.set()
            killer.join()
            if name == "aws":
                self.wait_for_deployment(deployed)
            else:
                self.wait_for_parts()

    def _kill_until(self, name: str, over: threading.Event) -> None:
        while not over.wait(_KILL_EVERY_S):
            with contextlib.suppress(psutil.NoSuchProcess):
                if found := self.part(name):
                    found.kill()

    @contextlib.contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        """Parts take connections and answer nothing."""
        processes = [process for name in names if (process := self.part(name))]
        assert len(processes) == len(names)
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()
            self.wait_for_parts()

    def kill(self, name: str) -> None:
        """Kills a part; the supervisor starts it again."""
        process = self.part(name)
        assert process
        process.kill()
        process.wait(STOP_S)

    def deployed(self) -> int:
        """When the template was deployed last."""
        return (self.state.folder / "running.json").stat().st_mtime_ns

    def wait_for_deployment(self, before: int) -> None:
        """Returns once the template was deployed anew; the emulator's restart brings that about."""
        until(lambda: self.deployed() != before, START_S)

    def wait_for_parts(self) -> None:
        """Returns once every part answers again."""
        deep = {"deep": "true"}
        until(lambda: httpx.get(f"{self.url}/health", params=deep, timeout=REQUEST_S).is_success, START_S)


@contextlib.contextmanager
def started(cloud: LocalCloud) -> Iterator[LocalCloud]:
    """Runs it for as long as this lasts."""
    cloud.start()
    try:
        yield cloud
    finally:
        cloud.close()


def until(done: Callable[[], T], limit_s: float, *, every_s: float = 0.05) -> T:
    """What `done` returns, once that is true. Fails when the time is up."""
    deadline = time.monotonic() + limit_s
    while not (found := done()):
        assert time.monotonic() < deadline, f"still not so after {limit_s:g} s"
        time.sleep(every_s)
    return found


def _command(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _function(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        is_sandbox = "awslambdaric" in " ".join(process.cmdline()) or "lambda_runtime" in _command(process)
        return process.environ().get("AWS_LAMBDA_FUNCTION_NAME", "") if is_sandbox else ""
    return ""
