"""Progress of an extraction job: what a client sees, and the job's end.

What belongs here: how far a job is, and that it ends once all of its users are settled, whoever notices it.
What does not: the work (`extraction`), the stream of it (`feed`).
"""

import math
import time
from contextlib import suppress
from typing import Any, Literal

from pydantic import BaseModel, Field

from freshet.behaviour.jobs.items import ENDED, PLANNING, job_id, newest_job
from freshet.behaviour.jobs.tally import Tally, tally
from freshet.errors import FreshetError, NotFound, restored
from freshet.runs.job import Jobs
from freshet.runs.record import Record, iso
from freshet.stores.aws import ConditionFailed
from freshet.stores.table import Item, Table

State = Literal["idle", "queued", "running", "done", "failed", "stopped"]


class UserProblem(BaseModel):
    """Why a user's events could not be found."""

    user_id: str
    code: str
    detail: str


class Progress(BaseModel):
    """How far the extraction of all users' events is; `idle` where none was ever asked for."""

    run_id: str | None = None
    status: State = "idle"
    users_total: int = 0
    users_done: int = Field(0, description="failed ones too")
    events: int = Field(0, description="of the users that are done")
    failed: int = Field(0, description="users whose events could not be found")
    partial: int = Field(0, description="users of whom some sessions could not be read")
    percent: float = Field(0, ge=0, le=100, description="of the users")
    eta_seconds: float | None = Field(None, description="until all are done, once one is")
    started_at: str | None = None
    ended_at: str | None = None
    problems: list[UserProblem] = Field([], description="of the first users that failed")

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in {"queued", "running"}


class Progresses:
    """The progress of all jobs."""

    def __init__(self, table: Table, jobs: Jobs) -> None:
        self._table = table
        self._jobs = jobs

    async def of(self, owner: str, run_id: str | None = None) -> Progress:
        """How far the job is; without a run, the owner's newest one. Raises NotFound."""
        item = await self._item(owner, run_id)
        if item is None:
            return Progress()
        if item["state"] in ENDED:
            return Progress.model_validate(item["final"])
        record = await self._jobs.find(owner, item["run_id"])
        counted = await tally(self._table, owner, item["run_id"])
        if counted.complete(item) or (record and record.status == "stopped"):
            return await self.settle(owner, item["run_id"]) or Progress()
        return _progress(item, counted, _status(item, record))

    async def settle(
        self, owner: str, run_id: str, *, stop: bool = False, error: FreshetError | None = None
    ) -> Progress | None:
        """Ends the job if all users are settled, or if it was stopped; how far it is. None if it is gone.

        `stop` and `error` end it as it is. Safe to repeat, by anybody: the first one says how it ended.
        """
        item = await self._table.get(owner, job_id(run_id))
        if item is None:
            return None
        if item["state"] in ENDED:
            return Progress.model_validate(item["final"])
        record, counted = await self._jobs.find(owner, run_id), await tally(self._table, owner, run_id)
        stop = stop or (record is not None and record.status == "stopped")
        if not (stop or error or counted.complete(item)):
            return _progress(item, counted, _status(item, record))
        return await self._end(owner, item, counted, stop=stop, error=error or _failure(counted))

    async def _end(
        self, owner: str, item: Item, counted: Tally, *, stop: bool, error: FreshetError | None
    ) -> Progress:
        """The run's record says how it ended; then the job's item says so."""
        wanted: State = "stopped" if stop else "failed" if error else "done"
        final = _progress(item, counted, wanted)
        metrics = {"duration_ms": round((time.time() - item["created"]) * 1000, 1), **counted.metrics}
        status = await self._jobs.end(
            owner, item["run_id"], final.model_dump(mode="json"), error=error, stopped=stop, metrics=metrics
        )
        final = _progress(item, counted, status if status in ENDED else wanted)
        ended = {"state": final.status, "final": final.model_dump(mode="json")}
        going_on = "attribute_exists(#id) AND attribute_not_exists(#final)"
        with suppress(ConditionFailed):  # somebody else was faster
            await self._table.update(owner, item["id"], ended, when=going_on)
        return final

    async def _item(self, owner: str, run_id: str | None) -> Item | None:
        if run_id is None:
            return await newest_job(self._table, owner)
        if item := await self._table.get(owner, job_id(run_id)):
            return item
        raise NotFound(f"There is no extraction of all users {run_id}.")


def _status(item: Item, record: Record | None) -> State:
    """What there is to say of a job that has not ended; its run may have lapsed."""
    if record and record.ended:
        return record.status
    return "queued" if item["state"] == PLANNING and not item["attempts"] else "running"


def _progress(item: Item, counted: Tally, status: State) -> Progress:
    over = status in ENDED
    share = counted.done / counted.total if counted.total else float(status == "done")
    began: float | None = item.get("began")
    return Progress(
        run_id=item["run_id"],
        status=status,
        users_total=counted.total,
        users_done=counted.done,
        events=counted.events,
        failed=counted.failed,
        partial=counted.partial,
        percent=math.floor(1000 * share) / 10,  # 100 only when all are done
        eta_seconds=0 if status == "done" else None if over else _eta(counted, began),
        started_at=iso(began) if began else None,
        ended_at=iso(time.time()) if over else None,
        problems=[UserProblem.model_validate(problem) for problem in counted.problems],
    )


def _eta(counted: Tally, began: float | None) -> float | None:
    """As fast as until now."""
    if not counted.done or began is None:
        return None
    return round((time.time() - began) / counted.done * (counted.total - counted.done), 1)


def _failure(counted: Tally) -> FreshetError | None:
    """Why a job has failed as a whole: no user's events could be found."""
    if not counted.failed or counted.failed < counted.total:
        return None
    first = counted.problems[0]
    known: dict[str, Any] = {"code": first["code"], "detail": f"No user could be read: {first['detail']}"}
    return restored(known)
