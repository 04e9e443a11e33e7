"""What runs cost, by hand: the metrics, the ledger and the month's budget all say the same.

The upstreams are real ones over loopback. A whole answer of theirs is 7 prompt and 3 completion tokens; what
is broken off is estimated: QUESTION has 10 tokens and 4 for its message, HALF has 3, WORDS 5.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from freshet import wiring
from freshet.errors import BudgetSpent
from freshet.ids import new_id
from freshet.llm import Endpoint, Event, Expected, LLMClient, Price, Usage
from freshet.llm.events import TextDelta
from freshet.runs.events import Content, Done, RunEvent, Started
from freshet.runs.meter import metered
from freshet.usage.amount import Amount
from tests.stack import Stack
from tests.unit.llm.upstream import (
    DONE,
    USAGE,
    Answer,
    aborts,
    chunk,
    hangs,
    models,
    refuses,
    says,
    sends,
    until,
)
from tests.unit.runs.capabilities import call, read

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("limited")]

QUESTION = "How many days of paid leave do staff have?"
HALF, WORDS = "half an answer", "员工每年享有"
PRICE = Price(100, 200, cached=10)
WHOLE_COST = (7 * 100 + 3 * 200) / 1e6
HALF_COST = (14 * 100 + 3 * 200) / 1e6
STOPPED_COST = (14 * 100 + 5 * 200) / 1e6

CUT = sends(chunk("half "), chunk("an answer"), pause=0)
CACHED = sends(
    chunk("25 days."),
    chunk(finish="stop"),
    b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3,'
    b' "prompt_tokens_details": {"cached_tokens": 5}}}\n\n',
    DONE,
    pause=0,
)
CALL = {"index": 0, "id": "c0", "function": {"name": "leave", "arguments": "{}"}}
ASKS = sends(chunk(tool_calls=[CALL]), chunk(finish="tool_calls"), USAGE, DONE, pause=0)


def leave() -> int:
    """Days of paid leave."""
    return 25


@pytest.fixture
async def limited(cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A budget of 100,000 tokens and 10 USD a month."""
    monkeypatch.setenv("BUDGET_TOKENS", "100000")
    monkeypatch.setenv("BUDGET_COST", "10")
    await wiring.aclose()


@asynccontextmanager
async def model(**options: Any) -> AsyncIterator[LLMClient]:
    """A client as the product has it."""
    given = {"price": PRICE, "model": "m", **options}
    async with LLMClient(on_generation=wiring.account, admit=wiring.admit, **given) as llm:
        yield llm


async def saying(events: AsyncGenerator[Any, None]) -> AsyncGenerator[RunEvent, None]:
    """A capability that shows the texts of a model's stream."""
    yield Started()
    async with aclosing(events) as opened:
        async for event in opened:
            if isinstance(event, TextDelta):
                yield Content(event.text)
    yield Done({"output": ""})


async def ran(owner: str, stream: AsyncGenerator[Event, None]) -> dict[str, Any]:
    """The metrics of a run over the stream."""
    feed = await wiring.runs().start(call(owner), "chat", saying(stream))
    metrics: dict[str, Any] = (await read(feed))[-1].data["metrics"]
    return metrics


async def counted(owner: str) -> dict[str, Any]:
    """What stands in the ledger, all entries together, and what the month's budget holds."""
    now = datetime.now(UTC)
    entries = await wiring.ledger().days(owner, now.date(), now.date())
    names = ("calls", "prompt_tokens", "cached_tokens", "completion_tokens", "cost_nano", "unpriced")
    month = await wiring.budget().month(owner, now)
    assert month.reserved.tokens == month.reserved.cost == 0
    sums = {name: sum(entry[name] for entry in entries) for name in names}
    return {**sums, "spent_tokens": month.spent.tokens, "spent_nano": month.spent.cost}


def bill(calls: int, prompt: int, completion: int, cost: float, cached: int = 0) -> dict[str, Any]:
    """What `counted` has to say after calls in USD."""
    nano = round(cost * 1e9)
    return {
        "calls": calls,
        "prompt_tokens": prompt,
        "cached_tokens": cached,
        "completion_tokens": completion,
        "cost_nano": nano,
        "unpriced": 0,
        "spent_tokens": prompt + completion,
        "spent_nano": nano,
    }


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param((says("25 ", "days."),), bill(1, 7, 3, WHOLE_COST), id="streamed"),
        pytest.param((CACHED,), bill(1, 7, 3, (2 * 100 + 5 * 10 + 3 * 200) / 1e6, cached=5), id="cached"),
        pytest.param((refuses(503), says("25")), bill(1, 7, 3, WHOLE_COST), id="retried"),
        pytest.param((aborts(), says("25")), bill(1, 7, 3, WHOLE_COST), id="connection lost, retried"),
        pytest.param((CUT, says("25")), bill(2, 21, 6, HALF_COST + WHOLE_COST), id="cut, begun again"),
        pytest.param((CUT, refuses(401)), bill(1, 14, 3, HALF_COST), id="cut, then refused"),
        pytest.param((refuses(401),), bill(0, 0, 0, 0), id="refused"),
    ],
)
@pytest.mark.usefixtures("short_backoff")
async def test_a_run_costs_what_its_answers_cost(
    owner: str, answers: tuple[Answer, ...], expected: dict[str, Any]
) -> None:
    async with models(m=answers) as upstream, model(base_url=upstream.url) as llm:
        metrics = await ran(owner, llm.stream(QUESTION))
    assert await counted(owner) == expected
    assert (metrics["prompt_tokens"], metrics["completion_tokens"], metrics["cached_tokens"]) == (
        expected["prompt_tokens"],
        expected["completion_tokens"],
        expected["cached_tokens"],
    )
    assert (metrics["cost"] or 0) == pytest.approx(expected["cost_nano"] / 1e9)
    assert metrics["currency"] == "USD"


async def test_a_run_with_tools_costs_all_of_its_rounds(owner: str) -> None:
    async with models(m=(ASKS, ASKS, says("25."))) as upstream, model(base_url=upstream.url) as llm:
        metrics = await ran(owner, llm.run_tools(QUESTION, [leave]))  # type: ignore[arg-type]  # with results
    assert await counted(owner) == bill(3, 21, 9, 3 * WHOLE_COST)
    assert metrics["cost"] == pytest.approx(3 * WHOLE_COST)


async def test_a_stopped_run_costs_what_it_had_used(owner: str) -> None:
    async with models(m=hangs(chunk(WORDS))) as upstream, model(base_url=upstream.url) as llm:
        feed = await wiring.runs().start(call(owner, key=new_id()), "chat", saying(llm.stream(QUESTION)))
        async with aclosing(feed.frames()) as frames:
            async for frame in frames:
                if "content" in frame.data:
                    await wiring.runs().stop(owner, feed.run_id)
    assert frame.data["status"] == "stopped"
    assert frame.data["metrics"]["cost"] == pytest.approx(STOPPED_COST)
    assert await counted(owner) == bill(1, 14, 5, STOPPED_COST)


async def test_a_run_that_is_resumed_or_joined_costs_once(owner: str) -> None:
    runs, key = wiring.runs(), new_id()
    async with models(m=says("25 ", "days.")) as upstream, model(base_url=upstream.url) as llm:
        first = await runs.start(call(owner, key=key), "chat", saying(llm.stream(QUESTION)))
        shown = await read(first)
        joined = await read(await runs.start(call(owner, key=key), "chat", saying(llm.stream(QUESTION))))
        resumed = await read(await runs.follow(owner, first.run_id, after=0, timeout_s=5))
        assert len(upstream.calls) == 1
    assert [frame.data for frame in joined] == [frame.data for frame in shown]
    assert resumed[-1].data["metrics"]["cost"] == pytest.approx(WHOLE_COST)
    assert await counted(owner) == bill(1, 7, 3, WHOLE_COST)


async def test_a_fallback_with_another_currency_is_counted_in_that(owner: str) -> None:
    """CUT is billed in USD, then the other model answers; only USD counts towards the limit of money."""
    async with models(m=(CUT, CUT, refuses(400)), b=says("25")) as upstream:
        yuan = Endpoint("b", base_url=upstream.url, price=Price(700, 1400, currency="CNY"))
        async with model(base_url=upstream.url, fallbacks=[yuan]) as llm:
            metrics = await ran(owner, llm.stream(QUESTION))
    voids = len(upstream.calls) - 1
    yuan_cost = 7 * WHOLE_COST
    assert (metrics["cost"], metrics["currency"]) == (None, None)
    assert metrics["costs"] == pytest.approx({"USD": voids * HALF_COST, "CNY": yuan_cost})
    now = datetime.now(UTC)
    entries = await wiring.ledger().days(owner, now.date(), now.date())
    assert {(one["currency"], one["model"], one["cost_nano"]) for one in entries} == {
        ("USD", "m", round(voids * HALF_COST * 1e9)),
        ("CNY", "b", round(yuan_cost * 1e9)),
    }
    month = await wiring.budget().month(owner, now)
    assert (month.spent.tokens, month.spent.cost) == (17 * voids + 10, round(voids * HALF_COST * 1e9))


async def test_a_model_without_a_price_counts_its_tokens(owner: str) -> None:
    async with models(m=says("25")) as upstream, model(base_url=upstream.url, price=None) as llm:
        metrics = await ran(owner, llm.stream(QUESTION))
    assert metrics["cost"] is None
    assert await counted(owner) == bill(1, 7, 3, 0) | {"unpriced": 1}


async def test_what_is_made_outside_of_a_run_is_counted_for_its_owner(owner: str) -> None:
    async with models(m=says("25")) as upstream, model(base_url=upstream.url) as llm:
        with metered(owner, "search") as meter:
            await llm.chat_async(QUESTION)
        await llm.chat_async(QUESTION)  # nobody's
    assert [used.model for used in meter.consumed] == ["m"]
    assert await counted(owner) == bill(1, 7, 3, WHOLE_COST)


async def test_nothing_that_is_counted_takes_from_what_is_spent(owner: str) -> None:
    async def expect() -> Expected:
        return Expected(10, 0)

    with metered(owner, "chat"):
        settle = await wiring.admit(expect)
        await settle([Usage(-1_000_000, 3, cost=-5.0), Usage(4, -9)])
    month = await wiring.budget().month(owner, datetime.now(UTC))
    assert month.spent == Amount(7, 0)


@pytest.mark.parametrize("tokens", [-1_000_000, 10**30])
async def test_an_upstream_that_makes_its_numbers_up_frees_nothing(owner: str, tokens: int) -> None:
    told = f'data: {{"choices": [], "usage": {{"prompt_tokens": {tokens}, "completion_tokens": 3}}}}\n\n'
    answer = sends(chunk(WORDS), chunk(finish="stop"), told.encode(), DONE, pause=0)
    async with models(m=answer) as upstream, model(base_url=upstream.url) as llm:
        metrics = await ran(owner, llm.stream(QUESTION))
    assert metrics["estimated"]
    assert await counted(owner) == bill(1, 14, 5, STOPPED_COST)


async def test_a_call_that_may_pass_the_limit_asks_nothing_of_the_model(owner: str) -> None:
    async with models(m=says("25")) as upstream, model(base_url=upstream.url, price=None) as llm:
        with metered(owner, "chat"), pytest.raises(BudgetSpent):
            await llm.chat_async(QUESTION, max_tokens=99_987)  # and 14 of the prompt
        assert not upstream.calls
    assert await counted(owner) == bill(0, 0, 0, 0)


async def test_an_answer_that_nobody_bounds_may_take_four_thousand_tokens(owner: str) -> None:
    others = await wiring.budget().reserve(owner, Amount(96_000), datetime.now(UTC))
    async with models(m=says("25")) as upstream, model(base_url=upstream.url, price=None) as llm:
        with metered(owner, "chat"):
            with pytest.raises(BudgetSpent):
                await llm.chat_async(QUESTION)
            await llm.chat_async(QUESTION, max_tokens=3_000)
            await wiring.budget().settle(others, Amount(), datetime.now(UTC))
            await llm.chat_async(QUESTION)
    assert await counted(owner) == bill(2, 14, 6, 0) | {"unpriced": 2}


@pytest.mark.parametrize("extra", [{"max_tokens": 99_990}, {"max_completion_tokens": 99_990}])
async def test_a_bound_of_the_answer_counts_by_whichever_name(owner: str, extra: dict[str, int]) -> None:
    async with models(m=says("25")) as upstream, model(base_url=upstream.url) as llm:
        with metered(owner, "chat"), pytest.raises(BudgetSpent):
            await llm.chat_async(QUESTION, max_tokens=1, extra=extra)
        assert not upstream.calls


async def test_the_dearest_model_that_may_answer_is_what_is_reserved(owner: str) -> None:
    async with models(m=says("25"), b=says("25")) as upstream:
        dear = Endpoint("b", base_url=upstream.url, price=Price(0, 2_000_000))
        cheap = Endpoint("b", base_url=upstream.url, price=Price(0, 1))
        with metered(owner, "chat"):
            async with model(base_url=upstream.url, fallbacks=[dear]) as llm:
                with pytest.raises(BudgetSpent) as refused:
                    await llm.chat_async(QUESTION, max_tokens=6)
            async with model(base_url=upstream.url, fallbacks=[cheap]) as llm:
                await llm.chat_async(QUESTION, max_tokens=6)
    assert refused.value.extra["unit"] == "USD"


async def test_calls_side_by_side_stay_within_the_limit(owner: str) -> None:
    """Each may use 10,014 tokens of 100,000, and all are under way at once."""
    free = Price(100, 0)
    async with models(m=hangs()) as upstream, model(base_url=upstream.url, price=free, workers=20) as llm:
        with metered(owner, "chat"):
            calls = [asyncio.create_task(llm.chat_async(QUESTION, max_tokens=10_000)) for _ in range(15)]
        await until(lambda: len(upstream.calls) == 9 and sum(one.done() for one in calls) == 6)
        assert all(isinstance(one.exception(), BudgetSpent) for one in calls if one.done())
        for one in calls:
            one.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    assert await counted(owner) == bill(9, 9 * 14, 0, 9 * 14 * 100 / 1e6)


async def leave_by_close(llm: LLMClient) -> None:
    async with aclosing(llm.stream(QUESTION)) as events:
        await anext(events)


async def leave_by_cancel(llm: LLMClient) -> None:
    begun = asyncio.Event()

    async def reading() -> None:
        async with aclosing(llm.stream(QUESTION)) as events:
            async for _ in events:
                begun.set()

    task = asyncio.create_task(reading())
    await begun.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("leave", [leave_by_close, leave_by_cancel])
async def test_whoever_leaves_is_settled(owner: str, leave: Callable[[LLMClient], Any]) -> None:
    async with models(m=hangs(chunk(WORDS))) as upstream, model(base_url=upstream.url) as llm:
        with metered(owner, "chat"):
            await leave(llm)
    assert await counted(owner) == bill(1, 14, 5, STOPPED_COST)


async def test_embeddings_count_but_are_no_answer_of_the_run(owner: str) -> None:
    body = b'{"data": [{"index": 0, "embedding": [1]}], "usage": {"prompt_tokens": 9, "total_tokens": 9}}'
    vectors, prices = sends(body, kind="application/json"), {"e": Price(1_000, 0)}

    async def found(llm: LLMClient) -> AsyncGenerator[RunEvent, None]:
        await llm.embed(["年假有几天"], model="e")
        async for event in saying(llm.stream(QUESTION)):
            yield event

    async with (
        models(m=says("25"), e=vectors) as upstream,
        model(base_url=upstream.url, prices=prices) as llm,
    ):
        feed = await wiring.runs().start(call(owner), "query", found(llm))
        metrics = (await read(feed))[-1].data["metrics"]
        assert (llm.stats().generations, llm.stats().streamed) == (1, 1)
    assert (metrics["prompt_tokens"], metrics["completion_tokens"], metrics["attempts"]) == (7, 3, 1)
    assert metrics["cost"] == pytest.approx(WHOLE_COST + 0.009)
    assert await counted(owner) == bill(2, 16, 3, WHOLE_COST + 0.009)
