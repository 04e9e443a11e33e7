"""Breaking off, wherever a call happens to wait: the upstream hears of it, nothing is left behind."""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import pytest

from freshet.errors import ModelError, ModelTimeout
from freshet.llm import LLMClient, Reset, TextDelta, retry
from freshet.llm.providers.http import Transport
from tests.unit.llm.upstream import (
    DONE,
    USAGE,
    Answer,
    Models,
    chunk,
    hangs,
    models,
    refuses,
    says,
    sends,
    until,
)

pytestmark = pytest.mark.timeout(60)

FINE = says("f", "i", "n", "e")
CLOSED_WITHIN_S = 1.0  # it takes milliseconds; what was not closed is open for LONG_S
LONG_S = 20.0


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Any:
    """asyncio tells of tasks that were destroyed and of exceptions that nobody took in its log alone."""
    with caplog.at_level(logging.WARNING, "asyncio"):
        yield
        gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


@asynccontextmanager
async def client(upstream: Models, **options: Any) -> AsyncIterator[LLMClient]:
    """A client that is warm; at the end nothing of it may be left."""
    async with LLMClient(base_url=upstream.url, model="m", workers=1, fallbacks=[], **options) as llm:
        await llm.chat_async("warm up", model="warm")
        before = asyncio.all_tasks()
        yield llm
        assert await llm.chat_async("the worker is free", model="warm", timeout=5) == "fine"
        assert (llm.stats().running, llm.stats().waiting, llm.stats().held_back) == (0, 0, 0)
        ours = {task for task in asyncio.all_tasks() - before if "serve" not in repr(task.get_coro())}
        assert not ours


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancels it, and sees that it ends so, at once."""
    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - started < CLOSED_WITHIN_S


async def disconnected(upstream: Models) -> None:
    await until(lambda: upstream.connections == 0, CLOSED_WITHIN_S)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_cancelling_after_any_number_of_turns_of_the_loop(transport: Transport) -> None:
    """More and more of them, until the answer is complete before: so at every await there is."""
    async with models(m=FINE, warm=FINE) as upstream, client(upstream, transport=transport) as llm:
        for count in range(1000):
            task = asyncio.create_task(llm.chat_async("hi"))
            await turns(count)
            if task.done():
                break
            await cancelled(task)
            await disconnected(upstream)
            assert llm.stats().running == 0
        assert task.result() == "fine"
        assert count > 10


async def test_cancelling_the_very_first_call(transport: Transport) -> None:
    """It is that which builds the connections, in a thread."""
    async with models(m=FINE) as upstream:
        for count in range(10):
            async with LLMClient(base_url=upstream.url, model="m", transport=transport) as llm:
                task = asyncio.create_task(llm.chat_async("hi"))
                await turns(count)
                await cancelled(task)
                assert await llm.chat_async("hi", timeout=10) == "fine"


@pytest.mark.parametrize(
    "answer",
    [
        hangs(headers=False),
        hangs(),
        hangs(b": busy\n\n"),
        hangs(chunk("half an answer")),
        hangs(chunk("half an answer")[:-9]),
        hangs(chunk("all of it"), chunk(finish="stop")),
        hangs(chunk("all of it"), chunk(finish="stop"), USAGE, DONE),
        refuses(503, retry_after=str(LONG_S)),
    ],
    ids=[
        "before the headers",
        "after the headers",
        "before content",
        "between chunks",
        "inside a chunk",
        "before the usage",
        "before the end",
        "in the backoff",
    ],
)
async def test_cancelling_in_any_phase_of_an_answer(answer: Answer, transport: Transport) -> None:
    async with models(m=answer, warm=FINE) as upstream, client(upstream, transport=transport) as llm:
        task = asyncio.create_task(llm.chat_async("hi"))
        await until(lambda: "m" in upstream.asked)
        await asyncio.sleep(0.05)
        await cancelled(task)
        await disconnected(upstream)


async def test_cancelling_while_all_workers_are_busy() -> None:
    async with models(m=hangs(), warm=FINE) as upstream, client(upstream) as llm:
        running = asyncio.create_task(llm.chat_async("hi"))
        await until(lambda: "m" in upstream.asked)
        waiting = asyncio.create_task(llm.chat_async("hi"))
        await until(lambda: llm.stats().waiting == 1)
        await cancelled(waiting)
        assert llm.stats().waiting == 0
        await cancelled(running)
        await disconnected(upstream)
        assert upstream.asked.count("m") == 1


async def test_cancelling_one_that_was_just_given_the_worker() -> None:
    """The slot is on its way from one to the other when the other is cancelled: it must not be lost."""
    async with models(m=FINE, warm=FINE) as upstream, client(upstream) as llm:
        for count in range(12):
            first = asyncio.create_task(llm.chat_async("hi"))
            second = asyncio.create_task(llm.chat_async("hi"))
            await turns(2)
            assert llm.stats().waiting == 1
            await first
            await turns(count % 4)
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)
            assert await llm.chat_async("hi", timeout=5) == "fine"


async def test_cancelling_one_that_is_held_back() -> None:
    limited = refuses(429, retry_after=str(LONG_S))
    async with models(m=limited, warm=FINE) as upstream, client(upstream) as llm:
        first = asyncio.create_task(llm.chat_async("hi"))
        await until(lambda: "m" in upstream.asked)
        await asyncio.sleep(0.05)
        held = asyncio.create_task(llm.chat_async("hi"))
        await until(lambda: llm.stats().held_back == 1)
        await cancelled(held)
        await cancelled(first)
        assert llm.stats().held_back == 0


@pytest.mark.parametrize(
    "transport",
    [
        "aiohttp",
        pytest.param(
            "httpx2",
            marks=pytest.mark.xfail(
                reason="httpcore2 2.16 closes a handshake that fails, not one that is cancelled",
                strict=True,
            ),
        ),
    ],
)
async def test_cancelling_while_connecting(transport: Transport) -> None:
    """The other side accepts, and never says a word of TLS."""
    accepted: list[asyncio.StreamWriter] = []
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.append(writer)
        with suppress(ConnectionError):
            await reader.read()
        gone.set()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        try:
            async with LLMClient(base_url=url, model="m", transport=transport) as llm:
                task = asyncio.create_task(llm.chat_async("hi"))
                await until(lambda: accepted)
                await asyncio.sleep(0.02)
                await cancelled(task)
                assert llm.stats().running == 0
                await asyncio.wait_for(gone.wait(), CLOSED_WITHIN_S)
        finally:
            accepted[0].transport.abort()


async def test_cancelling_between_a_reset_and_the_next_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_FIRST_RESET_DELAY_S", "_MAX_RESET_DELAY_S"):
        monkeypatch.setattr(retry, name, 1000)
    reset = asyncio.Event()

    async def consume(llm: LLMClient) -> None:
        async with aclosing(llm.stream("hi")) as events:
            async for event in events:
                if isinstance(event, Reset):
                    reset.set()

    async with models(m=sends(chunk("half")), warm=FINE) as upstream, client(upstream) as llm:
        task = asyncio.create_task(consume(llm))
        await asyncio.wait_for(reset.wait(), 5)
        await asyncio.sleep(0.02)
        assert llm.stats().running == 0  # nobody else has to wait for it
        await cancelled(task)
        assert upstream.asked.count("m") == 1


async def test_cancelling_while_a_tool_runs() -> None:
    entered, left = asyncio.Event(), asyncio.Event()

    async def look_up(word: str) -> str:
        """Looks a word up.

        Args:
            word: which one
        """
        entered.set()
        try:
            await asyncio.sleep(LONG_S)
        finally:
            left.set()
        return word

    call = {
        "index": 0,
        "id": "1",
        "type": "function",
        "function": {"name": "look_up", "arguments": '{"word": "a"}'},
    }
    asks = sends(chunk(tool_calls=[call]), chunk(finish="tool_calls") + USAGE + DONE)

    async def consume(llm: LLMClient) -> None:
        async with aclosing(llm.run_tools("hi", [look_up])) as events:
            async for _ in events:
                pass

    async with models(m=asks, warm=FINE) as upstream, client(upstream) as llm:
        task = asyncio.create_task(consume(llm))
        await asyncio.wait_for(entered.wait(), 5)
        assert llm.stats().running == 0
        await cancelled(task)
        assert left.is_set()


def leave_by_break(llm: LLMClient) -> Awaitable[None]:
    async def consume() -> None:
        async with aclosing(llm.stream("hi")) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break

    return consume()


def leave_by_exception(llm: LLMClient) -> Awaitable[None]:
    async def consume() -> None:
        with suppress(LookupError):
            async with aclosing(llm.stream("hi")) as events:
                async for _ in events:
                    raise LookupError

    return consume()


def leave_by_aclose(llm: LLMClient) -> Awaitable[None]:
    async def consume() -> None:
        events = llm.stream("hi")
        await anext(events)
        await events.aclose()
        await events.aclose()

    return consume()


def leave_to_the_garbage_collector(llm: LLMClient) -> Awaitable[None]:
    async def consume() -> None:
        async for _ in llm.stream("hi"):
            break
        gc.collect()

    return consume()


@pytest.mark.parametrize(
    "leave", [leave_by_break, leave_by_exception, leave_by_aclose, leave_to_the_garbage_collector]
)
async def test_leaving_a_stream_half_read_closes_it(
    leave: Callable[[LLMClient], Awaitable[None]], transport: Transport
) -> None:
    async with (
        models(m=hangs(chunk("half")), warm=FINE) as upstream,
        client(upstream, transport=transport) as llm,
    ):
        await leave(llm)
        await disconnected(upstream)
        assert llm.stats().running == 0


async def test_a_stream_that_is_never_begun_asks_nothing_and_leaves_nothing() -> None:
    async with models(m=FINE, warm=FINE) as upstream, client(upstream) as llm:
        llm.stream("hi")
        await llm.stream("hi").aclose()
        gc.collect()
    assert "m" not in upstream.asked


async def test_a_consumer_that_dawdles_is_no_silence_and_is_never_cancelled(transport: Transport) -> None:
    async with (
        models(m=says("a", "b", pause=0.02), warm=FINE) as upstream,
        client(upstream, transport=transport, stall_s=0.15, timeout_s=5) as llm,
    ):
        seen = []
        async with aclosing(llm.stream("hi")) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    seen.append(event.text)
                    await asyncio.sleep(0.3)
    assert seen == ["a", "b"]


async def test_a_timeout_of_the_callers_at_the_moment_of_ours_is_never_lost(
    transport: Transport,
) -> None:
    """Whoever comes first has the word: the other's cancellation must not be taken for it."""

    async def call(llm: LLMClient, bound: float) -> str:
        try:
            async with asyncio.timeout(bound):
                await llm.chat_async("hi", timeout=0.2)
        except (TimeoutError, ModelTimeout) as error:
            task = asyncio.current_task()
            assert task is not None
            assert task.cancelling() == 0
            await asyncio.sleep(0)  # a cancellation left over would come out here
            return type(error).__name__
        return "an answer"

    async with (
        models(m=hangs(chunk("half"))) as upstream,
        LLMClient(base_url=upstream.url, model="m", workers=100, transport=transport) as llm,
    ):
        bounds = [0.19 + 0.0005 * step for step in range(60)] + [3]
        seen = await asyncio.gather(*(call(llm, bound) for bound in bounds))
        assert set(seen) <= {"TimeoutError", "ModelTimeout"}
        assert seen[-1] == "ModelTimeout"
        assert llm.stats().running == 0
        await until(lambda: upstream.connections == 0)


async def test_a_cancellation_in_the_same_turn_as_our_own_bound_is_not_lost(transport: Transport) -> None:
    """Ours would begin the answer again; the task has to end all the same."""
    loop = asyncio.get_running_loop()
    async with (
        models(m=hangs(chunk("half")), warm=FINE) as upstream,
        client(upstream, transport=transport, stall_s=0.3) as llm,
    ):
        task = asyncio.create_task(llm.chat_async("hi", timeout=5))
        await until(lambda: "m" in upstream.asked)
        await asyncio.sleep(0.1)
        loop.call_later(0.4, task.cancel)
        time.sleep(0.5)  # noqa: ASYNC251 - so that both are overdue in the loop's next turn
        with pytest.raises(asyncio.CancelledError):
            await task
        await disconnected(upstream)
        assert upstream.asked.count("m") == 1


async def test_closing_the_client_under_a_stream_ends_it_in_the_error_tree(transport: Transport) -> None:
    async with models(m=hangs(chunk("half"))) as upstream:
        llm = LLMClient(base_url=upstream.url, model="m", transport=transport, stall_s=1)
        events = llm.stream("hi", timeout=3)
        await anext(events)
        await llm.aclose()
        with pytest.raises(ModelError):
            async for _ in events:
                pass
        await disconnected(upstream)


async def test_cancelling_many_closes_all() -> None:
    async with (
        models(m=hangs(chunk("half"))) as upstream,
        LLMClient(base_url=upstream.url, model="m", workers=200) as llm,
    ):
        tasks = [asyncio.create_task(llm.chat_async("hi")) for _ in range(200)]
        await until(lambda: len(upstream.calls) == 200)
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(one) for one in done} == {asyncio.CancelledError}
        await until(lambda: upstream.connections == 0, 1)
        assert llm.stats().running == 0
