import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from freshet import wiring
from freshet.behaviour.jobs import claim, items, messages
from freshet.behaviour.jobs import plan as plan_
from freshet.behaviour.jobs.plan import plan_message, user_message
from freshet.behaviour.requests import Extract
from freshet.errors import (
    BudgetSpent,
    Conflict,
    FreshetError,
    ModelOverloaded,
    ModelRefused,
    ModelTimeout,
    NotFound,
    Unavailable,
)
from freshet.runs import job as job_
from freshet.runs.meter import Consumed, consume, current
from freshet.runs.record import Record
from freshet.stores import batches
from tests.unit.behaviour.jobs import workshop
from tests.unit.behaviour.jobs.workshop import Workshop
from tests.unit.behaviour.log.rows import Calls, Killed

USERS = ("ann", "bob", "王小明")
EVENTS = 9  # a letter each
COUNTS = ("status", "users_total", "users_done", "events", "failed", "percent")
ALL_DONE = ("done", 3, 3, EVENTS, 0, 100)


def counts(progress: Any) -> tuple[Any, ...]:
    return tuple(getattr(progress, name) for name in COUNTS)


async def standing(shop: Workshop, run_id: str) -> tuple[Any, ...]:
    """The progress, which the run's result agrees with once it is over."""
    progress = await shop.progress(run_id)
    record = await wiring.runs().get(shop.owner, run_id)
    if progress.ended:
        assert record.status == progress.status
        assert record.final_response
        assert counts(progress) == tuple(record.final_response[name] for name in COUNTS)
    return counts(progress)


async def test_all_users_are_worked_off_one_by_one(shop: Workshop) -> None:
    assert (await shop.progress()).model_dump(include={"run_id", "status", "percent"}) == {
        "run_id": None,
        "status": "idle",
        "percent": 0,
    }
    await shop.users(*USERS)
    run_id = await shop.begin()
    assert await standing(shop, run_id) == ("queued", 0, 0, 0, 0, 0)
    (plan,) = await shop.received()
    assert await shop.process(plan)
    assert await standing(shop, run_id) == ("running", 3, 0, 0, 0, 0)
    (first,) = await shop.received()
    assert await shop.process(first)
    half = await shop.progress()
    assert (half.run_id, half.users_done, half.percent) == (run_id, 1, 33.3)
    assert half.eta_seconds is not None
    assert await shop.drain() == 2
    assert await standing(shop, run_id) == ALL_DONE
    assert sorted(shop.extraction.asked) == [(user_id, False) for user_id in USERS]
    ended = await shop.progress()
    assert (ended.eta_seconds, ended.problems) == (0, [])
    assert ended.started_at
    assert ended.ended_at
    assert ended.started_at <= ended.ended_at


async def test_a_worker_killed_before_any_write_for_a_user_changes_nothing(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claim, "_MARGIN_S", -workshop.REMAINING_S)  # the leases of the dead are over
    await shop.users("ann", "bob")
    last, whole = 0, False
    while not whole:
        last += 1
        run_id = await shop.begin()
        await shop.process((await shop.received())[0])
        try:
            await shop.drain(shop.mortal(Calls(last)))
            whole = True
        except Killed:
            await shop.drain()
        counted = counts(await shop.progress(run_id))
        assert counted == ("done", 2, 2, 6, 0, 100), f"killed before write {last}"
    assert last > 10


async def test_a_plan_whose_workers_are_killed_before_each_of_its_writes_goes_on(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claim, "_MARGIN_S", -workshop.REMAINING_S)
    monkeypatch.setattr(claim, "ATTEMPTS", 100)
    for module in (items, plan_):
        monkeypatch.setattr(module, "PAGE", 2)
    await shop.users(*USERS)
    run_id = await shop.begin()
    (plan,) = await shop.received()
    for last in range(1, 8):
        with pytest.raises(Killed):
            await shop.process(plan, shop.mortal(Calls(last)))
    await shop.drain()
    assert await standing(shop, run_id) == ALL_DONE
    assert len(shop.extraction.asked) == 3


async def test_messages_that_come_twice_and_to_two_workers_at_once_count_once(shop: Workshop) -> None:
    await shop.users(*USERS)
    run_id = await shop.begin()
    await shop.queue.send_batch(shop.owner, [plan_message(run_id)] * 2)
    while records := await shop.received(10):
        twice = [record for record in records for _ in range(2)]
        await asyncio.gather(*map(shop.process, twice))
    assert await standing(shop, run_id) == ALL_DONE
    assert sorted(user_id for user_id, _ in shop.extraction.asked) == sorted(USERS)
    await shop.queue.send_batch(
        shop.owner, [plan_message(run_id), *(user_message(run_id, user_id) for user_id in USERS)]
    )
    assert await shop.drain() == 4
    assert await standing(shop, run_id) == ALL_DONE
    assert len(shop.extraction.asked) == len(USERS)


async def test_who_lost_a_user_to_another_worker_does_not_count_it(shop: Workshop) -> None:
    """Its lease was over, and it did not know."""
    await shop.users("ann")
    run_id = await shop.begin()
    await shop.process((await shop.received())[0])
    (record,) = await shop.received()

    async def overtaken(_: str) -> dict[str, Any]:
        shop.extraction.happens = None
        await shop.free(run_id)
        assert await shop.process(record)
        return {"event_count": 100}

    shop.extraction.happens = overtaken
    assert not await shop.process(record)
    assert await standing(shop, run_id) == ("done", 1, 1, 3, 0, 100)


async def test_a_user_over_whom_workers_die_is_given_up(shop: Workshop) -> None:
    await shop.users("ann", "bob")
    run_id = await shop.begin()
    await shop.process((await shop.received())[0])

    async def dies(user_id: str) -> None:
        if user_id == "bob":
            raise Killed

    shop.extraction.happens = dies
    for _ in range(3 + 2):
        with suppress(Killed):
            await shop.drain()
        await shop.free(run_id)
    assert await standing(shop, run_id) == ("done", 2, 2, 3, 1, 100)
    (problem,) = (await shop.progress()).problems
    assert (problem.user_id, problem.code) == ("bob", "unavailable")
    assert "interrupted 3 times" in problem.detail


async def test_a_plan_over_which_workers_die_fails_the_job(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await shop.begin()
    for _ in range(3):
        with pytest.raises(Killed):
            await shop.drain(shop.mortal(Calls(3)))
        await shop.free(run_id)
    assert await shop.drain() == 1
    assert (await standing(shop, run_id))[0] == "failed"


async def test_what_passes_is_tried_until_the_last_delivery_and_what_lasts_once(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MAX_RECEIVES", 3)
    errors: dict[str, tuple[Exception, int, str]] = {
        "overloaded": (ModelOverloaded(), 3, "model_overloaded"),
        "unavailable": (Unavailable("No.", part="table"), 3, "unavailable"),
        "ours": (ValueError("a secret"), 3, "internal"),
        "once only": (ModelTimeout(), 1, ""),
        "spent": (BudgetSpent("No."), 1, "budget_spent"),
        "refused": (ModelRefused("No."), 1, "model_refused"),
        "no model": (NotFound("There is no model 7."), 1, "not_found"),
    }
    await shop.users(*errors)
    run_id = await shop.begin()

    async def fails(user_id: str) -> None:
        if user_id != "once only" or len(shop.extraction.asked) <= len(errors):
            raise errors[user_id][0]

    shop.extraction.happens = fails
    await shop.drain()
    tried = Counter(user_id for user_id, _ in shop.extraction.asked)
    assert tried == {user_id: tries + (user_id == "once only") for user_id, (_, tries, _) in errors.items()}
    assert await standing(shop, run_id) == ("done", 7, 7, len("once only"), 6, 100)
    problems = (await shop.progress()).problems
    codes = {problem.user_id: problem.code for problem in problems}
    assert codes == {user_id: code for user_id, (_, _, code) in errors.items() if code}
    assert "secret" not in str(problems)


async def test_a_user_who_is_deleted_meanwhile_is_none_that_failed(shop: Workshop) -> None:
    await shop.users(*USERS)

    async def deleted(user_id: str) -> None:
        if user_id == "bob":
            await shop.log.delete(shop.owner, "bob")
            raise NotFound("There is no log of bob.")

    shop.extraction.happens = deleted
    run_id = await shop.begin()
    await shop.drain()
    assert await standing(shop, run_id) == ("done", 3, 3, EVENTS - 3, 0, 100)


async def test_what_takes_longer_than_a_worker_has_goes_on_in_another_and_all_it_used_is_counted(
    shop: Workshop,
) -> None:
    await shop.users("ann")
    left = iter([2, 1, 0])

    async def slow(_: str) -> dict[str, Any]:
        meter = current()
        assert meter
        assert (meter.owner, meter.capability) == (shop.owner, "events")
        consume(Consumed(10, 3, cost=0.5, model="m"))
        return {"left_sessions": next(left)}

    shop.extraction.happens = slow
    run_id = await shop.begin(refresh=True)
    assert await shop.drain() == 1 + 3
    assert await standing(shop, run_id) == ("done", 1, 1, 3, 0, 100)
    assert shop.extraction.asked == [("ann", True), ("ann", False), ("ann", False)]
    record = await wiring.runs().get(shop.owner, run_id)
    assert record.usage
    assert record.metrics
    assert (record.usage.total_tokens, record.metrics["cost"]) == (3 * 13, 3 * 0.5)


async def test_rounds_that_bring_nothing_come_to_an_end(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One ended by itself and said so; the others had to be ended."""
    await shop.users("ann")
    run_id = await shop.begin()
    await shop.process((await shop.received())[0])
    monkeypatch.setattr(batches, "CLOSING_S", workshop.REMAINING_S - 0.1)

    async def hangs(_: str) -> dict[str, Any]:
        if len(shop.extraction.asked) > 1:
            await asyncio.Event().wait()
        return {"left_sessions": 7}

    shop.extraction.happens = hangs
    await shop.drain()
    assert await standing(shop, run_id) == ("failed", 1, 1, 0, 1, 100)
    assert (await shop.progress()).problems[0].code == "deadline"
    error = (await wiring.runs().get(shop.owner, run_id)).error
    assert error
    assert error["detail"].startswith("No user could be read: The time was over")


async def test_a_stopped_job_is_over_at_once_and_its_workers_leave_it(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_, "BEAT_S", 0.02)
    await shop.users(*USERS)
    run_id = await shop.begin()
    await shop.process((await shop.received())[0])
    await shop.process((await shop.received())[0])
    done = (await shop.progress()).events
    stopping: list[asyncio.Task[Record]] = []

    async def stopped(_: str) -> None:
        stopping.append(asyncio.create_task(wiring.runs().stop(shop.owner, run_id)))
        await asyncio.Event().wait()

    shop.extraction.happens = stopped
    assert await shop.drain() == 2
    assert len(shop.extraction.asked) == 2
    assert (await stopping[0]).status == "stopped"
    assert await standing(shop, run_id) == ("stopped", 3, 1, done, 0, 33.3)
    unbegun = await shop.begin()
    assert (await wiring.runs().stop(shop.owner, unbegun)).status == "stopped"
    assert counts(await shop.progress())[0] == "stopped"
    await shop.drain()
    assert await standing(shop, unbegun) == ("stopped", 0, 0, 0, 0, 0)
    assert len(shop.extraction.asked) == 2


async def test_a_key_stands_for_one_job_unless_that_could_not_be_queued(shop: Workshop) -> None:
    keyed = shop.call(key="k")
    with pytest.raises(FreshetError):
        await shop.unqueued().begin(keyed, Extract())
    assert (await shop.progress()).status == "failed"
    first = await shop.job.begin(shop.call(key="k"), Extract())
    assert first != keyed.id
    assert await shop.job.begin(shop.call(key="k"), Extract()) == first
    other = replace(shop.call(key="k"), request=replace(keyed.request, body=b'{"refresh":true}'))
    with pytest.raises(Conflict):
        await shop.job.begin(other, Extract(refresh=True))
    assert await shop.drain() == 2
    assert await standing(shop, first) == ("done", 0, 0, 0, 0, 100)
