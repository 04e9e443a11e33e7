"""Many awaits with a limit, one with a time: order, laziness, failures, and nothing left un-awaited."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest

from freshet.errors import Invalid, ModelTimeout
from freshet.llm.bounded import gather_with_limit, run_with_timeout


class Work:
    """Coroutines that note how many of them run."""

    def __init__(self) -> None:
        self.begun = 0
        self.running = 0
        self.most = 0
        self.cancelled = 0

    async def item(self, value: int, seconds: float = 0.005) -> int:
        self.begun += 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        if value < 0:
            raise LookupError(value)
        return value


async def test_results_keep_their_order_and_no_more_than_the_limit_run() -> None:
    work = Work()
    results = await gather_with_limit([work.item(n, 0.01 / (n + 1)) for n in range(20)], limit=4)
    assert results == list(range(20))
    assert work.most == 4


async def test_what_is_not_yet_needed_is_not_taken_from_the_iterable() -> None:
    work = Work()
    taken = 0

    def items() -> Iterator[Awaitable[int]]:
        nonlocal taken
        for value in range(10):
            taken += 1
            yield work.item(value, 0.2)

    gathering = asyncio.create_task(gather_with_limit(items(), limit=3))
    await asyncio.sleep(0.05)
    assert taken == 3
    gathering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gathering
    assert work.cancelled == 3


@pytest.mark.parametrize("kind", [list, tuple, iter])
async def test_the_first_failure_cancels_the_rest_and_begins_no_more(
    kind: Callable[[Iterator[Awaitable[int]]], Iterator[Awaitable[int]]],
) -> None:
    work = Work()
    values = [1, 1, -1, 1, 1, 1]
    with pytest.raises(LookupError, match="-1"):
        await gather_with_limit(kind(work.item(v, 0.01 if v < 0 else 5) for v in values), limit=3)
    assert (work.begun, work.cancelled, work.running) == (3, 2, 0)


async def test_failures_can_stand_among_the_results() -> None:
    work = Work()
    results = await gather_with_limit([work.item(v) for v in (1, -1, 2)], limit=2, return_exceptions=True)
    assert [repr(result) for result in results] == ["1", "LookupError(-1)", "2"]


async def test_a_cancelled_gathering_cancels_what_runs_though_failures_are_results() -> None:
    work = Work()
    gathering = asyncio.create_task(
        gather_with_limit([work.item(v, 5) for v in range(4)], 2, return_exceptions=True)
    )
    await asyncio.sleep(0.02)
    gathering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gathering
    assert (work.begun, work.cancelled) == (2, 2)


async def test_futures_and_tasks_are_gathered_like_coroutines() -> None:
    work = Work()
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, future.set_result, 2)
    assert await gather_with_limit([asyncio.create_task(work.item(1)), future, work.item(3)]) == [1, 2, 3]


async def test_nothing_gathered_is_an_empty_list() -> None:
    assert await gather_with_limit([]) == []


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_limit_below_one_is_refused_and_nothing_begun(limit: int) -> None:
    work = Work()
    with pytest.raises(Invalid, match="one or more"):
        await gather_with_limit([work.item(1)], limit=limit)
    assert work.begun == 0


async def test_a_failing_iterable_cancels_what_runs() -> None:
    work = Work()

    def items() -> Iterator[Awaitable[int]]:
        yield work.item(1, 5)
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        await gather_with_limit(items(), limit=2)
    assert work.running == 0


async def test_in_time_it_is_the_result_and_too_late_a_timeout_after_cleanup() -> None:
    work = Work()
    assert await run_with_timeout(work.item(7), timeout=1) == 7
    begun = time.monotonic()
    with pytest.raises(ModelTimeout, match=r"0\.05 s"):
        await run_with_timeout(work.item(1, 5), timeout=0.05)
    assert time.monotonic() - begun < 1
    assert (work.cancelled, work.running) == (1, 0)


async def test_its_own_timeout_error_and_a_cancellation_pass_through() -> None:
    async def late() -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        await run_with_timeout(late(), timeout=1)
    waiting = asyncio.create_task(run_with_timeout(asyncio.sleep(5), timeout=5))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
