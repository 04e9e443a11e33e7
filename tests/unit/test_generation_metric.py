"""What is heard of every generation: the metric that an alarm is on, and what it used, for its run."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from freshet import wiring
from freshet.errors import ModelBadRequest
from freshet.observe import NAMESPACE
from freshet.runs.meter import Consumed, Meter
from tests.unit.llm.upstream import DONE, USAGE, Answer, chunk, raw_server, sends

STREAMED = sends(chunk("你好"), chunk(finish="stop"), USAGE, DONE)
MESSAGE = {"choices": [{"message": {"content": "你好"}, "finish_reason": "stop"}]}
IN_ONE_PIECE = sends(json.dumps(MESSAGE).encode(), kind="application/json")
REFUSED = sends(b'{"error": {"message": "no"}}', status="400 Bad Request", kind="application/json")

Point = Callable[[str], None]


@pytest.fixture
async def model_at(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Point]:
    """Points the product's model at a server."""

    def point(url: str) -> None:
        monkeypatch.setenv("MODEL_BASE_URL", url)
        monkeypatch.setenv("MODEL_NAME", "m")
        monkeypatch.setenv("MODEL_KEY_PARAMETER", "")
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "a-stack")  # as the template has it

    await wiring.aclose()
    yield point
    await wiring.aclose()


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was counted so far, in CloudWatch's embedded format."""
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [metric for metric in metrics if "Generations" in metric]


@pytest.mark.parametrize(("answer", "streamed"), [(STREAMED, "true"), (IN_ONE_PIECE, "false")])
async def test_a_generation_is_counted_with_whether_it_streamed(
    answer: Answer, streamed: str, model_at: Point, capsys: pytest.CaptureFixture[str]
) -> None:
    async with raw_server(answer) as upstream:
        model_at(upstream.url)
        assert await wiring.model().chat_async("hi") == "你好"
    (metric,) = written(capsys)
    assert (metric["Generations"], metric["streamed"]) == ([1.0], streamed)
    (declared,) = metric["_aws"]["CloudWatchMetrics"]
    assert (declared["Namespace"], declared["Metrics"][0]["Name"]) == (NAMESPACE, "Generations")
    assert set(declared["Dimensions"][0]) == {"service", "streamed"}


async def test_a_generation_that_fails_is_counted_once(
    model_at: Point, capsys: pytest.CaptureFixture[str]
) -> None:
    async with raw_server(REFUSED) as upstream:
        model_at(upstream.url)
        with pytest.raises(ModelBadRequest):
            await wiring.model().chat_async("hi")
    (metric,) = written(capsys)
    assert metric["Generations"] == [1.0]


async def test_what_a_generation_used_is_counted_for_its_run(
    model_at: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_PRICES", '{"m": [1e6, 2e6]}')
    meter = Meter()
    async with raw_server(STREAMED, REFUSED) as upstream:
        model_at(upstream.url)
        with meter.running():
            assert await wiring.model().chat_async("hi") == "你好"
            with pytest.raises(ModelBadRequest):
                await wiring.model().chat_async("hi")
    assert meter.consumed == [Consumed(7, 3, cost=13.0, model="m")]
