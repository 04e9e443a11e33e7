"""Conformance with AWS's own Runtime API: `aws-lambda-rie`, started as a plain process.

It buffers, so a stream comes back as prelude, NULs and body. It is in the aws-sam-cli wheel; the variable
AWS_LAMBDA_RIE may name another one.
"""

import asyncio
import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.streaming.functions import HANDLERS, LAYER, ROOT, WRAPPER, request, split

ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine())


def find_rie() -> Path | None:
    if named := os.environ.get("AWS_LAMBDA_RIE"):
        return Path(named)
    places = f".venv-sam/lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-{ARCHITECTURE}"
    return next(ROOT.glob(places), None)


RIE = find_rie()
pytestmark = pytest.mark.skipif(
    RIE is None or sys.platform != "linux",
    reason="no aws-lambda-rie here: neither .venv-sam nor AWS_LAMBDA_RIE has it",
)


class Emulator:
    """One function under AWS's emulator."""

    def __init__(self, handler: str, log: Path) -> None:
        self._log = log.open("wb")
        self._url = f"http://127.0.0.1:{(port := _free_port())}/2015-03-31/functions/function/invocations"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "LANG": "C.UTF-8",
            "LAMBDA_TASK_ROOT": str(HANDLERS),
            "PYTHONPATH": f"{HANDLERS}:{LAYER}",
            "_HANDLER": handler,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "20",
        }
        self._port = port
        self._process = subprocess.Popen(
            [
                str(RIE),
                *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
                *("--runtime-api-address", f"127.0.0.1:{_free_port()}"),
                *(str(WRAPPER), sys.executable, "-m", "awslambdaric", handler),
            ],
            env=environment,
            cwd=HANDLERS,
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


@pytest.fixture
def emulate(tmp_path: Path) -> Iterator[Callable[[str], Emulator]]:
    running: list[Emulator] = []

    def start(handler: str) -> Emulator:
        running.append(Emulator(handler, tmp_path / "rie.log"))
        return running[-1]

    yield start
    for emulator in running:
        emulator.close()


@pytest.fixture
async def plain(emulate: Callable[[str], Emulator]) -> Emulator:
    emulator = emulate("plain.handler")
    await emulator.ready()
    return emulator


async def test_aws_accepts_streams_one_after_the_other(plain: Emulator) -> None:
    metadata, body = split(await plain.invoke(request("/headers")))
    assert metadata["cookies"] == ["a=1; Path=/", "b=2; HttpOnly"]
    assert metadata["multiValueHeaders"] == {"vary": ["accept", "origin"]}
    assert body == b"ok"
    metadata, body = split(await plain.invoke(request("/ticks")))
    assert (metadata["statusCode"], len(body.split())) == (200, 5)
    metadata, body = split(await plain.invoke(request("/status?code=204")))
    assert (metadata["statusCode"], body) == (204, b"")
    metadata, body = split(await plain.invoke(request("/%E6%96%87?q=%E4%BD%A0", method="POST", body="诗")))
    assert [json.loads(body)[key] for key in ("path", "query", "body")] == ["/文", {"q": "你"}, "诗"]


async def test_aws_gets_a_failure_before_the_head_as_an_error(plain: Emulator) -> None:
    error = json.loads(await plain.invoke(request("/fail-before")))
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "还没开始就失败了")
    assert split(await plain.invoke(request("/status?code=200&text=again")))[1] == b"again"


@pytest.mark.parametrize("times", [1, 10_000])
async def test_aws_accepts_trailers_however_long_the_error(plain: Emulator, times: int) -> None:
    _, body = split(await plain.invoke(request(f"/fail-after?times={times}")))
    assert body == b"first"
    assert split(await plain.invoke(request("/status?code=200&text=again")))[1] == b"again"


async def test_aws_gets_plain_results_unchanged(emulate: Callable[[str], Emulator]) -> None:
    emulator = emulate("results.plain")
    await emulator.ready()
    result = json.loads(await emulator.invoke('{"问": 1}'.encode()))
    assert (result["event"], result["text"]) == ({"问": 1}, "你好")


async def test_aws_gets_init_errors(emulate: Callable[[str], Emulator]) -> None:
    emulator = emulate("broken_init.handler")
    await emulator.ready()
    error = json.loads(await emulator.invoke(b"{}"))
    assert (error["errorType"], error["errorMessage"]) == ("RuntimeError", "配置缺失")
