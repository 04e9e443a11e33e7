"""Conformance with AWS's own Runtime API: the functions of `handlers/` under `aws-lambda-rie`."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.streaming.functions import request, split
from tests.streaming.rie import RIE, Emulator

pytestmark = pytest.mark.skipif(
    RIE is None or sys.platform != "linux",
    reason="no aws-lambda-rie here: neither .venv-sam nor AWS_LAMBDA_RIE has it",
)


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
