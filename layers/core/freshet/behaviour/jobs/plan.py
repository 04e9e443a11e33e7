"""The plan of an extraction job: a marker for each user, then a message for each marker.

All markers stand before the first message is sent, so the job knows from then on of how many users it is. How
far the plan is stands on the job's item: whoever takes it up goes on from there, and what is written or sent
twice does no harm.
"""

import time
from contextlib import aclosing
from dataclasses import dataclass

from freshet.behaviour.jobs.claim import Claim
from freshet.behaviour.jobs.items import PAGE, PLANNING, SENDING, WAITING, WORKING, add_markers, marker_pages
from freshet.behaviour.log.log import Log
from freshet.stores.queue import Queue
from freshet.stores.table import Table


@dataclass(frozen=True, slots=True)
class Planner:
    """Where users are listed, and where their messages go."""

    table: Table
    queue: Queue
    log: Log

    async def plan(self, owner: str, claim: Claim) -> None:
        """Carries the plan out, from where it stands. Raises Busy, Unavailable."""
        if claim.item["state"] == PLANNING:
            await self._mark(owner, claim)
        if claim.item["state"] == SENDING:
            await self._send(owner, claim)

    async def _mark(self, owner: str, claim: Claim) -> None:
        cursor: str | None = claim.item.get("listed")
        while claim.item["state"] == PLANNING:
            users, cursor = await self.log.users(owner, PAGE, cursor)
            await add_markers(self.table, owner, claim.item, [user.user_id for user in users])
            await claim.advance(**({"listed": cursor} if cursor else {"state": SENDING}))

    async def _send(self, owner: str, claim: Claim) -> None:
        run_id = claim.item["run_id"]
        async with aclosing(marker_pages(self.table, owner, run_id, claim.item.get("sent"))) as pages:
            async for page in pages:
                waiting = [marker["user_id"] for marker in page.items if marker["state"] == WAITING]
                await self.queue.send_batch(owner, [user_message(run_id, user_id) for user_id in waiting])
                users = claim.item["users_total"] + len(page.items)
                ended = {"state": WORKING, "began": time.time()}
                await claim.advance(users_total=users, **({"sent": page.cursor} if page.cursor else ended))


def plan_message(run_id: str) -> dict[str, str]:
    """The message that has a job planned."""
    return {"run_id": run_id, "step": "plan"}


def user_message(run_id: str, user_id: str) -> dict[str, str]:
    """The message that has a user's events found."""
    return {"run_id": run_id, "step": "user", "user_id": user_id}
