"""The ledger: what an owner used, by day (UTC), capability, currency and model.

One item for each of these, added to atomically. A write whose answer was lost is repeated and counts twice:
it is for people to look at; what holds a limit is `freshet.usage.budget`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime

from freshet.llm import Usage
from freshet.stores.table import Item, Table
from freshet.usage.amount import KEPT, nano

_MAX_ID_BYTES = 512  # half of what a sort key may have: a model's name may be anything
_ALWAYS = "attribute_exists(#id) OR attribute_not_exists(#id)"
_AFTER = "$"  # what sorts right after the `#` of a day's ids


class Ledger:
    """The Usage table but for the budgets in it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def add(self, owner: str, capability: str, usages: Sequence[Usage], now: datetime) -> None:
        """Counts what calls of models used."""
        by_model: dict[tuple[str, str], list[Usage]] = defaultdict(list)
        for used in usages:
            by_model[used.currency, used.model].append(used)
        entry = {"day": now.astimezone(UTC).date().isoformat(), "capability": capability}
        entries = [
            ({**entry, "currency": currency, "model": model}, used)
            for (currency, model), used in by_model.items()
        ]
        await asyncio.gather(*(self._add(owner, *one, now) for one in entries))

    async def days(self, owner: str, first: date, last: date) -> list[Item]:
        """The entries of these days and those between, oldest first."""
        items: list[Item] = []
        begin, end = first.isoformat(), f"{last.isoformat()}{_AFTER}"
        while found := await self._table.span(_partition(owner), begin, end):
            items += found
            begin = f"{found[-1]['id']}\0"  # the next id that there can be
        return items

    async def _add(self, owner: str, entry: dict[str, str], usages: Sequence[Usage], now: datetime) -> None:
        id_ = "#".join(entry.values()).encode()[:_MAX_ID_BYTES].decode(errors="ignore")
        changes = {**entry, "expires_at": int((now + KEPT).timestamp())}
        await self._table.update(_partition(owner), id_, changes, when=_ALWAYS, add=_sums(usages))


def _partition(owner: str) -> str:
    return f"{owner}/usage"


def _sums(usages: Sequence[Usage]) -> dict[str, int]:
    """What an entry counts. Of tokens and calls all, of cost what is known."""
    return {
        "calls": len(usages),
        "prompt_tokens": sum(used.prompt_tokens for used in usages),
        "cached_tokens": sum(used.cached_tokens for used in usages),
        "completion_tokens": sum(used.completion_tokens for used in usages),
        "cost_nano": sum(nano(used.cost or 0) for used in usages),
        "unpriced": sum(used.cost is None for used in usages),
        "estimated": sum(used.estimated for used in usages),
    }
