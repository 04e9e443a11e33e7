"""The streaming path against the stand-in: answers, faults, time, breaking off."""

import asyncio
import time
from contextlib import aclosing
from typing import Any

import pytest

from freshet.errors import (
    ModelAuthentication,
    ModelBadRequest,
    ModelClosed,
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelTimeout,
)
from freshet.llm import Finish, Price, Reset, TextDelta, Usage, retry
from freshet.llm.providers.http import Transport
from freshet.llm.retry import MAX_RESETS
from tests.unit.llm.upstream import StandIn, collect

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff")]

PROMPT = "写一首关于人工智能的诗"


def text(events: list[Any]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_an_answer_ends_with_its_finish_reason_and_the_upstreams_usage(stand_in: StandIn) -> None:
    async with stand_in.client() as llm:
        events, error = await collect(llm.stream(PROMPT))
    assert error is None
    assert "替身" in text(events)
    assert isinstance(events[-2], Finish)
    assert events[-2].reason == "stop"
    assert isinstance(events[-1], Usage)
    assert events[-1].completion_tokens > 10
    assert not events[-1].estimated


async def test_every_generation_streams_upstream_and_asks_for_usage(stand_in: StandIn) -> None:
    async with stand_in.client() as llm:
        await llm.chat_async("hi", system_prompt="be brief", temperature=0.5, max_tokens=9)
    (seen,) = await stand_in.requests()
    assert seen["body"] == {
        "model": "freshet-stand-in",
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "max_tokens": 9,
    }
    assert seen["authorized"] is False


async def test_a_completion_is_the_fold_of_the_stream(stand_in: StandIn) -> None:
    async with stand_in.client() as llm:
        completion = await llm.complete(PROMPT)
        events, _ = await collect(llm.stream(PROMPT))
    assert completion.text == text(events)
    assert completion.finish_reason == "stop"
    assert completion.metrics.attempts == 1
    assert completion.metrics.ttft_ms is not None
    assert 0 < completion.metrics.ttft_ms < completion.metrics.duration_ms


async def test_max_tokens_ends_with_length(stand_in: StandIn) -> None:
    async with stand_in.client() as llm:
        completion = await llm.complete("Tell me a story", max_tokens=3)
    assert completion.finish_reason == "length"
    assert completion.usage.completion_tokens == 3


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("status=401", ModelAuthentication),
        ("status=403", ModelAuthentication),
        ("status=400", ModelBadRequest),
        ("status=404", ModelNotFound),
        ("status=429;retry_after=0", ModelRateLimited),
        ("bad_chunk=0", ModelMalformed),
        ("bad_chunk=3", ModelMalformed),
        ("cut=3", ModelCut),
        ("no_finish", ModelCut),
        ("error_in_stream=3", ModelOverloaded),
    ],
)
async def test_a_lasting_fault_is_an_error_of_its_kind(
    stand_in: StandIn, fault: str, kind: type[ModelError]
) -> None:
    await stand_in.fault(fault, times=30)
    async with stand_in.client(workers=1) as llm:
        events, error = await collect(llm.stream(PROMPT))
        assert type(error) is kind
        await stand_in.forget()
        await llm.chat_async("the worker is free again")
    if "=3" in fault or fault == "no_finish":
        assert text(events)
        assert isinstance(events[-1], Usage)  # what was shown is billed: the estimate comes before the error
        assert events[-1].estimated


async def test_a_rate_limit_carries_its_retry_after(stand_in: StandIn) -> None:
    await stand_in.fault("status=429;retry_after=60")
    async with stand_in.client() as llm:
        started = time.monotonic()
        _, error = await collect(llm.stream(PROMPT))
        _, held_back = await collect(llm.stream(PROMPT))
    assert error is not None
    assert error.retry_after == 60
    assert isinstance(held_back, ModelRateLimited)
    assert held_back.retry_after == pytest.approx(60, abs=2)
    assert time.monotonic() - started < 2  # a wait beyond the bound is not begun
    assert len(await stand_in.requests()) == 1


@pytest.mark.parametrize("fault", ["status=500", "status=429;retry_after=0.1", "cut=0", "error_in_stream=0"])
async def test_a_failure_before_the_first_content_is_retried_unseen(stand_in: StandIn, fault: str) -> None:
    await stand_in.fault(fault, times=2)
    async with stand_in.client() as llm:
        completion = await llm.complete(PROMPT)
    assert "替身" in completion.text
    assert completion.metrics.attempts == 3
    assert len(await stand_in.requests()) == 3


async def test_three_attempts_are_the_end(stand_in: StandIn) -> None:
    await stand_in.fault("status=503;retry_after=0.01", times=9)
    async with stand_in.client() as llm:
        _, error = await collect(llm.stream(PROMPT))
    assert type(error) is ModelOverloaded
    assert len(await stand_in.requests()) == 3


@pytest.mark.parametrize(
    ("fault", "reason", "times"),
    [
        ("cut=4", "cut", 2),
        ("no_finish", "cut", 2),
        ("bad_chunk=4", "malformed", 1),
        ("error_in_stream=4", "overloaded", 2),
    ],
)
async def test_a_failure_after_content_begins_the_answer_again(
    stand_in: StandIn, fault: str, reason: str, times: int
) -> None:
    async with stand_in.client(price=Price(1, 2)) as llm:
        whole = await llm.complete(PROMPT)
        await stand_in.fault(fault, times=times)
        events, error = await collect(llm.stream(PROMPT))
    assert error is None
    resets = [index for index, event in enumerate(events) if isinstance(event, Reset)]
    assert [events[index] for index in resets] == [Reset(f"upstream_{reason}")] * times
    assert text(events[resets[-1] :]) == whole.text
    for index in resets:  # what became void is billed, too
        void = events[index - 1]
        assert isinstance(void, Usage)
        assert void.estimated
        assert void.cost
    assert isinstance(events[-1], Usage)
    assert events[-1].failures == (f"freshet-stand-in: model_{reason}",) * times


async def test_a_completion_holds_nothing_of_what_became_void_but_its_cost(stand_in: StandIn) -> None:
    async with stand_in.client(price=Price(1, 2)) as llm:
        whole = await llm.complete(PROMPT)
        await stand_in.fault("cut=4")
        again = await llm.complete(PROMPT)
    assert (again.text, again.usage.cost) == (whole.text, whole.cost)
    assert again.metrics.attempts == 2
    assert again.metrics.failures == ("freshet-stand-in: model_cut",)
    assert whole.cost is not None
    assert again.cost is not None
    assert again.cost > whole.cost


async def test_beginning_again_has_an_end(stand_in: StandIn) -> None:
    await stand_in.fault("cut=4", times=99)
    async with stand_in.client() as llm:
        events, error = await collect(llm.stream(PROMPT))
    assert type(error) is ModelCut
    assert sum(isinstance(event, Reset) for event in events) == MAX_RESETS


@pytest.mark.parametrize("fault", ["no_usage", "no_done", "empty_choices", "no_usage;no_done"])
async def test_a_sloppy_upstream_is_understood(stand_in: StandIn, fault: str) -> None:
    async with stand_in.client() as llm:
        whole = await llm.complete(PROMPT)
        await stand_in.fault(fault)
        sloppy = await llm.complete(PROMPT)
    assert (sloppy.text, sloppy.finish_reason) == (whole.text, "stop")
    assert sloppy.usage.estimated is ("no_usage" in fault)
    assert 0.5 < sloppy.usage.completion_tokens / whole.usage.completion_tokens < 2


@pytest.mark.parametrize("fault", ["hang=headers", "hang=start"])
async def test_no_content_in_time_is_a_timeout(stand_in: StandIn, fault: str) -> None:
    await stand_in.fault(fault)
    async with stand_in.client(timeout_s=0.3) as llm:
        started = time.monotonic()
        _, error = await collect(llm.stream(PROMPT))
    assert type(error) is ModelTimeout
    assert 0.25 < time.monotonic() - started < 3
    await _disconnected(stand_in)


async def test_silence_in_the_middle_is_a_timeout(stand_in: StandIn) -> None:
    await stand_in.fault("hang=middle", times=9)
    async with stand_in.client(stall_s=0.3) as llm:
        events, error = await collect(llm.stream(PROMPT, timeout=0.8))
    assert type(error) is ModelTimeout
    assert text(events)
    assert Reset("upstream_timeout") in events
    await _disconnected(stand_in)


async def test_one_deadline_ends_a_slow_answer(stand_in: StandIn) -> None:
    await stand_in.fault("slow=100")
    async with stand_in.client() as llm:
        started = time.monotonic()
        events, error = await collect(llm.stream(PROMPT, timeout=0.6))
    assert type(error) is ModelTimeout
    assert text(events)
    assert 0.5 < time.monotonic() - started < 1.5


async def test_one_deadline_covers_the_retries(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_FIRST_DELAY_S", 8)
    await stand_in.fault("status=500", times=9)
    async with stand_in.client() as llm:
        started = time.monotonic()
        _, error = await collect(llm.stream(PROMPT, timeout=2))
    assert type(error) is ModelOverloaded
    assert time.monotonic() - started < 1.5  # a wait that would pass it is not begun
    assert len(await stand_in.requests()) == 1


async def test_closing_the_stream_closes_the_upstream_and_frees_the_worker(stand_in: StandIn) -> None:
    async with stand_in.client(workers=1) as llm:
        await llm.chat_async("warm up")
        async with aclosing(llm.stream(PROMPT)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
        closed = time.monotonic()
        await _disconnected(stand_in)
        await llm.chat_async("free")
        assert time.monotonic() - closed < 3


async def test_cancelling_closes_the_upstream_frees_the_worker_and_leaves_no_task(stand_in: StandIn) -> None:
    async with stand_in.client(workers=1) as llm:
        await llm.chat_async("warm up")
        before = asyncio.all_tasks()
        await stand_in.fault("slow=20")
        task = asyncio.create_task(llm.chat_async(PROMPT))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _disconnected(stand_in)
        assert asyncio.all_tasks() - before == set()
        await llm.chat_async("free")


async def test_cancelling_before_the_headers_closes_the_upstream(stand_in: StandIn) -> None:
    await stand_in.fault("hang=headers")
    async with stand_in.client() as llm:
        task = asyncio.create_task(llm.chat_async(PROMPT))
        await asyncio.sleep(0.4)
        assert len(await stand_in.requests()) == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _disconnected(stand_in)


async def test_no_more_calls_at_a_time_than_workers(stand_in: StandIn) -> None:
    async with stand_in.client(workers=2) as llm:
        await llm.chat_async("warm up")
        await stand_in.forget()
        started = time.monotonic()
        await stand_in.fault("hang=start", times=2)
        hanging = [asyncio.create_task(llm.chat_async(PROMPT)) for _ in range(2)]
        waiting = asyncio.create_task(llm.chat_async("third"))
        await asyncio.sleep(0.3)
        assert len(await stand_in.requests()) == 2
        hanging[0].cancel()
        assert await waiting
        hanging[1].cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        assert time.monotonic() - started < 5


async def test_waiting_for_a_worker_has_an_end(stand_in: StandIn) -> None:
    await stand_in.fault("hang=middle")
    async with stand_in.client(workers=1) as llm:
        hanging = asyncio.create_task(llm.chat_async(PROMPT))
        await asyncio.sleep(0.5)
        with pytest.raises(ModelTimeout, match="busy"):
            await llm.chat_async(PROMPT, timeout=0.2)
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)


async def test_connections_are_used_again(stand_in: StandIn) -> None:
    async with stand_in.client(workers=1) as llm:
        await llm.chat_async("one")
        await llm.chat_async("two")
    assert len({seen["connection"] for seen in await stand_in.requests()}) == 1


async def test_a_closed_client_says_so(stand_in: StandIn) -> None:
    llm = stand_in.client()
    await llm.chat_async("hi")
    await llm.aclose()
    with pytest.raises(ModelClosed):
        await llm.chat_async("hi")


@pytest.mark.parametrize("transport", ["aiohttp", "httpx2"])
async def test_closing_the_client_ends_what_still_runs(stand_in: StandIn, transport: Transport) -> None:
    await stand_in.fault("slow=100")
    llm = stand_in.client(transport=transport)
    running = asyncio.create_task(collect(llm.stream(PROMPT)))
    await asyncio.sleep(0.5)
    await llm.aclose()
    events, error = await asyncio.wait_for(running, 1)
    assert type(error) is ModelClosed
    assert text(events)


async def test_ping_is_quiet_when_the_endpoint_answers(stand_in: StandIn) -> None:
    async with stand_in.client() as llm:
        await llm.ping()


def test_a_client_works_in_one_event_loop_after_another() -> None:
    """Its connections and slots belong to a loop; the client does not."""
    from tests.unit.llm.upstream import started

    async def ask_twice() -> None:
        async with started(pace_ms=0) as server:
            llm = server.client(workers=1)
            seen = []

            def ask() -> None:
                seen.append(asyncio.run(_ask(llm)))

            await asyncio.to_thread(ask)
            await asyncio.to_thread(ask)
            assert seen[0] == seen[1]

    asyncio.run(ask_twice())


async def _ask(llm: Any) -> list[str]:
    answers: list[str] = await asyncio.gather(*(llm.chat_async("hi") for _ in range(3)))
    return answers


async def _disconnected(stand_in: StandIn) -> None:
    """Waits until the upstream has seen the last request's client leave."""
    until = time.monotonic() + 1
    while (await stand_in.requests())[-1]["disconnected_ms"] is None:
        assert time.monotonic() < until, "the upstream still generates"
        await asyncio.sleep(0.01)
