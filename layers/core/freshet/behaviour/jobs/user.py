"""One user's share of an extraction job: the events are found, and the marker says what came of it.

What belongs here: what is done if that fails, takes too long, or is not wanted any more. What does not: how
events are found (`freshet.behaviour.extraction`), and when the job is over (`progress`).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

from freshet.behaviour.jobs.claim import ATTEMPTS, Claim
from freshet.behaviour.jobs.spending import spent, summed
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Extract
from freshet.errors import DeadlineExceeded, FreshetError, NotFound, Stopped, Unavailable
from freshet.runs.events import Done, RunEvent
from freshet.runs.job import Jobs
from freshet.runs.meter import Meter, metered

CAPABILITY = "events"  # that the models' work is counted for
ROUNDS = 3  # one after the other in which a worker's whole time brought nothing more
CLOSING_S = 5.0  # of a round: for the extraction to come to an end by itself
_PASSING = {503, 504}  # the statuses of what is worth another try
_OURS = "Finding this user's events failed on our side ({})."


class Extracts(Protocol):
    """What finds a user's events: `Extractor`."""

    def extract(
        self, owner: str, user_id: str, asked: Extract, *, budget_s: float | None = None
    ) -> AsyncGenerator[RunEvent, None]:
        """Ends with `Done`: `event_count`, `partial`, `left_sessions`. Raises NotFound: no such user."""
        ...


@dataclass(frozen=True, slots=True)
class UserWork:
    """How a user's events are found, and where one sees whether the user is still there."""

    jobs: Jobs
    log: Log
    extractor: Extracts

    async def run(
        self, owner: str, run_id: str, claim: Claim, asked: Extract, *, budget_s: float, last: bool
    ) -> bool:
        """Whether the user is settled; else there was no time for all of it, and another round is needed.

        Raises Stopped, Busy, or the passing trouble after which the message should come again, unless this
        is its `last` delivery.
        """
        if claim.worn_out:
            detail = f"The worker was interrupted {ATTEMPTS} times at this user."
            await _fail(claim, Unavailable(detail, part="extract"), {})
            return True
        with metered(owner, CAPABILITY) as meter:
            try:
                async with self.jobs.working(owner, run_id):
                    final = await self._final(owner, claim, asked, budget_s)
            except Stopped:
                raise
            except NotFound as error:
                if not await self._is_gone(owner, claim.item["user_id"]):
                    return await _troubled(claim, error, meter, last=last)  # the model is
                await claim.advance(state="gone", **_used(claim, meter))
                return True
            except Exception as error:
                return await _troubled(claim, error, meter, last=last)
        if final is None or final.get("left_sessions"):
            return await _put_back(claim, final, _used(claim, meter))
        found = {"events": final["event_count"], "partial": bool(final["partial"])}
        await claim.advance(state="done", **found, **_used(claim, meter))
        return True

    async def _final(
        self, owner: str, claim: Claim, asked: Extract, budget_s: float
    ) -> dict[str, Any] | None:
        """The extraction's result; None if it did not come in time."""
        if claim.item.get("rounds"):  # what was asked anew until the time was over, would be so for ever
            asked = asked.model_copy(update={"refresh": False})
        within_s = max(budget_s - CLOSING_S, 0)
        extracting = self.extractor.extract(owner, claim.item["user_id"], asked, budget_s=within_s)
        try:
            async with asyncio.timeout(budget_s) as time_left, aclosing(extracting) as events:
                async for event in events:
                    if isinstance(event, Done):
                        return event.final_response
        except TimeoutError:
            if not time_left.expired():
                raise  # the extraction's own
            return None
        raise RuntimeError("the extraction has no end")

    async def _is_gone(self, owner: str, user_id: str) -> bool:
        try:
            await self.log.head(owner, user_id)
        except NotFound:
            return True
        return False


async def _put_back(claim: Claim, final: dict[str, Any] | None, used: dict[str, Any]) -> bool:
    """Notes that the time was over; whether that is the end of it, as further rounds bring nothing.

    A round that did not end by itself brought nothing that is known of.
    """
    item = claim.item
    left = final["left_sessions"] if final else item.get("left")
    idle = item.get("idle", 0) + 1 if left is None or left >= item.get("left", left + 1) else 0
    if idle >= ROUNDS:
        late = DeadlineExceeded("The time was over again and again before this user's events were found.")
        await _fail(claim, late, used)
        return True
    await claim.give_back(rounds=item.get("rounds", 0) + 1, idle=idle, left=left, **used)
    return False


async def _troubled(claim: Claim, error: Exception, meter: Meter, *, last: bool) -> bool:
    """What lasts is the end of it, and so is what passes at the last delivery; else it is raised again."""
    known = isinstance(error, FreshetError)
    failure = error if isinstance(error, FreshetError) else FreshetError(_OURS.format(type(error).__name__))
    if last or (known and failure.status not in _PASSING):
        await _fail(claim, failure, _used(claim, meter))
        return True
    await claim.give_back(**_used(claim, meter))
    raise error


async def _fail(claim: Claim, error: FreshetError, used: dict[str, Any]) -> None:
    await claim.advance(state="failed", error={"code": error.code, "detail": error.detail}, **used)


def _used(claim: Claim, meter: Meter) -> dict[str, Any]:
    """With what earlier rounds used."""
    now = spent(meter)
    return {"spent": summed([claim.item.get("spent", {}), now])} if now else {}
