"""Functions started over Lambda's API on loopback, in real sandboxes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from freshet.errors import TooLarge, Unavailable
from freshet.stores.aws import Service
from freshet.stores.functions import EVENT_MAX_BYTES, Functions
from tests.blocking import guarded
from tests.streaming.functions import eventually
from tests.unit.local.lambda_rig import Lambda, notes, serving, started


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lambda]:
    async with serving(started=started()) as service:
        for name, value in service.aws.environment().items():
            monkeypatch.setenv(name, value)
        yield service


@pytest.fixture
async def functions(service: Lambda) -> AsyncIterator[Functions]:
    found = Service("lambda", "functions")
    yield Functions(found)
    await found.aclose()


async def test_a_function_is_started_with_its_event(functions: Functions, tmp_path: Path) -> None:
    event = {"file": str(tmp_path / "notes"), "text": "你好"}
    await functions.start("started", event)
    await eventually(lambda: bool(notes(tmp_path / "notes")))
    (note,) = notes(tmp_path / "notes")
    assert note["event"] == event


async def test_whether_the_function_fails_is_not_the_callers_business(
    functions: Functions, service: Lambda, tmp_path: Path
) -> None:
    await functions.start("started", {"file": str(tmp_path / "notes"), "fail": "later"})
    await service.api.finished()
    assert len(notes(tmp_path / "notes")) == 1


async def test_a_function_that_is_gone_is_named_to_the_operator_only(
    functions: Functions, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Unavailable) as caught:
        await functions.start("query-of-yesterday", {})
    assert caught.value.part == "functions"
    assert "query-of-yesterday" not in caught.value.detail
    said = [record for record in caplog.records if record.message == "a function is missing"]
    assert [record.__dict__["function"] for record in said] == ["query-of-yesterday"]


async def test_an_event_above_lambdas_limit_is_too_large(functions: Functions) -> None:
    frame = len(b'{"text":""}')
    await functions.start("started", {"text": "x" * (EVENT_MAX_BYTES - frame)})
    with pytest.raises(TooLarge):
        await functions.start("started", {"text": "x" * (EVENT_MAX_BYTES - frame + 1)})


async def test_lambda_that_is_down_is_unavailable(functions: Functions, service: Lambda) -> None:
    await service.api.close()
    with pytest.raises(Unavailable) as caught:
        await functions.start("started", {})
    assert caught.value.part == "functions"


async def test_starting_does_not_hold_up_the_loop(functions: Functions) -> None:
    await functions.start("started", {})
    with guarded() as guard:
        await functions.start("started", {"text": "x" * 500_000})
    assert guard.calls == []
