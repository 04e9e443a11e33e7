"""Claims: who may work at an item now. A message that comes twice, or at two workers, is worked off once.

A claim is one conditional write: a holder of its own, a lease until the worker's function is over, and an
attempt more. Later writes hold on to the holder. What is counted are claims that were neither finished nor
given back: workers that died. What does not belong here: what the work is.
"""

import math
import time
from collections.abc import Collection
from typing import Any

from freshet.ids import new_id
from freshet.stores.aws import ConditionFailed
from freshet.stores.batches import Busy
from freshet.stores.table import Item, Table

ATTEMPTS = 3  # workers that may die over an item before it is given up
_MARGIN_S = 5  # between the clocks of two sandboxes


class Claim:
    """An item that is the holder's. `item` is how it stands, as far as the holder knows."""

    def __init__(self, table: Table, place: str, item: Item) -> None:
        self.item = item
        self._table = table
        self._place = place

    @property
    def worn_out(self) -> bool:
        """Whether too many workers died over it."""
        return bool(self.item["attempts"] > ATTEMPTS)

    async def advance(self, **changes: Any) -> None:
        """Writes how far it is. Raises Busy if it is not the holder's any more, or was settled meanwhile."""
        try:
            self.item = await self._table.update(
                self._place,
                self.item["id"],
                changes,
                when="#holder = :mine AND #state = :before",
                mine=self.item["holder"],
                before=self.item["state"],
            )
        except ConditionFailed as refused:  # by itself, if the answer to a first attempt was lost
            found, wanted = refused.item or {}, {"holder": self.item["holder"], **changes}
            if any(found.get(name) != value for name, value in wanted.items()):
                raise Busy(1) from None
            self.item = found

    async def give_back(self, **changes: Any) -> None:
        """Lets the next worker claim it at once; this one did not die."""
        await self.advance(lease_until=0, attempts=self.item["attempts"] - 1, **changes)


async def claim(
    table: Table, place: str, id_: str, *, budget_s: float, settled: Collection[str]
) -> Claim | None:
    """The item, claimed for `budget_s`; None if it is gone or its state is settled. Raises Busy."""
    item = await table.get(place, id_)
    if item is None or item["state"] in settled:
        return None
    now = int(time.time())
    if item["lease_until"] > now:
        raise Busy(item["lease_until"] - now)
    taken = {
        "lease_until": now + math.ceil(max(budget_s, 0)) + _MARGIN_S,
        "holder": new_id(),
        "attempts": item["attempts"] + 1,
    }
    try:
        claimed = await table.update(
            place,
            id_,
            taken,
            when="#holder = :before AND #state = :state AND #lease_until = :lease",
            before=item["holder"],
            state=item["state"],
            lease=item["lease_until"],
        )
    except ConditionFailed as refused:  # by itself, if the answer to a first attempt was lost
        if refused.item is None or refused.item["holder"] != taken["holder"]:
            raise Busy(1) from None
        claimed = refused.item
    return Claim(table, place, claimed)
