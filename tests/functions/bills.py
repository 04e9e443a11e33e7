"""Bills by hand, added up as the product shows them: on a run, and in the usage of a day.

What does not belong here: what is billed (`test_costs`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bill:
    """One answer of a model: its tokens, and what they cost by hand (None: nobody knows)."""

    model: str
    prompt: int
    completion: int
    cost: float | None
    cached: int = 0
    currency: str = "USD"
    estimated: bool = False


def as_metrics(bills: Sequence[Bill]) -> dict[str, Any]:
    """What the metrics of a run with these answers say."""
    by_currency = costs(bills)
    known = all(bill.cost is not None for bill in bills)
    single = {"cost": next(iter(by_currency.values())) if known else None, "currency": bills[0].currency}
    several = {"cost": None, "currency": None, "costs": by_currency}
    return {
        "prompt_tokens": sum(bill.prompt for bill in bills),
        "cached_tokens": sum(bill.cached for bill in bills),
        "completion_tokens": sum(bill.completion for bill in bills),
        "estimated": any(bill.estimated for bill in bills),
        **(several if len(by_currency) > 1 else single),
    }


def costs(bills: Sequence[Bill]) -> dict[str, float]:
    """Money by currency, as far as it is known."""
    currencies = sorted({bill.currency for bill in bills})
    return {
        currency: round(sum(bill.cost or 0 for bill in bills if bill.currency == currency), 8)
        for currency in currencies
    }


def entries(bills: Sequence[Bill], capability: str) -> list[dict[str, Any]]:
    """What the usage says of a day on which there was nothing else."""
    return [
        {
            "currency": currency,
            "model": model,
            "capability": capability,
            "calls": len(mine),
            "prompt_tokens": sum(bill.prompt for bill in mine),
            "cached_tokens": sum(bill.cached for bill in mine),
            "completion_tokens": sum(bill.completion for bill in mine),
            "cost": costs(mine)[currency],
            "unpriced": sum(bill.cost is None for bill in mine),
            "estimated": sum(bill.estimated for bill in mine),
        }
        for currency, model in sorted({(bill.currency, bill.model) for bill in bills})
        if (mine := [bill for bill in bills if (bill.currency, bill.model) == (currency, model)])
    ]
