"""How much: tokens and money, in whole numbers that add up exactly, and the months they are counted in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

CURRENCY = "USD"  # of limits
NANO = 1_000_000_000  # money is counted in billionths
KEPT = timedelta(days=400)  # a year, and the month that it is compared with


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens, and nano-USD."""

    tokens: int = 0
    cost: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.tokens + other.tokens, self.cost + other.cost)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.tokens - other.tokens, self.cost - other.cost)


def amount(tokens: int, cost: float) -> Amount:
    """So many tokens, and so many USD."""
    return Amount(tokens, nano(cost))


def nano(money: float) -> int:
    """Money in billionths of its unit."""
    return round(money * NANO)


def total(amounts: Iterable[Amount]) -> Amount:
    """Their sum."""
    return sum(amounts, Amount())


def of_item(item: Mapping[str, Any], prefix: str = "") -> Amount:
    """The amount that an item of the table tells of."""
    return Amount(int(item.get(f"{prefix}tokens", 0)), int(item.get(f"{prefix}cost", 0)))


def month_of(now: datetime) -> str:
    """`2026-11`, in UTC."""
    return now.astimezone(UTC).strftime("%Y-%m")


def next_month(now: datetime) -> datetime:
    """When the month after this one begins, in UTC."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=31)).replace(day=1)
