from datetime import UTC, date, datetime, timedelta

import pytest

from freshet.errors import Invalid
from freshet.llm import Usage
from freshet.stores.table import Table
from freshet.usage.amount import Amount, amount, month_of, next_month
from freshet.usage.budget import Budget
from freshet.usage.ledger import Ledger
from freshet.usage.report import period, report

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, ("2026-11-01", "2026-11-30")),
        ("2026-09-05", None, ("2026-09-05", "2026-11-30")),
        (None, "2026-02-07", ("2026-02-01", "2026-02-07")),
        ("2026-11-21", "2026-11-21", ("2026-11-21", "2026-11-21")),
        ("2025-10-17", "2026-11-21", ("2025-10-17", "2026-11-21")),
    ],
)
def test_days_that_are_not_said_are_the_months(
    first: str | None, last: str | None, expected: tuple[str, str]
) -> None:
    given = (first and day(first)) or None, (last and day(last)) or None
    assert period(*given, NOW) == tuple(map(day, expected))


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [("2026-11-21", "2026-11-20", "to"), ("2025-10-16", "2026-11-21", "from"), ("0001-01-01", None, "from")],
)
def test_days_that_can_not_be_meant_are_refused(first: str, last: str | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        period(day(first), day(last) if last else None, NOW)
    assert refused.value.extra["errors"][0]["field"] == field


async def test_a_report_has_every_entry_and_the_sums_of_each_currency(
    ledger: Ledger, table: Table, owner: str
) -> None:
    budget = Budget(table, Amount())
    yesterday = NOW - timedelta(days=1)
    await ledger.add(owner, "chat", [Usage(100, 20, 60, model="m", cost=0.003)] * 2, yesterday)
    await ledger.add(owner, "chat", [Usage(7, 3, model="m", cost=0.0013)], NOW)
    await ledger.add(owner, "chat", [Usage(7, 3, model="千问", cost=0.01, currency="CNY")], NOW)
    await ledger.add(owner, "parse", [Usage(50, 0, estimated=True, model="e")], NOW)
    await ledger.add(owner, "chat", [Usage(1, 1, model="m")], NOW + timedelta(days=1))
    shown = (await report(ledger, budget, owner, first=yesterday.date(), last=NOW.date())).model_dump(
        mode="json", by_alias=True
    )
    assert (shown["from"], shown["to"]) == ("2026-11-20", "2026-11-21")
    assert [(one["day"], one["capability"], one["model"], one["calls"]) for one in shown["items"]] == [
        ("2026-11-20", "chat", "m", 2),
        ("2026-11-21", "chat", "千问", 1),
        ("2026-11-21", "chat", "m", 1),
        ("2026-11-21", "parse", "e", 1),
    ]
    assert shown["items"][0] | {"day": "2026-11-20"} == {
        "day": "2026-11-20",
        "capability": "chat",
        "model": "m",
        "currency": "USD",
        "calls": 2,
        "prompt_tokens": 200,
        "cached_tokens": 120,
        "completion_tokens": 40,
        "cost": 0.006,
        "unpriced": 0,
        "estimated": 0,
    }
    assert [(one["currency"], one["calls"], one["cost"], one["unpriced"]) for one in shown["totals"]] == [
        ("CNY", 1, 0.01, 0),
        ("USD", 4, 0.0073, 1),
    ]


async def test_a_report_says_how_the_budget_stands(ledger: Ledger, table: Table, owner: str) -> None:
    budget, now = Budget(table, amount(1_000, 2)), datetime.now(UTC)
    await budget.settle(await budget.reserve(owner, amount(300, 0.5), now), amount(200, 0.25), now)
    await budget.reserve(owner, amount(100, 0.5), now)
    shown = (await report(ledger, budget, owner)).budget.model_dump()
    assert shown == {
        "month": month_of(now),
        "tokens": {"limit": 1_000, "spent": 200, "reserved": 100, "left": 700},
        "cost": {"limit": 2.0, "spent": 0.25, "reserved": 0.5, "left": 1.25, "currency": "USD"},
        "resets_at": next_month(now),
    }


async def test_where_there_is_no_limit_the_report_has_none(ledger: Ledger, table: Table, owner: str) -> None:
    shown = await report(ledger, Budget(table, Amount(tokens=5)), owner)
    assert shown.budget.cost is None
    assert shown.budget.tokens
    assert (shown.items, shown.totals, shown.budget.tokens.left) == ([], [], 5)
