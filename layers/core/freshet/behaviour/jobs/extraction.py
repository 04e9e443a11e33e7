"""The extraction of all users' events, as a job: a plan, a message for each user, and the end.

What belongs here: from a call to messages, and from a message to what it asks for. What does not: how a
message is read (`messages`), and what a user's share of the work is (`user`).
"""

import asyncio
import time
from contextlib import suppress

from freshet.behaviour.jobs.claim import ATTEMPTS, Claim, claim
from freshet.behaviour.jobs.items import (
    ENDED,
    SETTLED,
    WORKING,
    job_id,
    marker_id,
    markers_of,
    new_job,
)
from freshet.behaviour.jobs.plan import Planner, plan_message, user_message
from freshet.behaviour.jobs.progress import Progresses
from freshet.behaviour.jobs.user import CAPABILITY, Extracts, UserWork
from freshet.behaviour.log.log import Log
from freshet.behaviour.requests import Extract
from freshet.errors import FreshetError, Stopped, Unavailable
from freshet.runs.job import Jobs
from freshet.runs.request import Call
from freshet.stores.aws import ConditionFailed
from freshet.stores.queue import Queue
from freshet.stores.table import Item, Table

_PLANNED = ENDED | {WORKING}


class ExtractionJob:
    """All owners' jobs: begun, planned and worked off; `progresses` says how far they are."""

    def __init__(self, table: Table, queue: Queue, jobs: Jobs, log: Log, extractor: Extracts) -> None:
        self.progresses = Progresses(table, jobs)
        self._table = table
        self._queue = queue
        self._jobs = jobs
        self._planner = Planner(table, queue, log)
        self._work = UserWork(jobs, log, extractor)

    async def begin(self, call: Call, asked: Extract) -> str:
        """The id of the run that finds all users' events: a new one, or that which the call's key stands for.

        Raises Conflict, Unavailable.
        """
        run_id = await self._jobs.create(call, CAPABILITY, {})
        try:
            await self._keep(call.owner, run_id, asked)
            await self._queue.send(call.owner, plan_message(run_id))
        except FreshetError as error:
            await self._jobs.give_up(call, run_id, error)
            raise
        return run_id

    async def plan(self, owner: str, run_id: str, *, budget_s: float, last: bool = False) -> None:
        """A message for each user. Raises Busy, or the passing trouble after which it should come again."""
        if not await self._wanted(owner, run_id):
            return
        claimed = await claim(self._table, owner, job_id(run_id), budget_s=budget_s, settled=_PLANNED)
        if claimed and claimed.worn_out:
            detail = f"The worker was interrupted {ATTEMPTS} times while it listed the users."
            await self.progresses.settle(owner, run_id, error=Unavailable(detail, part="extract"))
            return
        if claimed and not await self._planned(owner, claimed, budget_s, last=last):
            return
        await self.progresses.settle(owner, run_id)

    async def user(
        self, owner: str, run_id: str, user_id: str, *, budget_s: float, last: bool = False
    ) -> None:
        """One user's events, and the job's end if that was the last one. Raises as `plan`."""
        job = await self._wanted(owner, run_id)
        if not job:
            return
        place, id_ = markers_of(owner, run_id), marker_id(user_id)
        claimed = await claim(self._table, place, id_, budget_s=budget_s, settled=SETTLED)
        asked = Extract.model_validate(job["asked"])
        if claimed:
            try:
                settled = await self._work.run(owner, run_id, claimed, asked, budget_s=budget_s, last=last)
            except Stopped:
                await self.progresses.settle(owner, run_id, stop=True)
                return
            if not settled:  # by a new message: only deliveries that failed count for the queue
                await self._queue.send(owner, user_message(run_id, user_id))
                return
        await self._count(owner, run_id)

    async def _planned(self, owner: str, claimed: Claim, budget_s: float, *, last: bool) -> bool:
        """Whether the plan is carried out; else it goes on by another message, or the job is over."""
        run_id = claimed.item["run_id"]
        try:
            async with self._jobs.working(owner, run_id), asyncio.timeout(budget_s):
                await self._planner.plan(owner, claimed)
        except Stopped:
            await self.progresses.settle(owner, run_id, stop=True)
        except TimeoutError:
            await claimed.give_back()
            await self._queue.send(owner, plan_message(run_id))
        except FreshetError as error:
            if not last:
                await claimed.give_back()
                raise
            await self.progresses.settle(owner, run_id, error=error)
        else:
            return True
        return False

    async def _keep(self, owner: str, run_id: str, asked: Extract) -> None:
        """Unless it stands: the call may have been made before."""
        with suppress(ConditionFailed):
            await self._table.put(owner, new_job(run_id, asked, time.time()))

    async def _wanted(self, owner: str, run_id: str) -> Item | None:
        """The job, if it goes on; one that was stopped is ended."""
        job = await self._table.get(owner, job_id(run_id))
        if job is None or job["state"] in ENDED:
            return None
        if await self._jobs.beat(owner, run_id):
            await self.progresses.settle(owner, run_id, stop=True)
            return None
        return job

    async def _count(self, owner: str, run_id: str) -> None:
        """Notes that a user is settled, and looks whether that was the last one.

        The number may be too high, where a message came again, and never too low: no message is done with
        before it was counted. So whoever is the last one looks.
        """
        try:
            job = await self._table.update(
                owner, job_id(run_id), {}, add={"finished": 1}, when="attribute_exists(#id)"
            )
        except ConditionFailed:
            return  # it is too old to be kept
        if job["state"] == WORKING and job["finished"] >= job["users_total"]:
            await self.progresses.settle(owner, run_id)
