"""Leave to generate: what is asked for before anything is sent, and what is told once it is over."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from freshet.concurrency import accompanied
from freshet.errors import BudgetSpent, ModelAuthentication, ModelBadRequest, ModelMalformed
from freshet.llm import Endpoint, Expect, Expected, LLMClient, Price, Settle, Usage, estimate_tokens
from tests.unit.llm.upstream import DONE, Answer, chunk, hangs, models, refuses, says, sends

pytestmark = [pytest.mark.timeout(30), pytest.mark.usefixtures("short_backoff")]

QUESTION = "年假有几天？"  # five tokens, and four of its message
CUT = sends(chunk("half "), chunk("an answer"), pause=0)


@dataclass
class Books:
    """Grants all leave but what it is told to refuse."""

    refuses: bool = False
    expected: list[Expected] = field(default_factory=list)
    used: list[Sequence[Usage]] = field(default_factory=list)

    async def admit(self, expect: Expect) -> Settle:
        self.expected.append(await expect())
        if self.refuses:
            raise BudgetSpent

        async def settle(usages: Sequence[Usage]) -> None:
            self.used.append(usages)

        return settle


@asynccontextmanager
async def client(url: str, **options: Any) -> AsyncIterator[tuple[LLMClient, Books]]:
    books = Books(options.pop("refuses", False))
    async with LLMClient(base_url=url, model="m", admit=books.admit, **options) as llm:
        yield llm, books


async def test_what_is_expected_is_the_prompt_and_the_longest_answer_at_every_price() -> None:
    dear, dearest = Price(1, 2), Price(3, 4, currency="CNY")
    async with models(m=says("25")) as upstream:
        other = Endpoint("b", base_url=upstream.url, price=dearest, extra={"max_tokens": 700})
        async with client(upstream.url, price=dear, fallbacks=[other]) as (llm, books):
            await llm.chat_async(QUESTION, max_tokens=50)
            await llm.chat_async(QUESTION, max_tokens=50, extra={"max_completion_tokens": 900})
            await llm.chat_async(QUESTION, extra={"max_tokens": "many"})
    assert books.expected == [
        Expected(9, 700, (dear, dearest)),
        Expected(9, 900, (dear, dearest)),
        Expected(9, 4096, (dear, dearest)),
    ]
    assert books.expected[0].cost("CNY") == (9 * 3 + 700 * 4) / 1e6
    assert books.expected[0].cost("EUR") == 0


async def test_without_leave_nothing_is_sent_and_nothing_settled() -> None:
    async with models(m=says("25")) as upstream, client(upstream.url, refuses=True) as (llm, books):
        with pytest.raises(BudgetSpent):
            await llm.chat_async(QUESTION)
        with pytest.raises(BudgetSpent):
            await llm.embed([QUESTION], model="e")
        assert (upstream.calls, books.used, llm.stats().generations) == ([], [], 0)


@pytest.mark.parametrize(
    ("answers", "tokens"),
    [((says("25"),), [3]), ((CUT, says("25")), [3, 3]), ((CUT, refuses(401)), [3]), ((refuses(401),), [])],
)
async def test_every_answer_is_told_of_once(answers: tuple[Answer, ...], tokens: list[int]) -> None:
    async with models(m=answers) as upstream, client(upstream.url) as (llm, books):
        try:
            await llm.chat_async(QUESTION)
        except ModelAuthentication:
            assert len(tokens) == len(answers) - 1
    (used,) = books.used
    assert [one.completion_tokens for one in used] == tokens


async def test_an_answer_that_is_left_is_told_of_when_it_is_closed() -> None:
    async with models(m=hangs(chunk("half"))) as upstream, client(upstream.url) as (llm, books):
        async with aclosing(llm.stream(QUESTION)) as events:
            await anext(events)
            assert books.used == []
        ((used,),) = books.used
    assert (used.prompt_tokens, used.completion_tokens, used.estimated) == (9, 1, True)


async def test_a_settlement_goes_on_although_nobody_waits_for_it() -> None:
    """A run that is stopped waits for half a second; the table may take longer."""
    begun, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def settle(usages: Sequence[Usage]) -> None:
        begun.set()
        await go_on.wait()
        done.set()

    async def admit(expect: Expect) -> Settle:
        return settle

    async with (
        models(m=says("25")) as upstream,
        LLMClient(base_url=upstream.url, model="m", admit=admit) as llm,
    ):
        asking = asyncio.create_task(llm.chat_async(QUESTION))
        await begun.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not done.is_set()
        go_on.set()
        await asyncio.wait_for(done.wait(), 1)


def vectors(count: int, **members: Any) -> Answer:
    rows = [{"index": index, "embedding": [1.0]} for index in range(count)]
    return sends(json.dumps({"data": rows, **members}).encode(), kind="application/json")


@pytest.mark.parametrize(
    ("answer", "prompt_tokens", "estimated"),
    [
        (vectors(2, usage={"prompt_tokens": 9, "total_tokens": 9}), 9, False),
        (vectors(2, usage={"total_tokens": 8}), 8, False),
        (vectors(2, usage={"prompt_tokens": True, "total_tokens": 8}), 8, False),
        (vectors(2, usage={"prompt_tokens": -9, "total_tokens": 10**30}), 6, True),
        (vectors(2, usage=None), 6, True),
        (vectors(2), 6, True),
    ],
)
async def test_embeddings_tell_their_tokens_as_answers_do(
    answer: Answer, prompt_tokens: int, estimated: bool
) -> None:
    price = Price(1_000, 0, currency="CNY")
    async with models(e=answer) as upstream, client(upstream.url, prices={"e": price}) as (llm, books):
        await llm.embed([QUESTION, "a"], model="e")
    assert books.expected == [Expected(6, 0, (price,))]
    cost = prompt_tokens / 1e3
    assert books.used == [(Usage(prompt_tokens, 0, 0, estimated, "e", cost, currency="CNY"),)]


async def test_embeddings_that_can_not_be_used_are_billed_all_the_same() -> None:
    async with models(e=vectors(1)) as upstream, client(upstream.url) as (llm, books):
        with pytest.raises(ModelMalformed):
            await llm.embed([QUESTION, "a"], model="e")
    assert [used.prompt_tokens for used in books.used[0]] == [6] * len(books.used[0])
    assert books.used[0]


async def test_an_answer_longer_than_any_is_expected_to_be_the_longest() -> None:
    """10**40 is no number to a table, 10**400 none to a price."""
    price = Price(1, 2)
    async with client("http://127.0.0.1:9", price=price, tokens_per_minute=10**12) as (llm, books):
        for extra in ({}, {"max_completion_tokens": 10**40}):
            with pytest.raises(ModelBadRequest):
                await llm.chat_async(QUESTION, max_tokens=10**400, extra=extra)
    assert books.expected == [Expected(9, 10**9, (price,))] * 2
    assert books.expected[0].cost("USD") == pytest.approx(2000)


@asynccontextmanager
async def going_on(text: str) -> AsyncIterator[None]:
    """Sees that the loop goes on meanwhile: that it never stands still for half of what the text takes."""
    begun = time.perf_counter()
    estimate_tokens(text)
    alone = time.perf_counter() - begun
    gaps: list[float] = []

    async def beat() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            gaps.append(time.perf_counter() - before)

    async with accompanied(beat()):
        await asyncio.sleep(0)  # it begins
        yield
    assert max(gaps) < alone / 2


LONG = QUESTION * 100_000
UNTOLD = sends(chunk("25"), chunk(finish="stop"), DONE, pause=0)


async def test_a_long_prompt_is_estimated_while_the_loop_goes_on() -> None:
    async with client("http://127.0.0.1:9", refuses=True) as (llm, books), going_on(LONG):
        with pytest.raises(BudgetSpent):
            await llm.complete(LONG)
    assert books.expected[0].prompt_tokens > 400_000


@pytest.mark.parametrize("asked", [True, False])
async def test_so_it_is_where_the_upstream_tells_no_usage(asked: bool) -> None:
    books = Books()
    options: dict[str, Any] = {"admit": books.admit if asked else None, "transport": "httpx2"}
    async with (
        models(m=UNTOLD) as upstream,
        LLMClient(base_url=upstream.url, model="m", tokens_per_minute=10**6, **options) as llm,
        going_on(LONG),
    ):
        assert (await llm.complete(LONG)).usage.prompt_tokens > 400_000
    assert len(books.used) == asked


async def test_so_is_a_long_text_that_is_embedded() -> None:
    async with (
        models(e=vectors(1)) as upstream,
        client(upstream.url, transport="httpx2") as (llm, books),
        going_on(LONG),
    ):
        await llm.embed([LONG], model="e")
    assert books.used[0][0].prompt_tokens > 400_000
