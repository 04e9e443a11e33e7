"""AWS's own `aws-lambda-rie` as a plain process: what Lambda itself makes of a function.

It buffers, so a stream comes back as prelude, NULs and body. It is in the aws-sam-cli wheel; the variable
AWS_LAMBDA_RIE may name another one.
"""

import asyncio
import os
import platform
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from tests.streaming.functions import HANDLERS, LAYER, ROOT, WRAPPER

ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine())


def find_rie() -> Path | None:
    if named := os.environ.get("AWS_LAMBDA_RIE"):
        return Path(named)
    places = f".venv-sam/lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-{ARCHITECTURE}"
    return next(ROOT.glob(places), None)


RIE = find_rie()


class Emulator:
    """One function under AWS's emulator; `wrapped`: by the streaming wrapper."""

    def __init__(self, handler: str, log: Path, *, task_root: Path = HANDLERS, wrapped: bool = True) -> None:
        self._log = log.open("wb")
        self._url = f"http://127.0.0.1:{(port := _free_port())}/2015-03-31/functions/function/invocations"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "LANG": "C.UTF-8",
            "LAMBDA_TASK_ROOT": str(task_root),
            "PYTHONPATH": f"{task_root}:{LAYER}",
            "_HANDLER": handler,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "20",
        }
        self._port = port
        self._process = subprocess.Popen(
            [
                str(RIE),
                *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
                *("--runtime-api-address", f"127.0.0.1:{_free_port()}"),
                *([str(WRAPPER)] if wrapped else []),
                *(sys.executable, "-m", "awslambdaric", handler),
            ],
            env=environment,
            cwd=task_root,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    async def invoke(self, event: bytes) -> bytes:
        async with httpx.AsyncClient(timeout=25, trust_env=False) as client:
            return (await client.post(self._url, content=event)).content

    async def ready(self) -> None:
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                    writer.close()
                    return
                except OSError:
                    await asyncio.sleep(0.02)

    def close(self) -> None:
        os.killpg(self._process.pid, 9)
        self._process.wait()
        self._log.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
