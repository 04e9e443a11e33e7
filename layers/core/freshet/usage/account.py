"""The account of model calls: each is admitted within its owner's budget, and counted when it is over.

Whose a call is says the meter of the code that makes it (`freshet.runs.meter`); without one nothing is
reserved and nothing counted. A table that does not answer refuses calls where there is a limit to hold, and
never an answer that is there already.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from freshet.llm import Expect, Settle, Usage
from freshet.observe import log_failure, measure
from freshet.runs.meter import current
from freshet.usage.amount import CURRENCY, Amount, amount, total
from freshet.usage.budget import Budget, Reservation
from freshet.usage.ledger import Ledger

WRITE_S = 3.0  # at the end of an answer, for both writes; what lands later than that does no harm


class Account:
    """Admits and counts; `admit` is what a model client asks."""

    def __init__(self, budget: Budget, ledger: Ledger) -> None:
        self._budget = budget
        self._ledger = ledger

    async def admit(self, expect: Expect) -> Settle:
        """Reserves what a call may use; what it returns counts what it used. Raises BudgetSpent."""
        meter = current()
        if not meter or not meter.owner:
            return _nothing
        now = datetime.now(UTC)
        reservation = await self._reserved(meter.owner, expect, now) if self._budget.limited else None
        return partial(self._settle, meter.owner, meter.capability, now, reservation)

    async def _reserved(self, owner: str, expect: Expect, now: datetime) -> Reservation:
        expected = await expect()
        return await self._budget.reserve(owner, amount(expected.tokens, expected.cost(CURRENCY)), now)

    async def _settle(
        self,
        owner: str,
        capability: str,
        begun: datetime,
        reservation: Reservation | None,
        usages: Sequence[Usage],
    ) -> None:
        """Counts for the day and the month in which the call began. Raises nothing: the answer stands."""
        writes = [self._ledger.add(owner, capability, usages, begun)]
        if reservation:
            used = total(map(_amount, usages))
            writes.append(self._budget.settle(reservation, used, datetime.now(UTC)))
        for written in await asyncio.gather(*map(_in_time, writes), return_exceptions=True):
            if isinstance(written, Exception):
                log_failure("usage was not counted", written, capability=capability)
                measure("UsageFailures", 1)


async def _in_time(write: Coroutine[Any, Any, None]) -> None:
    async with asyncio.timeout(WRITE_S):
        await write


async def _nothing(usages: Sequence[Usage]) -> None:
    """Nobody's call: nothing to count."""


def _amount(used: Usage) -> Amount:
    """What counts towards a limit; nothing takes from it, whatever an upstream says."""
    tokens = max(0, used.prompt_tokens) + max(0, used.completion_tokens)
    cost = used.cost if used.cost is not None and used.currency == CURRENCY else 0.0
    return amount(tokens, max(0.0, cost))
