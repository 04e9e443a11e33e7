"""What tasks tell comes at once and in order, and ends with them."""

import asyncio

import pytest

from freshet.concurrency import task_group
from freshet.errors import NotFound
from freshet.runs.events import Content, RunEvent
from freshet.runs.telling import Tell, told


async def test_what_several_tasks_tell_comes_as_they_tell_it() -> None:
    heard = asyncio.Event()

    async def work(tell: Tell) -> None:
        async def other() -> None:
            tell(Content("1"))
            await asyncio.wait_for(heard.wait(), 5)
            tell(Content("3"))

        async with task_group() as group:
            group.create_task(other())
            await asyncio.wait_for(heard.wait(), 5)
            tell(Content("2"))

    seen: list[RunEvent] = []
    async for event in told(work):
        seen.append(event)
        heard.set()
    assert seen == [Content("1"), Content("2"), Content("3")]


async def test_a_failure_comes_after_what_was_told_before() -> None:
    async def work(tell: Tell) -> None:
        tell(Content("1"))
        tell(Content("2"))
        raise NotFound("gone")

    seen: list[RunEvent] = []
    with pytest.raises(NotFound, match="gone"):  # noqa: PT012  # what came before the error is wanted, too
        async for event in told(work):
            seen.append(event)  # noqa: PERF401 - as above
    assert seen == [Content("1"), Content("2")]


@pytest.mark.parametrize("read", [0, 1, 2])
async def test_closing_ends_the_work_and_waits_for_it(read: int) -> None:
    ended: list[str] = []

    async def work(tell: Tell) -> None:
        try:
            for number in range(read):
                tell(Content(str(number)))
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("work")

    before = asyncio.all_tasks()
    events = told(work)
    for _ in range(read):
        await anext(events)
    await events.aclose()
    assert ended == (["work"] if read else [])
    assert asyncio.all_tasks() == before


async def test_who_is_cancelled_while_waiting_cancels_the_work() -> None:
    ended = asyncio.Event()

    async def work(tell: Tell) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def read() -> None:
        async for _ in told(work):
            pass

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert ended.is_set()
