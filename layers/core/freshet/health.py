"""Health: each part of the stack tried for real, at the same time, with a short deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Literal

from pydantic import BaseModel

from freshet import wiring
from freshet.errors import FreshetError

PART_TIMEOUT_S = 10.0  # the first look of a sandbox imports the SDKs, too


class Part(BaseModel):
    """How one part answered; `error` names what is wrong."""

    status: Literal["ok", "failing"]
    latency_ms: float
    error: str | None = None


class Report(BaseModel):
    status: Literal["ok", "failing"]
    failing: list[str] | None = None
    parts: dict[str, Part] | None = None


SHALLOW = Report(status="ok")


async def deep() -> Report:
    """Table, bucket, index and model, tried side by side."""
    probes: dict[str, Callable[[], Awaitable[None]]] = {
        "table": lambda: wiring.documents_table().ping(),
        "bucket": lambda: wiring.document_objects().ping(),
        "index": lambda: wiring.vectors().ping(),
        "model": _ping_model,
    }
    answers = await asyncio.gather(*(_try(probe) for probe in probes.values()))
    parts = dict(zip(probes, answers, strict=True))
    failing = [name for name, part in parts.items() if part.status == "failing"]
    return Report(status="failing" if failing else "ok", failing=failing or None, parts=parts)


async def _ping_model() -> None:
    model = await asyncio.to_thread(wiring.model)  # imports the client, which nothing else here needs
    await model.ping()


async def _try(probe: Callable[[], Awaitable[None]]) -> Part:
    begun = time.perf_counter()
    error = None
    try:
        async with asyncio.timeout(PART_TIMEOUT_S):
            await probe()
    except TimeoutError:
        error = f"no answer within {PART_TIMEOUT_S:g} s"
    except FreshetError as failure:
        error = failure.detail
    latency = round((time.perf_counter() - begun) * 1000, 1)
    return Part(status="failing" if error else "ok", latency_ms=latency, error=error)
