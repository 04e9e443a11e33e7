from typing import Any

import pytest

from freshet.behaviour.jobs import feed as feed_
from freshet.behaviour.jobs.feed import ProgressFeed, taken_up
from freshet.errors import NotFound
from freshet.runs.frame import Frame
from tests.unit.behaviour.jobs.workshop import Workshop


def said(frames: list[Frame]) -> list[Any]:
    """Of each frame its number, and how many users are done."""
    found = []
    for one in frames:
        data = one.data
        progress = data.get("item") or data.get("final_response")
        found.append((one.seq, progress["users_done"] if progress else "started"))
    return found


async def test_the_progress_is_followed_to_its_end_and_taken_up_again(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_, "POLL_S", 0.01)
    await shop.users("ann", "bob")
    run_id = await shop.begin()
    feed = await ProgressFeed.open(shop.progresses, shop.owner, None, timeout_s=20)
    frames = []
    async for one in feed.frames():
        frames.append(one)
        if "item" in one.data and (messages := await shop.received()):
            await shop.process(messages[0])
    assert feed.run_id == run_id
    assert feed.ended
    assert frames[-1].last
    assert said(frames)[:2] == [(0, "started"), (1, 0)]
    assert [done for _, done in said(frames)[1:]] == sorted(done for _, done in said(frames)[1:])
    assert [one.seq for one in frames] == list(range(len(frames)))
    again = await ProgressFeed.open(shop.progresses, shop.owner, run_id, after=7, timeout_s=20)
    assert said([one async for one in again.frames()]) == [(8, 2), (9, 2)]


async def test_without_a_job_there_is_nothing_to_follow(shop: Workshop) -> None:
    feed = await ProgressFeed.open(shop.progresses, shop.owner, None, timeout_s=20)
    assert said([one async for one in feed.frames()]) == [(0, "started"), (1, 0), (2, 0)]
    assert feed.ended
    with pytest.raises(NotFound):
        await ProgressFeed.open(shop.progresses, shop.owner, "01J", timeout_s=20)
    await shop.begin()
    cut = await ProgressFeed.open(shop.progresses, shop.owner, None, timeout_s=0)
    assert said([one async for one in cut.frames()]) == [(0, "started"), (1, 0)]
    assert not cut.ended


@pytest.mark.parametrize(("cursor", "run_id"), [("01J:3", "01J"), ("idle:2", None), ("3", None), ("", None)])
def test_a_cursor_goes_on_with_the_job_that_it_is_of(cursor: str, run_id: str | None) -> None:
    assert taken_up(cursor) == run_id
