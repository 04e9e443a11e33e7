"""A caller who pays, and the ways to have a run made and to read its end.

What belongs here: what is asked of the product. What does not: what it costs (`bills`).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.functions.conftest import Site
from tests.unit.llm.upstream import Models

PROMPT = "写一首诗"  # estimated: 4 tokens of a message, 4 characters of 0.75
PATIENCE_S = 30.0  # the machine may be busy elsewhere


@dataclass(frozen=True)
class Paid:
    """What a client was shown of a run's end: its metrics, or as much of them as it sees."""

    run_id: str
    metrics: dict[str, Any]


@dataclass(frozen=True)
class Shop:
    """A caller with a model `dear` (or the stack's own, `own`) that others stand in for."""

    site: Site
    upstream: Models
    model_id: int

    async def ask(self, function: str, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.site(function, method, path, timeout=PATIENCE_S, **options)

    async def play(self, *, stream: bool = True, headers: Any = None, **body: Any) -> httpx.Response:
        asked = {"model_id": self.model_id, "prompt": PROMPT, "keep": False, "stream": stream, **body}
        return await self.ask("chat", "POST", "/api/debug/chat", json=asked, headers=headers)

    async def record(self, run_id: str) -> dict[str, Any]:
        """The run's record."""
        record: dict[str, Any] = (await self.ask("runs", "GET", f"/api/v1/runs/{run_id}")).json()
        return record

    async def newest(self) -> str:
        """The id of the run that goes on, once it is known."""
        while True:
            if found := (await self.ask("runs", "GET", "/api/v1/runs?limit=1")).json()["items"]:
                return str(found[0]["id"])
            await asyncio.sleep(0.02)

    async def usage(self) -> dict[str, Any]:
        """The caller's usage, once nothing is reserved any more. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while True:  # what was used is written while a run that is broken off ends already
                answer = await self.ask("chat", "GET", "/api/v1/usage")
                report: dict[str, Any] = answer.raise_for_status().json()
                if report["items"] and not report["budget"]["cost"]["reserved"]:
                    return report
                await asyncio.sleep(0.02)


Act = Callable[[Shop], Awaitable[Paid]]


def shown(last: Mapping[str, Any], run_id: str) -> Paid:
    return Paid(run_id, last["metrics"])


def last_event(answer: httpx.Response) -> dict[str, Any]:
    """The last event of a stream that has ended."""
    *_, last, done, _ = answer.text.split("\n\n")
    assert done == "data: [DONE]", answer.text
    data: dict[str, Any] = json.loads(last.partition("data: ")[2])
    return data


async def streamed(shop: Shop, **asked: Any) -> Paid:
    answer = await shop.play(**asked)
    last = last_event(answer)
    first = json.loads(answer.text.partition("data: ")[2].partition("\n")[0])
    return shown(last, first["run_id"])


async def in_one_piece(shop: Shop, **asked: Any) -> Paid:
    told = (await shop.play(stream=False, **asked)).json()
    return shown(told, told["run_id"])


async def with_a_calculator(shop: Shop) -> Paid:
    return await streamed(shop, tool_ids=[2])


async def failed(shop: Shop) -> Paid:
    paid = await streamed(shop)
    assert (await shop.record(paid.run_id))["error"]["code"] == "model_bad_request"
    return paid


async def failed_in_one_piece(shop: Shop) -> Paid:
    problem = (await shop.play(stream=False)).json()
    assert problem["code"] == "model_bad_request"
    return Paid(problem["run_id"], {})


async def left_and_resumed(shop: Shop) -> Paid:
    """The client leaves in the middle, takes the run up, and reads it again when it has ended."""
    leaving = asyncio.create_task(shop.play())
    run_id = await shop.newest()
    leaving.cancel()
    await asyncio.wait([leaving])
    path = f"/api/v1/runs/{run_id}/stream"
    followed = await shop.ask("runs", "GET", path, headers={"Last-Event-ID": f"{run_id}:0"})
    again = await shop.ask("runs", "GET", path)
    assert last_event(followed) == last_event(again)
    assert len(shop.upstream.asked) == 1
    return shown(last_event(followed), run_id)


async def joined(shop: Shop) -> Paid:
    """Three times the same request with the same key: two at once, one when it is over."""
    key = {"Idempotency-Key": "诗".encode().hex()}
    both = await asyncio.gather(shop.play(headers=key), shop.play(headers=key))
    third = await shop.play(headers=key)
    ends = [last_event(answer) for answer in (*both, third)]
    assert ends[0] == ends[1] == ends[2]
    assert len(shop.upstream.asked) == 1
    return shown(ends[0], await shop.newest())


async def stopped(shop: Shop) -> Paid:
    running = asyncio.create_task(shop.play())
    run_id = await shop.newest()
    stop = await shop.ask("runs", "POST", f"/api/v1/runs/{run_id}/stop")
    assert stop.json()["status"] == "stopped"
    return shown(last_event(await running), run_id)


async def late(shop: Shop) -> Paid:
    paid = await streamed(shop, headers={"X-Request-Timeout-Ms": "1500"})
    assert (await shop.record(paid.run_id))["error"]["code"] == "deadline"
    return paid


async def a_completion(shop: Shop) -> Paid:
    return await _completion(shop, stream=False)


async def a_streamed_completion(shop: Shop) -> Paid:
    return await _completion(shop, stream=True, stream_options={"include_usage": True})


async def _completion(shop: Shop, **more: Any) -> Paid:
    body = {"model": "dear", "messages": [{"role": "user", "content": PROMPT}], **more}
    answer = await shop.ask("chat", "POST", "/v1/chat/completions", json=body)
    told = last_event(answer) if more["stream"] else answer.json()
    ours, tokens = told["freshet"], told["usage"]
    cached = tokens["prompt_tokens_details"]["cached_tokens"]
    counted = {name: tokens[name] for name in ("prompt_tokens", "completion_tokens")}
    cost = {name: ours[name] for name in ("cost", "currency", "estimated")}
    return Paid(ours["run_id"], {**counted, "cached_tokens": cached, **cost})


async def a_response(shop: Shop) -> Paid:
    told = (await shop.ask("chat", "POST", "/v1/responses", json={"model": "dear", "input": PROMPT})).json()
    tokens = told["usage"]
    counted = {"prompt_tokens": tokens["input_tokens"], "completion_tokens": tokens["output_tokens"]}
    cached = tokens["input_tokens_details"]["cached_tokens"]
    return Paid(told["id"].removeprefix("resp_"), {**counted, "cached_tokens": cached})
