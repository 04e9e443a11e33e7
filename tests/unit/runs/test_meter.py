"""What a run consumes is counted where it arises; the model calls here are real ones over loopback."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from freshet import wiring
from freshet.errors import ModelAuthentication
from freshet.llm import LLMClient, Price
from freshet.llm.bridge import iterate_sync, run_sync
from freshet.llm.events import Event, TextDelta
from freshet.runs.meter import Consumed, Meter, consume
from tests.unit.llm.upstream import DONE, USAGE, chunk, collect, hangs, models, refuses, says, sends, until
from tests.unit.runs.metered import under

pytestmark = pytest.mark.timeout(30)

CUT = sends(chunk("half "), chunk("an answer"), pause=0)
QUESTION = "How many days of paid leave do staff have?"


def client(url: str, **options: Any) -> LLMClient:
    """A client as the product has it: it accounts for its generations."""
    return LLMClient(base_url=url, model="m", on_generation=wiring.account, **options)


def used(tokens: int) -> Consumed:
    return Consumed(tokens, tokens)


async def consuming(*tokens: int, at_the_end: int = 0) -> AsyncGenerator[int, None]:
    """A capability that uses so much before each of its events."""
    try:
        for count in tokens:
            consume(used(count))
            yield count
            await asyncio.sleep(0)
    finally:
        consume(used(at_the_end))


async def use(tokens: int) -> None:
    await asyncio.sleep(0)
    consume(used(tokens))


async def test_tasks_and_threads_that_are_started_inside_are_counted() -> None:
    meter = Meter()
    with meter.running():
        task = asyncio.create_task(use(1))
        await asyncio.gather(use(2), asyncio.to_thread(consume, used(3)))
        await asyncio.to_thread(run_sync, use(4))
    await task
    assert sorted(one.prompt_tokens for one in meter.consumed) == [1, 2, 3, 4]


async def test_outside_of_a_run_nothing_is_counted() -> None:
    meter = Meter()
    elsewhere = asyncio.create_task(use(1))
    with meter.running():
        await elsewhere
        consume(used(2))
    consume(used(3))
    await asyncio.create_task(use(4))
    assert meter.consumed == [used(2)]


async def test_a_run_within_a_run_counts_for_itself() -> None:
    outer, inner = Meter(), Meter()
    with outer.running():
        with inner.running():
            consume(used(1))
        consume(used(2))
    assert (outer.consumed, inner.consumed) == ([used(2)], [used(1)])


async def test_two_runs_at_once_do_not_mix() -> None:
    ours, theirs = Meter(), Meter()
    async with (
        aclosing(under(ours, consuming(1, 2))) as one,
        aclosing(under(theirs, consuming(10, 20))) as other,
    ):
        assert [await anext(events) for events in (one, other, one, other)] == [1, 10, 2, 20]
    assert ours.consumed == [used(1), used(2), used(0)]
    assert theirs.consumed == [used(10), used(20), used(0)]


async def test_what_is_used_while_a_run_is_closed_is_counted() -> None:
    meter = Meter()
    async with aclosing(under(meter, consuming(1, 2, at_the_end=5))) as events:
        await anext(events)
    assert meter.consumed == [used(1), used(5)]


async def metered(llm: LLMClient, **options: Any) -> tuple[Meter, list[Event]]:
    meter = Meter()
    events, _ = await collect(under(meter, llm.stream(QUESTION, **options)))
    return meter, events


async def test_an_answer_that_is_whole_counts_as_the_upstream_says_once() -> None:
    prices = {"m": Price(100, 200)}
    async with models(m=says("25 ", "days.")) as upstream, client(upstream.url, prices=prices) as llm:
        meter, _ = await metered(llm)
    (one,) = meter.consumed
    assert (one.prompt_tokens, one.completion_tokens, one.estimated, one.attempts) == (7, 3, False, 1)
    assert one.cost == pytest.approx((7 * 100 + 3 * 200) / 1e6)


async def test_an_answer_that_is_stopped_in_the_middle_counts_as_estimated() -> None:
    meter = Meter()
    async with (
        models(m=hangs(chunk("员工每年享有"))) as upstream,
        client(upstream.url) as llm,
        aclosing(under(meter, llm.stream(QUESTION))) as events,
    ):
        assert await anext(events) == TextDelta("员工每年享有")
    (one,) = meter.consumed
    assert one.estimated
    assert min(one.prompt_tokens, one.completion_tokens) > 3


async def test_a_stop_before_the_first_word_counts_the_prompt() -> None:
    meter = Meter()
    async with models(m=hangs(b": thinking\n\n")) as upstream, client(upstream.url) as llm:
        with meter.running():
            answer = asyncio.create_task(llm.chat_async(QUESTION))
        await until(lambda: upstream.asked)
        answer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await answer
    (one,) = meter.consumed
    assert (one.completion_tokens, one.estimated) == (0, True)
    assert one.prompt_tokens > 5


async def test_an_answer_that_begins_again_counts_twice() -> None:
    async with models(m=(CUT, says("25 days."))) as upstream, client(upstream.url) as llm:
        meter, _ = await metered(llm)
    assert [(one.estimated, one.attempts) for one in meter.consumed] == [(True, 1), (False, 2)]
    assert meter.consumed[0].completion_tokens > 0


async def test_an_answer_that_fails_after_it_was_begun_counts() -> None:
    async with models(m=(CUT, refuses(401))) as upstream, client(upstream.url) as llm:
        meter = Meter()
        _, error = await collect(under(meter, llm.stream(QUESTION)))
    assert isinstance(error, ModelAuthentication)
    assert [one.estimated for one in meter.consumed] == [True]


async def test_every_round_with_tools_counts() -> None:
    def leave() -> int:
        """Days of paid leave."""
        return 25

    call = {"index": 0, "id": "c0", "function": {"name": "leave", "arguments": "{}"}}
    asks = sends(chunk(tool_calls=[call]), chunk(finish="tool_calls"), USAGE, DONE)
    meter = Meter()
    async with models(m=(asks, asks, says("25."))) as upstream, client(upstream.url) as llm:
        _, error = await collect(under(meter, llm.run_tools(QUESTION, [leave])))
    assert error is None
    assert meter.consumed == [Consumed(7, 3, model="m")] * 3


async def test_the_calls_of_a_batch_and_of_plain_code_count_for_the_run_that_makes_them() -> None:
    meter, other = Meter(), Meter()
    async with models(m=says("25 days.")) as upstream, client(upstream.url) as llm:
        with meter.running():
            await llm.map([QUESTION] * 3)
            await asyncio.to_thread(llm.chat, QUESTION)
            await asyncio.to_thread(lambda: list(iterate_sync(lambda: llm.stream(QUESTION))))
        with other.running():
            await llm.chat_async(QUESTION)
    assert meter.consumed == [Consumed(7, 3, model="m")] * 5
    assert other.consumed == [Consumed(7, 3, model="m")]
