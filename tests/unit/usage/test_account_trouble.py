"""A table that does not answer: a limit is held by refusing, and an answer that is there stands."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from freshet import wiring
from freshet.errors import Unavailable
from freshet.llm import Expected, LLMClient, Usage
from freshet.runs.meter import metered
from freshet.stores import aws
from freshet.stores.table import Table
from freshet.usage import account, budget
from freshet.usage.account import Account
from freshet.usage.amount import Amount
from freshet.usage.budget import Budget, Month
from freshet.usage.ledger import Ledger
from tests.stack import Stack
from tests.unit.llm.upstream import Models, models, says
from tests.unit.runs.trouble import Fault, TroubledTable, troubled_table

pytestmark = pytest.mark.timeout(30)

PATIENCE_S = 0.2


@pytest.fixture
async def troubled(cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TroubledTable]:
    """The table that the product talks to, which is not asked again."""
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    monkeypatch.setattr(aws, "READ_TIMEOUT_S", 5 * PATIENCE_S)
    monkeypatch.setattr(account, "WRITE_S", PATIENCE_S)
    async with troubled_table(int(cloud.aws.endpoint.rpartition(":")[2])) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", proxy.url)
        await wiring.dynamodb().run(lambda _: None)  # its client is built with the first call
        yield proxy
        await wiring.aclose()


@asynccontextmanager
async def client(table: Table, limit: Amount) -> AsyncIterator[tuple[Models, LLMClient]]:
    """A model, and a client of it that asks for leave."""
    admit = Account(Budget(table, limit), Ledger(table)).admit
    async with (
        models(m=says("25")) as upstream,
        LLMClient(model="m", base_url=upstream.url, admit=admit) as llm,
    ):
        yield upstream, llm


async def test_where_there_is_a_limit_nothing_is_asked_of_the_model(
    troubled: TroubledTable, table: Table, owner: str
) -> None:
    async with client(table, Amount(tokens=100_000)) as (upstream, llm), troubled.trouble("refused"):
        with metered(owner, "chat"), pytest.raises(Unavailable):
            await llm.chat_async("hi")
        assert not upstream.calls


async def test_what_is_reserved_though_the_answer_is_lost_is_given_back(
    troubled: TroubledTable, table: Table, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "_LANDS_S", 0.1)
    books, now = Budget(table, Amount(tokens=1_000)), datetime.now(UTC)
    async with troubled.trouble("cut"):
        with pytest.raises(Unavailable):
            await books.reserve(owner, Amount(900), now)
    assert (await books.month(owner, now)).reserved.tokens == 900
    async with asyncio.timeout(5):
        while await books.month(owner, now) != Month(Amount(), Amount()):  # noqa: ASYNC110 - it is no event
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("fault", ["refused", "hung", "failing"])
async def test_an_answer_stands_although_it_can_not_be_counted(
    troubled: TroubledTable, table: Table, owner: str, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    async with client(table, Amount()) as (_, llm):
        await llm.chat_async("hi")  # nobody's: the first call imports the transport
        async with troubled.trouble(fault):
            begun = time.monotonic()
            with metered(owner, "chat"):
                assert await llm.chat_async("hi") == "25"
            assert time.monotonic() - begun < PATIENCE_S + 2
    assert '"UsageFailures":[1.0]' in capsys.readouterr().out


async def test_where_there_is_no_limit_nobody_works_out_what_a_call_may_use(table: Table, owner: str) -> None:
    async def expect() -> Expected:
        raise AssertionError("it was asked for")

    with metered(owner, "chat"):
        settle = await Account(Budget(table, Amount()), Ledger(table)).admit(expect)
        await settle([Usage(7, 3, model="m")])
    (day,) = await Ledger(table).days(owner, datetime.now(UTC).date(), datetime.now(UTC).date())
    assert day["calls"] == 1
