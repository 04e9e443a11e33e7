"""The month's budget of a caller: reserved before a model call, settled after it, never passed.

One item an owner and a month (UTC). `held_tokens` and `held_cost` are what was used and what is reserved, in
one number each, so that one conditional write holds the limit whoever else writes; `r_<id>` is a reservation.
That of a process that died is given back once its time is over and somebody needs the room.

Only USD counts towards the money; tokens count whatever they cost. A call that turns out to use more than it
reserved is not broken off: the next one is refused. What is used while there is no limit is not counted here.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime

from freshet.concurrency import in_background
from freshet.errors import BudgetSpent, FreshetError, Unavailable
from freshet.ids import new_id
from freshet.stores.aws import ConditionFailed
from freshet.stores.table import Item, Table
from freshet.usage.amount import CURRENCY, KEPT, NANO, Amount, month_of, next_month, of_item, total

RESERVED_S = 360.0  # longer than any run

_SWEPT_AT_ONCE = 20  # DynamoDB bounds an expression to 4 KB
_LANDS_S = 5.0  # what a thread still writes that did not answer in time is written by then
_SWEEPS = 5  # somebody waits: more of them are the next call's


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a call may use of an owner's month, until it is settled."""

    owner: str
    month: str
    id: str
    until: float
    amount: Amount


@dataclass(frozen=True, slots=True)
class Month:
    """How a month stands: what was used, and what calls under way may still use."""

    spent: Amount
    reserved: Amount


class Budget:
    """The budgets of all owners; `limit` is a month's for each of them. 0 is no limit."""

    def __init__(self, table: Table, limit: Amount) -> None:
        self.limit = limit
        self._table = table

    @property
    def limited(self) -> bool:
        """Whether there is a limit at all."""
        return self.limit != Amount()

    async def reserve(self, owner: str, wanted: Amount, now: datetime) -> Reservation:
        """Sets so much aside. Raises BudgetSpent if less than that is left.

        What is written though nobody waits for it any more, or though its answer is lost, is given back.
        """
        until = now.timestamp() + RESERVED_S
        reservation = Reservation(owner, month_of(now), f"r_{new_id()}", until, wanted)
        holding = in_background(self._make_room(reservation, now, _SWEEPS))
        try:
            await asyncio.shield(holding)
        except BudgetSpent:
            raise
        except BaseException:
            in_background(self._give_back(reservation, holding, now))
            raise
        return reservation

    async def settle(self, reservation: Reservation, used: Amount, now: datetime) -> None:
        """Puts what was used in the place of what was reserved."""
        place = _partition(reservation.owner), reservation.month
        there = f"attribute_exists(#{reservation.id})"
        difference = _held(used - reservation.amount)
        try:
            await self._table.update(*place, {reservation.id: None}, when=there, add=difference)
        except ConditionFailed:
            # Until its time is over nobody sweeps it: a retry met what its own first attempt wrote.
            if now.timestamp() > reservation.until:
                await self._table.update(*place, {}, when="attribute_exists(#id)", add=_held(used))

    async def month(self, owner: str, now: datetime) -> Month:
        """How the month stands. What is reserved for a call whose time is over is free."""
        found = await self._table.get(_partition(owner), month_of(now)) if self.limited else None
        return _standing(found or {}, now)

    async def _make_room(self, reservation: Reservation, now: datetime, sweeps: int) -> None:
        """Holds it, if need be in the place of what is reserved for calls whose process died."""
        try:
            await self._hold(reservation, now)
        except ConditionFailed as refused:
            item = refused.item or {}
            over = [name for name, one in _reservations(item).items() if one["until"] < now.timestamp()]
            if not over or not sweeps:
                raise self._refusal(reservation.amount, item, now) from None
            await self._sweep(reservation, {name: item[name] for name in over[:_SWEPT_AT_ONCE]})
            await self._make_room(reservation, now, sweeps - 1)

    async def _give_back(self, reservation: Reservation, holding: asyncio.Task[None], now: datetime) -> None:
        """Sets free what may be written all the same. If the table refuses, its time will be over."""
        with suppress(FreshetError):
            try:
                await holding
            except Unavailable:
                await asyncio.sleep(_LANDS_S)
            await self.settle(reservation, Amount(), now)

    async def _hold(self, reservation: Reservation, now: datetime) -> None:
        """Writes the reservation. Raises ConditionFailed where there is no room for it."""
        left = _held(self.limit - reservation.amount)
        room = {name: left[name] for name, limit in _held(self.limit).items() if limit}
        kept = {"until": reservation.until, **asdict(reservation.amount)}
        fits = [f"attribute_not_exists(#{reservation.id})", *(_fits(name, room[name]) for name in room)]
        try:
            await self._table.update(
                _partition(reservation.owner),
                reservation.month,
                {reservation.id: kept, "expires_at": int((now + KEPT).timestamp())},
                when=" AND ".join(fits),
                add=_held(reservation.amount),
                **room,
            )
        except ConditionFailed as refused:
            if reservation.id not in (refused.item or {}):  # there it is if the first answer was lost
                raise

    async def _sweep(self, reservation: Reservation, over: Mapping[str, Item]) -> None:
        """Gives back what is reserved there for calls whose process died."""
        back = _held(Amount() - total(map(of_item, over.values())))
        there = " AND ".join(f"attribute_exists(#{name})" for name in over)
        place = _partition(reservation.owner), reservation.month
        with suppress(ConditionFailed):  # somebody else did
            await self._table.update(*place, dict.fromkeys(over), when=there, add=back)

    def _refusal(self, wanted: Amount, item: Item, now: datetime) -> BudgetSpent:
        month = _standing(item, now)
        amounts = self.limit, month.spent, month.reserved, wanted
        held = of_item(item, "held_")
        if self.limit.tokens and held.tokens + wanted.tokens > self.limit.tokens:
            return _refused("tokens", *(one.tokens for one in amounts), now=now)
        return _refused(CURRENCY, *(one.cost / NANO for one in amounts), now=now)


def _refused(
    unit: str, limit: float, spent: float, reserved: float, wanted: float, *, now: datetime
) -> BudgetSpent:
    resets_at = next_month(now).isoformat()
    form = ",.4f" if unit == CURRENCY else ","
    waiting = "There may be room once those are over." if spent + wanted <= limit else ""
    return BudgetSpent(
        f"The budget of this month is {limit:{form}} {unit}; {spent:{form}} are spent, {reserved:{form}} are "
        f"reserved for calls under way, and this call may take up to {wanted:{form}}. "
        + (waiting or f"The next month begins at {resets_at}."),
        unit=unit,
        limit=limit,
        spent=spent,
        reserved=reserved,
        resets_at=resets_at,
    )


def _partition(owner: str) -> str:
    return f"{owner}/budget"


def _held(amount: Amount) -> dict[str, int]:
    """As a month's item counts it."""
    return {"held_tokens": amount.tokens, "held_cost": amount.cost}


def _fits(name: str, room: int) -> str:
    """The condition that no more is held than leaves room; a month that is not begun holds nothing."""
    held = f"#{name} <= :{name}"
    return f"(attribute_not_exists(#{name}) OR {held})" if room >= 0 else held


def _standing(item: Item, now: datetime) -> Month:
    """How the month of an item stands. What is reserved for a call whose time is over is free."""
    reserved = _reservations(item)
    live = total(of_item(one) for one in reserved.values() if one["until"] >= now.timestamp())
    return Month(of_item(item, "held_") - total(map(of_item, reserved.values())), live)


def _reservations(item: Item) -> Mapping[str, Item]:
    return {name: one for name, one in item.items() if name.startswith("r_")}
