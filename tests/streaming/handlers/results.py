"""Handlers that are no ASGI apps: results of every kind, on one event loop."""

import asyncio
import gc
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from freshet.lambda_runtime import HttpStream, run


def plain(event: Any, context: Any) -> Any:
    return {"event": event, "text": "你好", "deadline": context.get_remaining_time_in_millis()}


async def _loop_id() -> int:
    return id(asyncio.get_running_loop())


def loops(event: Any, context: Any) -> Any:
    """The loop of `run`, twice, and the one that Mangum would take."""
    return [run(_loop_id()), run(_loop_id()), id(asyncio.get_event_loop())]


async def _body(parts: list[str | None]) -> AsyncIterator[bytes]:
    for part in parts:
        if part is None:
            raise LookupError("nothing more")
        yield part.encode()


def stream(event: Any, context: Any) -> HttpStream:
    """The event's `parts` as a body; a null is a failure."""
    return HttpStream(200, [("content-type", "text/plain")], [], _body(event["parts"]))


def collector(event: Any, context: Any) -> Any:
    return {"enabled": gc.isenabled(), "frozen": gc.get_freeze_count()}


def modules(event: Any, context: Any) -> Any:
    return {name: getattr(sys.modules[name], "__file__", "") for name in event["names"]}


def too_large(event: Any, context: Any) -> str:
    return "x" * (6 * 1024 * 1024 + 200)


def meet(event: Any, context: Any) -> int:
    """Wait until as many files are in a directory as sandboxes should run at once."""
    meeting = Path(event["directory"])
    (meeting / str(os.getpid())).touch()
    until = time.monotonic() + 20
    while (here := len(list(meeting.iterdir()))) < event["count"]:
        if time.monotonic() > until:
            raise TimeoutError(f"only {here} came")
        time.sleep(0.02)
    return os.getpid()


def sleep(event: Any, context: Any) -> int:
    time.sleep(event["seconds"])
    return os.getpid()


def hog(event: Any, context: Any) -> None:
    held = bytearray(os.urandom(1024)) * (event["mb"] * 1024)
    time.sleep(30)
    print(len(held))  # noqa: T201 - keeps it


def hog_in_child(event: Any, context: Any) -> None:
    """The child's memory counts too; its pid is told in a file."""
    code = f"import time; held = bytearray(b'x') * ({event['mb']} << 20); time.sleep(30)"
    child = subprocess.Popen([sys.executable, "-c", code])
    Path(event["file"]).write_text(str(child.pid))
    child.wait()


def leave(event: Any, context: Any) -> None:
    os._exit(3)


def talk(event: Any, context: Any) -> None:
    print("一行日志")  # noqa: T201 - what a function prints is its log
    raise ValueError("它失败了")
