"""Runs that go on in a sandbox of their own: followed, stopped, killed and repeated from another one."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from freshet.runs import record
from freshet.settings import Settings
from tests.functions.conftest import Put
from tests.functions.events import request
from tests.functions.sandbox import Answer, Sandbox
from tests.functions.streams import broken_off, frames, written
from tests.stack import ROOT, Stack
from tests.streaming.functions import spec, split
from tests.unit.local.lambda_rig import Lambda, serving

STOP_S = 2  # one by contract; the machine may be busy elsewhere
SEEN_S = 60  # until a sandbox has started and its run is in the journal: three, unless the machine is busy

Runs = Callable[..., Any]


def function(name: str) -> Any:
    """The function with this test's settings."""
    known = [setting.upper() for setting in Settings.model_fields]
    environment = {setting: os.environ[setting] for setting in known if setting in os.environ}
    wrapper = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/streaming-wrapper"}
    folder = ROOT / "functions" / name
    return spec("app.handler", task_root=folder, environment=environment | wrapper, memory_mb=1024)


@pytest.fixture
async def service(product: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lambda]:
    """Lambda with the functions that make runs, also for the `runs` function to start them by."""
    made = {name: function(name) for name in ("query", "chat")}
    async with serving(product.aws, **made) as service:
        for name, value in service.aws.environment().items():
            monkeypatch.setenv(name, value)
        yield service


@pytest.fixture
def runs(sandbox: Sandbox, owner: str) -> Runs:
    """`await runs("GET /<run_id>")`: the function's answer to `owner`."""

    async def asked(route: str = "GET ", **options: Any) -> Answer:
        method, path = route.split(" ")
        event = request(method, f"/api/v1/runs{path}", owner=owner, **options)
        return await asyncio.to_thread(sandbox.ask, "runs", event)

    return asked


@pytest.fixture
def question(owner: str) -> dict[str, Any]:
    """API Gateway's event for a question to the handbook."""
    return request("POST", "/api/v1/query/stream", owner=owner, json={"query": "When do wages come?"})


@pytest.fixture
def live(service: Lambda, runs: Runs, question: dict[str, Any]) -> Any:
    """`await live()`: a run that is writing in its own sandbox: its id, and the task of its client."""

    async def started() -> tuple[str, asyncio.Task[Answer]]:
        client = asyncio.create_task(answered(service, question))
        async with asyncio.timeout(SEEN_S):
            while not (found := await kept()):  # noqa: ASYNC110  # no event crosses the process boundary
                await asyncio.sleep(0.1)
        return found[0], client

    async def kept() -> list[str]:
        return [one["id"] for one in (await runs()).json()["items"] if one["last_seq"] > 0]

    return started


async def answered(service: Lambda, event: Any, function: str = "query") -> Answer:
    """What a client gets of a streamed answer, however it ends."""
    invocation = await service.pools[function].invoke(json.dumps(event).encode())
    head, body = split(b"".join([chunk async for chunk in invocation.chunks()]))
    return Answer(head["statusCode"], head["headers"], [body])


async def test_a_run_is_followed_and_stopped_from_another_sandbox(
    live: Any, runs: Runs, index: Put, fault: Any, generations: Any
) -> None:
    await asyncio.to_thread(index)
    fault("", "slow=400")
    run_id, client = await live()
    broken = await runs(f"GET /{run_id}/stream", headers={"X-Request-Timeout-Ms": "700"})
    assert broken_off(broken)
    assert b"[DONE]" not in broken.body
    begun = time.monotonic()
    stopped = (await runs(f"POST /{run_id}/stop")).json()
    assert time.monotonic() - begun < STOP_S
    assert stopped["status"] == "stopped"
    shown = frames(await client)
    assert shown[-1][1]["status"] == "stopped"
    assert stopped["final_response"] == {"output": written(shown), "finish_reason": "stopped"}
    assert written(shown)
    assert stopped["usage"]["completion_tokens"] > 0
    (asked,) = generations()
    assert asked["disconnected_ms"]
    after = len(broken_off(broken))
    assert broken_off(broken) + frames(await runs(f"GET /{run_id}/stream?after={after - 1}")) == shown


async def test_a_killed_sandbox_leaves_a_run_that_says_so(
    service: Lambda, live: Any, runs: Runs, index: Put, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(index)
    fault("", "slow=400")
    run_id, client = await live()
    assert (await runs(f"POST /{run_id}/retry")).status == 409
    await service.pools["query"].close()
    shown = broken_off(await client)
    monkeypatch.setattr(record, "LAPSE_S", 0.5)
    *kept, (_, end) = frames(await runs(f"GET /{run_id}/stream"))
    assert shown[: len(kept)] == kept
    assert written(kept)
    assert end["problem"]["code"] == "interrupted"
    ahead = len(shown) + 5
    assert frames(await runs(f"GET /{run_id}/stream?after={ahead}")) == [(f"{run_id}:{ahead + 1}", end)]
    found = (await runs(f"GET /{run_id}")).json()
    assert (found["status"], found["error"]) == ("failed", end["problem"])
    assert found["final_response"] == {"output": written(kept), "finish_reason": "interrupted"}


async def test_a_run_is_repeated_by_the_function_that_made_it(
    service: Lambda, runs: Runs, index: Put, fault: Any, question: dict[str, Any]
) -> None:
    await asyncio.to_thread(index)
    fault("", "status=400")
    (run_id, *_) = frames(await answered(service, question))[0][0].split(":")
    retried = await runs(f"POST /{run_id}/retry")
    assert retried.status == 202
    again = retried.json()
    assert (again["retry_of"], again["capability"]) == (run_id, "query")
    end = frames(await runs(f"GET /{again['id']}/stream"))[-1][1]
    assert "28th" in end["final_response"]["output"]
    assert len(end["final_response"]["citations"]) == 1
    assert (await runs(f"POST /{run_id}/retry")).json()["id"] == again["id"]
    assert (await runs(f"GET /{run_id}")).json()["retried_by"] == again["id"]
    await service.api.finished()
    assert [one["id"] for one in (await runs()).json()["items"]] == [again["id"], run_id]


async def test_a_chat_is_repeated_in_its_place_in_the_conversation(
    service: Lambda, runs: Runs, fault: Any, owner: str, sandbox: Sandbox
) -> None:
    asked = request("POST", "/api/debug/chat", owner=owner, json={"prompt": "你好", "stream": True})
    fault("status=400")
    (_, started), (_, failed) = frames(await answered(service, asked, "chat"))
    assert failed["problem"]["code"] == "model_bad_request"
    again = (await runs(f"POST /{started['run_id']}/retry")).json()
    final = frames(await runs(f"GET /{again['id']}/stream"))[-1][1]["final_response"]
    assert final["conversation_id"] == started["conversation_id"]
    found = request("GET", f"/api/v1/conversations/{started['conversation_id']}", owner=owner)
    kept = (await asyncio.to_thread(sandbox.ask, "chat", found)).json()
    (turn,) = kept["turns"]
    assert (turn["status"], turn["output"], kept["turn_count"]) == ("done", final["output"], 1)
