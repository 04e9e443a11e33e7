"""What a job's model calls used: kept on each user's marker, summed up for the run's metrics."""

from collections.abc import Iterable
from typing import Any

from freshet.runs.meter import Meter, cost

_COUNTS = ("prompt_tokens", "cached_tokens", "completion_tokens")


def spent(meter: Meter) -> dict[str, Any]:
    """What was used while the meter ran, as a marker keeps it; empty if nothing was."""
    answers = meter.answers
    if not answers:
        return {}
    counts = {name: sum(getattr(used, name) for used in answers) for name in _COUNTS}
    money = cost(meter.consumed)
    return {
        **counts,
        "cost": money["cost"],
        "currency": money["currency"],
        "attempts": max(used.attempts for used in answers),
        "estimated": any(used.estimated for used in answers),
    }


def summed(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The sum, as `spent`; the cost is None where one is not known, or where there are several currencies."""
    used = [part for part in parts if part]
    currencies = {part["currency"] for part in used}
    costs = [part["cost"] for part in used]
    known = len(currencies) == 1 and None not in costs
    return {
        **{name: sum(part[name] for part in used) for name in _COUNTS},
        "cost": round(sum(costs), 8) if known else None,
        "currency": currencies.pop() if known else "USD",
        "attempts": max((part["attempts"] for part in used), default=0),
        "estimated": any(part["estimated"] for part in used),
    }
