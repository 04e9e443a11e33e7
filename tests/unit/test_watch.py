"""A watch cancels what is overdue, and nothing else."""

import asyncio
from contextlib import suppress

import pytest

from freshet.watch import Watch

SOON_S, LATE_S = 0.03, 5.0


def _in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def _waits(watch: Watch, until: float, seconds: float) -> str:
    """How a wait of so many seconds ends."""
    watch.begin(until)
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        if not watch.was_it():
            raise
        return "overdue"
    finally:
        watch.pause()
    return "over"


async def test_a_wait_in_time_is_left_alone_and_one_that_is_not_is_ended() -> None:
    watch = Watch()
    assert await _waits(watch, _in(LATE_S), 0) == "over"
    assert await _waits(watch, _in(SOON_S), LATE_S) == "overdue"
    assert await _waits(watch, _in(SOON_S), 0) == "over"
    assert not asyncio.current_task().cancelling()  # type: ignore[union-attr]  # a test is a task
    watch.close()


async def test_a_timer_that_fires_between_waits_or_for_an_earlier_one_does_nothing() -> None:
    watch = Watch()
    assert await _waits(watch, _in(SOON_S), 0) == "over"
    await asyncio.sleep(SOON_S * 2)
    assert await _waits(watch, _in(SOON_S), 0) == "over"
    assert await _waits(watch, _in(LATE_S), SOON_S * 2) == "over"
    watch.close()


async def test_a_later_wait_with_an_earlier_end_is_ended_then() -> None:
    watch = Watch()
    assert await _waits(watch, _in(LATE_S), 0) == "over"
    assert await _waits(watch, _in(SOON_S), LATE_S) == "overdue"
    watch.close()


async def test_somebody_elses_cancellation_is_theirs_even_beside_its_own() -> None:
    watch = Watch()
    task = asyncio.create_task(_waits(watch, _in(LATE_S), LATE_S))
    await asyncio.sleep(0)
    watch.interrupt()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    watch.close()


async def test_it_can_be_interrupted_while_somebody_waits_and_only_then() -> None:
    watch = Watch()
    watch.interrupt()
    task = asyncio.create_task(_waits(watch, _in(LATE_S), LATE_S))
    await asyncio.sleep(0)
    watch.interrupt()
    assert await task == "overdue"
    watch.interrupt()
    watch.close()


async def test_what_takes_long_to_clean_up_is_cancelled_again_and_what_does_not_is_not() -> None:
    async def stubborn(watch: Watch, cleaning_s: float) -> list[str]:
        seen = []
        watch.begin(_in(SOON_S))
        try:
            try:
                await asyncio.sleep(LATE_S)
            finally:
                seen.append("cleaning")
                await asyncio.sleep(cleaning_s)
                seen.append("clean")
        except asyncio.CancelledError:
            assert watch.was_it()
        finally:
            watch.pause()
        assert not asyncio.current_task().cancelling()  # type: ignore[union-attr]  # a test is a task
        return seen

    for cleaning_s, seen in ((LATE_S, ["cleaning"]), (0, ["cleaning", "clean"])):
        watch = Watch(again_s=SOON_S)
        assert await stubborn(watch, cleaning_s) == seen
        watch.close()


async def test_what_comes_through_all_the_same_is_no_longer_cancelled() -> None:
    watch = Watch()
    watch.begin(_in(LATE_S))
    watch.interrupt()
    with suppress(asyncio.CancelledError):  # as a capability may, that answers with what it has
        await asyncio.sleep(0)
    watch.pause()
    assert not asyncio.current_task().cancelling()  # type: ignore[union-attr]  # a test is a task
    await asyncio.sleep(0)
    watch.close()
