"""A process and its children: how much memory they hold, and their end."""

import asyncio
import os
import signal
from contextlib import suppress

import psutil

# Looking costs a walk through /proc (2 ms); a function that grows by 1 GB/s overshoots by a quarter of one.
LOOK_EVERY_S = 0.25
MIB = 1024 * 1024


async def exceeds(pid: int, limit_mb: int) -> int:
    """Return, once the process tree holds more than `limit_mb` MiB, how much that was."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        used = await asyncio.to_thread(_resident_mb, pid)
        if used > limit_mb:
            return used


async def kill_tree(pid: int) -> None:
    """Kill a process that leads its group, and all its children: those in other groups too."""
    await asyncio.to_thread(_kill_tree, pid)


def _tree(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def _resident_mb(pid: int) -> int:
    total = 0
    for process in _tree(pid):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            total += process.memory_info().rss
    return total // MIB


def _kill_tree(pid: int) -> None:
    for process in _tree(pid):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
