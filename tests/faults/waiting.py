"""Waiting for what goes on behind a queue: documents, logs that were uploaded, jobs.

Faults may hit whoever asks how far it is, too: a refusal is asked again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx

from tests.faults.answers import Answer

T = TypeVar("T")

_POLL_S = 0.5
_ENDED = {"ready", "done", "failed", "stopped"}


async def settled(api: httpx.AsyncClient, path: str, limit_s: float, state: str = "status") -> dict[str, Any]:
    """What stands at `path` once it is over, or when the time is."""
    deadline, found = time.monotonic() + limit_s, {state: "unknown"}
    while True:
        try:
            answer = await api.get(path)
            found = answer.json() if answer.is_success else found
        except httpx.TransportError:
            pass
        if found[state] in _ENDED or time.monotonic() > deadline:
            return found
        await asyncio.sleep(_POLL_S)


async def until(done: Callable[[], Awaitable[T]], limit_s: float) -> T:
    """What `done` returns, once that is true or the time is over."""
    deadline = time.monotonic() + limit_s
    while True:
        found = await done()
        if found or time.monotonic() > deadline:
            return found
        await asyncio.sleep(_POLL_S)


async def until_parsed(api: httpx.AsyncClient, answer: Answer, material: Any, limit_s: float) -> Answer:
    """The upload's answer with the document."""
    document_id = _body(answer)["document"]["id"]
    return await _after(api, answer, f"/api/v1/documents/{document_id}", limit_s)


async def until_read(
    api: httpx.AsyncClient, answer: Answer, material: dict[str, Any], limit_s: float
) -> Answer:
    """The answer with the upload's state, once its file was sent."""
    run_id = _body(answer)["run_id"]
    if run_id not in material.setdefault("delivered", set()):
        form = _body(answer)["upload"]
        async with httpx.AsyncClient(timeout=30) as bucket:
            files = {"file": material["log"]}
            request = {"method": "POST", "url": form["url"], "data": form["fields"], "files": files}
            sent = await Answer.of(bucket, request)
        if sent.status >= 500 or sent.broken:  # of the bucket itself: who uploads sends the form again
            return answer.with_outcome({}, ended=False, seconds=sent.seconds)
        if sent.status != 204:
            return sent
        material["delivered"].add(run_id)
    return await _after(api, answer, f"/api/v1/behaviors/uploads/{run_id}", limit_s, "state")


async def until_extracted(api: httpx.AsyncClient, answer: Answer, material: Any, limit_s: float) -> Answer:
    """The answer with the job's progress."""
    path = f"/api/v1/events/extract/progress?run_id={_body(answer)['run_id']}"
    return await _after(api, answer, path, limit_s)


async def _after(
    api: httpx.AsyncClient, answer: Answer, path: str, limit_s: float, state: str = "status"
) -> Answer:
    begun = time.monotonic()
    found = await settled(api, path, limit_s, state)
    return answer.with_outcome(found, ended=found[state] in _ENDED, seconds=time.monotonic() - begun)


def _body(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = httpx.Response(200, content=answer.body).json()
    return found
