"""What `GET /api/v1/usage` answers: an owner's usage by day, model and capability, and the month's budget."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel, Field

from freshet.errors import Invalid
from freshet.stores.table import Item
from freshet.usage.amount import CURRENCY, KEPT, NANO, month_of, next_month
from freshet.usage.budget import Budget
from freshet.usage.ledger import Ledger

_COUNTED = ("calls", "prompt_tokens", "cached_tokens", "completion_tokens", "unpriced", "estimated")


class Counts(BaseModel):
    """What calls of models used. Embeddings are calls without completion tokens."""

    currency: str
    calls: int = Field(description="requests that models answered, void and broken-off answers included")
    prompt_tokens: int
    cached_tokens: int = Field(description="of the prompt tokens, those that the model had seen before")
    completion_tokens: int
    cost: float = Field(description="of the calls whose price is known")
    unpriced: int = Field(description="calls whose price is not known: they are not in `cost`")
    estimated: int = Field(description="calls whose tokens are estimated: their models did not say")


class DayCounts(Counts):
    """What one model used for one capability on one day, in UTC."""

    day: date
    model: str
    capability: str


class TokenLimit(BaseModel):
    """A month's limit, and what is left of it for further calls."""

    limit: int
    spent: int
    reserved: int = Field(description="by calls under way")
    left: int


class MoneyLimit(BaseModel):
    """The same in money; calls whose price is not known, or in another currency, are not in it."""

    limit: float
    spent: float
    reserved: float = Field(description="by calls under way")
    left: float
    currency: str = CURRENCY


class BudgetView(BaseModel):
    """How this month stands, in UTC; null where there is no limit."""

    month: str
    tokens: TokenLimit | None
    cost: MoneyLimit | None
    resets_at: datetime


class UsageReport(BaseModel):
    """Usage of the days `from` to `to`, with the sums of each currency, and the budget of this month."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    items: list[DayCounts]
    totals: list[Counts]
    budget: BudgetView


async def report(
    ledger: Ledger, budget: Budget, owner: str, *, first: date | None = None, last: date | None = None
) -> UsageReport:
    """The owner's usage of these days, by default of this month. Raises Invalid."""
    now = datetime.now(UTC)
    first, last = period(first, last, now)
    items = await ledger.days(owner, first, last)
    return UsageReport(
        first=first,
        last=last,
        items=[DayCounts.model_validate(_counts([item]) | item) for item in items],
        totals=_totals(items),
        budget=await _budget(budget, owner, now),
    )


def period(first: date | None, last: date | None, now: datetime) -> tuple[date, date]:
    """The days that are meant: where one is not said, the month's first or last. Raises Invalid."""
    first = first or (last or now.date()).replace(day=1)
    last = last or (next_month(now) - timedelta(days=1)).date()
    if last < first:
        raise _wrong("to", f"`to` ({last}) is before `from` ({first}).")
    if last - first > KEPT:
        raise _wrong("from", f"From {first} to {last} are more than {KEPT.days} days.")
    return first, last


async def _budget(budget: Budget, owner: str, now: datetime) -> BudgetView:
    stands, limit = await budget.month(owner, now), budget.limit
    tokens = _limit(limit.tokens, stands.spent.tokens, stands.reserved.tokens)
    cost = _limit(limit.cost, stands.spent.cost, stands.reserved.cost)
    return BudgetView(
        month=month_of(now),
        tokens=TokenLimit(**tokens) if limit.tokens else None,
        cost=MoneyLimit(**{name: nano / NANO for name, nano in cost.items()}) if limit.cost else None,
        resets_at=next_month(now),
    )


def _limit(limit: int, spent: int, reserved: int) -> dict[str, int]:
    left = max(0, limit - spent - reserved)
    return {"limit": limit, "spent": spent, "reserved": reserved, "left": left}


def _totals(items: Iterable[Item]) -> list[Counts]:
    by_currency: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_currency[item["currency"]].append(item)
    return [Counts.model_validate(_counts(found)) for _, found in sorted(by_currency.items())]


def _counts(items: list[Item]) -> Item:
    """The sum of entries in one currency."""
    counted = {name: sum(item[name] for item in items) for name in _COUNTED}
    cost = sum(item["cost_nano"] for item in items) / NANO
    return {"currency": items[0]["currency"], **counted, "cost": cost}


def _wrong(field: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[{"field": field, "message": detail}])
