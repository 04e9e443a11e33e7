"""Relays as processes on a core of their own, and how each is started."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from infra.local.ports import free_ports
from tests.bench import streaming_client as client
from tests.bench.peers.venv import python_of
from tests.bench.streaming_client import Target
from tests.stack import ROOT

HERE = Path(__file__).parent
RELAY_CORE, OTHER_CORE = (os.cpu_count() or 1) - 1, 0
READY_S = 90.0
READY = "chunks=3,pace_ms=1"  # the order whose answer shows that a relay serves
MODEL = "bench"
KEY = "sk-bench"  # LiteLLM's proxy does not start without one


@dataclass(frozen=True)
class Program:
    """How a relay is started: its command line on a port."""

    name: str
    command: Callable[[int], list[str]]
    environment: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    core: int = RELAY_CORE


@dataclass(frozen=True)
class Relay:
    """A relay that runs."""

    name: str
    process: psutil.Process
    target: Target

    def cpu_s(self) -> float:
        """CPU that it has used, kernel and user."""
        times = self.process.cpu_times()
        return times.user + times.system

    def rss_kb(self) -> float:
        """Its resident memory."""
        return float(self.process.memory_info().rss) / 1024


def programs(upstream: str, stack: Mapping[str, str]) -> dict[str, Program]:
    """Those that are compared, over this upstream; ours with its data on this stack."""
    ours = freshet_environment(upstream, stack)
    fast = str(python_of("relay"))
    litellm = ["--config", str(HERE / "litellm.yaml"), "--host", "127.0.0.1"]
    found = [
        Program("Freshet, straight", lambda port: _freshet(port, "straight"), ours),
        Program("Freshet, runs kept", lambda port: _freshet(port, "kept"), ours),
        Program("the usual relay", lambda port: [fast, str(HERE / "usual.py"), str(port), upstream]),
        Program(
            "LiteLLM",
            lambda port: [str(python_of("litellm").with_name("litellm")), *litellm, "--port", str(port)],
            {
                "UPSTREAM": upstream,
                "LITELLM_MASTER_KEY": KEY,
                "LITELLM_LOG": "ERROR",
                "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            },
            (f"Authorization: Bearer {KEY}",),
        ),
        Program("bytes passed on unread", lambda port: _unread(port, upstream), ours),
    ]
    return {one.name: one for one in found}


def freshet_environment(upstream: str, stack: Mapping[str, str]) -> dict[str, str]:
    """Our settings where one process serves many streams. Budgets are off: nobody else here has them."""
    return {
        **stack,
        "USAGE_TABLE": "",
        "MODEL_BASE_URL": upstream,
        "MODEL_NAME": MODEL,
        "LLM_TRANSPORT": "aiohttp",
        "LLM_ASYNC_WORKERS": "5000",
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "POWERTOOLS_METRICS_NAMESPACE": "bench",
        "POWERTOOLS_SERVICE_NAME": "chat",
        # uvloop and httptools are not the product's: those of the usual relay are taken.
        "FAST_SERVER": str(next(python_of("relay").parents[1].glob("lib/python*/site-packages"))),
        "PYTHONPATH": str(ROOT),
    }


def _freshet(port: int, runs: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.relays.freshet", str(port), runs]


def _unread(port: int, upstream: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.relays.unread", str(port), upstream]


@asynccontextmanager
async def serving(name: str, program: Program) -> AsyncIterator[Relay]:
    """The relay, once it has answered a stream."""
    (port,) = free_ports([0])
    environment = os.environ | dict(program.environment)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: ASYNC220  # a command of ours, begun once
        program.command(port), env=environment, stdout=quiet, stderr=quiet, cwd=ROOT
    ) as child:
        try:
            process = psutil.Process(child.pid)
            process.cpu_affinity([program.core])
            target = Target(port, model=MODEL, headers=program.headers)
            await _ready(child, target)
            yield Relay(name, process, target)
        finally:
            child.kill()  # streams that nobody reads would be waited for


async def _ready(child: "subprocess.Popen[bytes]", target: Target) -> None:
    async with asyncio.timeout(READY_S):
        while True:
            if child.poll() is not None:
                raise RuntimeError(f"the relay has ended: {child.args!r}")
            try:
                (stream,) = await client.open_streams(target, 1, READY)
                await client.finished([stream])
            except OSError:
                stream = None
            if stream and stream.whole:
                return
            await asyncio.sleep(0.1)
