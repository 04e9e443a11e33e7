"""How sandboxes are made, shared, limited and ended."""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from infra.local.lambda_service import FunctionPool, Invocation, TooManyRequests
from infra.local.lambda_service.pool import STARTS_AT_ONCE
from infra.local.lambda_service.sandbox import Sandbox
from tests.streaming.conftest import MakePool
from tests.streaming.functions import ROOT, eventually, free, request, spec, whole


async def gone(pid: int) -> None:
    """Wait until a process has ended."""
    await eventually(
        lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    )


async def pid_of(pool: FunctionPool) -> int:
    pid: int = json.loads((await whole(await pool.invoke(request("/process"))))[1])["pid"]
    await free(pool)
    return pid


async def test_sandboxes_run_at_the_same_time(function: MakePool, tmp_path: Path) -> None:
    pool = function("results.meet")
    event = json.dumps({"directory": str(tmp_path), "count": 3}).encode()
    invocations = await asyncio.gather(*(pool.invoke(event) for _ in range(3)))
    assert [invocation.function_error for invocation in invocations] == [None] * 3
    assert len({invocation.payload for invocation in invocations}) == 3


async def test_a_sandbox_is_used_again(function: MakePool) -> None:
    pool = function("plain.handler")
    assert await pid_of(pool) == await pid_of(pool)


async def test_an_invocation_that_is_over_leaves_nothing_with_its_sandbox(function: MakePool) -> None:
    pool = function("plain.handler")
    await pid_of(pool)
    before = futures()
    for _ in range(30):
        await pid_of(pool)
    assert futures() < before + 15


def futures() -> int:
    """How many there are in memory, of tasks too."""
    gc.collect()
    return sum(issubclass(type(one), asyncio.Future) for one in gc.get_objects())


async def test_a_burst_of_short_invocations_takes_few_sandboxes(function: MakePool) -> None:
    pool = function("plain.handler")
    invocations = await asyncio.gather(*(pool.invoke(request("/process")) for _ in range(12)))
    pids = {json.loads((await whole(one))[1])["pid"] for one in invocations}
    assert len(pids) <= 6  # two, where nothing else is to be done
    await free(pool)


async def test_who_gives_up_in_line_is_served_all_the_same(function: MakePool, tmp_path: Path) -> None:
    pool = function("results.meet")
    event = json.dumps({"directory": str(tmp_path), "count": 2 * STARTS_AT_ONCE}).encode()
    waiting = [asyncio.create_task(pool.invoke(event)) for _ in range(2 * STARTS_AT_ONCE)]
    await asyncio.sleep(0)
    waiting[-1].cancel()
    answers = await asyncio.gather(*waiting[:-1])  # they wait for each other, so all of them run
    assert [one.function_error for one in answers] == [None] * len(answers)


async def test_more_invocations_than_sandboxes_are_too_many(function: MakePool) -> None:
    pool = function("results.sleep", max_concurrency=1)
    first = asyncio.create_task(pool.invoke(b'{"seconds": 0.3}'))
    await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        await pool.invoke(b'{"seconds": 0}')
    assert (await first).function_error is None


async def test_an_idle_sandbox_is_reaped(function: MakePool) -> None:
    pool = function("plain.handler", idle_s=0.1)
    pid = await pid_of(pool)
    await gone(pid)
    assert await pid_of(pool) != pid


async def test_a_sandbox_that_died_idle_is_replaced(function: MakePool) -> None:
    pool = function("plain.handler")
    pid = await pid_of(pool)
    os.kill(pid, signal.SIGKILL)
    await eventually(lambda: not psutil.pid_exists(pid))
    assert await pid_of(pool) != pid


async def test_recycle_replaces_idle_sandboxes_now_and_busy_ones_later(function: MakePool) -> None:
    pool = function("plain.handler")
    idle = await pid_of(pool)
    await pool.recycle()
    await gone(idle)
    invocation = await pool.invoke(request("/ticks"))
    await pool.recycle()
    assert len((await whole(invocation))[1].split()) == 5
    assert invocation.function_error is None
    await free(pool)
    assert await pid_of(pool) != idle
    assert pool.busy == 0


async def test_close_ends_what_runs(function: MakePool) -> None:
    pool = function("results.sleep")
    running = asyncio.create_task(pool.invoke(b'{"seconds": 30}'))
    await asyncio.sleep(0.3)
    await pool.close()
    error = (await running).function_error
    assert error is not None
    assert error.type == "Sandbox.Failure"


async def test_a_caller_that_gives_up_leaves_the_function_running(function: MakePool) -> None:
    pool = function("results.sleep", max_concurrency=1)
    pid = (await pool.invoke(b'{"seconds": 0}')).payload
    await free(pool)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.invoke(b'{"seconds": 0.5}'), timeout=0.1)
    assert pool.busy == 1
    await free(pool)
    assert (await pool.invoke(b'{"seconds": 0}')).payload == pid


async def test_a_function_that_takes_too_long_is_killed(function: MakePool) -> None:
    pool = function("results.sleep", timeout_s=1)
    invocation = await pool.invoke(b'{"seconds": 30}')
    assert_failed(invocation, "Sandbox.Timedout", "Task timed out after 1.00 seconds")
    again = await pool.invoke(b'{"seconds": 0}')
    assert again.function_error is None


async def test_a_stream_is_cut_by_the_functions_timeout(function: MakePool) -> None:
    invocation = await function("plain.handler", timeout_s=0.5).invoke(request("/ticks"))
    assert 1 <= len((await whole(invocation))[1].split()) < 5
    assert invocation.function_error is not None
    assert invocation.function_error.type == "Sandbox.Timedout"


async def test_a_function_that_takes_too_much_memory_is_killed(function: MakePool) -> None:
    began = time.monotonic()
    invocation = await function("results.hog", memory_mb=128).invoke(b'{"mb": 200}')
    assert_failed(invocation, "Runtime.OutOfMemory", "Memory Size: 128 MB")
    assert time.monotonic() - began < 15


async def test_the_memory_of_children_counts_and_they_die_too(function: MakePool, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    event = json.dumps({"mb": 200, "file": str(told)}).encode()
    invocation = await function("results.hog_in_child", memory_mb=128).invoke(event)
    assert_failed(invocation, "Runtime.OutOfMemory", "Memory Size: 128 MB")
    await gone(int(told.read_text()))


async def test_an_import_that_takes_too_long_is_killed() -> None:
    sandbox = Sandbox(spec("slow_import.handler", timeout_s=0.5), lambda name, line: None, init_timeout_s=0.5)
    invocation = Invocation("id", b"{}")
    assert not await sandbox.start(invocation)
    assert_failed(invocation, "Sandbox.Timedout", "timed out after 0.50 seconds")
    assert not sandbox.alive


async def test_a_function_sees_its_own_environment_only(
    function: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMEBODYS_SECRET", "x")
    environment = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/streaming-wrapper", "TABLE": "表"}
    invocation = await function("plain.handler", environment=environment).invoke(request("/process"))
    seen = json.loads((await whole(invocation))[1])["environment"]
    assert "SOMEBODYS_SECRET" not in seen
    assert seen["TABLE"] == "表"
    assert seen["_HANDLER"] == "plain.handler"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
    assert seen["AWS_EXECUTION_ENV"] == f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}"


PARENT = """
import asyncio, json, sys
from infra.local.lambda_service import FunctionPool
from tests.streaming.functions import request, spec, whole

async def main():
    pool = FunctionPool(spec("plain.handler"))
    print(json.loads((await whole(await pool.invoke(request("/process"))))[1])["pid"], flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
async def test_sandboxes_die_with_the_local_cloud() -> None:
    parent = subprocess.Popen(  # noqa: ASYNC220 - the test's own process, not the loop's
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    pid = int(await asyncio.to_thread(parent.stdout.readline))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    await gone(pid)


def assert_failed(invocation: Invocation, error_type: str, message: str) -> None:
    assert invocation.function_error is not None
    assert invocation.function_error.type == error_type
    assert message in invocation.function_error.message
