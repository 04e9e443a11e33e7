"""Child processes: started, restarted, and never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.children import Child, ChildSpec
from infra.local.errors import LocalCloudError
from infra.local.ports import HOST, answers, free_ports

SERVE = (
    "import http.server, sys; "
    "http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind='127.0.0.1')"
)


def child(tmp_path: Path, *command: str) -> tuple[Child, int]:
    (port,) = free_ports([0])
    full = [sys.executable, "-c", *command, str(port)]
    return Child(ChildSpec("web", full, dict(os.environ), tmp_path, lambda: answers(port, "/"))), port


async def until_silent(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await answers(port, "/")
            except OSError:
                return
            await asyncio.sleep(0.05)


async def until_answers(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                return await answers(port, "/")
            except OSError:
                await asyncio.sleep(0.05)


async def test_a_child_serves_when_start_returns_and_is_gone_after_stop(tmp_path: Path) -> None:
    web, port = child(tmp_path, SERVE)
    await web.start()
    await answers(port, "/")
    await web.stop()
    with pytest.raises(ConnectionRefusedError):
        await answers(port, "/")


async def test_a_child_that_ends_at_start_is_quoted(tmp_path: Path) -> None:
    web, _ = child(tmp_path, "raise SystemExit('no such disk')")
    with pytest.raises(LocalCloudError, match="web ended at start with 1: no such disk"):
        await web.start()


async def test_a_child_that_dies_is_started_again_and_set_up_again(tmp_path: Path) -> None:
    web, port = child(
        tmp_path, f"import os, pathlib; pathlib.Path('pid').write_text(str(os.getpid())); {SERVE}"
    )
    restarted = asyncio.Event()

    async def note() -> None:
        restarted.set()

    web.after_restart = note
    await web.start()
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    await asyncio.wait_for(restarted.wait(), 20)
    await answers(port, "/")
    await web.stop()


async def test_stopping_takes_the_childs_own_children_too(tmp_path: Path) -> None:
    (inner_port,) = free_ports([0])
    start_inner = f"import subprocess; subprocess.Popen([sys.executable, '-c', {SERVE!r}, '{inner_port}'])"
    web, _ = child(tmp_path, f"import sys; {start_inner}; {SERVE}")
    await web.start()
    await until_answers(inner_port)
    await web.stop()
    await until_silent(inner_port)


@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death is signalled by Linux only")
async def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    (port,) = free_ports([0])
    parent = f"""
import asyncio, os, sys
from pathlib import Path
from infra.local.children import Child, ChildSpec
from infra.local.ports import answers
async def main():
    command = [sys.executable, "-c", {SERVE!r}, "{port}"]
    await Child(ChildSpec("web", command, dict(os.environ), Path("."), lambda: answers({port}, "/"))).start()
    await asyncio.sleep(60)
asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", parent])  # noqa: ASYNC220 - returns at once
    try:
        await until_answers(port)
    finally:
        process.kill()
        process.wait()
    await until_silent(port)


def test_free_ports_are_the_preferred_ones_where_possible() -> None:
    first, second = free_ports([0, 0])
    assert first != second
    assert free_ports([first, second]) == [first, second]
    assert HOST == "127.0.0.1"
