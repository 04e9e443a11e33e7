import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from freshet.concurrency import accompanied, task_group, together

FOREVER = 60.0


async def after(delay_s: float, result: int) -> int:
    await asyncio.sleep(delay_s)
    return result


async def failing(delay_s: float = 0) -> None:
    await asyncio.sleep(delay_s)
    raise ValueError("no")


async def test_results_come_in_the_order_of_the_calls() -> None:
    assert await together(after(0.02, 1), after(0, 2)) == [1, 2]
    assert await together() == []


async def test_the_first_failure_is_raised_as_it_is_and_ends_the_others() -> None:
    async with asyncio.timeout(5):
        with pytest.raises(ValueError, match="no"):
            await together(failing(), after(FOREVER, 1), after(FOREVER, 2))


@pytest.mark.parametrize("beside", [task_group, lambda: accompanied(after(FOREVER, 1))])  # type: ignore[arg-type]  # its result is not used
async def test_a_failing_body_is_raised_as_it_is(
    beside: "type[AbstractAsyncContextManager[object]]",
) -> None:
    with pytest.raises(ValueError, match="no"):
        async with beside():
            await failing()


async def test_a_companion_ends_with_the_body() -> None:
    ended = asyncio.Event()

    async def companion() -> None:
        try:
            await asyncio.sleep(FOREVER)
        finally:
            ended.set()

    async with accompanied(companion()):
        await asyncio.sleep(0)
    assert ended.is_set()


async def test_a_failing_companion_ends_the_body() -> None:
    with pytest.raises(ValueError, match="no"):
        async with accompanied(failing(0.01)):
            await asyncio.sleep(FOREVER)


async def test_a_cancelled_body_stays_cancelled() -> None:
    with pytest.raises(asyncio.CancelledError):
        async with accompanied(after(FOREVER, 1)):  # type: ignore[arg-type]  # its result is not used
            raise asyncio.CancelledError
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01), accompanied(after(FOREVER, 1)):  # type: ignore[arg-type]  # its result is not used
            await asyncio.sleep(FOREVER)
