"""Sync code that calls async code: from everywhere, with everything cleaned up, and streams as they come."""

import asyncio
import contextvars
import gc
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from freshet.errors import ModelTimeout
from freshet.llm.bridge import iterate_sync, run_sync, until_loop_ends

pytestmark = pytest.mark.timeout(30)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    _gone(within=0)


def _bridge_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("freshet-bridge")]


def _gone(within: float = 2.0) -> None:
    until = time.monotonic() + within
    while _bridge_threads():
        assert time.monotonic() < until, "the bridge's thread is still there"
        time.sleep(0.005)


async def echo(text: str, seconds: float = 0.0) -> str:
    await asyncio.sleep(seconds)
    return text


async def thread_id() -> int:
    await asyncio.sleep(0.01)
    return threading.get_ident()


class Kept:
    """Something open on the loop it was opened on; notes where it was closed."""

    def __init__(self) -> None:
        self.closed: list[asyncio.AbstractEventLoop] = []
        self.stay: AsyncGenerator[None, None] | None = None
        self.itself = self  # a cycle: only the collector ends it

    async def open(self) -> asyncio.AbstractEventLoop:
        self.stay = until_loop_ends(_closer(self.closed))
        return asyncio.get_running_loop()

    async def close(self) -> None:
        if self.stay:
            await self.stay.aclose()


def _closer(closed: list[asyncio.AbstractEventLoop]) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        await asyncio.sleep(0)
        closed.append(asyncio.get_running_loop())

    return close


def test_plain_code_gets_the_result_or_the_exception() -> None:
    async def fails() -> None:
        raise LookupError("没有")

    assert run_sync(echo("你好")) == "你好"
    with pytest.raises(LookupError, match="没有"):
        run_sync(fails())


async def test_it_works_inside_a_running_loop() -> None:
    assert run_sync(echo("你好", 0.01)) == "你好"


def test_threads_share_one_loop() -> None:
    with ThreadPoolExecutor(16) as pool:
        begun = time.monotonic()
        first = pool.submit(run_sync, asyncio.sleep(0.3))  # holds the loop while the others come and go
        time.sleep(0.05)
        threads = set(pool.map(lambda _: run_sync(thread_id()), range(100)))
        assert len(threads) == 1
        first.result()
    assert time.monotonic() - begun < 2


def test_threads_that_come_and_go_never_meet_a_closed_loop() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda n: run_sync(echo(str(n))), range(400))) == [str(n) for n in range(400)]


def test_whatever_can_be_awaited_can_be_run() -> None:
    class Later:
        def __await__(self) -> Generator[Any, Any, str]:
            return (yield from echo("later").__await__())

    assert run_sync(Later()) == "later"
    with pytest.raises(TypeError, match="await"):
        run_sync(1)  # type: ignore[arg-type]  # what a caller may get wrong


def test_on_its_own_loop_it_refuses_rather_than_wait_for_itself() -> None:
    async def tool() -> str:
        return run_sync(echo("never"))

    with pytest.raises(RuntimeError, match="await"):
        run_sync(tool())


def test_the_callers_context_is_seen() -> None:
    request: contextvars.ContextVar[str] = contextvars.ContextVar("request")

    async def seen() -> str:
        return request.get()

    async def items() -> AsyncGenerator[str, None]:
        yield request.get()

    request.set("请求 7")
    assert run_sync(seen()) == "请求 7"
    assert list(iterate_sync(items)) == ["请求 7"]


def test_a_timeout_cancels_and_waits_for_the_cleanup() -> None:
    done = []

    async def slow() -> None:
        try:
            await asyncio.sleep(5)
        finally:
            await asyncio.sleep(0.05)
            done.append("cleaned up")

    begun = time.monotonic()
    with pytest.raises(ModelTimeout):
        run_sync(slow(), timeout=0.05)
    assert done == ["cleaned up"]
    assert time.monotonic() - begun < 3


def test_work_stuck_in_a_thread_holds_a_timeout_up_no_longer_than_the_grace() -> None:
    release = threading.Event()
    begun = time.monotonic()
    with pytest.raises(ModelTimeout):
        run_sync(asyncio.to_thread(release.wait, 20), timeout=0.05)
    assert time.monotonic() - begun < 4
    release.set()
    _gone()


def test_a_system_exit_is_the_callers_and_the_loop_goes_on() -> None:
    async def leave() -> None:
        raise SystemExit(3)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(run_sync, echo("unharmed", 0.2))
        with pytest.raises(SystemExit, match="3"):
            run_sync(leave())
        assert other.result() == "unharmed"


def test_what_a_call_leaves_behind_ends_with_the_loop() -> None:
    ended = []

    async def forgotten() -> None:
        try:
            await asyncio.sleep(30)
        finally:
            ended.append("task")

    async def half_read() -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            ended.append("generator")

    async def call() -> tuple[object, object]:
        task, items = asyncio.create_task(forgotten()), half_read()
        await anext(items)
        await asyncio.sleep(0)
        return task, items

    left = run_sync(call())
    assert left
    assert sorted(ended) == ["generator", "task"]


def test_the_loop_stays_for_what_is_kept_there_and_ends_with_it() -> None:
    kept = Kept()
    loop = run_sync(kept.open())
    assert run_sync(_running_loop()) is loop
    (thread,) = _bridge_threads()
    run_sync(kept.close())
    assert kept.closed == [loop]
    assert not thread.is_alive()
    run_sync(kept.close())  # closing twice is closing once
    assert kept.closed == [loop]


def test_what_is_kept_by_several_ends_with_the_last() -> None:
    first, second = Kept(), Kept()
    assert run_sync(first.open()) is run_sync(second.open())
    run_sync(first.close())
    assert len(_bridge_threads()) == 1
    assert not second.closed
    run_sync(second.close())


def test_garbage_is_closed_on_its_loop() -> None:
    kept = Kept()
    closed, loop = kept.closed, run_sync(kept.open())
    del kept
    gc.collect()
    _gone()
    assert closed == [loop]


def test_garbage_that_is_found_on_the_loop_itself_is_closed_there() -> None:
    kept = Kept()
    closed, loop = kept.closed, run_sync(kept.open())
    del kept

    async def collect() -> None:
        gc.collect()

    run_sync(collect())
    _gone()
    assert closed == [loop]


def test_what_is_kept_on_a_loop_of_ones_own_ends_with_that_loop() -> None:
    kept = Kept()
    loop = asyncio.run(kept.open())
    assert kept.closed == [loop]
    assert not _bridge_threads()


async def _running_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


class Source:
    """A stream that notes how far it came and whether it was closed."""

    def __init__(self, count: int, pause: float | None = None) -> None:
        self.count = count
        self.pause = pause
        self.made = 0
        self.closed = False

    async def items(self) -> AsyncGenerator[int, None]:
        try:
            for item in range(self.count):
                if self.pause is not None:
                    await asyncio.sleep(self.pause)
                self.made += 1
                yield item
        finally:
            await asyncio.sleep(0)
            self.closed = True


@pytest.mark.parametrize("pause", [None, 0])
def test_a_stream_is_iterated_whole_and_in_order(pause: float | None) -> None:
    source = Source(1000, pause)
    assert list(iterate_sync(source.items)) == list(range(1000))
    assert source.closed


def test_items_come_as_they_are_made() -> None:
    source = Source(5, 0.02)
    assert [source.made for _ in iterate_sync(source.items)] == [1, 2, 3, 4, 5]


def test_a_stream_does_not_run_far_ahead_of_who_reads_it() -> None:
    source = Source(10_000)
    with closing(iterate_sync(source.items)) as items:
        for expected in range(100):
            assert next(items) == expected
            time.sleep(0.0005)
        assert source.made < 200
    assert source.closed


def test_closing_the_iteration_closes_the_stream_at_once() -> None:
    source = Source(10_000, 0.01)
    items = iterate_sync(source.items)
    next(items)
    begun = time.monotonic()
    items.close()
    assert source.closed
    assert time.monotonic() - begun < 1


def test_an_iteration_nobody_ends_is_closed_with_its_last_reference() -> None:
    source = Source(10_000, 0.01)
    for item in iterate_sync(source.items):
        if item == 3:
            break
    assert source.closed


def test_an_iteration_that_is_collected_on_the_loop_does_not_wait_for_itself() -> None:
    source = Source(10_000, 0.01)
    items = iterate_sync(source.items)
    next(items)
    cycle: list[object] = [items]
    cycle.append(cycle)
    del items, cycle

    async def collect() -> float:
        begun = time.monotonic()
        gc.collect()
        return time.monotonic() - begun

    assert run_sync(collect()) < 1.5  # to wait for itself would be the grace, two seconds
    _gone()
    assert source.closed


def test_an_iteration_that_never_begins_opens_nothing() -> None:
    source = Source(10)
    iterate_sync(source.items).close()
    assert source.made == 0
    assert not _bridge_threads()


def test_a_failure_comes_after_the_items_before_it() -> None:
    async def cut() -> AsyncGenerator[str, None]:
        yield "床前"
        yield "明月"
        raise ConnectionError("断了")

    seen: list[str] = []
    with pytest.raises(ConnectionError, match="断了"):
        seen.extend(iterate_sync(cut))
    assert seen == ["床前", "明月"]


async def test_a_stream_is_iterated_inside_a_running_loop() -> None:
    assert list(iterate_sync(Source(10).items)) == list(range(10))


def test_iterating_on_the_bridges_own_loop_is_refused() -> None:
    source = Source(10)

    async def tool() -> list[int]:
        return list(iterate_sync(source.items))

    with pytest.raises(RuntimeError, match="await"):
        run_sync(tool())
    assert source.made == 0
