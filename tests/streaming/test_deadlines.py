"""A run ends before Lambda ends its sandbox: honestly, and the sandbox serves on."""

import json
import time
from typing import Any

import pytest

from freshet import wiring
from freshet.web import END_S
from infra.local.lambda_service import FunctionPool
from tests.stack import Stack
from tests.streaming.conftest import MakePool
from tests.streaming.functions import free, request, whole

TIMEOUT_S = 4.5
CALLER = {"requestId": "req-1", "authorizer": {"owner": "ada"}}


@pytest.fixture
def endless(cloud: Stack, function: MakePool) -> FunctionPool:
    """A function over the Runs table that has little time."""
    environment = {**cloud.environment(), "AWS_LAMBDA_EXEC_WRAPPER": "/opt/streaming-wrapper"}
    return function("endless.handler", environment=environment, timeout_s=TIMEOUT_S)


async def read(pool: FunctionPool, **headers: list[str]) -> list[dict[str, Any]]:
    """The events of a run of the function's, its end mark checked and left out."""
    event = request("/words", method="POST", requestContext=CALLER, headers=headers)
    answer, body = await whole(await pool.invoke(event))
    assert answer["statusCode"] == 200
    lines = [line for line in body.decode().splitlines() if line.startswith("data: ")]
    assert lines.pop() == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines]


async def test_a_run_ends_three_seconds_before_its_sandbox_would_and_the_sandbox_serves_on(
    endless: FunctionPool,
) -> None:
    (warm, *_) = await read(endless, **{"X-Request-Timeout-Ms": ["300"]})
    await free(endless)
    begun = time.monotonic()
    events = await read(endless)
    assert TIMEOUT_S - END_S - 0.1 < time.monotonic() - begun < TIMEOUT_S - 1
    end = events[-1]
    assert (end["status"], end["problem"]["code"]) == ("error", "deadline")
    written = "".join(event["content"] for event in events[1:-1])
    assert written.startswith("字 字 ")
    assert end["final_response"]["output"] == written
    assert end["metrics"]["duration_ms"] > 1000
    kept = await wiring.runs().get("ada", events[0]["run_id"])
    assert (kept.status, kept.final_response) == ("failed", end["final_response"])
    await free(endless)
    again = await read(endless, **{"X-Request-Timeout-Ms": ["300"]})
    assert warm["pid"] == events[0]["pid"] == again[0]["pid"]
    assert again[-1]["problem"]["code"] == "deadline"
