"""How much at a time and how much a minute: workers, the queue, paces, what holds a model's callers back."""

import asyncio
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshet.errors import ModelRateLimited, ModelTimeout, QueueFull
from freshet.llm import LLMClient
from freshet.llm.limits import Limits, Pace, Window
from tests.unit.llm.upstream import Answer, models, refuses, says, until

pytestmark = pytest.mark.timeout(30)

FINE = says("fine")


def client(url: str, **options: Any) -> LLMClient:
    return LLMClient(base_url=url, model="m", **options)


def takes(seconds: float) -> Answer:
    """An answer that comes after so long."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await FINE(writer)

    return answer


async def outcomes(calls: Any) -> list[Any]:
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_no_more_run_than_workers_and_the_others_follow() -> None:
    async with models(m=takes(0.05)) as upstream, client(upstream.url, workers=3) as llm:
        calls = [asyncio.ensure_future(llm.chat_async("hi")) for _ in range(10)]
        await until(lambda: len(upstream.calls) == 3)
        stats = llm.stats()
        assert (stats.running, stats.waiting, stats.held_back) == (3, 7, 0)
        assert await asyncio.gather(*calls) == ["fine"] * 10
        stats = llm.stats()
        assert (stats.running, stats.waiting, stats.generations, stats.streamed) == (0, 0, 10, 10)
    assert upstream.peak == 3


async def test_who_finds_the_queue_full_is_told_at_once_and_disturbs_nobody() -> None:
    async with models(m=takes(0.3)) as upstream, client(upstream.url, workers=5, queue_size=2) as llm:
        await llm.chat_async("warm up")
        calls = [asyncio.ensure_future(llm.chat_async("hi")) for _ in range(7)]
        await asyncio.sleep(0)
        started = time.monotonic()
        with pytest.raises(QueueFull):
            await llm.chat_async("the eighth")
        assert time.monotonic() - started < 0.25
        assert await asyncio.gather(*calls) == ["fine"] * 7
        assert await llm.chat_async("there is room again") == "fine"
    assert len(upstream.calls) == 9


async def test_without_a_queue_a_free_worker_still_takes_a_call() -> None:
    async with models(m=takes(0.1)) as upstream, client(upstream.url, workers=1, queue_size=0) as llm:
        assert await llm.chat_async("hi") == "fine"
        done = await outcomes(llm.chat_async("hi") for _ in range(3))
    assert done[0] == "fine"
    assert [type(one) for one in done[1:]] == [QueueFull] * 2


async def test_who_was_let_in_is_not_put_out_by_a_retry() -> None:
    async with (
        models(m=(refuses(503, retry_after="0.05"), FINE)) as upstream,
        client(upstream.url, workers=1, queue_size=1) as llm,
    ):
        assert await outcomes(llm.chat_async("hi") for _ in range(2)) == ["fine", "fine"]


async def test_who_waits_in_vain_gives_up_its_place() -> None:
    async with models(m=takes(0.5)) as upstream, client(upstream.url, workers=1, queue_size=1) as llm:
        first = asyncio.ensure_future(llm.chat_async("hi"))
        await until(lambda: upstream.calls)
        with pytest.raises(ModelTimeout, match="busy"):
            await llm.chat_async("hi", timeout=0.05)
        waiting = asyncio.ensure_future(llm.chat_async("hi"))
        await asyncio.sleep(0)
        waiting.cancel()
        await outcomes([waiting])
        assert llm.stats().waiting == 0
        assert await llm.chat_async("hi") == "fine"
        assert await first == "fine"


@pytest.mark.parametrize("how", ["argument", "setting"])
async def test_switched_off_means_one_at_a_time(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from freshet.settings import settings as chosen

    if how == "setting":
        monkeypatch.setenv("LLM_ASYNC_ENABLED", "false")
        chosen.cache_clear()
    try:
        options = {"enabled": False} if how == "argument" else {}
        async with models(m=takes(0.02)) as upstream, client(upstream.url, **options) as llm:
            await asyncio.gather(*(llm.chat_async("hi") for _ in range(4)))
            items = await llm.map(["hi"] * 4, limit=10)
            assert llm.stats().limits.workers == 1
    finally:
        chosen.cache_clear()
    assert len(items) == 4
    assert (upstream.peak, len(upstream.calls)) == (1, 8)


async def test_several_event_loops_have_slots_of_their_own() -> None:
    async with models(m=takes(0.1)) as upstream, client(upstream.url, workers=2) as llm:

        async def elsewhere() -> list[Any]:
            return await outcomes(llm.chat_async("hi") for _ in range(4))

        threads = [asyncio.create_task(asyncio.to_thread(asyncio.run, elsewhere())) for _ in range(2)]
        await until(lambda: len(upstream.running) == 4)
        assert (llm.stats().running, llm.stats().waiting) == (4, 4)
        assert list(await asyncio.gather(*threads)) == [["fine"] * 4] * 2
        assert (llm.stats().running, llm.stats().waiting) == (0, 0)
    assert upstream.peak == 4


AMOUNTS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12), st.none() | st.integers(0, 12)), min_size=1, max_size=40
)


@settings(deadline=None)
@given(limit=st.integers(1, 10), amounts=AMOUNTS)
def test_no_window_holds_more_than_the_limit_and_nothing_waits_longer_than_needed(
    limit: int, amounts: list[tuple[int, int, int | None]]
) -> None:
    """Times are whole numbers, so that nothing here depends on rounding."""
    length = 20
    window, now = Window(limit, length), 0
    taken: list[tuple[int, int]] = []
    for later, amount, settled in amounts:
        now += later

        def sums(at: int, amount: int = amount) -> bool:
            inside = sum(size for when, size in taken if at - length < when)
            return inside == 0 if amount > limit else inside + amount <= limit

        delay = window.delay(amount, now)
        assert delay == next(wait for wait in range(length + 1) if sums(now + wait))
        now += int(delay)
        assert window.delay(amount, now) == 0
        ticket = window.take(amount, now)
        if settled is not None:
            window.settle(ticket, settled)
        taken.append((now, amount if settled is None else settled))


def test_what_turned_out_smaller_makes_room_and_what_is_forgotten_does_not_count() -> None:
    window = Window(10, seconds=60)
    early = window.take(10, now=0)
    assert window.delay(5, now=1) == 59
    window.settle(early, 5)
    assert window.delay(5, now=1) == 0
    assert window.delay(10, now=60) == 0
    window.settle(early, 1000)  # its answer ended only now
    assert window.delay(10, now=61) == 0


async def test_requests_beyond_the_rate_wait_and_then_set_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pace with a window of 0.3 s for its minute, for as many callers as come."""
    pace = Pace(Limits())
    pace._requests = Window(3, 0.3)
    loop = asyncio.get_running_loop()
    times: list[float] = []

    async def call() -> None:
        while True:
            await pace.ready(0, float("inf"))
            if pace.take(0):
                times.append(loop.time())
                return

    await asyncio.gather(*(call() for _ in range(10)))
    assert all(later - earlier >= 0.299 for earlier, later in zip(times, times[3:], strict=False))
    assert 0.9 <= times[-1] - times[0] < 2
    assert pace.held_back == 0


async def test_a_request_beyond_the_minutes_tokens_is_refused_where_it_could_not_wait() -> None:
    async with models(m=says("fine")) as upstream, client(upstream.url, tokens_per_minute=100) as llm:
        await llm.chat_async("hi", max_tokens=60)
        with pytest.raises(ModelRateLimited) as caught:
            await llm.chat_async("hi", max_tokens=99, timeout=2)
    assert caught.value.retry_after == pytest.approx(60, abs=5)
    assert len(upstream.calls) == 1


async def test_tokens_that_were_not_used_may_be_used_by_others() -> None:
    """An answer may be up to `max_tokens` long; the upstream says that it took 10 with its prompt."""
    async with models(m=says("fine")) as upstream, client(upstream.url, tokens_per_minute=100) as llm:
        for _ in range(5):
            await llm.chat_async("hi", max_tokens=45, timeout=2)
    assert len(upstream.calls) == 5


async def test_rates_are_a_models_own() -> None:
    async with (
        models(m=FINE, other=FINE) as upstream,
        client(upstream.url, requests_per_minute=1) as llm,
    ):
        await llm.chat_async("hi")
        with pytest.raises(ModelRateLimited):
            await llm.chat_async("hi", timeout=1)
        assert await llm.chat_async("hi", timeout=1, model="other") == "fine"
    assert upstream.asked == ["m", "other"]


async def test_a_429_holds_back_all_callers_of_its_model_and_of_no_other() -> None:
    async with (
        models(m=(refuses(429, retry_after="0.5"), FINE), other=FINE) as upstream,
        client(upstream.url, workers=30) as llm,
    ):
        first = asyncio.ensure_future(llm.chat_async("hi"))
        await until(lambda: upstream.calls and upstream.calls[0].ended)
        refused = upstream.calls[0].begun
        held = [asyncio.ensure_future(llm.chat_async("hi")) for _ in range(20)]
        await asyncio.sleep(0.05)
        assert llm.stats().held_back >= len(held)
        assert await llm.chat_async("hi", model="other", timeout=0.4) == "fine"
        assert await asyncio.gather(first, *held) == ["fine"] * 21
        assert llm.stats().held_back == 0
    begun = sorted(call.begun - refused for call in upstream.calls[1:] if call.model == "m")
    assert len(begun) == 21
    assert begun[0] >= 0.49
    assert begun[-1] - begun[0] > 0.1  # they don't set out in one moment, to meet the limit again as one
    assert begun[-1] < 2


async def test_who_waits_for_a_worker_is_held_back_too() -> None:
    async with (
        models(m=(refuses(429, retry_after="0.5"), FINE)) as upstream,
        client(upstream.url, workers=1) as llm,
    ):
        assert await outcomes(llm.chat_async("hi") for _ in range(5)) == ["fine"] * 5
    times = [call.begun - upstream.calls[0].begun for call in upstream.calls]
    assert times[1] >= 0.49


async def test_who_cannot_wait_so_long_is_told_at_once_and_for_how_long() -> None:
    async with (
        models(m=(refuses(429, retry_after="3"), FINE)) as upstream,
        client(upstream.url, workers=5) as llm,
    ):
        first = asyncio.ensure_future(llm.chat_async("hi"))
        await until(lambda: upstream.calls and upstream.calls[0].ended)
        await asyncio.sleep(0.05)
        started = time.monotonic()
        with pytest.raises(ModelRateLimited) as caught:
            await llm.chat_async("hi", timeout=1)
        assert time.monotonic() - started < 0.8
        assert caught.value.retry_after == pytest.approx(3, abs=0.3)
        first.cancel()
        await outcomes([first])
    assert len(upstream.calls) == 1


async def test_those_who_could_not_wait_do_not_lengthen_the_wait_of_others() -> None:
    async with (
        models(m=(refuses(429, retry_after="3"), FINE)) as upstream,
        client(upstream.url, workers=5, queue_size=1000) as llm,
    ):
        first = asyncio.ensure_future(llm.chat_async("hi"))
        await until(lambda: upstream.calls and upstream.calls[0].ended)
        hurried = await outcomes(llm.chat_async("hi", timeout=1) for _ in range(200))
        assert {type(one) for one in hurried} == {ModelRateLimited}
        assert max(one.retry_after for one in hurried) < 3.1
        started = time.monotonic()
        assert await llm.chat_async("hi") == "fine"
        assert time.monotonic() - started < 5
        await first


async def test_a_busy_models_callers_do_not_wait_longer_and_longer_after_a_429() -> None:
    """200 callers a second: of those who come when the 429 is long over, nobody waits for half a second."""
    pace, loop = Pace(Limits()), asyncio.get_running_loop()
    pace.hold(0.1)

    async def call() -> float:
        started = loop.time()
        await pace.ready(0, float("inf"))
        return loop.time() - started

    calls = []
    for _ in range(200):
        calls.append(asyncio.create_task(call()))
        await asyncio.sleep(0.005)
    waits = await asyncio.gather(*calls)
    assert max(waits[-20:]) < 0.5


async def test_those_held_back_count_as_waiting() -> None:
    async with (
        models(m=(refuses(429, retry_after="0.5"), FINE)) as upstream,
        client(upstream.url, workers=5, queue_size=3) as llm,
    ):
        first = asyncio.ensure_future(llm.chat_async("hi"))
        await until(lambda: upstream.calls and upstream.calls[0].ended)
        await asyncio.sleep(0.02)
        room = 3 - llm.stats().held_back
        done = await outcomes(llm.chat_async("hi") for _ in range(6))
        assert await first == "fine"
    assert sorted(type(one).__name__ for one in done) == ["QueueFull"] * (6 - room) + ["str"] * room


async def test_one_loops_429_does_not_break_another_loop() -> None:
    async with (
        models(m=(refuses(429, retry_after="0.3"), FINE)) as upstream,
        client(upstream.url) as llm,
    ):

        async def elsewhere() -> str:
            return await llm.chat_async("hi")

        done = await asyncio.gather(elsewhere(), asyncio.to_thread(asyncio.run, elsewhere()))
    assert list(done) == ["fine", "fine"]
