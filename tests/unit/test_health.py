import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from freshet import health
from tests.stack import Stack

DOWN = "http://127.0.0.1:9"


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """A server that takes every connection and never says anything."""
    opened: list[asyncio.StreamWriter] = []

    async def keep(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for writer in opened:
            writer.close()


async def test_all_parts_of_a_sound_stack_answer(product: Stack) -> None:
    report = await health.deep()
    assert report.parts is not None
    assert report.status == "ok", report.parts
    assert {part.status for part in report.parts.values()} == {"ok"}
    assert not report.failing


async def test_every_failing_part_is_named_beside_the_sound_ones(
    product: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUCKET", "no-such-bucket")
    monkeypatch.setenv("QDRANT_URL", DOWN)
    report = await health.deep()
    assert report.parts is not None
    assert (report.status, report.failing) == ("failing", ["bucket", "index"])
    assert [part.error is None for part in report.parts.values()] == [True, False, False, True]
    assert report.parts["index"].error == "The index does not answer, or is failing."


async def test_parts_that_hang_are_given_up_together_at_the_deadline(
    product: Stack, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PART_TIMEOUT_S", 0.5)  # 5 s are a long time for a test
    monkeypatch.setenv("QDRANT_URL", silent)
    monkeypatch.setenv("MODEL_BASE_URL", f"{silent}/v1")
    begun = time.monotonic()
    report = await health.deep()
    assert time.monotonic() - begun < 3
    assert report.parts is not None
    assert report.failing == ["index", "model"]
    assert {report.parts[name].error for name in report.failing} == {"no answer within 0.5 s"}
    assert report.parts["model"].latency_ms >= 500


async def test_a_report_shows_neither_addresses_nor_names_of_resources(
    product: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUCKET", "secret-bucket")
    monkeypatch.setenv("DOCUMENTS_TABLE", "secret-table")
    monkeypatch.setenv("QDRANT_URL", DOWN)
    monkeypatch.setenv("MODEL_BASE_URL", f"{DOWN}/v1")
    monkeypatch.setenv("LLM_ASYNC_TIMEOUT", "0.5")
    shown = (await health.deep()).model_dump_json()
    assert not any(secret in shown for secret in ("secret", "127.0.0.1"))
