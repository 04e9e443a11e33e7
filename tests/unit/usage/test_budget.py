"""Reservations against a real table: the limit holds, and nothing stays reserved for ever."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from freshet import concurrency
from freshet.errors import BudgetSpent
from freshet.stores.table import Table
from freshet.usage.amount import Amount, amount
from freshet.usage.budget import RESERVED_S, Budget, Month, Reservation

NOW = datetime(2026, 11, 30, 23, 58, tzinfo=UTC)
LATER = NOW + timedelta(seconds=RESERVED_S + 1)  # in December


@pytest.fixture
def budget(table: Table) -> Budget:
    """Of 1,000 tokens a month."""
    return Budget(table, Amount(tokens=1_000))


async def spent(budget: Budget, owner: str, now: datetime = NOW) -> tuple[int, int]:
    """Tokens that were used, and that are reserved."""
    month = await budget.month(owner, now)
    return month.spent.tokens, month.reserved.tokens


async def test_what_was_used_takes_the_place_of_what_was_reserved(budget: Budget, owner: str) -> None:
    reservation = await budget.reserve(owner, Amount(400), NOW)
    assert await spent(budget, owner) == (0, 400)
    await budget.settle(reservation, Amount(30), NOW)
    assert await spent(budget, owner) == (30, 0)
    await budget.reserve(owner, Amount(970), NOW)


async def test_reservations_at_the_same_time_never_pass_the_limit(budget: Budget, owner: str) -> None:
    outcomes = await asyncio.gather(
        *(budget.reserve(owner, Amount(30), NOW) for _ in range(50)), return_exceptions=True
    )
    granted = [one for one in outcomes if isinstance(one, Reservation)]
    assert len(granted) == 33
    assert all(isinstance(one, BudgetSpent) for one in outcomes if one not in granted)
    assert await spent(budget, owner) == (0, 990)
    await asyncio.gather(*(budget.settle(one, Amount(7), NOW) for one in granted))
    assert await spent(budget, owner) == (33 * 7, 0)


async def test_a_refusal_says_what_the_limit_is_and_when_it_ends(budget: Budget, owner: str) -> None:
    await budget.settle(await budget.reserve(owner, Amount(900), NOW), Amount(900), NOW)
    with pytest.raises(BudgetSpent) as refused:
        await budget.reserve(owner, Amount(101), NOW)
    assert refused.value.extra == {
        "unit": "tokens",
        "limit": 1_000,
        "spent": 900,
        "reserved": 0,
        "resets_at": "2026-12-01T00:00:00+00:00",
    }
    assert (refused.value.status, refused.value.retry_after) == (429, None)
    assert refused.value.detail.endswith("The next month begins at 2026-12-01T00:00:00+00:00.")
    await budget.reserve(owner, Amount(100), NOW)


async def test_a_refusal_says_whether_only_calls_under_way_are_in_the_way(budget: Budget, owner: str) -> None:
    await budget.settle(await budget.reserve(owner, Amount(100), NOW), Amount(100), NOW)
    await budget.reserve(owner, Amount(700), NOW)
    with pytest.raises(BudgetSpent, match="There may be room") as refused:
        await budget.reserve(owner, Amount(900), NOW)
    assert (refused.value.extra["spent"], refused.value.extra["reserved"]) == (100, 700)
    with pytest.raises(BudgetSpent, match="The next month begins"):
        await budget.reserve(owner, Amount(901), NOW)


async def test_more_than_a_whole_month_is_refused_before_anything_was_used(
    budget: Budget, owner: str
) -> None:
    with pytest.raises(BudgetSpent) as refused:
        await budget.reserve(owner, Amount(1_001), NOW)
    assert refused.value.extra["spent"] == 0
    assert await spent(budget, owner) == (0, 0)


async def test_money_is_limited_by_itself_and_together_with_tokens(table: Table, owner: str) -> None:
    budget = Budget(table, amount(1_000, 0.5))
    reservation = await budget.reserve(owner, amount(10, 0.4), NOW)
    with pytest.raises(BudgetSpent) as refused:
        await budget.reserve(owner, amount(10, 0.2), NOW)
    assert (refused.value.extra["unit"], refused.value.extra["limit"]) == ("USD", 0.5)
    assert (refused.value.extra["spent"], refused.value.extra["reserved"]) == (0, 0.4)
    await budget.settle(reservation, amount(10, 0.1), NOW)
    await budget.reserve(owner, amount(10, 0.2), NOW)
    assert await budget.month(owner, NOW) == Month(amount(10, 0.1), amount(10, 0.2))
    with pytest.raises(BudgetSpent) as refused:
        await budget.reserve(owner, amount(990, 0), NOW)
    assert refused.value.extra["unit"] == "tokens"


async def test_more_may_turn_out_to_be_used_than_was_reserved(budget: Budget, owner: str) -> None:
    await budget.settle(await budget.reserve(owner, Amount(900), NOW), Amount(5_000), NOW)
    assert await spent(budget, owner) == (5_000, 0)
    with pytest.raises(BudgetSpent):
        await budget.reserve(owner, Amount(1), NOW)


async def test_a_dead_process_gives_back_what_it_had_reserved(table: Table, owner: str) -> None:
    budget = Budget(table, Amount(tokens=1_000))
    begun = datetime(2026, 11, 1, tzinfo=UTC)
    died = begun + timedelta(seconds=RESERVED_S)
    await budget.settle(await budget.reserve(owner, Amount(100), begun), Amount(100), begun)
    for _ in range(3):
        await budget.reserve(owner, Amount(300), begun)
    with pytest.raises(BudgetSpent):
        await budget.reserve(owner, Amount(200), died)
    after = died + timedelta(seconds=1)
    assert await spent(budget, owner, after) == (100, 0)
    await asyncio.gather(*(budget.reserve(owner, Amount(200), after) for _ in range(3)))
    assert await spent(budget, owner, after) == (100, 600)


async def test_many_dead_processes_give_back_as_much_as_a_call_needs(budget: Budget, owner: str) -> None:
    begun = NOW - timedelta(seconds=RESERVED_S + 1)
    await asyncio.gather(*(budget.reserve(owner, Amount(20), begun) for _ in range(50)))
    calls = (budget.reserve(owner, Amount(300), NOW) for _ in range(3))
    assert len(await asyncio.gather(*calls)) == 3
    assert await spent(budget, owner) == (0, 900)


@pytest.mark.parametrize("after_s", [0, 0.001, 0.003])
async def test_what_is_reserved_for_nobody_is_given_back(budget: Budget, owner: str, after_s: float) -> None:
    """Whoever is cancelled leaves a thread behind that writes all the same."""
    reservations = []
    for _ in range(3):
        reservations.append(asyncio.create_task(budget.reserve(owner, Amount(300), NOW)))
        await asyncio.sleep(after_s)
        reservations[-1].cancel()
        await asyncio.wait(reservations)
    async with asyncio.timeout(5):
        while concurrency._going_on:  # noqa: ASYNC110 - what it waits for is no event
            await asyncio.sleep(0.01)
    assert await spent(budget, owner) == (0, sum(300 for one in reservations if not one.cancelled()))


async def test_what_is_settled_after_it_was_swept_still_counts(table: Table, owner: str) -> None:
    budget = Budget(table, Amount(tokens=1_000))
    begun = datetime(2026, 11, 1, tzinfo=UTC)
    late = begun + timedelta(seconds=RESERVED_S + 1)
    slow = await budget.reserve(owner, Amount(900), begun)
    await budget.reserve(owner, Amount(900), late)  # sweeps
    await budget.settle(slow, Amount(50), late)
    assert await spent(budget, owner, late) == (50, 900)


async def test_what_is_written_twice_counts_once(budget: Budget, owner: str) -> None:
    """As the SDK does when the first answer was lost."""
    reservation = await budget.reserve(owner, Amount(600), NOW)
    await budget._hold(reservation, NOW)
    assert await spent(budget, owner) == (0, 600)
    for _ in range(2):
        await budget.settle(reservation, Amount(60), NOW)
    assert await spent(budget, owner) == (60, 0)


async def test_a_call_counts_for_the_month_that_it_began_in(budget: Budget, owner: str) -> None:
    reservation = await budget.reserve(owner, Amount(1_000), NOW)
    await budget.reserve(owner, Amount(1_000), LATER)
    await budget.settle(reservation, Amount(400), NOW + timedelta(minutes=4))
    assert await spent(budget, owner, NOW) == (400, 0)
    assert await spent(budget, owner, LATER) == (0, 1_000)


async def test_owners_have_a_budget_each(budget: Budget, owner: str) -> None:
    await budget.reserve(owner, Amount(1_000), NOW)
    await budget.reserve(f"{owner}-2", Amount(1_000), NOW)


async def test_a_month_is_kept_for_a_year_and_a_month(budget: Budget, table: Table, owner: str) -> None:
    await budget.reserve(owner, Amount(1), NOW)
    item = await table.get(f"{owner}/budget", "2026-11")
    assert item
    assert item["expires_at"] == int((NOW + timedelta(days=400)).timestamp())
